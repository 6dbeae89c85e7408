"""Functions with regular expressions: by DuckDB's engine where it matches as Trino's does, else by Python's.

A pattern that is not known while the query is compiled is always Python's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.java_regex import JavaRegex, RegexError, java_regex
from local_aws.athena.sql import types
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import quote_text
from local_aws.athena.udf_regexes import checked_group

if TYPE_CHECKING:
    from local_aws.athena.sql.functions.call import Call
    from local_aws.athena.sql.functions.registry import Functions
    from local_aws.athena.sql.types import Type

_TEXTS = types.array(types.VARCHAR)


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


def _regex(call: Call) -> JavaRegex | None:
    """Read the pattern when it is a literal; refuses by name what neither engine matches."""
    pattern = call.argument(1).literal
    if not isinstance(pattern, str):
        return None
    try:
        return java_regex(pattern)
    except RegexError as error:
        if error.unsupported:
            raise UnsupportedError(f"The pattern {pattern!r} ({error})", call.position) from None
        raise QueryError(
            "INVALID_FUNCTION_ARGUMENT", f"Invalid regexp: {pattern}: {error}", call.position
        ) from None


def _matched(call: Call, kind: Type, fast: str | None, slow: str) -> Typed:
    """Choose the engine: `fast` is DuckDB's text with `{p}` for the pattern, None when it must not be used."""
    regex, text = _regex(call), call.coerced(0, types.VARCHAR).sql
    slow = slow.replace("{p}", call.coerced(1, types.VARCHAR).sql)
    if regex is None or regex.re2 is None or fast is None:
        if regex is not None and regex.python is None:
            raise UnsupportedError(f"{call.name} with properties of characters", call.position)
        return Typed(slow, kind)
    fast = fast.replace("{p}", quote_text(regex.re2))
    guards = []
    if regex.ascii_only:
        guards.append(f"strlen({text}) = length({text})")
    if regex.before_newline:
        guards.append(f"NOT ends_with({text}, chr(10))")
    if not guards or regex.python is None:
        return Typed(fast, kind)
    return Typed(
        f"CASE WHEN {' AND '.join(guards)} THEN {fast} WHEN {text} IS NOT NULL THEN {slow} END", kind
    )


def _group(call: Call) -> str:
    """Give the number of the group; checked at once when pattern and number are literals."""
    if call.count < 3:
        return "0"
    regex, number = _regex(call), call.argument(2).literal
    if regex is not None and isinstance(number, int):
        problem = checked_group(call.literal_text(1), regex.groups, number)
        if problem is not None:
            raise QueryError("INVALID_FUNCTION_ARGUMENT", problem, call.position)
    return call.coerced(2, types.BIGINT).sql


def _number(call: Call) -> str | int | None:
    """Give the number of the group when it is a literal; without one it is the whole match."""
    return call.argument(2).literal if call.count == 3 else 0


def _is_always_set(call: Call) -> bool:
    """Tell whether the group asked for takes part in every match: DuckDB has no NULL for one that does not."""
    regex, number = _regex(call), _number(call)
    return regex is not None and (number == 0 or number in regex.always_set)


def _may_be_empty(call: Call) -> bool:
    regex = _regex(call)
    return regex is None or regex.may_be_empty


def _like(call: Call) -> Typed:
    text = _text(call, 2)
    return _matched(
        call, types.BOOLEAN, f"regexp_matches({text}, {{p}})", f"python_regexp_like({text}, {{p}})"
    )


def _extract(call: Call) -> Typed:
    text, group = _text(call, 2, 3), _group(call)
    # DuckDB gives an empty text where Trino gives NULL: when nothing matches.
    fast = f"CASE WHEN regexp_matches({text}, {{p}}) THEN regexp_extract({text}, {{p}}, {_number(call)}) END"
    slow = f"python_regexp_extract({text}, {{p}}, {group})"
    return _matched(call, types.VARCHAR, fast if _is_always_set(call) else None, slow)


def _extract_all(call: Call) -> Typed:
    text, group = _text(call, 2, 3), _group(call)
    fast = None
    if _is_always_set(call) and not _may_be_empty(call):
        fast = f"regexp_extract_all({text}, {{p}}, {_number(call)})"
    return _matched(call, _TEXTS, fast, f"python_regexp_extract_all({text}, {{p}}, {group})")


def _replace(call: Call) -> Typed:
    text = _text(call, 2, 3)
    if call.count == 3 and isinstance(call.nodes[2], exp.Lambda):
        return _replace_by_function(call, call.nodes[2])
    replacement = call.coerced(2, types.VARCHAR) if call.count == 3 else Typed("''", types.VARCHAR, "")
    fast = None
    regex = _regex(call)
    if isinstance(replacement.literal, str) and regex is not None and not regex.may_be_empty:
        written = _groups(replacement.literal, regex.groups)
        fast = None if written is None else f"regexp_replace({text}, {{p}}, {quote_text(written)}, 'g')"
    return _matched(call, types.VARCHAR, fast, f"python_regexp_replace({text}, {{p}}, {replacement.sql})")


def _replace_by_function(call: Call, node: exp.Lambda) -> Typed:
    """Build `regexp_replace(text, pattern, groups -> text)`: the lambda sees the groups of a match, the first as 1."""
    if len(node.expressions) != 1:
        raise call.wrong_count("regexp_replace(varchar(x), JoniRegExp, function(array(varchar),varchar(x)))")
    p = call.names(1)[0]
    body = call.compiler.lambda_body(node, [Typed(f"{p}.g", _TEXTS)])
    if not types.can_coerce(body.type, types.VARCHAR):
        raise call.mismatch()
    pieces = (
        f"python_regexp_pieces({call.coerced(0, types.VARCHAR).sql}, {call.coerced(1, types.VARCHAR).sql})"
    )
    written = f"CASE WHEN {p}.g IS NULL THEN {p}.t ELSE coalesce({body.sql}, '') END"
    return Typed(f"array_to_string(list_transform({pieces}, lambda {p}: {written}), '')", types.VARCHAR)


def _groups(replacement: str, groups: int) -> str | None:
    r"""Turn Java's `$1` and `\$` into RE2's `\1` and `$`; None for names, and for groups that there may not be."""
    pieces: list[str] = []
    for escaped, number, plain in re.findall(r"\\(.)|\$(\d+)|([^\\$])", replacement, re.DOTALL):
        if number:
            if len(number) > 1 or int(number) > groups:
                return None
            pieces.append("\\" + number)
        else:
            pieces.append((escaped or plain).replace("\\", "\\\\"))
    consumed = re.sub(r"\\.|\$\d+|[^\\$]", "", replacement, flags=re.DOTALL)
    return None if consumed else "".join(pieces)


def _split(call: Call) -> Typed:
    text = _text(call, 2)
    fast = None if _may_be_empty(call) else f"regexp_split_to_array({text}, {{p}})"
    return _matched(call, _TEXTS, fast, f"python_regexp_split({text}, {{p}})")


def _count(call: Call) -> Typed:
    text = _text(call, 2)
    fast = None if _may_be_empty(call) else f"CAST(len(regexp_extract_all({text}, {{p}})) AS BIGINT)"
    return _matched(call, types.BIGINT, fast, f"python_regexp_count({text}, {{p}})")


def _position(call: Call) -> Typed:
    text = _text(call, 2, 3, 4)
    start, occurrence = (
        call.coerced(index, types.BIGINT).sql if call.count > index else "1" for index in (2, 3)
    )
    return _matched(call, types.BIGINT, None, f"python_regexp_position({text}, {{p}}, {start}, {occurrence})")
