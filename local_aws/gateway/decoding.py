"""From a JSON or CBOR body to the parameters of an operation, by the types of the API's model."""

from __future__ import annotations

import binascii
import math
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, MapShape, StructureShape

from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.model import Shape

    Decoder = Callable[[Any], Any]

# The largest and smallest value of each integer type: AWS clamps to them (Kinesis reference 1.1, rule 11).
_INTEGER_BITS = {"integer": 32, "long": 64, "short": 16, "byte": 8}
_NUMBERS = frozenset({"float", "double"})
_JAVA_NAMES = {
    "integer": "an Integer",
    "long": "a Long",
    "short": "a Short",
    "byte": "a Byte",
    "float": "a Float",
    "double": "a Double",
    "string": "a String",
    "boolean": "a Boolean",
    "blob": "a ByteBuffer",
    "timestamp": "a Timestamp",
}


def decode(shape: Shape, value: Any) -> Any:
    """Return `value` (parsed JSON or CBOR) as `shape` wants it: blobs as bytes, members the model lacks left out.

    A null is the same as an absent member, a fraction is cut off an integer and an integer beyond its type is the
    type's largest, as AWS treats them. Raises `ApiError` SerializationException where the type is wrong.
    """
    return _decoder(shape)(value)


@lru_cache(maxsize=65536)
def _decoder(shape: Shape) -> Decoder:
    """Return the function that decodes values of a shape. A batch has hundreds of records of one shape."""
    if isinstance(shape, StructureShape):
        return partial(_document if shape.metadata.get("document") else _structure, shape)
    if isinstance(shape, ListShape):
        return partial(_list, shape)
    if isinstance(shape, MapShape):
        return partial(_map, shape)
    if shape.type_name == "string":
        return _string
    return partial(_scalar, shape.type_name)


def _document(_shape: StructureShape, value: Any) -> Any:
    return value


def _structure(shape: StructureShape, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _unexpected(value)
    return {
        name: _decoder(member)(value[name])
        for name, member in shape.members.items()
        if value.get(name) is not None
    }


def _list(shape: ListShape, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _unexpected(value)
    decoder = _decoder(shape.member)
    return [decoder(item) for item in value if item is not None]


def _map(shape: MapShape, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _unexpected(value)
    decoder = _decoder(shape.value)
    return {key: decoder(item) for key, item in value.items() if item is not None}


def _string(value: Any) -> str:
    return value if isinstance(value, str) else _scalar("string", value)


def _scalar(type_name: str, value: Any) -> Any:
    if isinstance(value, dict | list):
        raise _unexpected(value)
    if type_name == "boolean" and isinstance(value, bool):
        return value
    if type_name == "blob" and isinstance(value, str | bytes):
        # JSON has no bytes of its own, CBOR has.
        return value if isinstance(value, bytes) else _bytes(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        if type_name in _INTEGER_BITS:
            return _clamped(int(value), _INTEGER_BITS[type_name])
        if type_name in _NUMBERS:
            return float(value)
    if type_name == "timestamp" and isinstance(value, int | float | str) and not isinstance(value, bool):
        return value
    raise serialization_error(
        f"{_json_name(value)} can not be converted to {_JAVA_NAMES.get(type_name, type_name)}"
    )


def _clamped(value: int, bits: int) -> int:
    limit = 1 << (bits - 1)
    return max(-limit, min(value, limit - 1))


def _bytes(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except ValueError as error:
        raise serialization_error("Value is not valid base64 text") from error


def _json_name(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    return "STRING_VALUE" if isinstance(value, str) else "NUMBER_VALUE"


def _unexpected(value: Any) -> ApiError:
    if isinstance(value, list):
        return serialization_error("Start of list found where not expected")
    if isinstance(value, dict):
        return serialization_error("Start of structure or map found where not expected.")
    return serialization_error("Unexpected field type")


def serialization_error(message: str) -> ApiError:
    """Return the error of a body that cannot be read as the model's types."""
    return ApiError("SerializationException", message)
