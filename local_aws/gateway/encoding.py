"""From the result of an operation to a JSON body, by the types of the API's model."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, MapShape, StructureShape

if TYPE_CHECKING:
    from botocore.model import Shape

    from local_aws.gateway.service import ApiError


class EncodingError(Exception):
    """A service gave a result that its API's model does not have: a mistake of ours, never of the caller."""


def encode(shape: Shape, value: Any, path: str = "") -> Any:
    """Give `value` as JSON-ready data: bytes as base64, instants as epoch seconds, None left out.

    Raises `EncodingError` where `value` has a member that `shape` lacks or is of another kind.
    """
    if isinstance(shape, StructureShape):
        unknown = set(value) - set(shape.members)
        if unknown:
            raise EncodingError(f"{path or shape.name} has no member {', '.join(sorted(unknown))}")
        return {
            name: encode(shape.members[name], item, f"{path}.{name}")
            for name, item in value.items()
            if item is not None
        }
    if isinstance(shape, ListShape):
        return [encode(shape.member, item, f"{path}[]") for item in value]
    if isinstance(shape, MapShape):
        return {key: encode(shape.value, item, f"{path}.{key}") for key, item in value.items()}
    if shape.type_name == "blob":
        return base64.b64encode(value).decode("ascii")
    if shape.type_name == "timestamp":
        return _epoch_seconds(value, path)
    return value


def encode_error(error: ApiError) -> dict[str, Any]:
    """Give the JSON body of an error answer."""
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
