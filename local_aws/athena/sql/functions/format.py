"""Trino's `format`, which is Java's: a pattern with places such as `%s`, `%08.2f`, `%,d`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.casts import coerce, text_of
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import quote_text

if TYPE_CHECKING:
    from local_aws.athena.errors import Position

_PLACE = re.compile(r"%(?:(\d+)\$)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([tT][a-zA-Z]|[a-zA-Z%])")
# Java's letters behind %t that strftime has too.
_DATES = {
    **{"A": "%A", "a": "%a", "B": "%B", "b": "%b", "h": "%b", "Y": "%Y", "y": "%y", "m": "%m", "d": "%d"},
    **{"e": "%-d", "j": "%j", "H": "%H", "k": "%-H", "I": "%I", "l": "%-I", "M": "%M", "S": "%S"},
    **{"F": "%Y-%m-%d", "T": "%H:%M:%S", "R": "%H:%M", "D": "%m/%d/%y", "L": "%g"},
}


def printf_arguments(pattern: str, values: list[Typed], position: Position | None) -> Typed:
    """Build the DuckDB text of `format(pattern, values)`; refuses by name what has no equal in printf."""
    pieces: list[str] = []
    end, following = 0, 0
    for place in _PLACE.finditer(pattern):
        if place.start() > end:
            pieces.append(quote_text(pattern[end : place.start()]))
        end = place.end()
        index, flags, width, precision, conversion = place.groups()
        if conversion == "%":
            pieces.append("'%'")
            continue
        if conversion == "n":
            pieces.append("chr(10)")
            continue
        if index is None:
            number, following = following, following + 1
        else:
            number = int(index) - 1
        if number >= len(values):
            raise QueryError("INVALID_FUNCTION_ARGUMENT", f"Format specifier '{place.group(0)}'", position)
        pieces.append(_place(values[number], flags, width, precision, conversion, position))
    if end < len(pattern):
        pieces.append(quote_text(pattern[end:]))
    return Typed("(" + (" || ".join(pieces) or "''") + ")", types.VARCHAR)


def _place(
    value: Typed,
    flags: str,
    width: str | None,
    precision: str | None,
    conversion: str,
    position: Position | None,
) -> str:
    kind = conversion.lower()
    if kind == "s":
        written = _written(value)
        if written is None:
            raise UnsupportedError(f"format with %s of {value.type}", position)
        text = f"coalesce({written}, 'null')"
        if precision is not None:
            text = f"left({text}, {precision})"
        text = f"upper({text})" if conversion == "S" else text
        return _padded(text, flags, width)
    if value.type.name == "unknown":
        return _padded("'null'", flags, width)
    if kind == "x" and value.type.is_integer and not set(flags) - set("-0"):
        return _hexadecimal(value, conversion, flags, width)
    if kind[0] == "t":
        return _date(value, conversion, flags, width, position)
    if kind in ("d", "x", "o") and value.type.is_integer:
        if kind != "d" or "(" in flags:
            raise UnsupportedError(f"format with %{flags}{conversion}", position)
        number = coerce(value, types.BIGINT).sql
        return _number(f"CAST({number} AS VARCHAR)", number, flags, width)
    if kind in ("f", "e") and value.type.name in ("double", "real", "decimal"):
        if "(" in flags or (kind == "e" and (set(flags) - {"-"} or conversion == "E")):
            raise UnsupportedError(f"format with %{flags}{conversion}", position)
        if kind == "e":
            exponential = f"python_exponential({coerce(value, types.DOUBLE).sql}, {precision or 6})"
            return _padded(f"coalesce({exponential}, 'null')", flags, width)
        digits = int(precision) if precision is not None else 6
        number = coerce(value, types.DOUBLE).sql if value.type.name != "decimal" else value.sql
        rounded = f"round(CAST({number} AS DECIMAL(38, {min(digits + 8, 18)})), {digits})"
        return _number(f"CAST(CAST({rounded} AS DECIMAL(38, {digits})) AS VARCHAR)", number, flags, width)
    if kind == "b" and value.type.name == "boolean":
        return _padded(f"CAST({value.sql} AS VARCHAR)", flags, width)
    raise UnsupportedError(f"format with %{flags}{conversion} of {value.type}", position)


def _written(value: Typed) -> str | None:
    """Write a value as Java does: a timestamp with a T, and with as many digits as it needs."""
    if value.type.name == "unknown":
        return "CAST(NULL AS VARCHAR)"
    if value.type.name in ("time", "timestamp with time zone"):
        return None
    if value.type.name == "timestamp":
        return f"java_time_text({value.sql})"
    return text_of(value.sql, value.type)


def _date(value: Typed, conversion: str, flags: str, width: str | None, position: Position | None) -> str:
    """Write a part of a date or a timestamp, `%tY`."""
    directive = _DATES.get(conversion[1])
    if directive is None or value.type.name not in ("date", "timestamp") or set(flags) - {"-"}:
        raise UnsupportedError(f"format with %{flags}{conversion} of {value.type}", position)
    text = f"coalesce(strftime(CAST({value.sql} AS TIMESTAMP), '{directive}'), 'null')"
    return _padded(f"upper({text})" if conversion[0] == "T" else text, flags, width)


def _hexadecimal(value: Typed, conversion: str, flags: str, width: str | None) -> str:
    """Write a whole number as Java does: a negative one in two's complement of its size."""
    bits = types.INTEGER_WIDTH[value.type.name] * 8
    whole = f"right(hex({coerce(value, types.BIGINT).sql}), {bits // 4})"
    digits = f"CASE WHEN {value.sql} = 0 THEN '0' ELSE lower(ltrim({whole}, '0')) END"
    text = f"upper({digits})" if conversion == "X" else digits
    if "0" in flags and width:
        text = f"pad_left({text}, greatest({width}, length({text})), '0')"
    return _padded(f"coalesce({text}, 'null')", flags, width)


def _number(text: str, number: str, flags: str, width: str | None) -> str:
    digits = f"ltrim({text}, '-')"
    if "," in flags:
        digits = f"grouped_digits({digits})"
    plus = "'+'" if "+" in flags else "' '" if " " in flags else "''"
    sign = f"CASE WHEN {number} < 0 THEN '-' ELSE {plus} END"
    if "0" in flags and width:
        padded = f"({sign} || pad_left({digits}, greatest({width} - length({sign}), length({digits})), '0'))"
    else:
        padded = _padded(f"({sign} || {digits})", flags, width)
    absent = _padded("'null'", flags, width)
    return f"CASE WHEN {number} IS NULL THEN {absent} ELSE {padded} END"


def _padded(text: str, flags: str, width: str | None) -> str:
    if width is None:
        return text
    side = "right" if "-" in flags else "left"
    return f"pad_{side}({text}, greatest({width}, length({text})), ' ')"
