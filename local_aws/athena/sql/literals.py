"""Literals: numbers, texts, typed texts (`DATE '2020-01-01'`), intervals, and the clock of the query."""

from __future__ import annotations

import re
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import time_literals, types
from local_aws.athena.sql.casts import cast
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import quote_text

if TYPE_CHECKING:
    from datetime import datetime

    from local_aws.athena.errors import Position
    from local_aws.athena.sql.types import Type

_MAX_INTEGER = 2**31 - 1
_MAX_BIGINT = 2**63 - 1

_LAST_CODE_POINT = 0x10FFFF


def text(value: str) -> Typed:
    """Give a text literal: `varchar` of its length."""
    return Typed(quote_text(value), types.varchar(len(value)), value)


def number(written: str, position: Position | None) -> Typed:
    """Return a number literal: integer or bigint; a double with a point or an exponent.

    Measured: Athena reads `1.5` as a double, where Trino has a decimal; only `DECIMAL '1.5'` is one.
    """
    plain = written.replace("_", "")
    if re.fullmatch(r"-?\d+", plain):
        value = int(plain)
        if abs(value) > _MAX_BIGINT + (value < 0):
            raise QueryError("SYNTAX_ERROR", f"Invalid numeric literal: {written}", position)
        kind = types.INTEGER if -_MAX_INTEGER - 1 <= value <= _MAX_INTEGER else types.BIGINT
        return Typed(f"CAST({value} AS BIGINT)" if kind == types.BIGINT else str(value), kind, value)
    return Typed(f"CAST('{float(plain)!r}' AS DOUBLE)", types.DOUBLE)  # a number too large is Infinity


def decimal(written: str, position: Position | None) -> Typed:
    """Give a decimal literal: as many digits as are written, leading zeros apart."""
    match = re.fullmatch(r"([+-]?)(\d*)(?:\.(\d*))?", written.strip())
    if match is None or not re.search(r"\d", written):
        raise QueryError("INVALID_LITERAL", f"Invalid decimal value '{written}'", position)
    whole, fraction = match.group(2).lstrip("0"), match.group(3) or ""
    precision = max(len(whole) + len(fraction), 1)
    if precision > types.MAX_DECIMAL_PRECISION:
        raise QueryError("SYNTAX_ERROR", f"Invalid decimal value '{written}'", position)
    kind = types.decimal(precision, len(fraction))
    return Typed(f"CAST('{written.strip()}' AS {types.duckdb_type(kind)})", kind)


def typed(value: str, kind: Type, position: Position | None) -> Typed:
    """Return a literal with a type in front of it. A time or timestamp is as precise as it is written."""
    if kind.name == "decimal":
        return decimal(value, position)
    reader = _TIME_READERS.get(kind.name)
    if reader is not None:
        return reader(value, position)
    if kind.name == "char":
        kind = types.Type("char", (len(value),))
    return cast(text(value), kind, position)


# The parser tells a literal with a zone from one without; the grammar of the literal decides it once more.
_TIME_READERS = {
    "date": time_literals.date,
    "time": time_literals.time,
    "time with time zone": time_literals.time,
    "timestamp": time_literals.timestamp,
    "timestamp with time zone": time_literals.timestamp,
}


# Unit: how many milliseconds it has, or how many months.
_MILLISECONDS = {"day": 86_400_000, "hour": 3_600_000, "minute": 60_000, "second": 1000}
_MONTHS = {"year": 12, "month": 1}
_SEPARATORS = {"hour": " ", "minute": ":", "second": ":", "month": "-"}


def interval(node: exp.Interval, position: Position | None) -> Typed:
    """Give an interval literal: of one unit, or from one to another (`'2 10:30' DAY TO MINUTE`).

    Days are held as 24 hours: Trino's interval is a number of milliseconds.
    """
    value, unit = node.this, node.args.get("unit")
    sign = -1 if isinstance(value, exp.Neg) else 1
    value = value.this if isinstance(value, exp.Neg) else value
    if unit is None or value is None or not value.is_string:
        raise UnsupportedError(f"INTERVAL {node.sql()}", position)
    first, last = (unit.this, unit.expression) if isinstance(unit, exp.IntervalSpan) else (unit, unit)
    sizes = _MONTHS if first.name.lower() in _MONTHS else _MILLISECONDS
    units = list(sizes)
    if last.name.lower() not in sizes or units.index(first.name.lower()) > units.index(last.name.lower()):
        raise QueryError("SYNTAX_ERROR", f"Invalid interval {first.name} TO {last.name}", position)
    units = units[units.index(first.name.lower()) : units.index(last.name.lower()) + 1]
    pattern = r"\s*([+-]?)\s*" + "".join(
        ("" if index == 0 else _SEPARATORS[name]) + (r"(\d+(?:\.\d{1,3})?)" if name == "second" else r"(\d+)")
        for index, name in enumerate(units)
    )
    match = re.fullmatch(pattern + r"\s*", value.this)
    if match is None:
        raise QueryError("INVALID_LITERAL", f"'{value.this}' is not a valid INTERVAL literal", position)
    sign = -sign if match.group(1) == "-" else sign
    total = sign * sum(
        round(Decimal(digits) * sizes[name]) for digits, name in zip(match.groups()[1:], units, strict=True)
    )
    if sizes is _MONTHS:
        return Typed(f"to_months({total})", types.INTERVAL_YEAR)
    return Typed(f"to_milliseconds({total})", types.INTERVAL_DAY)


_CLOCK_TYPES = {
    "localtimestamp": "timestamp",
    "localtime": "time",
    "current_time": "time with time zone",
}


def clock(function: str, now: datetime, precision: exp.Expr | None, position: Position | None) -> Typed:
    """Return the query's start time in the form of `function`; the session's time zone is UTC."""
    utc = now.astimezone(UTC)
    if function == "current_date":
        return Typed(f"DATE '{utc:%Y-%m-%d}'", types.DATE)
    digits = types.DEFAULT_TIME_PRECISION if precision is None else int(precision.name)
    if digits > time_literals.MAX_PRECISION:
        message = f"{function.upper()} precision must be in range [0, 12]: {digits}"
        raise QueryError("INVALID_ARGUMENTS", message, position)
    day, fraction = f"{utc:%Y-%m-%d}", f"{utc.microsecond:06d}"[:digits].ljust(6, "0")
    time = f"{utc:%H:%M:%S}.{fraction}"
    kind = types.Type(_CLOCK_TYPES.get(function, "timestamp with time zone"), (digits,))
    if kind.name == "timestamp":
        return Typed(f"TIMESTAMP '{day} {time}'", kind)
    if kind.name == "time":
        return Typed(f"TIME '{time}'", kind)
    if kind.name == "time with time zone":
        return Typed(f"struct_pack(t := TIME '{time}', o := 0)", kind)
    return Typed(f"struct_pack(i := TIMESTAMP '{day} {time}', z := 'UTC')", kind)


_EXTRACT = {
    "DOW": "day_of_week",
    "DAY_OF_WEEK": "day_of_week",
    "DAYOFWEEK": "day_of_week",
    "DOY": "day_of_year",
    "DAY_OF_YEAR": "day_of_year",
    "DAYOFYEAR": "day_of_year",
    "YOW": "year_of_week",
    "YEAR_OF_WEEK": "year_of_week",
    "DAY_OF_MONTH": "day",
    "DAYOFMONTH": "day",
}
_EXTRACT_PLAIN = (
    "YEAR",
    "QUARTER",
    "MONTH",
    "WEEK",
    "DAY",
    "HOUR",
    "MINUTE",
    "SECOND",
    "TIMEZONE_HOUR",
    "TIMEZONE_MINUTE",
)


def extract_function(unit: str, position: Position | None) -> str:
    """Give the function that `EXTRACT(unit FROM …)` is short for."""
    upper = unit.upper()
    if upper in _EXTRACT:
        return _EXTRACT[upper]
    if upper in _EXTRACT_PLAIN:
        return upper.lower()
    raise QueryError("SYNTAX_ERROR", f"Invalid EXTRACT field: {unit}", position)


def unicode_text(node: exp.UnicodeString, position: Position | None) -> Typed:
    """Return a literal `U&'...'`: an escape character with four digits, or `+` and six digits, is a code point."""
    escape = node.args.get("escape")
    sign = escape.name if isinstance(escape, exp.Expr) else "\\"
    if len(sign) != 1 or re.fullmatch(r"[0-9A-Fa-f+\"'\s]", sign):
        raise QueryError("SYNTAX_ERROR", "Invalid Unicode escape character", position)
    mark = re.escape(sign)

    def character(found: re.Match[str]) -> str:
        if found.group(0) == sign * 2:
            return sign
        digits = found.group(1) or found.group(2)
        if digits is None:
            raise QueryError("SYNTAX_ERROR", "Incomplete escape sequence", position)
        code = int(digits, 16)
        if code > _LAST_CODE_POINT or 0xD800 <= code < 0xE000:
            raise QueryError("SYNTAX_ERROR", f"Invalid escaped character: {digits}", position)
        return chr(code)

    pattern = rf"{mark}{mark}|{mark}(?:([0-9A-Fa-f]{{4}})|\+([0-9A-Fa-f]{{6}}))|{mark}"
    return text(re.sub(pattern, character, node.name))
