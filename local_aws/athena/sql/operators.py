"""Comparison and arithmetic between typed values, by Trino's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.casts import coerce
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import Type, decimal, duckdb_type

if TYPE_CHECKING:
    from local_aws.athena.errors import Position

_INTERVALS = ("interval day to second", "interval year to month")
_TIMES = ("date", "timestamp", "timestamp with time zone", "time", "time with time zone")
_INTERVAL_DIGITS = 3  # of a second, in an interval day to second


def _cannot(symbol: str, left: Type, right: Type, position: Position | None) -> QueryError:
    if left.is_fine or right.is_fine:
        raise UnsupportedError(f"{symbol} of a time finer than microseconds", position)
    return QueryError("TYPE_MISMATCH", f"Cannot apply operator: {left} {symbol} {right}", position)


def compare(symbol: str, left: Typed, right: Typed, position: Position | None) -> Typed:
    """Build `=`, `<>`, `<`, `<=`, `>`, `>=`, `IS DISTINCT FROM` and `IS NOT DISTINCT FROM`."""
    common = types.common_type(left.type, right.type)
    if common is not None and common.arguments and symbol in ("=", "<>"):
        equal = equality(coerce(left, common).sql, coerce(right, common).sql, common)
        return Typed(equal if symbol == "=" else f"(NOT {equal})", types.BOOLEAN)
    a, b = comparable_pair(symbol, left, right, position)
    if common is not None and common.name in ("double", "real"):
        return Typed(_compare_floating(symbol, a, b, _may_be_nan(left), _may_be_nan(right)), types.BOOLEAN)
    return Typed(f"({a} {symbol} {b})", types.BOOLEAN)


def equality(a: str, b: str, kind: Type, depth: int = 0) -> str:
    """Write whether two values are equal: NULL when that hangs on a NULL inside, where DuckDB has NULLs equal.

    Maps are equal when they have the same entries in any order.
    """
    if not kind.arguments:
        left, right = Typed(a, kind), Typed(b, kind)
        if kind.name in ("double", "real"):
            return _compare_floating("=", a, b, True, True)
        return f"({key_of(left)} = {key_of(right)})"
    absent = f"{a} IS NULL OR {b} IS NULL"
    if kind.name == "row":
        names = types.row_field_names(kind)
        parts = [
            equality(f"({a}).{types.quote(name)}", f"({b}).{types.quote(name)}", inner, depth)
            for name, inner in zip(names, kind.arguments, strict=True)
        ]
        return f"CASE WHEN {absent} THEN NULL ELSE ({' AND '.join(parts)}) END"
    one = f"q{depth}_"
    if kind.name == "array":
        inner = equality(f"{one}[1]", f"{one}[2]", kind.arguments[0], depth + 1)
        elements = f"all_true(list_transform(list_zip({a}, {b}), lambda {one}: {inner}))"
        return f"CASE WHEN {absent} THEN NULL WHEN len({a}) <> len({b}) THEN false ELSE {elements} END"
    keys = f"list_sort(map_keys({a}))"
    values = (f"map_extract_value({a}, {one})", f"map_extract_value({b}, {one})")
    inner = equality(*values, kind.arguments[1], depth + 1)
    return (
        f"CASE WHEN {absent} THEN NULL WHEN {keys} <> list_sort(map_keys({b})) THEN false"
        f" ELSE all_true(list_transform({keys}, lambda {one}: {inner})) END"
    )


def _may_be_nan(value: Typed) -> bool:
    return value.type.name in ("double", "real") and not value.is_number


def _compare_floating(symbol: str, a: str, b: str, left_nan: bool, right_nan: bool) -> str:
    """Compare floating numbers: NaN is equal to nothing and in no order, where DuckDB has it equal and greatest."""
    plain = f"({a} {symbol} {b})"
    if symbol in (">", ">=") and left_nan:
        return f"({plain} AND NOT isnan({a}))"
    if symbol in ("<", "<=") and right_nan:
        return f"({plain} AND NOT isnan({b}))"
    if symbol == "=" and left_nan and right_nan:
        return f"({plain} AND NOT isnan({a}))"
    if symbol == "<>" and left_nan and right_nan:
        return f"({plain} OR isnan({a}))"
    return plain


def comparable_pair(symbol: str, left: Typed, right: Typed, position: Position | None) -> tuple[str, str]:
    """Bring two values to their common type; raises TYPE_MISMATCH when they have none."""
    common = types.common_type(left.type, right.type)
    if common is None or (symbol in ("<", "<=", ">", ">=") and not common.is_orderable):
        raise _cannot(symbol, left.type, right.type, position)
    if common.has_map:
        return _map_key(coerce(left, common), position), _map_key(coerce(right, common), position)
    return key_of(coerce(left, common)), key_of(coerce(right, common))


def _map_key(value: Typed, position: Position | None) -> str:
    """Give a map in a form in which it is equal to another one with the same entries in any order."""
    if value.type.name != "map" or any(argument.has_map for argument in value.type.arguments):
        raise UnsupportedError(f"Comparing values of type {value.type}", position)
    return f"list_sort(map_entries({value.sql}))"


def key_of(value: Typed) -> str:
    """Give the part of a value that is compared, grouped and sorted by: the instant of a time with zone."""
    if value.type.name == "timestamp with time zone":
        return f"({value.sql}).i"
    if value.type.is_fine:
        return f"[epoch_us(({value.sql}).i), ({value.sql}).n]"
    if value.type.name == "time with time zone":
        return f"time_tz_instant({value.sql})"
    return value.sql


def arithmetic(symbol: str, left: Typed, right: Typed, position: Position | None) -> Typed:
    """Build `+`, `-`, `*`, `/` and `%`; raises TYPE_MISMATCH for operands they are not defined on."""
    if left.type.name == "unknown":
        left = coerce(left, right.type)
    if right.type.name == "unknown":
        right = coerce(right, left.type)
    a, b = left.type, right.type
    if a.is_numeric and b.is_numeric:
        return _numeric(symbol, left, right)
    if symbol == "+" and a.name in _INTERVALS and _takes(b, a):
        return _shift("+", right, left)
    if symbol in "+-" and b.name in _INTERVALS and _takes(a, b):
        return _shift(symbol, left, right)
    if symbol in "+-" and a.name in _INTERVALS and a == b:
        return Typed(f"({left.sql} {symbol} {right.sql})", a)
    if symbol in "*/" and a.name in _INTERVALS and b.is_numeric:
        return _scaled(symbol, left, right)
    if symbol == "*" and b.name in _INTERVALS and a.is_numeric:
        return _scaled("*", right, left)
    if symbol == "-" and a.name == b.name and a.name in _TIMES:
        elapsed = f"date_diff('millisecond', {_instant(right)}, {_instant(left)})"
        return Typed(f"to_milliseconds({elapsed})", types.INTERVAL_DAY)
    raise _cannot(symbol, a, b, position)


def _takes(time: Type, interval: Type) -> bool:
    """Return whether an interval can be added to a value: a time of day has no months."""
    of_day = time.name in ("time", "time with time zone")
    return time.name in _TIMES and not (of_day and interval.name == "interval year to month")


def _instant(value: Typed) -> str:
    if value.type.name == "time":
        return value.sql
    if value.type.name == "time with time zone":
        return f"time_of_microseconds_({key_of(value)})"
    return f"CAST({key_of(value)} AS TIMESTAMP)"


def negate(value: Typed, position: Position | None) -> Typed:
    """Build unary minus."""
    if not value.type.is_numeric and value.type.name not in (*_INTERVALS, "unknown"):
        raise QueryError("TYPE_MISMATCH", f"Cannot negate {value.type}", position)
    literal = -value.literal if isinstance(value.literal, int) else None
    return Typed(f"(- {value.sql})", value.type, literal)  # two dashes would be a comment


def _numeric(symbol: str, left: Typed, right: Typed) -> Typed:
    common = types.common_type(left.type, right.type)
    if common is None:  # two numbers always have one
        raise _cannot(symbol, left.type, right.type, None)
    if common.name == "decimal":
        return _decimal(symbol, _as_decimal(left), _as_decimal(right))
    a, b = coerce(left, common).sql, coerce(right, common).sql
    if common.is_integer:
        if symbol == "/":
            return Typed(f"({a} // {b})", common)
        return Typed(f"({a} {symbol} {b})", common)
    if symbol == "%":
        return Typed(f"CAST(floating_remainder({a}, {b}) AS {duckdb_type(common)})", common)
    return Typed(f"({a} {symbol} {b})", common)


def _as_decimal(value: Typed) -> Typed:
    return coerce(value, types.integer_as_decimal(value.type)) if value.type.is_integer else value


def _decimal(symbol: str, left: Typed, right: Typed) -> Typed:
    (p1, s1), (p2, s2) = left.type.parameters, right.type.parameters
    scale = max(s1, s2)
    if symbol in "+-":
        result = decimal(max(p1 - s1, p2 - s2) + scale + 1, scale)
        wide = duckdb_type(result)
        return Typed(
            f"CAST((CAST({left.sql} AS {wide}) {symbol} CAST({right.sql} AS {wide})) AS {wide})", result
        )
    if symbol == "*":
        result = decimal(p1 + p2, s1 + s2)
        if p1 + p2 <= types.MAX_DECIMAL_PRECISION:
            return Typed(f"({left.sql} * {right.sql})", result)
        return Typed(_unscaled(f"({_whole(left)} * {_whole(right)})", result), result)
    if symbol == "%":
        result = decimal(min(p2 - s2, p1 - s1) + scale, scale)
        wide = duckdb_type(decimal(max(p1 - s1, p2 - s2) + scale, scale))
        return Typed(
            f"CAST((CAST({left.sql} AS {wide}) % CAST({right.sql} AS {wide})) AS {duckdb_type(result)})",
            result,
        )
    # DuckDB divides decimals as floating numbers; here the digits are divided as whole numbers, rounded half up.
    result = decimal(p1 + s2 + max(s2 - s1, 0), scale)
    shifted = f"({_whole(left)} * CAST('1{'0' * (scale - s1 + s2)}' AS HUGEINT))"
    return Typed(_unscaled(f"divide_half_up({shifted}, {_whole(right)})", result), result)


def _whole(value: Typed) -> str:
    """Give the digits of a decimal as a whole number."""
    precision, scale = value.type.parameters
    if scale == 0:
        return f"CAST({value.sql} AS HUGEINT)"
    return f"CAST(replace(CAST(CAST({value.sql} AS DECIMAL({precision}, {scale})) AS VARCHAR), '.', '') AS HUGEINT)"


def _unscaled(digits: str, kind: Type) -> str:
    """Give the decimal that has the digits of a whole number."""
    scale = kind.parameters[1]
    if scale == 0:
        return f"CAST({digits} AS {duckdb_type(kind)})"
    return f"CAST(decimal_text_of_digits({digits}, {scale}) AS {duckdb_type(kind)})"


def _shift(symbol: str, time: Typed, interval: Typed) -> Typed:
    """Add an interval. One of days to seconds has milliseconds: the result has at least three digits of a second."""
    by_day = interval.type.name == "interval day to second"
    kind = time.type
    if by_day and kind.parameters:
        kind = Type(kind.name, (max(kind.parameters[0], _INTERVAL_DIGITS),))
    if kind.name == "timestamp with time zone":
        if by_day:
            return Typed(f"tz_pack(({time.sql}).i {symbol} {interval.sql}, ({time.sql}).z)", kind)
        return Typed(f"tz_of_local(tz_local({time.sql}) {symbol} {interval.sql}, ({time.sql}).z)", kind)
    if kind.name == "time with time zone":
        moved = f"CAST((({time.sql}).t {symbol} {interval.sql}) AS TIME)"
        return Typed(f"time_tz_pack({moved}, ({time.sql}).o)", kind)
    if kind.name == "date" and by_day:
        shift = interval.sql if symbol == "+" else f"(-{interval.sql})"
        word = (
            "add hour, minutes or seconds to" if symbol == "+" else "subtract hour, minutes or seconds from"
        )
        return Typed(f"date_shifted({time.sql}, {shift}, 'Cannot {word} a date')", kind)
    return Typed(f"CAST(({time.sql} {symbol} {interval.sql}) AS {duckdb_type(kind)})", kind)


def _scaled(symbol: str, interval: Typed, factor: Typed) -> Typed:
    if interval.type.name == "interval year to month":
        months = f"(interval_months_({interval.sql}) {symbol} {factor.sql})"
        return Typed(f"to_months(CAST(trunc({months}) AS INTEGER))", interval.type)
    milliseconds = f"(interval_milliseconds_({interval.sql}) {symbol} CAST({factor.sql} AS DOUBLE))"
    return Typed(f"to_milliseconds(CAST(trunc({milliseconds}) AS BIGINT))", interval.type)
