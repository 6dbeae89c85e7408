"""Teradata's functions on dates, whose patterns are `yyyy-mm-dd hh24:mi:ss`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local_aws.athena.errors import QueryError
from local_aws.athena.sql import types
from local_aws.athena.sql.casts import coerce
from local_aws.athena.sql.functions.date_reading import reading
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import quote_text

if TYPE_CHECKING:
    from local_aws.athena.sql.functions.call import Call
    from local_aws.athena.sql.functions.registry import Functions

_DIRECTIVES = {
    **{"yyyy": "%Y", "yy": "%y", "mm": "%m", "dd": "%d"},
    **{"hh24": "%H", "hh": "%I", "mi": "%M", "ss": "%S"},
}
_PIECE = re.compile(r"(yyyy|yy|mm|dd|hh24|hh|mi|ss)|([-/,.;: ])|(.)", re.DOTALL)
_CENTURY_STARTS = 50  # years back from now, as Joda counts them


def register(functions: Functions) -> None:
    """Add the functions of this family."""
    functions.builder("to_char")(_to_char)
    functions.builder("to_date", "to_timestamp")(_to_time)


def _pattern(call: Call) -> str:
    """Turn a pattern into one of strftime; raises INVALID_FUNCTION_ARGUMENT for letters that are none of its own."""
    pattern = call.literal_text(1)
    pieces: list[str] = []
    for directive, punctuation, other in _PIECE.findall(pattern):
        if other:
            raise QueryError(
                "INVALID_FUNCTION_ARGUMENT",
                f"Failed to tokenize string [{pattern}] at offset [{pattern.index(other)}]",
                call.position,
            )
        pieces.append(_DIRECTIVES[directive] if directive else punctuation)
    return "".join(pieces)


def _to_char(call: Call) -> Typed:
    if call.count != 2:
        raise call.wrong_count("to_char(timestamp(3) with time zone, varchar)")
    value = call.argument(0)
    if not types.can_coerce(value.type, types.TIMESTAMP_TZ):
        raise call.mismatch()
    local = f"tz_local({coerce(value, types.TIMESTAMP_TZ).sql})"
    return Typed(f"strftime({local}, {quote_text(_pattern(call))})", types.VARCHAR)


def _to_time(call: Call) -> Typed:
    if call.count != 2:
        raise call.wrong_count(f"{call.name}(varchar, varchar)")
    text = call.coerced(0, types.VARCHAR).sql
    century = call.compiler.session.now.year - _CENTURY_STARTS
    read = reading(_pattern(call), century).sql(text)
    if call.name == "to_timestamp":
        return Typed(read, types.TIMESTAMP)
    return Typed(f"CAST({read} AS DATE)", types.DATE)
