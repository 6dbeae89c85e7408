"""How requests and answers are written: AWS's JSON, its forms answered in XML (query), and CBOR.

A service has the protocols that its model names. Those that once had only the query protocol are "query compatible":
whoever asks in JSON or CBOR gets the error codes of the query protocol beside the new ones, in a header.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from local_aws.gateway import cbor, query
from local_aws.gateway.decoding import decode, serialization_error
from local_aws.gateway.encoding import amz_cbor_leaf, cbor_leaf, encode, encode_error
from local_aws.gateway.models import json_version, service_model
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import OperationModel

_USUAL_JSON_VERSION = "1.1"
AMZ_CBOR_TYPE = "application/x-amz-cbor-1.1"
_JSON_TYPES = ("application/x-amz-json-", "application/json")
_CBOR_SERVICES = frozenset({"kinesis"})
# MiniStack reads JSON with a parser that uses the stack; no API nests its parameters half as deep.
_DEEPEST = 100
# AWS rule: what the query protocol calls the common errors, and their status.
_QUERY_ERRORS = {
    "AccessDeniedException": ("AccessDenied", 403),
    "IncompleteSignatureException": ("IncompleteSignature", 400),
    "InternalFailure": ("InternalFailure", 500),
    "InvalidSignatureException": ("SignatureDoesNotMatch", 403),
    "MissingAuthenticationTokenException": ("MissingAuthenticationToken", 403),
    "SerializationException": ("MalformedInput", 400),
    "UnknownOperationException": ("InvalidAction", 400),
    "UnrecognizedClientException": ("InvalidClientTokenId", 403),
}


@dataclass(frozen=True)
class Answer:
    """Status, headers and body to send back."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class WireProtocol(Protocol):
    """One way to write requests and answers; `service` is a service's name, None for a request to none."""

    def operation(self, asked: str, body: bytes) -> str:
        """Give the operation; `asked` is what the request's headers or path say, empty where the body says it."""

    def parameters(self, model: OperationModel, body: bytes) -> dict[str, Any]:
        """Give the parameters, by the model's types, not yet checked. Raises `ApiError`."""

    def result(self, model: OperationModel, result: Mapping[str, Any]) -> Answer:
        """Write an answer. Raises `EncodingError` for a result that the model does not have."""

    def error(self, service: str | None, error: ApiError) -> Answer:
        """Write an error."""


class _Json:
    """AWS's JSON protocol: the operation in `x-amz-target`, JSON in and out."""

    def operation(self, asked: str, body: bytes) -> str:
        del body
        return asked

    def parameters(self, model: OperationModel, body: bytes) -> dict[str, Any]:
        return _decoded(model, parsed_json(body))

    def result(self, model: OperationModel, result: Mapping[str, Any]) -> Answer:
        shape = model.output_shape
        content = b"" if shape is None else orjson.dumps(encode(shape, result))
        return self._answer(model.service_model.service_name, 200, content)

    def error(self, service: str | None, error: ApiError) -> Answer:
        status, extra = _compatible(service, error)
        return self._answer(service, status, orjson.dumps(encode_error(error, service)), extra)

    def _answer(
        self, service: str | None, status: int, content: bytes, extra: tuple[tuple[str, str], ...] = ()
    ) -> Answer:
        version = _USUAL_JSON_VERSION if service is None else json_version(service)
        return _answer(status, f"application/x-amz-json-{version}", content, extra)


class _Cbor:
    """Smithy's RPC with CBOR: the operation in the path, CBOR in and out."""

    def operation(self, asked: str, body: bytes) -> str:
        del body
        return asked

    def parameters(self, model: OperationModel, body: bytes) -> dict[str, Any]:
        try:
            content = cbor.loads(body) if body else {}
        except cbor.CborError as error:
            raise serialization_error(f"The request's body {error}") from error
        return _decoded(model, content)

    def result(self, model: OperationModel, result: Mapping[str, Any]) -> Answer:
        shape = model.output_shape
        content = {} if shape is None else encode(shape, result, leaf=cbor_leaf)
        return self._answer(200, cbor.dumps(content))

    def error(self, service: str | None, error: ApiError) -> Answer:
        status, extra = _compatible(service, error)
        return self._answer(status, cbor.dumps(encode_error(error)), extra)

    def _answer(self, status: int, content: bytes, extra: tuple[tuple[str, str], ...] = ()) -> Answer:
        return _answer(status, "application/cbor", content, (("smithy-protocol", "rpc-v2-cbor"), *extra))


class _Query:
    """AWS's query protocol: a form in, with the operation as `Action`, XML out."""

    def operation(self, asked: str, body: bytes) -> str:
        action = query.form(body).get("Action", asked)
        if not action:
            raise ApiError("MissingAction", "The request has no Action.")
        return action

    def parameters(self, model: OperationModel, body: bytes) -> dict[str, Any]:
        return query.parameters(model.input_shape, query.form(body))

    def result(self, model: OperationModel, result: Mapping[str, Any]) -> Answer:
        request_id = str(uuid.uuid4())
        return _answer(200, "text/xml", query.response(model, result, request_id), request_id=request_id)

    def error(self, service: str | None, error: ApiError) -> Answer:
        code, status = query_error(service, error)
        namespace = "" if service is None else service_model(service).metadata.get("xmlNamespace", "")
        request_id = str(uuid.uuid4())
        content = query.error(namespace, code, error.message, _fault(status), request_id)
        return _answer(status, "text/xml", content, request_id=request_id)


class _AmzCbor(_Json):
    """AWS's JSON protocol written in CBOR (`application/x-amz-cbor-1.1`), as Java's clients of Kinesis do.

    Instants are milliseconds (Kinesis reference 7.2).
    """

    def parameters(self, model: OperationModel, body: bytes) -> dict[str, Any]:
        try:
            content = cbor.loads(body, milliseconds=True)
        except cbor.CborError as error:
            raise serialization_error(f"The request's body {error}") from error
        return _decoded(model, content)

    def result(self, model: OperationModel, result: Mapping[str, Any]) -> Answer:
        shape = model.output_shape
        content = b"" if shape is None else cbor.dumps(encode(shape, result, leaf=amz_cbor_leaf))
        return _answer(200, AMZ_CBOR_TYPE, content)

    def error(self, service: str | None, error: ApiError) -> Answer:
        status, extra = _compatible(service, error)
        return _answer(status, AMZ_CBOR_TYPE, cbor.dumps(encode_error(error)), extra)


AMZ_CBOR: WireProtocol = _AmzCbor()
JSON: WireProtocol = _Json()
CBOR: WireProtocol = _Cbor()
QUERY: WireProtocol = _Query()


def query_error(service: str | None, error: ApiError) -> tuple[str, int]:
    """Give the code that the query protocol has for an error, and its status."""
    if error.code in _QUERY_ERRORS:
        return _QUERY_ERRORS[error.code]
    model = None if service is None else service_model(service)
    if model is not None and error.code in model.shape_names:
        told = model.shape_for(error.code).metadata.get("error") or {}
        return str(told.get("code", error.code)), int(told.get("httpStatusCode", error.status))
    return error.code, error.status


def json_protocol(service: str, content_type: str) -> WireProtocol:
    """Return how a request with `x-amz-target` is written: JSON, or CBOR where Java's clients use it.

    Raises `ApiError` for a body in neither form (Kinesis reference 7.1).
    """
    told = content_type.strip().lower()
    if not told or told.startswith(_JSON_TYPES):
        return JSON
    if told.startswith(AMZ_CBOR_TYPE) and service in _CBOR_SERVICES:
        return AMZ_CBOR
    raise ApiError(
        "UnknownOperationException",
        f"The request has the content-type {told!r:.80}; application/x-amz-json-1.1 is allowed.",
        status=404,
    )


def parsed_json(body: bytes) -> Any:
    """Return what a JSON body says. Raises `ApiError` SerializationException, also for one that is nested too deep."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise serialization_error(f"The request's body is not JSON: {error}") from error
    if body.count(b"{") + body.count(b"[") > _DEEPEST and _is_deeper(content, _DEEPEST):
        raise serialization_error(f"The request's body is nested deeper than {_DEEPEST} levels")
    return content


def _is_deeper(value: Any, levels: int) -> bool:
    """Return whether containers are nested deeper than `levels`."""
    layer = [value]
    for _ in range(levels):
        below: list[Any] = []
        for one in layer:
            if isinstance(one, dict):
                below.extend(item for item in one.values() if isinstance(item, dict | list))
            elif isinstance(one, list):
                below.extend(item for item in one if isinstance(item, dict | list))
        if not below:
            return False
        layer = below
    return True


def _decoded(model: OperationModel, content: Any) -> dict[str, Any]:
    if model.input_shape is None:
        return {}
    decoded: dict[str, Any] = decode(model.input_shape, content)
    return decoded


def _compatible(service: str | None, error: ApiError) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Give the status of an error, and the header that has its other code where the service has one."""
    if service is None or "awsQueryCompatible" not in service_model(service).metadata:
        return error.status, ()
    code, status = query_error(service, error)
    return status, (("x-amzn-query-error", f"{code};{_fault(status)}"),)


def _fault(status: int) -> str:
    return "Sender" if status < 500 else "Receiver"


def _answer(
    status: int,
    content_type: str,
    content: bytes,
    extra: tuple[tuple[str, str], ...] = (),
    request_id: str | None = None,
) -> Answer:
    headers = (
        ("x-amzn-requestid", request_id or str(uuid.uuid4())),
        ("content-type", content_type),
        ("content-length", str(len(content))),
        *extra,
    )
    return Answer(status, headers, content)
