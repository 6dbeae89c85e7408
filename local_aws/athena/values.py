"""Values as Athena writes them into results: texts, made inside DuckDB from the types of the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.athena.errors import UnsupportedError
from local_aws.athena.sql.casts import text_of
from local_aws.athena.sql.types import SKETCHES, quote, quote_text, row_field_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_aws.athena.sql.compiled import OutputColumn
    from local_aws.athena.sql.types import Type


def text_columns(columns: Sequence[OutputColumn]) -> str:
    """Write the select list that turns columns c1, c2, … into texts; NULL stays NULL."""
    return ", ".join(
        f"{text_form(f'c{i}', column.type)} AS c{i}" for i, column in enumerate(columns, start=1)
    )


def text_form(sql: str, kind: Type, inside: bool = False) -> str:
    """Return the text of a value: `[a, b]` for arrays, `{k=v}` for maps, `{a=1}` for rows, hex pairs for binaries.

    Measured: the entries of a map are in the order of their keys, and a binary `inside` something else is printed as
    Java prints an object, `[B@2545d692`.
    """
    if kind.name == "array":
        inner = text_form("e_", kind.arguments[0], True)
        return f"('[' || array_to_string(list_transform({sql}, lambda e_: coalesce({inner}, 'null')), ', ') || ']')"
    if kind.name == "map":
        key = text_form("e_.key", kind.arguments[0], True)
        value = text_form("e_.value", kind.arguments[1], True)
        entry = f"{key} || '=' || coalesce({value}, 'null')"
        return (
            f"CASE WHEN {sql} IS NULL THEN NULL ELSE '{{' || "
            f"array_to_string(list_transform(list_sort(map_entries({sql})), lambda e_: {entry}), ', ') || '}}' END"
        )
    if kind.name == "row":
        return _row_text(sql, kind)
    if kind.name == "varbinary" and inside:
        return f"('[B@' || left(md5({sql}), 8))"
    if kind.name == "varbinary":
        # Athena prints the bytes as pairs of hex digits with spaces between them.
        return f"rtrim(regexp_replace(lower(hex({sql})), '(..)', '\\1 ', 'g'))"
    if kind.name in (*SKETCHES, "bingtile"):
        raise UnsupportedError(f"A result of the type {kind}")
    if kind.name in ("geometry", "sphericalgeography"):
        return f"python_geometry_text({sql})"
    if kind.name == "json":
        return f"CAST({sql} AS VARCHAR)"
    if kind.name == "unknown":
        return f"CAST({sql} AS VARCHAR)"
    text = text_of(sql, kind)
    return text if text is not None else f"CAST({sql} AS VARCHAR)"


def _row_text(sql: str, kind: Type) -> str:
    pieces = []
    names = row_field_names(kind)
    for index, (name, inner) in enumerate(zip(names, kind.arguments, strict=True)):
        text = f"coalesce({text_form(f'({sql}).{quote(name)}', inner, True)}, 'null')"
        shown = kind.names[index]
        # Measured: a field without a name is printed as its value alone.
        pieces.append(text if shown is None else f"{quote_text(shown + '=')} || {text}")
    inside = " || ', ' || ".join(pieces)
    return f"CASE WHEN {sql} IS NULL THEN NULL ELSE '{{' || {inside} || '}}' END"


_SHOWN_NAMES = {"real": "float"}
# Measured: digits by type; a type that is not here has none.
_PRECISIONS = {
    "tinyint": 3,
    "smallint": 5,
    "integer": 10,
    "bigint": 19,
    "real": 17,
    "double": 17,
    "varchar": 2147483647,
    "varbinary": 1073741824,
    "timestamp": 3,
    "timestamp with time zone": 3,
    "time": 3,
    "time with time zone": 3,
}


def column_info(name: str, kind: Type) -> dict[str, object]:
    """Describe a column as GetQueryResults does: the type without its parameters, digits apart."""
    precision, scale = _PRECISIONS.get(kind.shown_name, 0), 0
    if kind.name == "decimal":
        precision, scale = kind.parameters
    elif kind.is_text and kind.parameters:
        precision = kind.parameters[0]
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": _SHOWN_NAMES.get(kind.name, kind.shown_name),
        "Precision": precision,
        "Scale": scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": kind.is_text,
    }
