"""One request, from its body to its answer, without any web server around it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.clients import LOCAL_CREDENTIALS, Credentials
from local_aws.database import is_of_the_disk
from local_aws.gateway.constraints import check
from local_aws.gateway.models import operation_model
from local_aws.gateway.protocols import JSON, Answer
from local_aws.gateway.service import ApiError, ApiRequest, Normalizing, Regional

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.gateway.protocols import WireProtocol
    from local_aws.gateway.service import Service

    Authorize = Callable[[Service, str, Mapping[str, Any]], None]

_log = logging.getLogger(__name__)
# The names that the services' own models have for it; SDKs try both again, as they do any 503.
_UNAVAILABLE = {"firehose": "ServiceUnavailableException", "logs": "ServiceUnavailableException"}


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


def answer(
    service: Service, operation: str, body: bytes, caller: Caller, protocol: WireProtocol = JSON
) -> Answer:
    """Decode and check `body`, let `service` handle it, and encode what comes out; never raises.

    `operation` is empty where the protocol has it in the body.
    """
    try:
        return _result(service, operation, body, caller, protocol)
    except ApiError as error:
        return protocol.error(service.name, error)
    except Exception as error:
        _log.exception("%s.%s failed", service.name, operation)
        if is_of_the_disk(error):
            code = _UNAVAILABLE.get(service.name, "ServiceUnavailable")
            text = f"{operation} could not be written to the disk ({error}). Make room there, then try again."
            return protocol.error(service.name, ApiError(code, text, status=503))
        failure = ApiError(
            "InternalFailure",
            f"The local {service.name} failed to handle {operation}; its log has the details.",
            status=500,
        )
        return protocol.error(service.name, failure)


def error_answer(error: ApiError, service: Service | None = None, protocol: WireProtocol = JSON) -> Answer:
    """Give the answer to a request that never got as far as an operation, or not even to a service."""
    return protocol.error(None if service is None else service.name, error)


def _result(service: Service, asked: str, body: bytes, caller: Caller, protocol: WireProtocol) -> Answer:
    if isinstance(service, Regional):
        service = service.of(caller.region)
    operation = protocol.operation(asked, body)
    model = operation_model(service.name, operation)
    parameters: Mapping[str, Any] = protocol.parameters(model, body)
    if isinstance(service, Normalizing):
        parameters = service.normalized(operation, parameters)
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
    return protocol.result(model, service.handle(request))
