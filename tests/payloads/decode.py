"""From a request to the parameters of its operation, by the protocol in which it is written.

What a request has and the model does not is never dropped: it stays among the parameters under the name that was sent,
or, where a protocol gives parameters no such place, becomes a problem of its own.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from tests.payloads.identify import Identified
from tests.payloads.recorder import Sent

# Of signatures, checksums and the SDK itself: headers that no operation has as a parameter.
_SDK_HEADERS = re.compile(
    r"amz-sdk-.*|x-amz-(date|content-sha256|security-token|user-agent|target|trailer|decoded-content-length"
    r"|sdk-checksum-algorithm|checksum-.*|te)"
)
_INTEGERS = frozenset({"integer", "long", "short", "byte"})
_FRACTIONS = frozenset({"float", "double"})
_ENTRY_NUMBER = re.compile(r"[1-9]\d*")
_WSI = "{http://www.w3.org/2001/XMLSchema-instance}"


@dataclass
class Decoded:
    """Parameters by the names of the model, and what could not be read as the model says."""

    parameters: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def decode(sent: Sent, found: Identified) -> Decoded:
    """Read a request that was identified."""
    made = Decoded()
    shape = found.operation.input_shape
    if found.protocol == "json":
        made.parameters = _json(shape, _parsed(sent.body or b"{}", made), "", made)
    elif found.protocol == "query":
        made.parameters = _form(shape, _tree(found.query, made), "", made) if shape is not None else {}
    else:
        _rest(sent, found, made)
    return made


def _parsed(body: bytes, made: Decoded) -> Any:
    try:
        return json.loads(body, object_pairs_hook=lambda pairs: _unique(pairs, made))
    except ValueError as error:
        made.problems.append(f"the body is not JSON: {error}")
        return {}


def _unique(pairs: list[tuple[str, Any]], made: Decoded) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        made.problems.append(f"a member is given twice: {[name for name, _ in pairs]}")
    return found


def _json(shape: Shape | None, value: Any, path: str, made: Decoded) -> Any:
    """Turn parsed JSON into parameters; a null is an absent member, as AWS treats it."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        names = _names(shape)
        named: dict[Any, Any] = {names.get(key, key): item for key, item in value.items() if item is not None}
        return {
            name: _json(shape.members.get(name), item, f"{path}.{name}", made) for name, item in named.items()
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_json(shape.member, item, f"{path}[{n}]", made) for n, item in enumerate(value)]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: _json(shape.value, item, f"{path}[{key}]", made) for key, item in value.items()}
    if shape is not None and shape.type_name == "blob" and isinstance(value, str):
        return _bytes(value, path, made)
    return value


def _names(shape: StructureShape) -> dict[Any, str]:
    """Give the model's names by the names on the wire, of members that have no place but the body."""
    return {
        member.serialization.get("name", name): name
        for name, member in shape.members.items()
        if "location" not in member.serialization
    }


def _bytes(text: str, path: str, made: Decoded) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        made.problems.append(f"{path}: not base64")
        return b""


# The query protocol: `Tags.member.1.Key=a` as a form.


def _tree(fields: tuple[tuple[str, str], ...], made: Decoded) -> dict[str, Any]:
    """Turn names with dots into a tree of dictionaries, with texts as leaves."""
    tree: dict[str, Any] = {}
    for name, value in fields:
        *path, last = name.split(".")
        inner: Any = tree
        for part in path:
            inner = inner.setdefault(part, {}) if isinstance(inner, dict) else None
        if not isinstance(inner, dict) or last in inner:
            made.problems.append(f"{name} is given twice, or as a value and as a structure")
        else:
            inner[last] = value
    return tree


def _form(shape: Shape | None, tree: Any, path: str, made: Decoded) -> Any:
    if isinstance(shape, StructureShape) and isinstance(tree, dict):
        names = _names(shape)
        named: dict[Any, Any] = {names.get(key, key): item for key, item in tree.items()}
        return {
            name: _form(shape.members.get(name), item, f"{path}.{name}", made) for name, item in named.items()
        }
    if isinstance(shape, ListShape):
        if tree == "":  # how an empty list is written
            return []
        between = (
            None if shape.serialization.get("flattened") else shape.member.serialization.get("name", "member")
        )
        return [_form(shape.member, one, path, made) for one in _numbered(tree, between, path, made)]
    if isinstance(shape, MapShape):
        if tree == "":
            return {}
        between = None if shape.serialization.get("flattened") else "entry"
        key_name = shape.key.serialization.get("name", "key")
        value_name = shape.value.serialization.get("name", "value")
        entries = _numbered(tree, between, path, made)
        if any(not isinstance(one, dict) or set(one) != {key_name, value_name} for one in entries):
            made.problems.append(f"{path}: entries are not of {key_name} and {value_name}: {entries}")
            return {}
        return {one[key_name]: _form(shape.value, one[value_name], path, made) for one in entries}
    return tree if shape is None else _text(shape, tree, path, made)


def _numbered(tree: Any, between: str | None, path: str, made: Decoded) -> list[Any]:
    """Give the entries `1`, `2`, ... of a list, below `between` if there is such a part."""
    if between is not None:
        if not isinstance(tree, dict) or set(tree) != {between}:
            made.problems.append(f"{path}: not a list of {between}: {tree!r}")
            return []
        tree = tree[between]
    numbers = list(tree) if isinstance(tree, dict) else []
    ordered = sorted((number for number in numbers if _ENTRY_NUMBER.fullmatch(number)), key=int)
    if not numbers or ordered != [str(n + 1) for n in range(len(numbers))]:
        made.problems.append(f"{path}: a list is not numbered from 1: {tree!r}")
        return []
    return [tree[number] for number in ordered]


def _text(shape: Shape, value: Any, path: str, made: Decoded) -> Any:
    """Read a scalar that was sent as text; what cannot be read stays text, which its type will not allow."""
    if not isinstance(value, str):
        return value
    if shape.type_name == "boolean":
        return {"true": True, "false": False}.get(value, value)
    if shape.type_name == "blob":
        return _bytes(value, path, made)
    try:
        if shape.type_name in _INTEGERS:
            return int(value)
        if shape.type_name in _FRACTIONS:
            return float(value)
    except ValueError:
        return value
    return value


# The REST protocols: parameters in path, query, headers and body.


def _rest(sent: Sent, found: Identified, made: Decoded) -> None:
    shape = found.operation.input_shape
    members: Mapping[str, Shape] = shape.members if isinstance(shape, StructureShape) else {}
    _query(found, members, made)
    headers = {name for name in sent.headers if name.startswith("x-amz") and not _SDK_HEADERS.fullmatch(name)}
    for name, member in members.items():
        location, key = member.serialization.get("location"), member.serialization.get("name", name)
        if location == "uri" and key in found.labels:
            made.parameters[name] = _text(member, found.labels[key], f".{name}", made)
        elif location == "header" and key.lower() in sent.headers:
            headers.discard(key.lower())
            made.parameters[name] = _of_header(member, sent.headers[key.lower()], f".{name}", made)
        elif location == "headers":
            given = {one for one in headers if one.startswith(key.lower())}
            headers -= given
            made.parameters[name] = {one[len(key) :]: sent.headers[one] for one in given}
    made.problems += [f"{found.name} has no header {name}" for name in sorted(headers)]
    if isinstance(shape, StructureShape):
        _body(sent, found, shape, made)
    elif sent.body:
        made.problems.append(f"{found.name} has no parameters and was sent {len(sent.body)} bytes")


def _of_header(shape: Shape, value: str, path: str, made: Decoded) -> Any:
    if isinstance(shape, ListShape):
        return [_text(shape.member, one.strip(), path, made) for one in value.split(",")]
    return _text(shape, value, path, made)


def _query(found: Identified, members: Mapping[str, Shape], made: Decoded) -> None:
    known = {
        member.serialization.get("name", name): (name, member)
        for name, member in members.items()
        if member.serialization.get("location") == "querystring"
    }
    for key, value in found.query:
        if key not in known:
            made.problems.append(f"{found.name} has no query parameter {key}={value}")
            continue
        name, member = known[key]
        if isinstance(member, ListShape):
            made.parameters.setdefault(name, []).append(_text(member.member, value, f".{name}", made))
        elif name in made.parameters:
            made.problems.append(f"{found.name}: the query parameter {key} is given twice")
        else:
            made.parameters[name] = _text(member, value, f".{name}", made)


def _body(sent: Sent, found: Identified, shape: StructureShape, made: Decoded) -> None:
    payload = shape.serialization.get("payload")
    member = shape.members[payload] if payload else None
    if not sent.body:
        return
    if payload and not isinstance(member, StructureShape):
        is_text = member is not None and member.type_name == "string"
        made.parameters[payload] = sent.body.decode("utf-8") if is_text else sent.body
        return
    whole = member if member is not None else shape
    if whole is shape and all("location" in one.serialization for one in shape.members.values()):
        made.problems.append(f"it is sent a body of {len(sent.body)} bytes and has no parameter there")
        return
    if found.protocol == "rest-json":
        content = _json(whole, _parsed(sent.body, made), f".{payload}" if payload else "", made)
    else:
        content = _document(whole, sent.body, made)
    if payload:
        made.parameters[payload] = content
    elif isinstance(content, dict):
        made.parameters.update(content)


def _document(shape: StructureShape | Shape, body: bytes, made: Decoded) -> Any:
    try:
        root = ET.fromstring(body)  # noqa: S314 - what Terraform sent a moment ago
    except ET.ParseError as error:
        made.problems.append(f"the body is not XML: {error}")
        return {}
    expected = shape.serialization.get("name", shape.name)
    if _tag(root) != expected:
        made.problems.append(f"the body is a {_tag(root)}, not a {expected}")
    return _xml(shape, root, "", made)


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _xml(shape: Shape | None, element: ET.Element, path: str, made: Decoded) -> Any:
    if isinstance(shape, StructureShape):
        return _xml_structure(shape, element, path, made)
    if isinstance(shape, ListShape):
        wanted = shape.member.serialization.get("name", "member")
        made.problems += [
            f"{path}: {_tag(one)} in a list of {wanted}" for one in element if _tag(one) != wanted
        ]
        return [_xml(shape.member, one, path, made) for one in element]
    if isinstance(shape, MapShape):
        names = (shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value"))
        entries = [tuple(map(_tag, one)) for one in element]
        if any(_tag(one) != "entry" for one in element) or any(entry != names for entry in entries):
            made.problems.append(f"{path}: entries are not of {' and '.join(names)}: {entries}")
            return {}
        return {one[0].text or "": _xml(shape.value, one[1], path, made) for one in element}
    if len(element):
        made.problems.append(f"{path}: elements where a value belongs: {[_tag(one) for one in element]}")
    text = element.text or ""
    return text if shape is None else _text(shape, text, path, made)


def _xml_structure(shape: StructureShape, element: ET.Element, path: str, made: Decoded) -> dict[str, Any]:
    names = _names(shape)
    values: dict[str, Any] = {}
    for attribute, value in element.attrib.items():
        key = attribute.replace(_WSI, "xsi:")
        values[names.get(key, key)] = value
    for child in element:
        name = names.get(_tag(child), _tag(child))
        member = shape.members.get(name)
        if isinstance(member, ListShape) and member.serialization.get("flattened"):
            values.setdefault(name, []).append(_xml(member.member, child, f"{path}.{name}", made))
        elif name in values:
            made.problems.append(f"{path}.{name} is given twice")
        else:
            values[name] = _xml(member, child, f"{path}.{name}", made)
    if (element.text or "").strip():
        made.problems.append(f"{path}: text where elements belong: {element.text!r}")
    return values
