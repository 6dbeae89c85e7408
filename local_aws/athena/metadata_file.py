"""The `.metadata` object beside a result: the columns in the binary form that Athena's JDBC driver reads.

The form is a protocol-buffers message, measured: 1 the query's id, 2 the kind of update, 3 the number of rows updated,
4 once for each column. In a column: 1 catalog, 4 name, 5 label, 6 type, 7 precision, 8 scale, 9 nullable (3 unknown),
10 case sensitive. Which of 7, 8 and 10 are there depends on the type and not on the value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NULLABLE_UNKNOWN = 3
_WITHOUT_DIGITS = ("boolean", "interval day to second", "interval year to month")
_WITHOUT_ANYTHING = ("array", "map", "row", "json", "string", "uuid", "ipaddress")


def encode_metadata(
    query_id: str,
    columns: Sequence[Mapping[str, Any]],
    update_type: str | None = None,
    update_count: int | None = None,
) -> bytes:
    """Write the columns of a result, each as `column_info` describes it."""
    parts = [_message(1, query_id.encode())]
    if update_type is not None:
        parts.append(_message(2, update_type.encode()))
    if update_count is not None:
        parts.append(_number(3, update_count))
    return b"".join(parts) + b"".join(_message(4, _column(column)) for column in columns)


def _column(column: Mapping[str, Any]) -> bytes:
    kind = str(column["Type"])
    parts = [
        _message(1, str(column["CatalogName"]).encode()),
        _message(4, str(column["Name"]).encode()),
        _message(5, str(column["Label"]).encode()),
        _message(6, kind.encode()),
    ]
    has_digits = kind not in (*_WITHOUT_DIGITS, *_WITHOUT_ANYTHING)
    if has_digits and kind != "date" and not (kind == "varchar" and not column["Precision"]):
        parts.append(_number(7, int(column["Precision"])))
    if has_digits:
        parts.append(_number(8, int(column["Scale"])))
    parts.append(_number(9, _NULLABLE_UNKNOWN))
    if kind not in _WITHOUT_ANYTHING:
        parts.append(_number(10, int(bool(column["CaseSensitive"]))))
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
