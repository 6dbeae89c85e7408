"""CBOR (RFC 8949), as far as AWS's protocols use it: maps, lists, texts, bytes, numbers and instants."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import Any

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _LIST, _MAP, _TAG, _SIMPLE = range(8)
_INDEFINITE = 31
_BREAK = 0xFF
_EPOCH_SECONDS = 1
_ARGUMENT_FORMATS = {24: ">B", 25: ">H", 26: ">I", 27: ">Q"}
_FLOAT_FORMATS = {25: ">e", 26: ">f", 27: ">d"}
_CONSTANTS = {20: False, 21: True, 22: None, 23: None}
_DEEPEST = 64


class CborError(ValueError):
    """Bytes that are not one CBOR item, or that hold something AWS's protocols do not have."""


def loads(content: bytes) -> Any:
    """Read one item: `dict`, `list`, `str`, `bytes`, `int`, `float`, `bool`, None; an instant is epoch seconds.

    Raises `CborError`.
    """
    reader = _Reader(content)
    try:
        value = reader.item(0)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise CborError(f"ends too early or is damaged near byte {reader.position}: {error}") from error
    if reader.position != len(content):
        raise CborError(f"goes on behind its end at byte {reader.position}")
    return value


def dumps(value: Any) -> bytes:
    """Write one item; a `datetime` becomes epoch seconds with the tag that says so."""
    out = bytearray()
    _write(out, value)
    return bytes(out)


class _Reader:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self.position = 0

    def item(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise CborError(f"is nested deeper than {_DEEPEST} levels")
        first = self._content[self.position]
        self.position += 1
        major, info = first >> 5, first & 31
        if major == _SIMPLE:
            return self._simple(info)
        if info == _INDEFINITE:
            return self._indefinite(major, depth)
        argument = self._argument(info)
        if major == _UNSIGNED:
            return argument
        if major == _NEGATIVE:
            return -1 - argument
        if major == _BYTES:
            return self._take(argument)
        if major == _TEXT:
            return self._take(argument).decode("utf-8")
        if major == _LIST:
            return [self.item(depth + 1) for _ in range(argument)]
        if major == _MAP:
            return dict(self._pair(depth) for _ in range(argument))
        if argument != _EPOCH_SECONDS:
            raise CborError(f"has the tag {argument}; only {_EPOCH_SECONDS} (epoch seconds) is known")
        return self.item(depth + 1)

    def _pair(self, depth: int) -> tuple[str, Any]:
        key = self.item(depth + 1)
        if not isinstance(key, str):
            raise CborError(f"has the key {key!r} in a map, which is no text")
        return key, self.item(depth + 1)

    def _indefinite(self, major: int, depth: int) -> Any:
        if major in (_BYTES, _TEXT):
            parts = []
            while not self._ends():
                parts.append(self.item(depth + 1))
            return (b"" if major == _BYTES else "").join(parts)
        if major == _LIST:
            found = []
            while not self._ends():
                found.append(self.item(depth + 1))
            return found
        if major == _MAP:
            pairs = {}
            while not self._ends():
                key, value = self._pair(depth)
                pairs[key] = value
            return pairs
        raise CborError("has a number of indefinite length")

    def _ends(self) -> bool:
        if self._content[self.position] != _BREAK:
            return False
        self.position += 1
        return True

    def _simple(self, info: int) -> Any:
        if info in _CONSTANTS:
            return _CONSTANTS[info]
        if info not in _FLOAT_FORMATS:
            raise CborError(f"has the simple value {info}")
        return self._unpacked(_FLOAT_FORMATS[info])

    def _argument(self, info: int) -> int:
        if info < 24:
            return info
        if info not in _ARGUMENT_FORMATS:
            raise CborError(f"has a length of the unknown kind {info}")
        argument: int = self._unpacked(_ARGUMENT_FORMATS[info])
        return argument

    def _unpacked(self, form: str) -> Any:
        (value,) = struct.unpack_from(form, self._content, self.position)
        self.position += struct.calcsize(form)
        return value

    def _take(self, length: int) -> bytes:
        taken = self._content[self.position : self.position + length]
        if len(taken) != length:
            raise CborError(f"ends {length - len(taken)} bytes too early")
        self.position += length
        return taken


def _write(out: bytearray, value: Any) -> None:
    if value is None or isinstance(value, bool):
        out.append({None: 0xF6, False: 0xF4, True: 0xF5}[value])
    elif isinstance(value, int):
        _head(out, *((_UNSIGNED, value) if value >= 0 else (_NEGATIVE, -1 - value)))
    elif isinstance(value, float):
        out.append(_SIMPLE << 5 | 27)
        out += struct.pack(">d", value)
    elif isinstance(value, str):
        text = value.encode("utf-8")
        _head(out, _TEXT, len(text))
        out += text
    elif isinstance(value, bytes):
        _head(out, _BYTES, len(value))
        out += value
    elif isinstance(value, datetime):
        _head(out, _TAG, _EPOCH_SECONDS)
        _write(out, value.astimezone(UTC).timestamp())
    elif isinstance(value, dict):
        _head(out, _MAP, len(value))
        for key, item in value.items():
            _write(out, key)
            _write(out, item)
    elif isinstance(value, list):
        _head(out, _LIST, len(value))
        for item in value:
            _write(out, item)
    else:
        raise TypeError(f"{type(value).__name__} has no form in CBOR")


def _head(out: bytearray, major: int, argument: int) -> None:
    if argument < 24:
        out.append(major << 5 | argument)
        return
    info = next(info for info, form in _ARGUMENT_FORMATS.items() if argument < 1 << 8 * struct.calcsize(form))
    out.append(major << 5 | info)
    out += struct.pack(_ARGUMENT_FORMATS[info], argument)
