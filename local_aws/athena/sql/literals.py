"""Literals: numbers, texts, typed texts (`DATE '2020-01-01'`), intervals, and the clock of the query."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.casts import cast
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import quote_text

if TYPE_CHECKING:
    from datetime import datetime

    from local_aws.athena.errors import Position
    from local_aws.athena.sql.types import Type

_MAX_INTEGER = 2**31 - 1
_MAX_BIGINT = 2**63 - 1
_HELD_DIGITS = 6  # DuckDB's timestamps have microseconds


def text(value: str) -> Typed:
    """Give a text literal: `varchar` of its length."""
    return Typed(quote_text(value), types.varchar(len(value)), value)


def number(written: str, position: Position | None) -> Typed:
    """Give a number literal: integer or bigint, a decimal with a point, a double with an exponent."""
    plain = written.replace("_", "")
    if re.fullmatch(r"-?\d+", plain):
        value = int(plain)
        if abs(value) > _MAX_BIGINT + (value < 0):
            raise QueryError("SYNTAX_ERROR", f"Invalid numeric literal: {written}", position)
        kind = types.INTEGER if -_MAX_INTEGER - 1 <= value <= _MAX_INTEGER else types.BIGINT
        return Typed(f"CAST({value} AS BIGINT)" if kind == types.BIGINT else str(value), kind, value)
    if "e" in plain.lower():
        return Typed(f"CAST('{plain}' AS DOUBLE)", types.DOUBLE)
    return decimal(plain, position)


def decimal(written: str, position: Position | None) -> Typed:
    """Give a decimal literal: as many digits as are written, leading zeros apart."""
    match = re.fullmatch(r"([+-]?)(\d*)(?:\.(\d*))?", written.strip())
    if match is None:
        raise QueryError("INVALID_LITERAL", f"Invalid decimal value '{written}'", position)
    whole, fraction = match.group(2).lstrip("0"), match.group(3) or ""
    precision = max(len(whole) + len(fraction), 1)
    if precision > types.MAX_DECIMAL_PRECISION:
        raise QueryError("SYNTAX_ERROR", f"Invalid decimal value '{written}'", position)
    kind = types.decimal(precision, len(fraction))
    return Typed(f"CAST('{written.strip()}' AS {types.duckdb_type(kind)})", kind)


def typed(value: str, kind: Type, position: Position | None) -> Typed:
    """Give a literal with a type in front of it. A timestamp has as many digits as are written."""
    if kind.name == "decimal":
        return decimal(value, position)
    if kind.name.startswith("timestamp"):
        fraction = re.search(r":\d+\.(\d+)", value)
        digits = len(fraction.group(1)) if fraction else 0
        if digits > _HELD_DIGITS:
            raise UnsupportedError(f"A timestamp with {digits} digits of a second", position)
        has_zone = (
            re.search(r"\d{1,2}-\d{1,2}( [\d:.]+)?( ?[+-]\d+(:\d+)?| [A-Za-z].*)$", value.strip()) is not None
        )
        # A literal without digits still meets the three digits of Athena's columns when it is compared.
        kind = types.timestamp_tz(digits) if has_zone or "zone" in kind.name else types.timestamp(digits)
        if not (_is_time(value, has_zone) and _is_date(value)):
            raise QueryError("INVALID_LITERAL", f"'{value}' is not a valid TIMESTAMP literal", position)
        if not has_zone and kind.name == "timestamp":
            return Typed(f"TIMESTAMP {quote_text(_padded_time(value))}", kind)
    if kind.name == "date":
        if not (re.fullmatch(r"[+-]?\d{4,}-\d{1,2}-\d{1,2}", value.strip()) and _is_date(value)):
            raise QueryError("INVALID_LITERAL", f"'{value}' is not a valid DATE literal", position)
        return Typed(f"DATE {quote_text(value.strip())}", kind)
    if kind.name == "char":
        kind = types.Type("char", (len(value),))
    return cast(text(value), kind, position)


def _is_date(value: str) -> bool:
    """Tell whether a text is a day of the calendar; years of more than four digits are not looked at."""
    match = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):.*)?", value.strip(), re.DOTALL)
    if match is None or match.group(1) == "0000":
        return True
    year, month, day, hour = (int(group or 0) for group in match.groups())
    return 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1] and hour < 24


def _is_time(value: str, has_zone: bool) -> bool:
    base = r"[+-]?\d{4,}-\d{1,2}-\d{1,2}( \d{1,2}:\d{1,2}(:\d{1,2}(\.\d{1,12})?)?)?"
    return re.fullmatch(base + (r" ?\S+" if has_zone else ""), value.strip()) is not None


def _padded_time(value: str) -> str:
    stripped = value.strip()
    return stripped + ":00" if re.fullmatch(r"\S+ \d{1,2}:\d{1,2}", stripped) else stripped


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


def clock(function: str, now: datetime, precision: exp.Expr | None, position: Position | None) -> Typed:
    """Give the query's start time in the form of `function`; the session's time zone is UTC."""
    if precision is not None:
        raise UnsupportedError(f"{function} with a precision", position)
    utc = now.astimezone(UTC)
    moment = utc.strftime("%Y-%m-%d %H:%M:%S.") + f"{utc.microsecond // 1000:03d}"
    if function == "current_date":
        return Typed(f"DATE '{utc:%Y-%m-%d}'", types.DATE)
    if function == "localtimestamp":
        return Typed(f"TIMESTAMP '{moment}'", types.TIMESTAMP)
    if function == "localtime":
        return Typed(f"TIME '{moment[11:]}'", types.TIME)
    if function == "current_time":
        raise UnsupportedError("current_time (a time with time zone)", position)
    return Typed(f"struct_pack(i := TIMESTAMP '{moment}', z := 'UTC')", types.TIMESTAMP_TZ)


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
