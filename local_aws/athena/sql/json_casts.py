"""CAST to and from JSON. A JSON value is held as its text; numbers in it are written as Trino writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.athena.sql import types
from local_aws.athena.sql.types import duckdb_type, quote, quote_text, row_field_names

if TYPE_CHECKING:
    from local_aws.athena.sql.typed import Typed
    from local_aws.athena.sql.types import Type


def cast_json(value: Typed, target: Type) -> str | None:
    """Give the text of a cast to or from JSON, or None when Trino has no such cast."""
    if target.name == "json":
        text = json_text(value.sql, value.type)
        return None if text is None else f"CAST({text} AS JSON)"
    return from_json(value.sql, target)


def json_text(sql: str, kind: Type) -> str | None:
    """Give the text of a value as JSON; NULL stays NULL. A row becomes an object, the keys of a map are sorted."""
    name = kind.name
    if name == "json":
        return f"CAST({sql} AS VARCHAR)"
    if name == "array":
        inner = json_text("e_", kind.arguments[0])
        if inner is None:
            return None
        return f"('[' || array_to_string(list_transform({sql}, lambda e_: coalesce({inner}, 'null')), ',') || ']')"
    if name == "map":
        return _map_text(sql, kind)
    if name == "row":
        return _row_text(sql, kind)
    if kind.is_text:
        return f"CAST(to_json({sql}) AS VARCHAR)"
    from local_aws.athena.sql.casts import text_of  # the two modules need each other

    text = text_of(sql, kind)
    if text is None:
        return None
    if name in ("double", "real"):
        return f"CASE WHEN isfinite({sql}) THEN {text} ELSE '\"' || {text} || '\"' END"
    if name == "boolean" or kind.is_numeric:
        return text
    return f"('\"' || {text} || '\"')"


def _map_text(sql: str, kind: Type) -> str | None:
    from local_aws.athena.sql.casts import text_of

    key = text_of("e_.key", kind.arguments[0])
    value = json_text("e_.value", kind.arguments[1])
    if key is None or value is None:
        return None
    entry = f"CAST(to_json({key}) AS VARCHAR) || ':' || coalesce({value}, 'null')"
    entries = f"list_sort(list_transform(map_entries({sql}), lambda e_: {entry}))"
    return f"CASE WHEN {sql} IS NULL THEN NULL ELSE '{{' || array_to_string({entries}, ',') || '}}' END"


def _row_text(sql: str, kind: Type) -> str | None:
    pieces: list[str] = []
    for index, (name, inner) in enumerate(zip(row_field_names(kind), kind.arguments, strict=True)):
        text = json_text(f"({sql}).{quote(name)}", inner)
        if text is None:
            return None
        shown = (kind.names[index] or "").replace("\\", "\\\\").replace('"', '\\"')
        pieces.append(f"{quote_text(chr(34) + shown + chr(34) + ':')} || coalesce({text}, 'null')")
    inside = " || ',' || ".join(pieces)
    return f"CASE WHEN {sql} IS NULL THEN NULL ELSE '{{' || {inside} || '}}' END"


def from_json(sql: str, target: Type) -> str | None:
    """Give the text of a cast from JSON; JSON's null becomes NULL, a value of another kind is an error."""
    name = target.name
    if name == "json":
        return sql
    if name == "array":
        inner = from_json("e_", target.arguments[0])
        if inner is None:
            return None
        return f"list_transform(json_elements({sql}, '{target}'), lambda e_: {inner})"
    if name == "map" and target.arguments[0].is_text:
        inner = from_json("e_", target.arguments[1])
        if inner is None:
            return None
        values = f"list_transform(json_members({sql}, '{target}'), lambda e_: {inner})"
        return f"CASE WHEN json_is_null({sql}) THEN NULL ELSE map(json_names({sql}), {values}) END"
    if name == "row":
        return _from_json_row(sql, target)
    if name == "boolean":
        return f"json_boolean({sql})"
    if name == "varchar":
        return f"json_text({sql})"
    if target.is_integer:
        return f"CAST(round(CAST(json_number({sql}, '{name}') AS DECIMAL(38, 9))) AS {duckdb_type(target)})"
    if name in ("double", "real", "decimal"):
        return f"CAST(json_number({sql}, '{name}') AS {duckdb_type(target)})"
    if name in ("date", "timestamp"):
        maker = "date_of_text" if target == types.DATE else "timestamp_of_text"
        return f"{maker}(json_text({sql}))"
    return None


def _from_json_row(sql: str, target: Type) -> str | None:
    fields: list[str] = []
    for index, (name, inner) in enumerate(zip(row_field_names(target), target.arguments, strict=True)):
        shown = quote_text((target.names[index] or "").lower())
        text = from_json(f"json_field({sql}, {shown}, {index})", inner)
        if text is None:
            return None
        fields.append(f"{quote(name)} := {text}")
    return f"CASE WHEN json_is_null({sql}) THEN NULL ELSE struct_pack({', '.join(fields)}) END"
