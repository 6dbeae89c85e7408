"""Takes KPL aggregates apart.

AWS rule: the format of reference 11.5; a record that fails any check (magic, length, MD5, protobuf) is an
ordinary record.
"""

from __future__ import annotations

import hashlib

_MAGIC = b"\xf3\x89\x9a\xc2"
_DIGEST_BYTES = 16
_SHORTEST = len(_MAGIC) + _DIGEST_BYTES

_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_MAX_VARINT_BITS = 64


class _MalformedError(ValueError):
    """The bytes are no aggregate after all."""


def split(record: bytes) -> list[tuple[str, bytes]] | None:
    """Give the (partition key, data) pairs of an aggregate in order; None when `record` is an ordinary one."""
    if not record.startswith(_MAGIC) or len(record) <= _SHORTEST:
        return None
    message = record[len(_MAGIC) : -_DIGEST_BYTES]
    digest = hashlib.md5(message, usedforsecurity=False).digest()
    if digest != record[-_DIGEST_BYTES:]:
        return None
    try:
        return _records(message)
    except (_MalformedError, UnicodeDecodeError, IndexError):
        return None


def _records(message: bytes) -> list[tuple[str, bytes]]:
    keys: list[str] = []
    found: list[tuple[int, bytes]] = []
    position, end = 0, len(message)
    while position < end:
        tag, position = _varint(message, position, end)
        field, wire = tag >> 3, tag & 7
        if wire == _LENGTH and field in (1, 3):
            length, position = _varint(message, position, end)
            if position + length > end:
                raise _MalformedError
            if field == 1:
                keys.append(message[position : position + length].decode("utf-8"))
            else:
                found.append(_record(message, position, position + length))
            position += length
        else:
            position = _skip(message, wire, position, end)
    return [(keys[index], data) for index, data in found]


def _record(message: bytes, position: int, end: int) -> tuple[int, bytes]:
    key_index: int | None = None
    data: bytes | None = None
    while position < end:
        tag, position = _varint(message, position, end)
        field, wire = tag >> 3, tag & 7
        if field == 1 and wire == _VARINT:
            key_index, position = _varint(message, position, end)
        elif field == 3 and wire == _LENGTH:
            length, position = _varint(message, position, end)
            if position + length > end:
                raise _MalformedError
            data = message[position : position + length]
            position += length
        else:
            position = _skip(message, wire, position, end)
    if key_index is None or data is None:
        raise _MalformedError
    return key_index, data


def _varint(message: bytes, position: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while position < end and shift < _MAX_VARINT_BITS:
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    raise _MalformedError


def _skip(message: bytes, wire: int, position: int, end: int) -> int:
    if wire == _VARINT:
        _, position = _varint(message, position, end)
    elif wire == _LENGTH:
        length, position = _varint(message, position, end)
        position += length
    elif wire == _FIXED64:
        position += 8
    elif wire == _FIXED32:
        position += 4
    else:
        raise _MalformedError
    if position > end:
        raise _MalformedError
    return position
