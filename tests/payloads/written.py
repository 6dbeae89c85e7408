"""Requests that botocore writes, as the recorder would see them: what the reading of requests is tested with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.serialize import create_serializer

from tests.payloads.identify import model
from tests.payloads.recorder import Sent

_SIGNATURE = (
    "AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"
)
_EXAMPLES: Mapping[str, Any] = {
    "string": "one/two & three",
    "character": "a",
    "boolean": True,
    "integer": 7,
    "long": 7,
    "float": 0.5,
    "double": 0.5,
    "blob": b"\x00\xffbytes",
}


def written(service: str, operation: str, parameters: Mapping[str, Any], protocol: str | None = None) -> Sent:
    """Give the request by which botocore sends these parameters; nothing checks them."""
    known = model(service)
    found = known.operation_model(operation)
    chosen = protocol or str(known.metadata["protocol"])
    made: Any = create_serializer(chosen, include_validation=False).serialize_to_request(
        dict(parameters), found
    )
    headers = {name.lower(): str(value) for name, value in made["headers"].items()}
    signing = known.metadata.get("signingName") or known.metadata["endpointPrefix"]
    headers["authorization"] = _SIGNATURE.format(signing)
    body, query = made["body"], made["query_string"]
    if isinstance(body, dict):
        headers["content-type"], body = "application/x-www-form-urlencoded; charset=utf-8", urlencode(body)
    pairs = [
        (name, one)
        for name, value in (query.items() if isinstance(query, dict) else query)
        for one in (value if isinstance(value, list) else [value])
    ]
    separator = "&" if "?" in made["url_path"] else "?"
    target = f"{made['url_path']}{separator if pairs else ''}{urlencode(pairs)}"
    return Sent(made["method"], target, headers, body.encode() if isinstance(body, str) else body)


def everything(operation: OperationModel) -> dict[str, Any]:
    """Give parameters with every member of an operation, and of what they are made of; no instants."""
    shape = operation.input_shape
    value = _example(shape, ()) if isinstance(shape, StructureShape) else {}
    assert isinstance(value, dict)
    return value


def _example(shape: Shape, above: tuple[str, ...]) -> Any:
    """Give a value of a shape; None for one that holds itself, and for instants, which are written in many ways."""
    if shape.name in above or shape.type_name == "timestamp":
        return None
    inside = (*above, shape.name)
    if isinstance(shape, StructureShape):
        members = {name: _example(member, inside) for name, member in shape.members.items()}
        known = {name: value for name, value in members.items() if value is not None}
        if members and not known and above:
            return None
        return dict(list(known.items())[:1]) if getattr(shape, "is_tagged_union", False) else known
    if isinstance(shape, ListShape):
        item = _example(shape.member, inside)
        return None if item is None else [item, item]
    if isinstance(shape, MapShape):
        item = _example(shape.value, inside)
        return None if item is None else {"some-key": item}
    if shape.serialization.get("hostLabel"):
        return "label"
    return shape.metadata["enum"][0] if shape.metadata.get("enum") else _EXAMPLES[shape.type_name]
