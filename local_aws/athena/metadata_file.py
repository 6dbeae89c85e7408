"""The `.metadata` object beside a result: the columns, in the binary form that Athena's drivers read.

The form is a protocol-buffers message; fields as seen in such objects: 1 the query's text id, 4 repeated column, and in
a column 1 catalog, 4 name, 5 label, 6 type, 7 precision, 8 scale, 9 nullable, 10 case sensitive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_UNKNOWN_NULLABLE = 3


def encode_metadata(columns: Sequence[Mapping[str, Any]]) -> bytes:
    """Write the columns of a result, each as `column_info` describes it."""
    return b"".join(_message(4, _column(column)) for column in columns)


def _column(column: Mapping[str, Any]) -> bytes:
    parts = [
        _message(1, str(column["CatalogName"]).encode()),
        _message(4, str(column["Name"]).encode()),
        _message(5, str(column["Label"]).encode()),
        _message(6, str(column["Type"]).encode()),
        _number(7, int(column["Precision"])),
        _number(8, int(column["Scale"])),
        _number(9, _UNKNOWN_NULLABLE),
        _number(10, int(bool(column["CaseSensitive"]))),
    ]
    return b"".join(parts)


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while True:
        low, value = value & 0x7F, value >> 7
        encoded.append(low | (0x80 if value else 0))
        if not value:
            return bytes(encoded)


def _message(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)
