"""Functions on dates and times. The session's time zone is UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.casts import cast, coerce
from local_aws.athena.sql.functions.date_patterns import joda_pieces, mysql_format, mysql_reading, zone_at_end
from local_aws.athena.sql.functions.date_reading import MYSQL_CENTURY, reading
from local_aws.athena.sql.literals import clock
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import quote_text
from local_aws.athena.sql.zones import zone_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_aws.athena.errors import Position
    from local_aws.athena.sql.functions.call import Call
    from local_aws.athena.sql.functions.registry import Functions
    from local_aws.athena.sql.types import Type

_RULES = """
from_iso8601_timestamp(varchar) -> timestamp(3) with time zone => tz_of_iso({0})
from_iso8601_timestamp_nanos(varchar) -> timestamp(9) with time zone => tz_of_iso_nanos({0})
from_iso8601_date(varchar) -> date => date_of_iso({0})
from_unixtime(double) -> timestamp(3) with time zone => tz_of_seconds({0}, 'UTC')
from_unixtime(double, varchar) -> timestamp(3) with time zone => tz_of_seconds({0}, zone_name_({1}))
from_unixtime(double, bigint, bigint) -> timestamp(3) with time zone => tz_of_seconds({0}, zone_of_offset({1}, {2}))
to_unixtime(timestamp) -> double => (epoch_us({0}) / 1000000.0::DOUBLE)
to_unixtime(timestamp(3) with time zone) -> double => (epoch_us(CAST(({0}).i AS TIMESTAMP)) / 1000000.0::DOUBLE)
timezone(timestamp(3) with time zone) -> varchar => ({0}).z
current_timezone() -> varchar => 'UTC'
to_milliseconds(interval day to second) -> bigint => interval_milliseconds_({0})
parse_duration(varchar) -> interval day to second => interval_of_duration({0})
human_readable_seconds(double) -> varchar => readable_seconds({0})
timezone_hour(timestamp(3) with time zone) -> bigint => (tz_offset_seconds({0}) // 3600)
timezone_minute(timestamp(3) with time zone) -> bigint => (tz_offset_seconds({0}) % 3600 // 60)
"""

# Name in Trino: the part of DuckDB's datepart.
_PARTS = {
    "year": "year",
    "quarter": "quarter",
    "month": "month",
    "week": "week",
    "week_of_year": "week",
    "day": "day",
    "day_of_month": "day",
    "day_of_week": "isodow",
    "dow": "isodow",
    "day_of_year": "doy",
    "doy": "doy",
    "year_of_week": "isoyear",
    "yow": "isoyear",
    "hour": "hour",
    "minute": "minute",
    "second": "second",
}
_TIME_PARTS = ("hour", "minute", "second", "millisecond")
_UNITS = ("millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year")
_DATE_UNITS = _UNITS[4:]
_ADDITIONS = {
    "millisecond": "to_milliseconds({n})",
    "second": "to_seconds({n})",
    "minute": "to_minutes({n})",
    "hour": "to_hours({n})",
    "day": "to_days(CAST({n} AS INTEGER))",
    "week": "to_days(CAST({n} * 7 AS INTEGER))",
    "month": "to_months(CAST({n} AS INTEGER))",
    "quarter": "to_months(CAST({n} * 3 AS INTEGER))",
    "year": "to_months(CAST({n} * 12 AS INTEGER))",
}


def register(functions: Functions) -> None:
    """Add the functions of this family."""
    functions.define_all(_RULES)
    functions.builder(*_PARTS, "millisecond")(_part)
    functions.builder("at_timezone", "with_timezone")(_zoned)
    functions.builder("date")(_date)
    functions.builder("now")(_now)
    functions.builder("current_time", "current_timestamp", "localtime", "localtimestamp")(_clock)
    functions.builder("date_trunc")(_date_trunc)
    functions.builder("date_add")(_date_add)
    functions.builder("date_diff")(_date_diff)
    functions.builder("date_format")(_date_format)
    functions.builder("date_parse")(_date_parse)
    functions.builder("format_datetime")(_format_datetime)
    functions.builder("parse_datetime")(_parse_datetime)
    functions.builder("last_day_of_month")(_last_day)
    functions.builder("to_iso8601")(_to_iso)
    functions.builder("from_unixtime_nanos")(_of_nanoseconds)


def _of_nanoseconds(call: Call) -> Typed:
    """Build `from_unixtime_nanos` where it is an argument: without digits finer than a microsecond."""
    if call.count != 1:
        raise call.wrong_count("from_unixtime_nanos(bigint), from_unixtime_nanos(decimal(p,s))")
    text = f"tz_pack(make_timestamp(microseconds_of_nanos({nanoseconds(call.argument(0), call.mismatch)})), 'UTC')"
    return Typed(text, types.timestamp_tz(_NANOSECONDS))


def nanoseconds(value: Typed, mismatch: Callable[[], QueryError]) -> str:
    """Write the argument of `from_unixtime_nanos` as a whole number; a decimal is rounded."""
    if value.type.name == "decimal":
        return f"CAST(round({value.sql}) AS BIGINT)"
    if not types.can_coerce(value.type, types.BIGINT):
        raise mismatch()
    return coerce(value, types.BIGINT).sql


_NANOSECONDS = 9


def _zone(value: Typed, position: Position | None) -> str:
    """Return the DuckDB text of a zone; raises `QueryError` for a literal that is none."""
    if not isinstance(value.literal, str):
        return f"zone_name_({value.sql})"
    zone = zone_id(value.literal)
    if zone is None:
        raise QueryError("INVALID_FUNCTION_ARGUMENT", f"'{value.literal}' is not a valid time zone", position)
    return quote_text(zone)


def _time(call: Call, index: int, *, dates: bool = True) -> Typed:
    """Give an argument that has to be a date or a timestamp."""
    value = call.argument(index)
    if value.type.name == "unknown":
        return coerce(value, types.TIMESTAMP)
    if value.type.name == "time" and call.name == "date_trunc":
        return value
    if value.type.name == "time" and call.name in ("date_add", "date_diff", "format_datetime"):
        raise UnsupportedError(f"{call.name} of a time", call.position)
    allowed = ("timestamp", "timestamp with time zone", *(("date",) if dates else ()))
    if value.type.name not in allowed:
        raise call.mismatch()
    return value


def _on_first_day(value: Typed) -> str:
    """Return a time of day as a TIMESTAMP on the first day of the epoch."""
    return f"(DATE '1970-01-01' + {value.sql})"


def _local(value: Typed) -> str:
    """Give the wall-clock time of a value as DuckDB's TIMESTAMP."""
    if value.type.name == "timestamp with time zone":
        return f"tz_local({value.sql})"
    return f"CAST({value.sql} AS TIMESTAMP)" if value.type.name == "date" else value.sql


def _like(local: str, value: Typed) -> Typed:
    """Give a wall-clock time back the type of the value it was made from."""
    if value.type.name == "timestamp with time zone":
        return Typed(f"tz_of_local({local}, ({value.sql}).z)", value.type)
    return Typed(f"CAST({local} AS {types.duckdb_type(value.type)})", value.type)


def _part(call: Call) -> Typed:
    if call.count != 1:
        raise call.wrong_count(f"{call.name}(date), {call.name}(timestamp)")
    value = call.argument(0)
    if value.type.name == "interval day to second":
        return _interval_part(call, value)
    if value.type.name == "interval year to month" and call.name in ("year", "month"):
        months = f"interval_months_({value.sql})"
        return Typed(f"({months} // 12)" if call.name == "year" else f"({months} % 12)", types.BIGINT)
    if value.type.name == "time" and call.name in _TIME_PARTS:
        source = value.sql
    else:
        time = _time(call, 0)
        if time.type.name == "date" and call.name in _TIME_PARTS:
            raise call.mismatch()
        source = _local(time)
    if call.name == "millisecond":
        return Typed(f"CAST(datepart('millisecond', {source}) % 1000 AS BIGINT)", types.BIGINT)
    return Typed(f"CAST(datepart('{_PARTS[call.name]}', {source}) AS BIGINT)", types.BIGINT)


def _interval_part(call: Call, value: Typed) -> Typed:
    sizes = {"millisecond": (1, 1000), "second": (1000, 60), "minute": (60_000, 60), "hour": (3_600_000, 24)}
    milliseconds = f"interval_milliseconds_({value.sql})"
    if call.name == "day":
        return Typed(f"({milliseconds} // 86400000)", types.BIGINT)
    if call.name not in sizes:
        raise call.mismatch()
    size, wrap = sizes[call.name]
    return Typed(f"({milliseconds} // {size} % {wrap})", types.BIGINT)


def _date(call: Call) -> Typed:
    if call.count != 1:
        raise call.wrong_count("date(varchar), date(timestamp)")
    return cast(call.argument(0), types.DATE, call.position)


def _zoned(call: Call) -> Typed:
    if call.count != 2:
        raise call.wrong_count(f"{call.name}(timestamp(p) with time zone, varchar)")
    if call.argument(0).type.name in ("time", "time with time zone"):
        raise UnsupportedError(f"{call.name} of a time", call.position)
    value, zone = _time(call, 0), _zone(call.coerced(1, types.VARCHAR), call.position)
    precision = value.type.parameters[0] if value.type.parameters else 0
    kind = types.timestamp_tz(precision)
    if call.name == "with_timezone":
        if value.type.name == "timestamp with time zone":
            raise call.mismatch()
        return Typed(f"tz_of_local({_local(value)}, {zone})", kind)
    return Typed(f"tz_with_zone({_as_tz(value)}, {zone})", kind)


def _now(call: Call) -> Typed:
    if call.count:
        raise call.wrong_count("now()")
    return clock("now", call.compiler.session.now, None, call.position)


def _clock(call: Call) -> Typed:
    """Build `current_timestamp(6)` and its like; without a precision they are no calls."""
    if call.count != 1 or not isinstance(call.argument(0).literal, int):
        raise call.wrong_count(f"{call.name}(precision)")
    return clock(call.name, call.compiler.session.now, call.nodes[0], call.position)


def _unit(call: Call, value: Typed | None) -> str:
    unit = call.literal_text(0).lower()
    allowed = _DATE_UNITS if value is not None and value.type.name == "date" else _UNITS
    if unit not in allowed:
        kind = "DATE" if value is not None and value.type.name == "date" else "Timestamp"
        raise QueryError("INVALID_FUNCTION_ARGUMENT", f"'{unit}' is not a valid {kind} field", call.position)
    return unit


def _date_trunc(call: Call) -> Typed:
    if call.count != 2:
        raise call.wrong_count("date_trunc(varchar, date), date_trunc(varchar, timestamp)")
    value = _time(call, 1)
    if value.type.name == "time":
        truncated = f"date_trunc('{_unit(call, value)}', {_on_first_day(value)})"
        return Typed(f"CAST({truncated} AS TIME)", value.type)
    return _like(f"date_trunc('{_unit(call, value)}', {_local(value)})", value)


def _date_add(call: Call) -> Typed:
    if call.count != 3:
        raise call.wrong_count("date_add(varchar, bigint, date), date_add(varchar, bigint, timestamp)")
    value = _time(call, 2)
    unit = _unit(call, value)
    interval = _ADDITIONS[unit].format(n=call.coerced(1, types.BIGINT).sql)
    if value.type.name == "timestamp with time zone" and unit in _UNITS[:4]:
        return Typed(f"tz_pack(({value.sql}).i + {interval}, ({value.sql}).z)", value.type)
    return _like(f"({_local(value)} + {interval})", value)


def _date_diff(call: Call) -> Typed:
    if call.count != 3:
        raise call.wrong_count("date_diff(varchar, date, date), date_diff(varchar, timestamp, timestamp)")
    first, second = _time(call, 1), _time(call, 2)
    common = types.common_type(first.type, second.type)
    if common is None:
        raise call.mismatch()
    first, second = coerce(first, common), coerce(second, common)
    unit = _unit(call, first)
    if common.name == "timestamp with time zone":  # Trino counts in the zone of the first one
        second = Typed(f"tz_with_zone({second.sql}, ({first.sql}).z)", common)
    if common.name == "timestamp with time zone" and unit in _UNITS[:4]:
        return Typed(f"date_sub('{unit}', ({first.sql}).i, ({second.sql}).i)", types.BIGINT)
    # date_sub counts whole units, as Trino does; DuckDB's date_diff counts the boundaries between.
    return Typed(f"date_sub('{unit}', {_local(first)}, {_local(second)})", types.BIGINT)


def _date_format(call: Call) -> Typed:
    if call.count != 2:
        raise call.wrong_count("date_format(timestamp, varchar)")
    value = _time(call, 0)
    pattern = mysql_format(call.literal_text(1), call.position)
    return Typed(f"strftime({_in_milliseconds(value)}, {quote_text(pattern)})", types.VARCHAR)


def _in_milliseconds(value: Typed) -> str:
    """Give the wall-clock time without what is finer than a millisecond: patterns do not show it."""
    fine = bool(value.type.parameters) and value.type.parameters[0] > types.DEFAULT_TIME_PRECISION
    return f"date_trunc('millisecond', {_local(value)})" if fine else _local(value)


def _date_parse(call: Call) -> Typed:
    if call.count != 2:
        raise call.wrong_count("date_parse(varchar, varchar)")
    text = call.coerced(0, types.VARCHAR)
    pattern = mysql_reading(call.literal_text(1), call.position)
    return Typed(reading(pattern, MYSQL_CENTURY).sql(text.sql), types.TIMESTAMP)


def _format_datetime(call: Call) -> Typed:
    if call.count != 2:
        raise call.wrong_count("format_datetime(timestamp, varchar)")
    value = _time(call, 0)
    local = _in_milliseconds(value)
    zone = f"({value.sql}).z" if value.type.name == "timestamp with time zone" else "'UTC'"
    pieces: list[str] = []
    for kind, text in joda_pieces(call.literal_text(1), call.position):
        if kind == "format":
            pieces.append(f"strftime({local}, {quote_text(text)})")
        elif kind == "number":
            part, _, width = text.partition(":")
            digits = f"CAST(datepart('{part}', {local}) AS VARCHAR)"
            pieces.append(f"lpad({digits}, CAST(greatest({width}, length({digits})) AS INTEGER), '0')")
        elif kind == "fraction":
            pieces.append(f"rpad(left(strftime({local}, '%g'), {text}), {text}, '0')")
        elif kind == "offset":
            pieces.append(f"zone_offset_text({_as_tz(value)}, {quote_text(text)})")
        elif kind == "short zone":
            pieces.append(f"zone_short_name({zone})")
        else:
            pieces.append(zone)
    return Typed("(" + (" || ".join(pieces) or "''") + ")", types.VARCHAR)


def _as_tz(value: Typed) -> str:
    return (
        coerce(value, types.TIMESTAMP_TZ).sql if value.type.name != "timestamp with time zone" else value.sql
    )


def _parse_datetime(call: Call) -> Typed:
    if call.count != 2:
        raise call.wrong_count("parse_datetime(varchar, varchar)")
    text = call.coerced(0, types.VARCHAR).sql
    pieces = joda_pieces(call.literal_text(1), call.position)
    has_zone = zone_at_end(pieces, call.position)
    pattern = "".join(
        ("%g" if int(piece) <= 3 else "%f") if kind == "fraction" else piece
        for kind, piece in pieces
        if kind in ("format", "fraction")
    )
    # Joda: two digits are a year within fifty years of thirty years ago.
    read = reading(pattern.rstrip() if has_zone else pattern, call.compiler.session.now.year - 80)
    if not has_zone:
        return Typed(f"tz_pack({read.sql(text)}, 'UTC')", types.TIMESTAMP_TZ)
    return Typed(
        f"tz_of_local({read.sql(f'without_zone_({text})')}, zone_at_end_({text}))", types.TIMESTAMP_TZ
    )


def _last_day(call: Call) -> Typed:
    if call.count != 1:
        raise call.wrong_count("last_day_of_month(date), last_day_of_month(timestamp)")
    return Typed(f"last_day({_local(_time(call, 0))})", types.DATE)


def _to_iso(call: Call) -> Typed:
    if call.count != 1:
        raise call.wrong_count(
            "to_iso8601(date), to_iso8601(timestamp), to_iso8601(timestamp with time zone)"
        )
    value = _time(call, 0)
    if value.type.name == "date":
        return Typed(f"CAST({value.sql} AS VARCHAR)", types.VARCHAR)
    local = f"replace(timestamp_text({_local(value)}, {_precision(value.type)}), ' ', 'T')"
    if value.type.name == "timestamp with time zone":
        return Typed(f"({local} || iso_zone({value.sql}))", types.VARCHAR)
    return Typed(local, types.VARCHAR)


def _precision(kind: Type) -> int:
    return kind.parameters[0]
