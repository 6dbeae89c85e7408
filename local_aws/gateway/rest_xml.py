"""S3's protocol: the operation in method, path and query, parameters there and in an XML body, XML out.

As far as operations need it that have their parameters in the path, in the query, and in one document.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from botocore.model import ListShape, StructureShape

from local_aws.gateway import query
from local_aws.gateway.protocols import Answer
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import OperationModel, Shape

# AWS rule: what S3 calls the common errors, and their status.
_ERRORS = {
    "AccessDeniedException": ("AccessDenied", 403),
    "InternalFailure": ("InternalError", 500),
    "RequestEntityTooLargeException": ("EntityTooLarge", 400),
    "RequestTimeout": ("RequestTimeout", 400),
    "SerializationException": ("InvalidRequest", 400),
    "ValidationException": ("InvalidRequest", 400),
}
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


class RestXml:
    """One request's way to be read and answered; `path` is percent-encoded, `query_string` without its `?`."""

    def __init__(self, path: str, query_string: str) -> None:
        self._path = path
        self._query = dict(parse_qsl(query_string, keep_blank_values=True))

    def operation(self, asked: str, body: bytes) -> str:
        """Give the operation, which is known from method, path and query."""
        del body
        return asked

    def parameters(self, model: OperationModel, body: bytes) -> dict[str, Any]:
        """Give the parameters. Raises `ApiError` MalformedXML for a body that is not the model's document."""
        shape = model.input_shape
        found: dict[str, Any] = {}
        if not isinstance(shape, StructureShape):
            return found
        for name, member in shape.members.items():
            place, key = member.serialization.get("location"), member.serialization.get("name", name)
            if place == "uri":
                found[name] = unquote(self._path.strip("/").partition("/")[0])
            elif place == "querystring" and key in self._query:
                found[name] = self._query[key]
        payload = shape.serialization.get("payload")
        if payload:
            found[payload] = _value(shape.members[payload], _document(body))
        return found

    def result(self, model: OperationModel, result: Mapping[str, Any]) -> Answer:
        """Write an answer, with the status that the model has for it."""
        status = int(model.http.get("responseCode", 200))
        shape = model.output_shape
        if not isinstance(shape, StructureShape):
            return _answer(status, b"")
        payload = shape.serialization.get("payload")
        told: tuple[str, Shape, Any] = (f"{model.name}Result", shape, result)
        if payload:
            told = (payload, shape.members[payload], result[payload])
        text = query.element(*told, f' xmlns="{_NAMESPACE}"')
        return _answer(status, f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode())

    def error(self, service: str | None, error: ApiError) -> Answer:
        """Write an error."""
        del service
        code, status = _ERRORS.get(error.code, (error.code, error.status))
        text = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{escape(code)}</Code>'
            f"<Message>{escape(error.message)}</Message><RequestId>{uuid.uuid4()}</RequestId></Error>"
        )
        return _answer(status, text.encode())


def _document(body: bytes) -> ET.Element:
    try:
        # The parser does not load anything, and ends with an error when entities grow beyond reason.
        return ET.fromstring(body)  # noqa: S314
    except ET.ParseError as error:
        raise ApiError("MalformedXML", f"The request's body is not XML: {error}") from error


def _value(shape: Shape, node: ET.Element) -> Any:
    if not isinstance(shape, StructureShape):
        return node.text or ""
    found: dict[str, Any] = {}
    children: dict[str, list[ET.Element]] = {}
    for child in node:
        children.setdefault(child.tag.rpartition("}")[2], []).append(child)
    for name, member in shape.members.items():
        nodes = children.get(member.serialization.get("name", name))
        if not nodes:
            continue
        if isinstance(member, ListShape):
            found[name] = [_value(member.member, one) for one in nodes]
        else:
            found[name] = _value(member, nodes[0])
    return found


def _answer(status: int, content: bytes) -> Answer:
    headers = (
        ("x-amz-request-id", uuid.uuid4().hex[:16].upper()),
        ("content-type", "application/xml"),
        ("content-length", str(len(content))),
    )
    return Answer(status, headers if content else headers[:1], content)
