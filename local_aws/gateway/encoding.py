"""From the result of an operation to what JSON or CBOR can write, by the types of the API's model."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, MapShape, StructureShape

from local_aws.gateway.cbor import epoch_milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from botocore.model import Shape

    from local_aws.gateway.service import ApiError

    Leaf = Callable[[Shape, Any], Any]

# What some protocol writes in another way than Python has it.
_CONVERTED = ("blob", "timestamp", "float", "double")


class EncodingError(Exception):
    """A service gave a result that its API's model does not have: a mistake of ours, never of the caller."""

    def __init__(self, problem: str, path: str = "") -> None:
        super().__init__(f"{path} {problem}" if path else problem)
        self._problem = problem
        self._path = path

    def below(self, step: str) -> EncodingError:
        """Give the same error as one of what `step` leads to."""
        return EncodingError(self._problem, step + self._path)


def json_leaf(shape: Shape, value: Any) -> Any:
    """Give a single value as JSON has it: bytes as base64, instants as epoch seconds."""
    if shape.type_name == "blob":
        return base64.b64encode(value).decode("ascii")
    return _epoch_seconds(value) if shape.type_name == "timestamp" else value


def cbor_leaf(shape: Shape, value: Any) -> Any:
    """Give a single value as CBOR has it: bytes as they are, instants as instants, doubles as floats."""
    if shape.type_name == "timestamp":
        return datetime.fromtimestamp(_epoch_seconds(value), UTC)
    return float(value) if shape.type_name in ("float", "double") else value


def amz_cbor_leaf(shape: Shape, value: Any) -> Any:
    """Return a single value as `application/x-amz-cbor-1.1` has it: instants are milliseconds."""
    if shape.type_name == "timestamp":
        return epoch_milliseconds(_epoch_seconds(value))
    return cbor_leaf(shape, value)


@dataclass(frozen=True)
class Undocumented:
    """The value of a member that AWS answers with although the API's model lacks it; it is written as it is."""

    value: Any


def encode(shape: Shape, value: Any, leaf: Leaf = json_leaf) -> Any:
    """Give `value` as data of dictionaries and lists, single values by `leaf`, None left out.

    Raises `EncodingError` where `value` has a member that `shape` lacks or is of another kind.
    """
    return _encoder(shape, leaf)(value)


@lru_cache(maxsize=8192)
def _encoder(shape: Shape, leaf: Leaf) -> Callable[[Any], Any]:
    """Give what encodes values of a shape. A page of rows has thousands of values of the same few shapes."""
    if isinstance(shape, StructureShape):
        return partial(_structure, shape, leaf)
    if isinstance(shape, ListShape):
        return partial(_list, shape, leaf)
    if isinstance(shape, MapShape):
        return partial(_map, shape, leaf)
    return partial(leaf, shape) if shape.type_name in _CONVERTED else _as_it_is


def _structure(shape: StructureShape, leaf: Leaf, value: Mapping[str, Any]) -> dict[str, Any]:
    members, found = shape.members, {}
    for name, item in value.items():
        member = members.get(name)
        if isinstance(item, Undocumented):
            found[name] = item.value
            continue
        if member is None:
            raise EncodingError(f"{shape.name} has no member {name}")
        if item is not None:
            try:
                found[name] = _encoder(member, leaf)(item)
            except EncodingError as error:
                raise error.below(f".{name}") from None
    return found


def _list(shape: ListShape, leaf: Leaf, value: Iterable[Any]) -> list[Any]:
    encoder = _encoder(shape.member, leaf)
    try:
        return [encoder(item) for item in value]
    except EncodingError as error:
        raise error.below("[]") from None


def _map(shape: MapShape, leaf: Leaf, value: Mapping[str, Any]) -> dict[str, Any]:
    encoder = _encoder(shape.value, leaf)
    try:
        return {key: encoder(item) for key, item in value.items()}
    except EncodingError as error:
        raise error.below("{}") from None


def _as_it_is(value: Any) -> Any:
    return value


def encode_error(error: ApiError, service: str | None = None) -> dict[str, Any]:
    """Give the body of an error answer, for JSON and CBOR.

    Measured: Athena writes `Message`, and its own code under two names.
    """
    if service == "athena":
        code = error.extra.get("AthenaErrorCode")
        own = {} if code is None else {"AthenaErrorCode": code, "ErrorCode": code}
        return {"__type": error.code, **error.extra, **own, "Message": error.message}
    # Measured: only what cannot be read has its message under a capital letter (Kinesis reference 1.4).
    message = "Message" if error.code == "SerializationException" else "message"
    return {"__type": error.code, message: error.message, **error.extra}


def _epoch_seconds(value: Any) -> float:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise EncodingError(f"is an instant without a time zone: {value.isoformat()}")
        # AWS's JSON services give milliseconds and no finer.
        return round(value.astimezone(UTC).timestamp(), 3)
    if isinstance(value, int | float):
        return round(float(value), 3)
    raise EncodingError(f"is not an instant: {value!r}")
