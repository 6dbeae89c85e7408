"""What every request must be before MiniStack sees it: a request of its API, by botocore's model.

Types, required members, lengths, ranges, patterns and enumerations are checked here, as they are for our own services
(`constraints`), so that nothing malformed is stored and nothing unreadable raises further in. S3's objects stream
through; only its documents are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

from local_aws.gateway import apis, query
from local_aws.gateway.asgi import LARGEST_BODY_BYTES
from local_aws.gateway.constraints import check
from local_aws.gateway.hosts import bucket_in_host
from local_aws.gateway.models import operation_model
from local_aws.gateway.protocols import JSON, QUERY, Answer, json_protocol
from local_aws.gateway.rest_json import RestJson
from local_aws.gateway.rest_xml import RestXml
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from botocore.model import OperationModel

    from local_aws.gateway.routing import Scope

_MIB = 1024 * 1024
# A function's zip comes as base64 in one request: at most 50 MB of it, and some are uploaded unpacked by our own tools.
_LARGEST_BODIES = {"lambda": 128 * _MIB, "s3": 4 * _MIB}
_LONGEST_KEY_BYTES = 1024
_FORM = "application/x-www-form-urlencoded"
# The models have JSON's names of its members only: of its forms, only the text is checked.
_NAMES_UNKNOWN = "sqs"
# Subresources of S3 whose documents are XML.
_S3_DOCUMENTS = frozenset(
    {
        *(
            "accelerate",
            "acl",
            "analytics",
            "cors",
            "delete",
            "encryption",
            "intelligent-tiering",
            "inventory",
        ),
        *(
            "legal-hold",
            "lifecycle",
            "logging",
            "metrics",
            "notification",
            "object-lock",
            "ownershipControls",
        ),
        *("publicAccessBlock", "replication", "requestPayment", "restore", "retention", "select", "tagging"),
        *("uploadId", "versioning", "website"),
    }
)


class Reader(Protocol):
    """A protocol, as far as a request is read and refused in it."""

    def parameters(self, model: OperationModel, body: bytes) -> dict[str, Any]:
        """Return the parameters, by the model's types, not yet checked. Raises `ApiError`."""

    def error(self, service: str | None, error: ApiError) -> Answer:
        """Write an error."""


@dataclass(frozen=True)
class Reading:
    """How a request is read: the API it is for, the operation (None where the body names it), the protocol."""

    service: str
    reader: Reader
    model: OperationModel | None = None
    reads_body: bool = True
    refusal: ApiError | None = None
    candidates: tuple[str, ...] = ()

    @property
    def most_bytes(self) -> int:
        """The largest body of this API that is read whole."""
        return _LARGEST_BODIES.get(self.service, LARGEST_BODY_BYTES)

    def error(self, error: ApiError) -> Answer:
        """Write an error as the API's clients read it."""
        return self.reader.error(self.service or None, error)

    def checked(self, body: bytes) -> tuple[OperationModel | None, dict[str, Any]]:
        """Return the operation and its parameters. Raises `ApiError` for what the API's model does not allow."""
        if self.model is None:
            return None, {}
        parameters = self.reader.parameters(self.model, body)
        check(self.service, self.model.input_shape, parameters)
        return self.model, parameters


class _QueryReading(Reading):
    """A form, whose action tells which of the services that share a name it is for."""

    def checked(self, body: bytes) -> tuple[OperationModel | None, dict[str, Any]]:
        fields = query.form(body)
        action = fields.get("Action", "")
        _refuse_what_xml_cannot_say(fields)
        model = apis.query_model(self.candidates, action)
        if model is None and self.service == _NAMES_UNKNOWN:
            return None, {}
        if model is None:
            if not action:
                raise ApiError("MissingAction", "The request has no Action.")
            raise ApiError("InvalidAction", f"{self.service} has no action {action!r:.80}.")
        service = str(model.service_model.service_name)
        is_ec2 = model.service_model.metadata["protocol"] == "ec2"
        parameters = query.parameters(model.input_shape, fields, ec2=is_ec2)
        check(service, model.input_shape, parameters)
        return model, parameters


class _XmlReading(Reading):
    """A document of S3, Route 53 or CloudFront: it is read to its end, by the model nothing is checked."""

    def checked(self, body: bytes) -> tuple[OperationModel | None, dict[str, Any]]:
        if body.strip():
            try:
                ET.fromstring(body)  # noqa: S314 (it loads nothing, and refuses entities that grow)
            except (ET.ParseError, ValueError, LookupError) as error:
                raise ApiError(
                    "MalformedXML",
                    "The XML you provided was not well-formed or did not validate against our published schema",
                ) from error
        return None, {}


def reading(signed: Scope | None, scope: MutableMapping[str, Any]) -> Reading | None:
    """Return how a request is read, told from its head; None for one whose API is not known here, or an S3 object."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    target = headers.get("x-amz-target", "")
    if target and scope["method"] == "POST":
        return _of_target(signed, target, headers)
    service = "" if signed is None else signed.service
    query_string = scope.get("query_string", b"").decode("latin-1")
    if service == "s3" or (not service and "X-Amz-Credential=" in query_string):
        too_long = _long_key(scope["path"], headers.get("host", ""))
        if too_long is not None:
            return Reading("s3", RestXml(scope["path"], query_string), refusal=too_long, reads_body=False)
    if service in apis.REST_JSON_SERVICES:
        found = _of_rest_json(service, scope, query_string, headers)
        if found is not None:
            return found
    if scope["method"] == "POST" and headers.get("content-type", "").startswith(_FORM):
        candidates = apis.QUERY_SERVICES.get(service, ())
        if candidates or service == _NAMES_UNKNOWN:
            return _QueryReading((*candidates, service)[0], QUERY, candidates=candidates)
        return None
    if service in apis.json_services() and "/service/" not in scope["path"]:
        refusal = ApiError("UnknownOperationException", "The request has no x-amz-target header.")
        return Reading("", JSON, refusal=refusal, reads_body=False)
    if service in apis.REST_XML_SERVICES and scope["method"] in ("POST", "PUT"):
        return _XmlReading(service, RestXml(scope["path"], query_string))
    if service in ("s3", "") and _is_s3_document(scope["method"], query_string, headers):
        return _XmlReading("s3", RestXml(scope["path"], query_string))
    return None


def _of_target(signed: Scope | None, target: str, headers: Mapping[str, str]) -> Reading | None:
    prefix, _, operation = target.rpartition(".")
    service = apis.JSON_TARGETS.get(prefix)
    if service is None:
        if signed is None or signed.service not in apis.json_services():
            return None
        refusal = ApiError("UnknownOperationException", f"There is no operation {target!r:.120}.")
        return Reading("", JSON, refusal=refusal, reads_body=False)
    reader: Reader = JSON
    try:
        reader = json_protocol(service, headers.get("content-type", ""))
        return Reading(service, reader, operation_model(service, operation))
    except ApiError as error:
        return Reading(service, reader, refusal=error, reads_body=False)


def _of_rest_json(
    service: str, scope: MutableMapping[str, Any], query_string: str, headers: Mapping[str, str]
) -> Reading | None:
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
    match = apis.rest_match(apis.REST_JSON_SERVICES[service], scope["method"], path, query_string)
    if match is None:
        return None
    reader = RestJson(match, query_string, headers)
    name = str(match.model.service_model.service_name)
    return Reading(name, reader, match.model, reads_body=reader.reads_body)


def _long_key(path: str, host: str) -> ApiError | None:
    """Return the refusal of a key that S3 does not have. AWS rule: at most 1,024 bytes of UTF-8."""
    key = path[1:] if bucket_in_host(host) is not None else path[1:].partition("/")[2]
    size = len(key.encode("utf-8", "surrogatepass"))
    if size <= _LONGEST_KEY_BYTES:
        return None
    return ApiError(
        "KeyTooLongError", f"Your key is too long: it has {size} bytes, allowed are {_LONGEST_KEY_BYTES}."
    )


def _is_s3_document(method: str, query_string: str, headers: Mapping[str, str]) -> bool:
    if method not in ("POST", "PUT") or not query_string or "partNumber" in query_string:
        return False
    if "aws-chunked" in headers.get("content-encoding", "") or headers.get("x-amz-copy-source"):
        return False
    return any(name in _S3_DOCUMENTS for name, _ in parse_qsl(query_string, keep_blank_values=True))


def _refuse_what_xml_cannot_say(value: Any) -> None:
    """Raise `ApiError` for a control character: what a list in XML cannot hold is not stored."""
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse_what_xml_cannot_say(key)
            _refuse_what_xml_cannot_say(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_what_xml_cannot_say(item)
    elif isinstance(value, str):
        for character in value:
            if (character < " " and character not in "\t\n\r") or character in "\ufffe\uffff":
                raise ApiError(
                    "MalformedInput",
                    f"A value has the character U+{ord(character):04X}, which XML does not have",
                )
