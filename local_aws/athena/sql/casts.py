"""Turning a value of one type into another: silently where Trino does, by CAST where it asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql.typed import Typed, null_of
from local_aws.athena.sql.types import FINE, Type, duckdb_type, quote, quote_text, row_field_names

if TYPE_CHECKING:
    from local_aws.athena.errors import Position


_HELD_DIGITS = 6  # DuckDB's timestamps have microseconds


def coerce(value: Typed, target: Type) -> Typed:
    """Turn `value` into `target`, to which it can be coerced (`types.can_coerce`)."""
    source = value.type
    if source == target:
        return value
    if source.name == "unknown":
        return null_of(target)
    if target.name == "char" and source.name == "varchar":
        return Typed(f"rtrim({value.sql}, ' ')", target)
    if _same_form(source, target):
        return value.with_type(target)
    if target.name == "time with time zone" and source.name == "time":
        return Typed(f"time_tz_pack({value.sql}, 0)", target)
    if target.name == "timestamp with time zone" and source.name in ("date", "timestamp"):
        return Typed(f"tz_of_local(CAST({value.sql} AS TIMESTAMP), 'UTC')", target)
    if source.arguments:
        return Typed(_nested(value.sql, source, target, coerce), target)
    return Typed(f"CAST({value.sql} AS {duckdb_type(target)})", target)


def _same_form(source: Type, target: Type) -> bool:
    return duckdb_type(source) == duckdb_type(target)


def _nested(sql: str, source: Type, target: Type, convert: Converter) -> str:
    """Convert element by element; a list, map or row that is NULL stays NULL."""
    if source.name == "array":
        inner = convert(Typed("e_", source.arguments[0]), target.arguments[0])
        return f"list_transform({sql}, lambda e_: {inner.sql})"
    if source.name == "map":
        key = convert(Typed("k_", source.arguments[0]), target.arguments[0])
        value = convert(Typed("v_", source.arguments[1]), target.arguments[1])
        keys = f"list_transform(map_keys({sql}), lambda k_: {key.sql})"
        values = f"list_transform(map_values({sql}), lambda v_: {value.sql})"
        return f"CASE WHEN {sql} IS NULL THEN NULL ELSE map({keys}, {values}) END"
    fields = []
    for old, new, a, b in zip(
        row_field_names(source), row_field_names(target), source.arguments, target.arguments, strict=True
    ):
        converted = convert(Typed(f"({sql}).{quote(old)}", a), b)
        fields.append(f"{quote(new)} := {converted.sql}")
    return f"CASE WHEN {sql} IS NULL THEN NULL ELSE struct_pack({', '.join(fields)}) END"


def cast(value: Typed, target: Type, position: Position | None = None) -> Typed:
    """Write `CAST(value AS target)` by Trino's rules; raises TYPE_MISMATCH when there is no such cast."""
    source = value.type
    if source.name == "unknown":
        return null_of(target)
    if source == target and target.name != "json":
        return value
    sql = _cast_sql(value, target, position)
    if sql is None and source.is_fine:
        raise UnsupportedError(f"CAST of a time finer than microseconds to {target}", position)
    if sql is None:
        raise QueryError("TYPE_MISMATCH", f"Cannot cast {source} to {target}", position)
    return Typed(sql, target)


def _cast_sql(value: Typed, target: Type, position: Position | None) -> str | None:
    source, sql, name = value.type, value.sql, target.name
    if source.name == "char" and not target.is_text:
        return None
    if target.arguments and source.arguments:
        if name != source.name or len(target.arguments) != len(source.arguments):
            return None
        return _nested(sql, source, target, lambda inner, kind: cast(inner, kind, position))
    if name == "json" or source.name == "json":
        from local_aws.athena.sql.json_casts import cast_json  # the two modules need each other

        return cast_json(value, target)
    if source.arguments or target.arguments:
        return None
    if name == "char":
        return char_of(sql, target) if source.is_text else None
    if target.is_text:
        return _to_text(sql, source, target)
    writer = _WRITERS.get(name)
    return writer(sql, source, target) if writer else None


def char_of(sql: str, target: Type) -> str:
    """Write a text as a char: cut to its length. The blanks that fill it up are not held, they come with `text_of`."""
    return f"rtrim(left({sql}, {target.parameters[0]}), ' ')"


def _to_text(sql: str, source: Type, target: Type) -> str | None:
    text = cast_text_of(sql, source)
    if text is None:
        return None
    if not target.parameters:
        return text
    length = target.parameters[0]
    if source.is_text:  # a text is cut, anything else has to fit
        return f"left({text}, {length})"
    shown = f"{text_of(sql, source)} || ' (' || {text} || ')'" if source.name in ("double", "real") else text
    return f"text_that_fits({text}, {length}, {shown}, '{target}')"


def cast_text_of(sql: str, source: Type) -> str | None:
    """Write a value as CAST to varchar does, floating numbers with an exponent (`1.5E0`); None without a cast."""
    if source.name in ("double", "real"):
        return f"{source.name}_cast_text({sql})"
    return text_of(sql, source)


def text_of(sql: str, source: Type) -> str | None:
    """Write a value of a type without parts as results show it; None for a type that is never shown alone."""
    name = source.name
    if name == "char":
        return f"rpad({sql}, {source.parameters[0]}, ' ')"
    if name == "varchar":
        return sql
    if name in ("double", "real"):
        return f"{name}_text({sql})"
    if name == "timestamp":
        return f"timestamp_text({sql}, {source.parameters[0]})"
    if name == "timestamp with time zone":
        return f"timestamp_tz_text({sql}, {source.parameters[0]})"
    if name == "time":
        return f"time_text({sql}, {source.parameters[0]})"
    if name == "time with time zone":
        return f"time_tz_text({sql}, {source.parameters[0]})"
    if name == f"{FINE}timestamp":
        return f"fine_text(({sql}).i, ({sql}).n, {source.parameters[0]})"
    if source.is_fine:
        return f"fine_text(tz_local({sql}), ({sql}).n, {source.parameters[0]}) || ' ' || ({sql}).z"
    if name == "date":
        return f"date_text({sql})"
    if name == "interval day to second":
        return f"interval_day_text({sql})"
    if name == "interval year to month":
        return f"interval_year_text({sql})"
    if name == "decimal" and source.parameters[0] == source.parameters[1]:
        return f"fraction_text({sql})"
    if name in ("ipaddress", "color"):
        return f"python_{'address' if name == 'ipaddress' else name}_text({sql})"
    if name == "boolean" or source.is_numeric or name == "uuid":
        return f"CAST({sql} AS VARCHAR)"
    return None


def _to_boolean(sql: str, source: Type, _: Type) -> str | None:
    if source.is_numeric:
        return f"({sql} <> 0)"
    return f"boolean_of_text({sql})" if source.is_text else None


def _to_integer(sql: str, source: Type, target: Type) -> str | None:
    kind = duckdb_type(target)
    if source.is_integer or source.name == "boolean":
        return f"CAST({sql} AS {kind})"
    if source.name == "decimal":
        return f"CAST(round({sql}) AS {kind})"  # half away from zero, where DuckDB's own cast rounds half to even
    if source.name in ("double", "real"):
        return f"CAST(whole_of_floating({sql}, '{source.name}', '{target.name}') AS {kind})"
    if source.is_text:
        shown = "INT" if target.name == "integer" else target.name.upper()
        return _fitting(
            f"number_text({sql}, '{target.name.upper()}')", kind, sql, f"Cannot cast '%' to {shown}"
        )
    return None


def _to_floating(sql: str, source: Type, target: Type) -> str | None:
    if source.name == "double" and target.name == "real":
        return f"real_of_double({sql})"
    if source.is_numeric or source.name == "boolean":
        return f"CAST({sql} AS {duckdb_type(target)})"
    if source.is_text:
        return f"CAST(number_text({sql}, '{target.name.upper()}') AS {duckdb_type(target)})"
    return None


def _fitting(number: str, kind: str, shown: str, message: str) -> str:
    """Write a cast that fails with a message of Trino, which has the value in the place of `%`."""
    before, after = (quote_text(part) for part in f"INVALID_CAST_ARGUMENT: {message}".split("%"))
    failure = f"CAST(fail_as_text_({before} || {shown} || {after}) AS {kind})"
    return f"CASE WHEN {shown} IS NOT NULL THEN coalesce(TRY_CAST({number} AS {kind}), {failure}) END"


def _to_decimal(sql: str, source: Type, target: Type) -> str | None:
    kind, shown = duckdb_type(target), f"DECIMAL({target.parameters[0]}, {target.parameters[1]})"
    if source.name in ("double", "real"):
        # The decimal nearest to the number as it prints: 1.005 becomes 1.01, where its binary value is below.
        message = f"Cannot cast {source.name.upper()} '%' to {shown}"
        return _fitting(f"CAST({sql} AS VARCHAR)", kind, f"{source.name}_text({sql})", message)
    if source.name == "boolean":
        message = f"Cannot cast BOOLEAN '%' to {shown}"
        return _fitting(f"CAST({sql} AS INTEGER)", kind, f"CAST({sql} AS VARCHAR)", message)
    if source.is_numeric:
        named = (
            f"DECIMAL({source.parameters[0]}, {source.parameters[1]})"
            if source.parameters
            else source.name.upper()
        )
        return _fitting(sql, kind, f"CAST({sql} AS VARCHAR)", f"Cannot cast {named} '%' to {shown}")
    if source.is_text:
        message = f"Cannot cast VARCHAR '%' to {shown}. Value too large."
        return _fitting(f"number_text({sql}, '{str(target).upper()}')", kind, sql, message)
    return None


def _to_date(sql: str, source: Type, _: Type) -> str | None:
    if source.is_text:
        return f"date_of_text({sql})"
    if source.name == "timestamp":
        return f"CAST({sql} AS DATE)"
    if source.name == "timestamp with time zone":
        return f"CAST(tz_local({sql}) AS DATE)"
    return None


def _to_timestamp(sql: str, source: Type, target: Type) -> str | None:
    precision = target.parameters[0]
    if source.is_text and precision > _HELD_DIGITS:
        raise UnsupportedError(f"CAST of a text to {target}")
    if source.is_text:
        return (
            f"round_timestamp(timestamp_of_text({sql}), {precision})"
            if precision < _HELD_DIGITS
            else _rounded(sql)
        )
    if source.name == "date":
        return f"CAST({sql} AS TIMESTAMP)"
    if source.name == "timestamp":
        return sql if precision >= source.parameters[0] else f"round_timestamp({sql}, {precision})"
    if source.name == "timestamp with time zone":
        return f"round_timestamp(tz_local({sql}), {precision})"
    return None


def _rounded(sql: str) -> str:
    """Write a text as a timestamp with all digits that are held; DuckDB drops the seventh, Trino rounds it."""
    more = f"CASE WHEN regexp_matches({sql}, '[.][0-9]{{6}}[5-9]') THEN 1 ELSE 0 END"
    return f"timestamp_of_text({sql}) + to_microseconds({more})"


def _to_timestamp_tz(sql: str, source: Type, target: Type) -> str | None:
    precision = target.parameters[0]
    if source.is_text and precision > _HELD_DIGITS:
        raise UnsupportedError(f"CAST of a text to {target}")
    if source.is_text:
        return f"round_tz(tz_of_text({sql}), {precision})"
    if source.name == "date":
        return f"tz_of_local(CAST({sql} AS TIMESTAMP), 'UTC')"
    if source.name == "timestamp":
        return f"tz_of_local(round_timestamp({sql}, {precision}), 'UTC')"
    if source.name == "timestamp with time zone":
        return sql if precision >= source.parameters[0] else f"round_tz({sql}, {precision})"
    return None


def _to_time(sql: str, source: Type, target: Type) -> str | None:
    precision = target.parameters[0]
    if source.is_text:
        time = f"time_of_text({sql})"
    elif source.name == "time":
        if precision >= source.parameters[0]:
            return sql
        time = sql
    elif source.name == "timestamp":
        time = f"CAST({sql} AS TIME)"
    elif source.name == "timestamp with time zone":
        time = f"CAST(tz_local({sql}) AS TIME)"
    elif source.name == "time with time zone":
        time = f"({sql}).t"
    else:
        return None
    return f"round_time({time}, {precision})"


def _to_time_tz(sql: str, source: Type, target: Type) -> str | None:
    precision = target.parameters[0]
    if source.is_text:
        value = f"time_tz_of_text({sql})"
    elif source.name == "time":
        value = f"time_tz_pack({sql}, 0)"
    elif source.name == "time with time zone":
        value = sql
    elif source.name == "timestamp with time zone":
        value = f"time_tz_pack(CAST(tz_local({sql}) AS TIME), tz_offset_seconds({sql}) // 60)"
    else:
        return None
    return f"round_time_tz({value}, {precision})"


def _to_varbinary(sql: str, source: Type, _: Type) -> str | None:
    if source.name == "ipaddress":
        return sql
    if source.name == "uuid":
        return f"unhex(replace(CAST({sql} AS VARCHAR), '-', ''))"
    return f"encode({sql})" if source.is_text else None


def _to_uuid(sql: str, source: Type, target: Type) -> str | None:
    if source.name == "varbinary":
        return f"uuid_of_bytes({sql})"
    return f"CAST({sql} AS {duckdb_type(target)})" if source.is_text else None


def _to_address(sql: str, source: Type, _: Type) -> str | None:
    if source.name == "varbinary":
        return f"python_address_of_bytes({sql})"
    return f"python_address_of_text({sql})" if source.is_text else None


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Converter = Callable[[Typed, Type], Typed]
    Writer = Callable[[str, Type, Type], str | None]

_WRITERS: Mapping[str, Writer] = {
    "boolean": _to_boolean,
    "tinyint": _to_integer,
    "smallint": _to_integer,
    "integer": _to_integer,
    "bigint": _to_integer,
    "real": _to_floating,
    "double": _to_floating,
    "decimal": _to_decimal,
    "date": _to_date,
    "timestamp": _to_timestamp,
    "timestamp with time zone": _to_timestamp_tz,
    "time": _to_time,
    "time with time zone": _to_time_tz,
    "varbinary": _to_varbinary,
    "uuid": _to_uuid,
    "ipaddress": _to_address,
}
