"""Functions on bytes: numbers as bytes, base 32, padding, hashes."""

from __future__ import annotations

import base64
import binascii
import struct
from typing import TYPE_CHECKING

from local_aws.athena.hashes import murmur3, spooky64, xxhash64
from local_aws.athena.udf_failures import invalid_argument

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_LENGTH = 2**31 - 1


def _big_endian(data: bytes, size: int) -> int:
    if len(data) != size:
        raise invalid_argument(f"expected {size}-byte input, but got instead: {len(data)}")
    return int.from_bytes(data, "big", signed=True)


def _floating(data: bytes, code: str, size: int) -> float:
    if len(data) != size:
        raise invalid_argument(f"Input must be exactly {size} bytes long. Received {len(data)} bytes instead")
    return float(struct.unpack(code, data)[0])


def _from_base32(text: str) -> bytes:
    try:
        return base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error:
        raise invalid_argument(f"Invalid input for from_base32: {text}") from None


def _padding(data: bytes, length: int, filling: bytes) -> bytes:
    """Return the bytes that are missing to `length`."""
    if not 0 <= length <= _MAX_LENGTH:
        raise invalid_argument(f"Target length must be in the range [0..{_MAX_LENGTH}]")
    if not filling:
        raise invalid_argument("Padding bytes must not be empty")
    missing = max(length - len(data), 0)
    return (filling * (missing // len(filling) + 1))[:missing]


def _padded_left(data: bytes, length: int, filling: bytes) -> bytes:
    return _padding(data, length, filling) + data[: max(length, 0)]


def _padded_right(data: bytes, length: int, filling: bytes) -> bytes:
    return data[: max(length, 0)] + _padding(data, length, filling)


_PADDING = ["BLOB", "BIGINT", "BLOB"]
# Name, function, types of its parameters, type of its result.
FUNCTIONS: tuple[tuple[str, Callable[..., object], list[str], str], ...] = (
    ("python_from_big_endian_32", lambda data: _big_endian(data, 4), ["BLOB"], "INTEGER"),
    ("python_from_big_endian_64", lambda data: _big_endian(data, 8), ["BLOB"], "BIGINT"),
    ("python_to_big_endian_32", lambda n: n.to_bytes(4, "big", signed=True), ["INTEGER"], "BLOB"),
    ("python_to_big_endian_64", lambda n: n.to_bytes(8, "big", signed=True), ["BIGINT"], "BLOB"),
    ("python_from_ieee754_32", lambda data: _floating(data, ">f", 4), ["BLOB"], "FLOAT"),
    ("python_from_ieee754_64", lambda data: _floating(data, ">d", 8), ["BLOB"], "DOUBLE"),
    ("python_to_ieee754_32", lambda x: struct.pack(">f", x), ["FLOAT"], "BLOB"),
    ("python_to_ieee754_64", lambda x: struct.pack(">d", x), ["DOUBLE"], "BLOB"),
    ("python_to_base32", lambda data: base64.b32encode(data).decode(), ["BLOB"], "VARCHAR"),
    ("python_from_base32", _from_base32, ["VARCHAR"], "BLOB"),
    ("python_reversed", lambda data: data[::-1], ["BLOB"], "BLOB"),
    ("python_padded_left", _padded_left, _PADDING, "BLOB"),
    ("python_padded_right", _padded_right, _PADDING, "BLOB"),
    ("python_xxhash64", lambda data: xxhash64(data).to_bytes(8, "big"), ["BLOB"], "BLOB"),
    ("python_murmur3", murmur3, ["BLOB"], "BLOB"),
    ("python_spooky32", lambda data: (spooky64(data) & 0xFFFFFFFF).to_bytes(4, "big"), ["BLOB"], "BLOB"),
    ("python_spooky64", lambda data: spooky64(data).to_bytes(8, "big"), ["BLOB"], "BLOB"),
)
