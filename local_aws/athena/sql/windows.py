"""Window functions and the OVER clause."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.aggregates import AGGREGATES, AggregateCall, build_aggregate, direction
from local_aws.athena.sql.casts import coerce
from local_aws.athena.sql.operators import key_of
from local_aws.athena.sql.typed import Typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.athena.sql.expressions import Compiler
    from local_aws.athena.sql.types import Type

RANKING: Mapping[str, Type] = {
    "row_number": types.BIGINT,
    "rank": types.BIGINT,
    "dense_rank": types.BIGINT,
    "percent_rank": types.DOUBLE,
    "cume_dist": types.DOUBLE,
}
VALUE_FUNCTIONS = ("lag", "lead", "first_value", "last_value", "nth_value", "ntile")


def build_window(compiler: Compiler, node: exp.Window) -> Typed:
    """Build `function(...) OVER (...)`; raises EXPRESSION_NOT_SCALAR where window functions are not allowed."""
    position = compiler.place(node)
    if not compiler.windows_allowed:
        clause = compiler.clause or "an argument of a window function"
        if clause == "an aggregate function":
            raise QueryError("NESTED_WINDOW", "Cannot nest window functions inside an aggregation", position)
        raise QueryError(
            "EXPRESSION_NOT_SCALAR",
            f"{clause} cannot contain aggregations, window functions or grouping operations",
            position,
        )
    inside = replace(compiler, windows_allowed=False)
    over = _over(inside, node)
    function, nulls = _function(node.this)
    name = str(function.this).lower() if isinstance(function, exp.Anonymous) else "listagg"
    if name in AGGREGATES:
        return build_aggregate(AggregateCall(name, node.this, inside, position, over=f" OVER ({over})"))
    if name in RANKING:
        if function.expressions:
            raise QueryError("FUNCTION_NOT_FOUND", f"Unexpected parameters for function {name}", position)
        return Typed(f"{name}() OVER ({over})", RANKING[name])
    if name in VALUE_FUNCTIONS:
        values = [inside.compile(item) for item in function.expressions]
        return _value_function(name, values, nulls, over, compiler, node)
    raise QueryError("FUNCTION_NOT_FOUND", f"Function '{name}' not registered", position)


def _function(node: exp.Expr) -> tuple[exp.Expr, str]:
    nulls = ""
    while isinstance(node, exp.IgnoreNulls | exp.RespectNulls | exp.Filter | exp.WithinGroup):
        if isinstance(node, exp.IgnoreNulls):
            nulls = " IGNORE NULLS"
        node = node.this
    return node, nulls


def _value_function(
    name: str, values: list[Typed], nulls: str, over: str, compiler: Compiler, node: exp.Window
) -> Typed:
    counts = {"lag": (1, 2, 3), "lead": (1, 2, 3), "nth_value": (2,), "ntile": (1,)}.get(name, (1,))
    if len(values) not in counts:
        found = ", ".join(str(value.type) for value in values)
        raise QueryError(
            "FUNCTION_NOT_FOUND", f"Unexpected parameters ({found}) for function {name}", compiler.place(node)
        )
    if name == "ntile":
        buckets = _at_least(1, coerce(values[0], types.BIGINT), "Buckets must be greater than 0")
        return Typed(f"ntile({buckets}) OVER ({over})", types.BIGINT)
    if name in ("lag", "lead") and len(values) > 1:
        values[1] = Typed(_offset(coerce(values[1], types.BIGINT)), types.BIGINT)
    if name == "nth_value":
        values[1] = Typed(
            _at_least(1, coerce(values[1], types.BIGINT), "Offset must be at least 1"), types.BIGINT
        )
    kind = values[0].type
    if len(values) == 3:
        common = types.common_type(kind, values[2].type)
        if common is None:
            raise QueryError("TYPE_MISMATCH", f"{name}: {kind} and {values[2].type}", compiler.place(node))
        kind = common
        values = [coerce(values[0], kind), values[1], coerce(values[2], kind)]
    inside = ", ".join(value.sql for value in values)
    return Typed(f"{name}({inside}{nulls}) OVER ({over})", kind)


def _at_least(least: int, number: Typed, message: str) -> str:
    """Write a number that a window function takes; it fails below `least`, where DuckDB goes the other way or on."""
    if isinstance(number.literal, int) and number.literal >= least:
        return number.sql
    failure = f"fail_({types.quote_text('INVALID_FUNCTION_ARGUMENT: ' + message)})"
    return f"CASE WHEN {number.sql} < {least} THEN {failure} ELSE {number.sql} END"


def _offset(number: Typed) -> str:
    """Write how many rows lag and lead go; NULL is an error, in Athena since August 2025."""
    checked = _at_least(0, number, "Offset must be at least 0")
    if isinstance(number.literal, int):
        return checked
    failure = "fail_('INVALID_FUNCTION_ARGUMENT: Offset must not be null')"
    return f"CASE WHEN {number.sql} IS NULL THEN {failure} ELSE {checked} END"


def _over(compiler: Compiler, node: exp.Window) -> str:
    """Write the inside of OVER, with the parts of a named window in their places."""
    named: exp.Window | None = None
    alias = node.args.get("alias")
    if alias is not None:
        named = _named_window(compiler, node, alias.name)
    parts: list[str] = []
    partition = node.args.get("partition_by") or (
        named.args.get("partition_by") if named is not None else None
    )
    if partition:
        keys = [key_of(compiler.compile(item)) for item in partition]
        parts.append("PARTITION BY " + ", ".join(keys))
    order = node.args.get("order") or (named.args.get("order") if named is not None else None)
    if order is not None:
        items = [f"{key_of(compiler.compile(item.this))}{direction(item)}" for item in order.expressions]
        parts.append("ORDER BY " + ", ".join(items))
    frame = node.args.get("spec") or (named.args.get("spec") if named is not None else None)
    if frame is not None:
        parts.append(_frame(compiler, frame))
    return " ".join(parts)


def _named_window(compiler: Compiler, node: exp.Window, name: str) -> exp.Window:
    select = node.find_ancestor(exp.Select)
    for window in (select.args.get("windows") or []) if select is not None else []:
        if window.this is not None and window.name.lower() == name.lower():
            return window  # type: ignore[no-any-return]
    raise QueryError("INVALID_WINDOW_REFERENCE", f"Cannot resolve WINDOW name {name}", compiler.place(node))


def _frame(compiler: Compiler, frame: exp.WindowSpec) -> str:
    kind = str(frame.args.get("kind") or "RANGE").upper()
    if frame.args.get("exclude") is not None:
        raise UnsupportedError("EXCLUDE in a window frame", compiler.place(frame))
    start = _bound(compiler, frame, "start")
    end = _bound(compiler, frame, "end") if frame.args.get("end") is not None else "CURRENT ROW"
    return f"{kind} BETWEEN {start} AND {end}"


def _bound(compiler: Compiler, frame: exp.WindowSpec, name: str) -> str:
    value = frame.args[name]
    side = str(frame.args.get(f"{name}_side") or "").upper()
    if isinstance(value, str):
        return f"{value.upper()} {side}".strip()
    return f"{compiler.compile(value).sql} {side}"
