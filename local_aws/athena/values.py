"""Values as Athena writes them into results: texts, made inside DuckDB from the types of the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.athena.sql.casts import text_of
from local_aws.athena.sql.types import Type, quote, row_field_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_aws.athena.sql.queries import OutputColumn

_SHOWN_DIGITS = 3


def text_columns(columns: Sequence[OutputColumn]) -> str:
    """Write the select list that turns columns c1, c2, … into texts; NULL stays NULL."""
    return ", ".join(
        f"{text_form(f'c{i}', column.type)} AS c{i}" for i, column in enumerate(columns, start=1)
    )


def text_form(sql: str, kind: Type) -> str:
    """Write the text of a value: `[a, b]` for arrays, `{k=v}` for maps, `{a=1}` for rows, hex pairs for binaries."""
    if kind.name == "array":
        inner = text_form("e_", kind.arguments[0])
        return f"('[' || array_to_string(list_transform({sql}, lambda e_: coalesce({inner}, 'null')), ', ') || ']')"
    if kind.name == "map":
        key = text_form("e_.key", kind.arguments[0])
        value = text_form("e_.value", kind.arguments[1])
        entry = f"{key} || '=' || coalesce({value}, 'null')"
        return (
            f"CASE WHEN {sql} IS NULL THEN NULL ELSE '{{' || "
            f"array_to_string(list_transform(map_entries({sql}), lambda e_: {entry}), ', ') || '}}' END"
        )
    if kind.name == "row":
        return _row_text(sql, kind)
    if kind.name == "varbinary":
        # Athena prints the bytes as pairs of hex digits with spaces between them.
        return f"rtrim(regexp_replace(lower(hex({sql})), '(..)', '\\1 ', 'g'))"
    if kind.name == "json":
        return f"CAST({sql} AS VARCHAR)"
    if kind.name == "unknown":
        return f"CAST({sql} AS VARCHAR)"
    if kind.name.startswith("timestamp") and kind.parameters[0] < _SHOWN_DIGITS:
        # Measured by its clients: they read every timestamp with three decimals.
        kind = Type(kind.name, (_SHOWN_DIGITS,))
    text = text_of(sql, kind)
    return text if text is not None else f"CAST({sql} AS VARCHAR)"


def _row_text(sql: str, kind: Type) -> str:
    pieces = []
    names = row_field_names(kind)
    for index, (name, inner) in enumerate(zip(names, kind.arguments, strict=True)):
        shown = kind.names[index] or f"field{index}"
        text = text_form(f"({sql}).{quote(name)}", inner)
        pieces.append(f"'{shown.replace(chr(39), chr(39) * 2)}=' || coalesce({text}, 'null')")
    inside = " || ', ' || ".join(pieces)
    return f"CASE WHEN {sql} IS NULL THEN NULL ELSE '{{' || {inside} || '}}' END"


_SHOWN = {"real": "float", "interval day to second": "interval day to second"}
_PRECISIONS = {
    "boolean": (0, 0),
    "tinyint": (3, 0),
    "smallint": (5, 0),
    "integer": (10, 0),
    "bigint": (19, 0),
    "real": (17, 0),
    "double": (17, 0),
    "varchar": (2147483647, 0),
    "varbinary": (1073741824, 0),
    "date": (0, 0),
    "timestamp": (3, 0),
    "timestamp with time zone": (3, 0),
    "time": (3, 0),
    "json": (2147483647, 0),
}


def column_info(name: str, kind: Type) -> dict[str, object]:
    """Describe a column as GetQueryResults does: the type without its parameters, digits apart."""
    precision, scale = _PRECISIONS.get(kind.name, (0, 0))
    if kind.name == "decimal" or kind.name == "char" or (kind.name == "varchar" and kind.parameters):
        precision = kind.parameters[0]
        scale = kind.parameters[1] if kind.name == "decimal" else 0
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": _SHOWN.get(kind.name, kind.name),
        "Precision": precision,
        "Scale": scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": kind.name in ("varchar", "char", "json"),
    }
