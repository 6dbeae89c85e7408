"""Functions with regular expressions. DuckDB's engine has no look-around and no back references: refused by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import quote_text

if TYPE_CHECKING:
    from local_aws.athena.sql.functions.call import Call
    from local_aws.athena.sql.functions.registry import Functions

_NOT_AVAILABLE = re.compile(r"\(\?(?:=|!|<=|<!|>)|\\[1-9]|\\k<|[*+?}]\+")
_NAMED_GROUP = re.compile(r"\(\?<([A-Za-z]\w*)>")


def register(functions: Functions) -> None:
    """Add the functions of this family."""
    functions.builder("regexp_like")(_like)
    functions.builder("regexp_extract")(_extract)
    functions.builder("regexp_extract_all")(_extract_all)
    functions.builder("regexp_replace")(_replace)
    functions.builder("regexp_split")(_split)
    functions.builder("regexp_count")(_count)
    functions.builder("regexp_position")(_position)


def _text(call: Call, *counts: int) -> str:
    if call.count not in counts:
        raise call.wrong_count(f"{call.name}(varchar(x), JoniRegExp)")
    return call.coerced(0, types.VARCHAR).sql


def _pattern(call: Call) -> str:
    """Give the pattern as DuckDB's engine reads it."""
    value = call.argument(1)
    if not isinstance(value.literal, str):
        return call.coerced(1, types.VARCHAR).sql
    pattern = value.literal
    if _NOT_AVAILABLE.search(pattern):
        raise UnsupportedError(
            f"The pattern {pattern!r} (look-around, possessive quantifiers and back references)",
            call.position,
        )
    pattern = _NAMED_GROUP.sub(r"(?P<\1>", pattern).replace("\\h", "[ \\t]")
    try:
        re.compile(re.sub(r"\\p\{\w+\}|\\P\{\w+\}", ".", pattern))
    except re.error as error:
        raise QueryError(
            "INVALID_FUNCTION_ARGUMENT", f"Invalid regexp: {value.literal}: {error}", call.position
        ) from None
    return quote_text(pattern)


def _group(call: Call) -> str:
    if call.count < 3:
        return "0"
    group = call.argument(2)
    if not isinstance(group.literal, int):
        raise UnsupportedError(f"{call.name} with a group that is not a literal", call.position)
    return str(group.literal)


def _like(call: Call) -> Typed:
    return Typed(f"regexp_matches({_text(call, 2)}, {_pattern(call)})", types.BOOLEAN)


def _extract(call: Call) -> Typed:
    text, pattern, group = _text(call, 2, 3), _pattern(call), _group(call)
    # DuckDB gives an empty text where Trino gives NULL: when nothing matches.
    found = f"regexp_extract({text}, {pattern}, {group})"
    return Typed(f"CASE WHEN regexp_matches({text}, {pattern}) THEN {found} END", types.VARCHAR)


def _extract_all(call: Call) -> Typed:
    text, pattern, group = _text(call, 2, 3), _pattern(call), _group(call)
    return Typed(f"regexp_extract_all({text}, {pattern}, {group})", types.array(types.VARCHAR))


def _replace(call: Call) -> Typed:
    text, pattern = _text(call, 2, 3), _pattern(call)
    if call.count == 2:
        return Typed(f"regexp_replace({text}, {pattern}, '', 'g')", types.VARCHAR)
    if isinstance(call.nodes[2], exp.Lambda):
        raise UnsupportedError("regexp_replace with a function", call.position)
    replacement = call.literal_text(2)
    if re.search(r"\$\{", replacement):
        raise UnsupportedError("regexp_replace with a named group in the replacement", call.position)
    return Typed(f"regexp_replace({text}, {pattern}, {quote_text(_groups(replacement))}, 'g')", types.VARCHAR)


def _groups(replacement: str) -> str:
    r"""Turn Java's `$1` and `\$` into RE2's `\1` and `$`."""
    pieces: list[str] = []
    index = 0
    while index < len(replacement):
        character = replacement[index]
        following = replacement[index + 1 : index + 2]
        if character == "$" and following.isdigit():
            pieces.append("\\" + following)
            index += 2
        elif character == "\\" and following:
            pieces.append("\\\\" if following == "\\" else following)
            index += 2
        else:
            pieces.append("\\\\" if character == "\\" else character)
            index += 1
    return "".join(pieces)


def _split(call: Call) -> Typed:
    return Typed(f"regexp_split_to_array({_text(call, 2)}, {_pattern(call)})", types.array(types.VARCHAR))


def _count(call: Call) -> Typed:
    text = f"len(regexp_extract_all({_text(call, 2)}, {_pattern(call)}))"
    return Typed(f"CAST({text} AS BIGINT)", types.BIGINT)


def _position(call: Call) -> Typed:
    text, pattern = _text(call, 2), _pattern(call)
    before = f"length(regexp_split_to_array({text}, {pattern})[1])"
    return Typed(
        f"CASE WHEN regexp_matches({text}, {pattern}) THEN {before} + 1 ELSE -1 + 0 * length({text}) END",
        types.BIGINT,
    )
