"""Literals: numbers, texts, typed texts (`DATE '2020-01-01'`), intervals, and the clock of the query."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.casts import cast
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import quote_text

if TYPE_CHECKING:
    from datetime import datetime

    from sqlglot import exp

    from local_aws.athena.errors import Position
    from local_aws.athena.sql.types import Type

_MAX_INTEGER = 2**31 - 1
_MAX_BIGINT = 2**63 - 1


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
        has_zone = (
            re.search(r"\d{1,2}-\d{1,2}( [\d:.]+)?( ?[+-]\d+(:\d+)?| [A-Za-z].*)$", value.strip()) is not None
        )
        # A literal without digits still meets the three digits of Athena's columns when it is compared.
        kind = types.timestamp_tz(digits) if has_zone or "zone" in kind.name else types.timestamp(digits)
        if not _is_time(value, has_zone):
            raise QueryError("INVALID_LITERAL", f"'{value}' is not a valid TIMESTAMP literal", position)
        if not has_zone and kind.name == "timestamp":
            return Typed(f"TIMESTAMP {quote_text(_padded_time(value))}", kind)
    if kind.name == "date":
        if not re.fullmatch(r"[+-]?\d{4,}-\d{1,2}-\d{1,2}", value.strip()):
            raise QueryError("INVALID_LITERAL", f"'{value}' is not a valid DATE literal", position)
        return Typed(f"DATE {quote_text(value.strip())}", kind)
    if kind.name == "char":
        kind = types.Type("char", (len(value),))
    return cast(text(value), kind, position)


def _is_time(value: str, has_zone: bool) -> bool:
    base = r"[+-]?\d{4,}-\d{1,2}-\d{1,2}( \d{1,2}:\d{1,2}(:\d{1,2}(\.\d{1,12})?)?)?"
    return re.fullmatch(base + (r" ?\S+" if has_zone else ""), value.strip()) is not None


def _padded_time(value: str) -> str:
    stripped = value.strip()
    return stripped + ":00" if re.fullmatch(r"\S+ \d{1,2}:\d{1,2}", stripped) else stripped


_UNITS = {
    "second": ("to_seconds", 1, types.INTERVAL_DAY),
    "minute": ("to_minutes", 1, types.INTERVAL_DAY),
    "hour": ("to_hours", 1, types.INTERVAL_DAY),
    "day": ("to_hours", 24, types.INTERVAL_DAY),
    "week": ("to_hours", 168, types.INTERVAL_DAY),
    "month": ("to_months", 1, types.INTERVAL_YEAR),
    "year": ("to_months", 12, types.INTERVAL_YEAR),
}


def interval(node: exp.Interval, position: Position | None) -> Typed:
    """Give an interval literal. Days are held as 24 hours: Trino's interval is a number of milliseconds."""
    unit = str(node.args["unit"].name if node.args.get("unit") is not None else "").lower()
    value = node.this
    if unit not in _UNITS or value is None or not value.is_string:
        raise UnsupportedError(f"INTERVAL {node.sql()}", position)
    written = value.this.strip()
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", written) or ("." in written and unit != "second"):
        raise QueryError("INVALID_LITERAL", f"'{value.this}' is not a valid INTERVAL literal", position)
    function, factor, kind = _UNITS[unit]
    if "." in written:
        return Typed(f"to_milliseconds({round(float(written) * 1000)})", kind)
    return Typed(f"{function}({int(written) * factor})", kind)


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
