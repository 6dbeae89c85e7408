"""KPL aggregates, made by hand for tests (reference 11.5)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def framed(message: bytes) -> bytes:
    return b"\xf3\x89\x9a\xc2" + message + hashlib.md5(message, usedforsecurity=False).digest()


def message(records: Sequence[tuple[str, bytes]], extra: bytes = b"") -> bytes:
    keys = list(dict.fromkeys(key for key, _ in records))
    out = b"".join(field(1, key.encode()) for key in keys)
    for key, data in records:
        out += field(3, varint(1 << 3) + varint(keys.index(key)) + field(3, data) + extra)
    return out


def aggregate(records: Sequence[tuple[str, bytes]]) -> bytes:
    return framed(message(records))
