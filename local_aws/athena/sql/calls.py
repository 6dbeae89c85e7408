"""Calls of functions, those with a grammar of their own included: extract, trim, position, AT TIME ZONE, listagg."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import literals, percentiles
from local_aws.athena.sql.aggregates import AGGREGATES, AggregateCall, build_aggregate
from local_aws.athena.sql.constructors import row_of
from local_aws.athena.sql.functions import SCALARS
from local_aws.athena.sql.functions.call import Call, build_from_rules
from local_aws.athena.sql.functions.refused import NOT_AVAILABLE
from local_aws.athena.sql.functions.strings import concatenation
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.windows import build_window

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.athena.sql.expressions import Compiler

AGGREGATES["approx_percentile"] = percentiles.approx_percentile
# Functions that do not evaluate all of their arguments.
_LAZY = ("coalesce", "if", "try")
_NORMAL_FORMS = ("NFC", "NFD", "NFKC", "NFKD")


def function(compiler: Compiler, node: exp.Anonymous) -> Typed:
    """Compile a call of any function; raises FUNCTION_NOT_FOUND for what is none."""
    name = str(node.this).lower()
    position = compiler.place(node)
    if name in AGGREGATES:
        return build_aggregate(AggregateCall(name, node, compiler, position))
    nodes = tuple(node.expressions)
    if name == "row":
        return row_of([compiler.compile(item) for item in nodes])
    if name in SCALARS:
        return _scalar(Call(name, nodes, compiler, position, sharing=_shares(name)))
    if name in NOT_AVAILABLE:
        raise UnsupportedError(f"The function {name}", position)
    raise QueryError("FUNCTION_NOT_FOUND", f"Function '{name}' not registered", position)


def named_function(compiler: Compiler, name: str, *nodes: exp.Expr) -> Typed:
    """Compile a call that has a grammar of its own as the function it stands for."""
    return _scalar(Call(name, nodes, compiler, compiler.place(nodes[0]) if nodes else None, _shares(name)))


def _shares(name: str) -> bool:
    return name in SCALARS.builders and name not in _LAZY


def _scalar(call: Call) -> Typed:
    builder = SCALARS.builders.get(call.name)
    return call.finished(builder(call)) if builder is not None else build_from_rules(SCALARS, call)


def extract(compiler: Compiler, node: exp.Extract) -> Typed:
    """Compile EXTRACT(field FROM value)."""
    return named_function(
        compiler, literals.extract_function(node.this.name, compiler.place(node)), node.expression
    )


def trim(compiler: Compiler, node: exp.Trim) -> Typed:
    """Compile TRIM with its words."""
    names = {"LEADING": "ltrim", "TRAILING": "rtrim"}
    name = names.get(str(node.args.get("position") or "BOTH").upper(), "trim")
    characters = node.args.get("expression")
    return named_function(compiler, name, node.this, *([characters] if characters is not None else []))


def position(compiler: Compiler, node: exp.StrPosition) -> Typed:
    """Compile POSITION(a IN b)."""
    return named_function(compiler, "strpos", node.this, node.args["substr"])


def substring(compiler: Compiler, node: exp.Substring) -> Typed:
    """Compile SUBSTRING, also with FROM and FOR."""
    parts = [node.args.get("start"), node.args.get("length")]
    return named_function(compiler, "substr", node.this, *[part for part in parts if part is not None])


def normalize(compiler: Compiler, node: exp.Normalize) -> Typed:
    """Compile NORMALIZE."""
    form = node.args.get("form")
    if not form:
        return named_function(compiler, "normalize", node.this)
    if form.name.upper() not in _NORMAL_FORMS:
        raise QueryError("SYNTAX_ERROR", f"mismatched input '{form.name}'", compiler.place(node))
    return named_function(compiler, "normalize", node.this, exp.Literal.string(form.name.upper()))


def at_time_zone(compiler: Compiler, node: exp.AtTimeZone) -> Typed:
    """Compile AT TIME ZONE."""
    return named_function(compiler, "at_timezone", node.this, node.args["zone"])


def aggregate(compiler: Compiler, node: exp.Expr) -> Typed:
    """Compile an aggregate with FILTER or WITHIN GROUP around it."""
    name = "listagg" if isinstance(node, exp.GroupConcat) else ""
    inner = node
    while name == "" and isinstance(inner, exp.Filter | exp.WithinGroup | exp.IgnoreNulls | exp.RespectNulls):
        inner = inner.this
    if isinstance(inner, exp.Anonymous):
        name = str(inner.this).lower()
    if isinstance(inner, exp.GroupConcat):
        name = "listagg"
    if name not in AGGREGATES:
        raise QueryError(
            "FUNCTION_NOT_AGGREGATE", f"{name} is not an aggregate function", compiler.place(node)
        )
    return build_aggregate(AggregateCall(name, node, compiler, compiler.place(node)))


def concatenate(compiler: Compiler, node: exp.DPipe) -> Typed:
    """Compile `||`."""
    nodes = (node.this, node.expression)
    call = Call("concat", nodes, compiler, compiler.session.source.operator(node.this, ("||",)))
    return call.finished(concatenation(call.arguments(), call))


HANDLERS: Mapping[type[exp.Expr], Callable[[Compiler, Any], Typed]] = {
    exp.Anonymous: function,
    exp.DPipe: concatenate,
    exp.Extract: extract,
    exp.Trim: trim,
    exp.StrPosition: position,
    exp.Substring: substring,
    exp.Normalize: normalize,
    exp.AtTimeZone: at_time_zone,
    exp.ParseJSON: lambda compiler, node: named_function(compiler, "json_parse", node.this),
    exp.Window: build_window,
    exp.Filter: aggregate,
    exp.WithinGroup: aggregate,
    exp.GroupConcat: aggregate,
}
