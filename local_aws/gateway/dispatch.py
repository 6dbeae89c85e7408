"""One request of the AWS JSON protocol, from its body to its answer, without any web server around it."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from local_aws.clients import LOCAL_CREDENTIALS, Credentials
from local_aws.gateway.constraints import check
from local_aws.gateway.decoding import decode
from local_aws.gateway.encoding import encode, encode_error
from local_aws.gateway.models import json_version, service_model
from local_aws.gateway.service import ApiError, ApiRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.model import OperationModel

    from local_aws.gateway.service import Service

    Authorize = Callable[[Service, str, Mapping[str, Any]], None]

_log = logging.getLogger(__name__)

_USUAL_JSON_VERSION = "1.1"


@dataclass(frozen=True)
class Caller:
    """Who calls, as far as the request's signature tells.

    `authorize` raises `ApiError` for what the caller may not do; None where IAM is not enforced.
    """

    region: str
    account_id: str
    access_key_id: str | None
    credentials: Credentials = LOCAL_CREDENTIALS
    authorize: Authorize | None = None


@dataclass(frozen=True)
class Answer:
    """Status, headers and body to send back."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def answer(service: Service, operation: str, body: bytes, caller: Caller) -> Answer:
    """Decode and check `body`, let `service` handle it, and encode what comes out; never raises."""
    try:
        content = _result(service, operation, body, caller)
        status = 200
    except ApiError as error:
        content, status = orjson.dumps(encode_error(error)), error.status
    except Exception:
        _log.exception("%s.%s failed", service.name, operation)
        failure = ApiError(
            "InternalFailure",
            f"The local {service.name} failed to handle {operation}; its log has the details.",
            status=500,
        )
        content, status = orjson.dumps(encode_error(failure)), failure.status
    return _with_headers(json_version(service.name), status, content)


def error_answer(error: ApiError, service: Service | None = None) -> Answer:
    """Give the answer to a request that never got as far as an operation, or not even to a service."""
    version = json_version(service.name) if service is not None else _USUAL_JSON_VERSION
    return _with_headers(version, error.status, orjson.dumps(encode_error(error)))


def _result(service: Service, operation: str, body: bytes, caller: Caller) -> bytes:
    model = _operation(service.name, operation)
    parameters = _parameters(model, body)
    if caller.authorize is not None:
        caller.authorize(service, operation, parameters)
    check(service.name, model.input_shape, parameters)
    request = ApiRequest(
        service=service.name,
        operation=operation,
        parameters=parameters,
        region=caller.region,
        account_id=caller.account_id,
        access_key_id=caller.access_key_id,
        credentials=caller.credentials,
    )
    result = service.handle(request)
    if model.output_shape is None:
        return b""
    return orjson.dumps(encode(model.output_shape, result))


def _operation(service: str, operation: str) -> OperationModel:
    model = service_model(service)
    if operation not in model.operation_names:
        raise ApiError("UnknownOperationException", f"{service} has no operation {operation!r}.")
    return model.operation_model(operation)


def _parameters(model: OperationModel, body: bytes) -> dict[str, Any]:
    try:
        content = orjson.loads(body) if body.strip() else {}
    except orjson.JSONDecodeError as error:
        raise ApiError("SerializationException", f"The request's body is not JSON: {error}") from error
    if model.input_shape is None:
        return {}
    decoded: dict[str, Any] = decode(model.input_shape, content)
    return decoded


def _with_headers(version: str, status: int, content: bytes) -> Answer:
    headers = (
        ("x-amzn-requestid", str(uuid.uuid4())),
        ("content-type", f"application/x-amz-json-{version}"),
        ("content-length", str(len(content))),
    )
    return Answer(status, headers, content)
