"""From a JSON or CBOR body to the parameters of an operation, by the types of the API's model."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, MapShape, StructureShape

from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from botocore.model import Shape

_INTEGERS = frozenset({"integer", "long", "short", "byte"})
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
    """Give `value` (parsed JSON or CBOR) as `shape` wants it: blobs as bytes, members the model lacks left out.

    A null is the same as an absent member, as AWS treats it. Raises `ApiError` SerializationException
    where the type is wrong.
    """
    if isinstance(shape, StructureShape):
        if not isinstance(value, dict):
            raise _unexpected(value)
        return {
            name: decode(member, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if isinstance(shape, ListShape):
        if not isinstance(value, list):
            raise _unexpected(value)
        return [decode(shape.member, item) for item in value if item is not None]
    if isinstance(shape, MapShape):
        if not isinstance(value, dict):
            raise _unexpected(value)
        return {key: decode(shape.value, item) for key, item in value.items() if item is not None}
    return _scalar(shape.type_name, value)


def _scalar(type_name: str, value: Any) -> Any:
    if isinstance(value, dict | list):
        raise _unexpected(value)
    if type_name == "string" and isinstance(value, str):
        return value
    if type_name == "boolean" and isinstance(value, bool):
        return value
    if type_name == "blob" and isinstance(value, str | bytes):
        # JSON has no bytes of its own, CBOR has.
        return value if isinstance(value, bytes) else _bytes(value)
    if not isinstance(value, bool):
        if type_name in _INTEGERS and _is_whole(value):
            return int(value)
        if type_name in _NUMBERS and isinstance(value, int | float):
            return float(value)
        if type_name == "timestamp" and isinstance(value, int | float | str):
            return value
    raise _serialization(
        f"{_json_name(value)} can not be converted to {_JAVA_NAMES.get(type_name, type_name)}"
    )


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _serialization("Value is not valid base64 text") from error


def _json_name(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    return "STRING_VALUE" if isinstance(value, str) else "NUMBER_VALUE"


def _unexpected(value: Any) -> ApiError:
    if isinstance(value, list):
        return _serialization("Start of list found where not expected")
    if isinstance(value, dict):
        return _serialization("Start of structure or map found where not expected.")
    return _serialization("Unexpected field type")


def _serialization(message: str) -> ApiError:
    return ApiError("SerializationException", message)
