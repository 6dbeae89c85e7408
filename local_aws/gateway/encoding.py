"""From the result of an operation to what JSON or CBOR can write, by the types of the API's model."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, MapShape, StructureShape

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.model import Shape

    from local_aws.gateway.service import ApiError


class EncodingError(Exception):
    """A service gave a result that its API's model does not have: a mistake of ours, never of the caller."""


def json_leaf(shape: Shape, value: Any, path: str) -> Any:
    """Give a single value as JSON has it: bytes as base64, instants as epoch seconds."""
    if shape.type_name == "blob":
        return base64.b64encode(value).decode("ascii")
    return _epoch_seconds(value, path) if shape.type_name == "timestamp" else value


def cbor_leaf(shape: Shape, value: Any, path: str) -> Any:
    """Give a single value as CBOR has it: bytes as they are, instants as instants, doubles as floats."""
    if shape.type_name == "timestamp":
        return datetime.fromtimestamp(_epoch_seconds(value, path), UTC)
    return float(value) if shape.type_name in ("float", "double") else value


def encode(
    shape: Shape, value: Any, path: str = "", leaf: Callable[[Shape, Any, str], Any] = json_leaf
) -> Any:
    """Give `value` as data of dictionaries and lists, single values by `leaf`, None left out.

    Raises `EncodingError` where `value` has a member that `shape` lacks or is of another kind.
    """
    if isinstance(shape, StructureShape):
        unknown = set(value) - set(shape.members)
        if unknown:
            raise EncodingError(f"{path or shape.name} has no member {', '.join(sorted(unknown))}")
        return {
            name: encode(shape.members[name], item, f"{path}.{name}", leaf)
            for name, item in value.items()
            if item is not None
        }
    if isinstance(shape, ListShape):
        return [encode(shape.member, item, f"{path}[]", leaf) for item in value]
    if isinstance(shape, MapShape):
        return {key: encode(shape.value, item, f"{path}.{key}", leaf) for key, item in value.items()}
    return leaf(shape, value, path)


def encode_error(error: ApiError) -> dict[str, Any]:
    """Give the body of an error answer, for JSON and CBOR."""
    return {"__type": error.code, "message": error.message, **error.extra}


def _epoch_seconds(value: Any, path: str) -> float:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise EncodingError(f"{path} is an instant without a time zone: {value.isoformat()}")
        # AWS's JSON services give milliseconds and no finer.
        return round(value.astimezone(UTC).timestamp(), 3)
    if isinstance(value, int | float):
        return round(float(value), 3)
    raise EncodingError(f"{path} is not an instant: {value!r}")
