"""AWS's query protocol: a form of flat names in, XML out, both by the types of the API's model."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from botocore.model import ListShape, MapShape, StructureShape

from local_aws.gateway.encoding import EncodingError
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import OperationModel, Shape

_BOOLEANS = {"true": True, "false": False}
_INTEGERS = frozenset({"integer", "long", "short", "byte"})
_NUMBERS = frozenset({"float", "double"})
# A node of the form: what is at a name itself, and what is below it.
_Node = dict[Any, Any]
# No text: a field's name may have any.
_HERE = object()
_MOST_DIGITS = 6


def form(body: bytes) -> dict[str, str]:
    """Give the fields of a request. Raises `ApiError` MalformedInput for a body that is no form."""
    try:
        text = body.decode("utf-8")
        return dict(parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict"))
    except ValueError as error:
        raise _malformed(f"The request's body is not a form: {error}") from error


def parameters(shape: Shape | None, fields: dict[str, str], *, ec2: bool = False) -> dict[str, Any]:
    """Give the parameters in `fields` as `shape` wants them, instants as epoch seconds.

    With `ec2` they are named as in EC2's own form of the protocol. Fields that the model does not have are left out.
    Raises `ApiError` MalformedInput for a value of another type.
    """
    if not isinstance(shape, StructureShape):
        return {}
    root: _Node = {}
    for name, value in fields.items():
        node = root
        for part in name.split("."):
            node = node.setdefault(part, {})
        node[_HERE] = value
    return _structure(shape, root, "", ec2=ec2)


def response(model: OperationModel, result: Any, request_id: str) -> bytes:
    """Give the body of an answer. Raises `EncodingError` for a result that the model does not have."""
    namespace = model.service_model.metadata["xmlNamespace"]
    shape = model.output_shape
    content = "" if shape is None else "".join(_members(shape, result))
    wrapper = shape.serialization.get("resultWrapper") if shape is not None else None
    if wrapper:
        content = f"<{wrapper}>{content}</{wrapper}>"
    return (
        f'<{model.name}Response xmlns="{namespace}">{content}'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{model.name}Response>"
    ).encode()


def error(namespace: str, code: str, message: str, fault: str, request_id: str) -> bytes:
    """Give the body of an error answer; `fault` is `Sender` or `Receiver`."""
    return (
        f'<ErrorResponse xmlns="{namespace}"><Error><Type>{fault}</Type><Code>{escape(code)}</Code>'
        f"<Message>{_text(message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    ).encode()


def element(name: str, shape: Shape, value: Any, attributes: str = "") -> str:
    """Give one element of XML; `attributes` stand in its tag. Raises `EncodingError`."""
    return f"<{name}{attributes}>{''.join(_content(shape, value))}</{name}>"


def _structure(shape: StructureShape, node: _Node, path: str, *, ec2: bool) -> dict[str, Any]:
    found = {}
    for name, member in shape.members.items():
        key = _ec2_name(member, name) if ec2 else member.serialization.get("name", name)
        if isinstance(member, ListShape) and member.serialization.get("flattened") and not ec2:
            key = member.member.serialization.get("name", key)
        below = node.get(key)
        if below is not None:
            found[name] = _value(member, below, f"{path}.{name}" if path else name, ec2=ec2)
    return found


def _ec2_name(member: Shape, name: str) -> str:
    """Return what EC2's own protocol calls a member: its name for queries, or its other name with a capital."""
    told = member.serialization
    other = str(told.get("name", name))
    return str(told.get("queryName", other[0].upper() + other[1:]))


def _value(shape: Shape, node: _Node, path: str, *, ec2: bool) -> Any:
    if isinstance(shape, StructureShape):
        return _structure(shape, node, path, ec2=ec2)
    flattened = ec2 or bool(shape.serialization.get("flattened"))
    if isinstance(shape, ListShape):
        # An empty list is sent as the bare name without a value.
        items = node if flattened else node.get(shape.member.serialization.get("name", "member"), {})
        return [_value(shape.member, item, f"{path}.{number}", ec2=ec2) for number, item in _numbered(items)]
    if isinstance(shape, MapShape):
        entries = _numbered(node if flattened else node.get("entry", {}))
        return dict(_entry(shape, entry, f"{path}.{number}", ec2=ec2) for number, entry in entries)
    return _scalar(shape.type_name, node.get(_HERE, ""), path)


def _entry(shape: MapShape, entry: _Node, path: str, *, ec2: bool) -> tuple[str, Any]:
    key = entry.get(shape.key.serialization.get("name", "key"), {}).get(_HERE)
    if key is None:
        raise _malformed(f"The entry at '{path}' has no key")
    value = entry.get(shape.value.serialization.get("name", "value"), {_HERE: ""})
    return key, _value(shape.value, value, path, ec2=ec2)


def _numbered(items: _Node) -> Iterator[tuple[int, _Node]]:
    numbers = (key for key in items if isinstance(key, str) and key.isascii() and key.isdecimal())
    for number in sorted(int(key) for key in numbers if len(key) <= _MOST_DIGITS):
        if (node := items.get(str(number))) is not None:
            yield number, node


def _scalar(type_name: str, text: str, path: str) -> Any:
    try:
        if type_name == "boolean":
            return _BOOLEANS[text.lower()]
        if type_name in _INTEGERS:
            return int(text)
        if type_name in _NUMBERS:
            return float(text)
        if type_name == "timestamp":
            return _epoch_seconds(text)
        if type_name == "blob":
            return base64.b64decode(text, validate=True)
    except (ValueError, KeyError, OverflowError) as error:
        raise _malformed(f"{text!r:.80} at '{path}' is no {type_name}") from error
    return text


def _epoch_seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _members(shape: StructureShape, value: Any) -> Iterator[str]:
    unknown = set(value) - set(shape.members)
    if unknown:
        raise EncodingError(f"{shape.name} has no member {', '.join(sorted(unknown))}")
    for name, item in value.items():
        if item is not None:
            member = shape.members[name]
            yield from _element(member.serialization.get("name", name), member, item)


def _element(name: str, shape: Shape, value: Any) -> Iterator[str]:
    if isinstance(shape, ListShape) and shape.serialization.get("flattened"):
        for item in value:
            yield element(name, shape.member, item)
    else:
        yield element(name, shape, value)


def _content(shape: Shape, value: Any) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _members(shape, value)
    elif isinstance(shape, ListShape):
        for item in value:
            yield element("member", shape.member, item)
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield f"<entry>{element('key', shape.key, key)}{element('value', shape.value, item)}</entry>"
    else:
        yield _scalar_text(shape.type_name, value)


def _scalar_text(type_name: str, value: Any) -> str:
    if type_name == "boolean":
        return "true" if value else "false"
    if type_name == "timestamp":
        moment = value if isinstance(value, datetime) else datetime.fromtimestamp(value, UTC)
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    if type_name == "blob":
        return base64.b64encode(value).decode("ascii")
    return _text(str(value))


def _text(text: str) -> str:
    # A line feed that stands as itself is changed by readers of XML.
    return escape(text, {"\r": "&#xD;"})


def _malformed(message: str) -> ApiError:
    return ApiError("MalformedInput", message)
