"""Functions that choose: coalesce, if, nullif, try, greatest, least."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.casts import coerce
from local_aws.athena.sql.dialect import TYPED_LITERAL
from local_aws.athena.sql.operators import compare
from local_aws.athena.sql.sharing import has_subquery
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import quote_text

if TYPE_CHECKING:
    from local_aws.athena.errors import Position
    from local_aws.athena.sql.functions.call import Call
    from local_aws.athena.sql.functions.registry import Functions


def register(functions: Functions) -> None:
    """Add the functions of this family."""
    functions.builder("coalesce")(_coalesce)
    functions.builder("nullif")(_nullif)
    functions.builder("if")(_if)
    functions.builder("try")(_try)
    functions.builder("greatest", "least")(_extreme)
    functions.builder("typeof")(_typeof)
    functions.define("uuid() -> uuid", "gen_random_uuid()")


def same_type(call: Call, values: list[Typed], what: str) -> list[Typed]:
    """Turn all values into their common type; raises TYPE_MISMATCH when there is none."""
    common: types.Type = types.UNKNOWN
    for value in values:
        wider = types.common_type(common, value.type)
        if wider is None:
            raise QueryError(
                "TYPE_MISMATCH",
                f"All {what} operands must be the same type or coercible to a common type."
                f" Cannot find common type between {common} and {value.type}",
                call.position,
            )
        common = wider
    return [coerce(value, common) for value in values]


def _coalesce(call: Call) -> Typed:
    if call.count < 2:
        raise QueryError(
            "INVALID_FUNCTION_ARGUMENT",
            "The 'coalesce' function must have at least two arguments",
            call.position,
        )
    values = same_type(call, call.arguments(), "COALESCE")
    return Typed(f"coalesce({', '.join(value.sql for value in values)})", values[0].type)


def _nullif(call: Call) -> Typed:
    if call.count != 2:
        raise QueryError(
            "INVALID_FUNCTION_ARGUMENT", "Invalid number of arguments for 'nullif' function", call.position
        )
    first, second = call.arguments()
    if types.common_type(first.type, second.type) is None:
        raise QueryError(
            "TYPE_MISMATCH",
            f"Types are not comparable with nullif: {first.type} vs {second.type}",
            call.position,
        )
    equal = compare("=", first, second, call.position).sql
    return Typed(f"CASE WHEN {equal} THEN NULL ELSE {first.sql} END", first.type)


def _if(call: Call) -> Typed:
    if call.count not in (2, 3):
        raise QueryError(
            "INVALID_FUNCTION_ARGUMENT", "Invalid number of arguments for 'if' function", call.position
        )
    condition = call.coerced(0, types.BOOLEAN)
    values = same_type(call, [call.argument(index) for index in range(1, call.count)], "IF")
    otherwise = values[1].sql if len(values) == 2 else "NULL"
    return Typed(f"CASE WHEN {condition.sql} THEN {values[0].sql} ELSE {otherwise} END", values[0].type)


def _try(call: Call) -> Typed:
    if call.count != 1:
        raise QueryError(
            "INVALID_FUNCTION_ARGUMENT", "The 'try' function must have exactly one argument", call.position
        )
    if call.nodes[0].find(exp.Column, exp.Query) is None:
        return _tried_constant(call)
    return tried(call.argument(0), call.position)


def _tried_constant(call: Call) -> Typed:
    """Build TRY of an expression without columns, with a name in the place of each text in it.

    DuckDB evaluates the conditions of a constant CASE while it plans, outside of TRY: it must not see constants.
    """
    node = call.nodes[0].copy()
    names: dict[str, Typed] = {}
    for item in [item for item in node.find_all(exp.Literal) if item.is_string and item is not node]:
        parent = item.parent
        if isinstance(parent, exp.Interval) or (parent is not None and parent.meta.get(TYPED_LITERAL)):
            continue
        name = f"try{call.compiler.depth}_{len(names)}"
        names[name] = Typed(name, types.varchar(len(item.this)), item.this)
        item.replace(exp.column(name))
    inside = replace(
        call.compiler, scope=call.compiler.scope.with_overlay(names), depth=call.compiler.depth + 1
    )
    result = tried(inside.compile(node), call.position)
    for name, value in names.items():
        text = quote_text(str(value.literal))
        result = Typed(f"list_transform([{text}], lambda {name}: {result.sql})[1]", result.type)
    return result


def tried(value: Typed, position: Position | None) -> Typed:
    """Give a value, or NULL when it fails."""
    if has_subquery(value):
        raise UnsupportedError("TRY around a subquery", position)
    return Typed(f"TRY({value.sql})", value.type)


def _extreme(call: Call) -> Typed:
    if call.count < 1:
        raise call.wrong_count(f"{call.name}(E, ...)")
    values = same_type(call, call.arguments(), call.name.upper())
    if not values[0].type.is_orderable:
        raise call.mismatch()
    texts = [value.sql for value in values]
    # Trino: NULL as soon as one of them is; DuckDB skips NULLs.
    absent = " OR ".join(f"{text} IS NULL" for text in texts)
    return Typed(f"CASE WHEN {absent} THEN NULL ELSE {call.name}({', '.join(texts)}) END", values[0].type)


def _typeof(call: Call) -> Typed:
    if call.count != 1:
        raise call.wrong_count("typeof(T)")
    return Typed(types.quote_text(str(call.argument(0).type)), types.VARCHAR)
