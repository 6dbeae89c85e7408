"""Values made of values: CASE and IF, casts, subscripts, arrays and rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from local_aws.athena.errors import QueryError
from local_aws.athena.sql import literals, types
from local_aws.athena.sql.casts import cast, coerce
from local_aws.athena.sql.dialect import TYPED_LITERAL
from local_aws.athena.sql.functions import SCALARS
from local_aws.athena.sql.functions.call import Call
from local_aws.athena.sql.functions.conditions import tried
from local_aws.athena.sql.operators import compare
from local_aws.athena.sql.sharing import bound, has_subquery, named, shared
from local_aws.athena.sql.type_text import type_of_node
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import Type, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.athena.sql.expressions import Compiler


def case(compiler: Compiler, node: exp.Case) -> Typed:
    """Compile CASE, both forms."""
    operand = node.args.get("this")
    subject = compiler.compile(operand) if operand is not None else None
    conditions: list[str] = []
    results: list[Typed] = []
    for branch in node.args["ifs"]:
        if subject is None:
            conditions.append(compiler.boolean(branch.this, "CASE WHEN clause").sql)
        else:
            conditions.append(
                compare("=", subject, compiler.compile(branch.this), compiler.place(branch.this)).sql
            )
        results.append(compiler.compile(branch.args["true"]))
    default = node.args.get("default")
    if default is not None:
        results.append(compiler.compile(default))
    results = _same_type(compiler, results, node)
    text = "".join(f" WHEN {c} THEN {r.sql}" for c, r in zip(conditions, results, strict=False))
    otherwise = f" ELSE {results[-1].sql}" if default is not None else ""
    return Typed(f"CASE{text}{otherwise} END", results[0].type)


def _same_type(compiler: Compiler, values: list[Typed], node: exp.Expr) -> list[Typed]:
    common: Type = types.UNKNOWN
    for value in values:
        wider = types.common_type(common, value.type)
        if wider is None:
            raise QueryError(
                "TYPE_MISMATCH",
                f"All CASE results must be the same type or coercible to a common type."
                f" Cannot find common type between {common} and {value.type}",
                compiler.place(node),
            )
        common = wider
    return [coerce(value, common) for value in values]


def condition(compiler: Compiler, node: exp.If) -> Typed:
    """Compile IF."""
    nodes = [node.this, node.args["true"], node.args.get("false")]
    return SCALARS.builders["if"](
        Call("if", tuple(n for n in nodes if n is not None), compiler, compiler.place(node), sharing=False)
    )


def cast_of(compiler: Compiler, node: exp.Cast) -> Typed:
    """Compile CAST, and literals with a type in front."""
    target = type_of_node(node.to)
    if isinstance(node.this, exp.Literal) and node.this.is_string and node.meta.get(TYPED_LITERAL):
        return literals.typed(node.this.this, target, compiler.session.source.before(node))
    place = compiler.place(node)
    return shared(compiler.compile(node.this), lambda value: cast(value, target, place))


def try_cast_of(compiler: Compiler, node: exp.TryCast) -> Typed:
    """Compile TRY_CAST."""
    target, place = type_of_node(node.to), compiler.place(node)
    value = compiler.compile(node.this)
    if node.find(exp.Column) is None and not has_subquery(value):
        # DuckDB evaluates the conditions of a constant CASE while it plans, outside of TRY: it must not see a constant.
        inner = tried(cast(named(value), target, place), place)
        return bound(value, inner)
    if not has_subquery(value):
        return tried(shared(value, lambda item: cast(item, target, place)), place)
    # DuckDB's TRY takes no subquery: it is evaluated outside, and only what it gives is cast inside.
    given = cast(Typed("tried_.v", value.type), target, place)
    return Typed(f"(SELECT TRY({given.sql}) FROM (SELECT {value.sql} AS v) AS tried_)", target)  # noqa: S608


def bracket(compiler: Compiler, node: exp.Bracket) -> Typed:
    """Compile a subscript of an array, a map or a row."""
    return shared(compiler.compile(node.this), lambda base: _subscript(compiler, base, node))


def _subscript(compiler: Compiler, base: Typed, node: exp.Bracket) -> Typed:
    if len(node.expressions) != 1:
        raise QueryError("SYNTAX_ERROR", "one subscript is allowed", compiler.place(node))
    index = compiler.compile(node.expressions[0])
    if base.type.name == "array" and types.can_coerce(index.type, types.BIGINT):
        text = f"array_subscript({base.sql}, {coerce(index, types.BIGINT).sql})"
        return Typed(text, base.type.arguments[0])
    if base.type.name == "map" and types.can_coerce(index.type, base.type.arguments[0]):
        key = coerce(index, base.type.arguments[0])
        return Typed(f"map_subscript({base.sql}, {key.sql})", base.type.arguments[1])
    if base.type.name == "row" and isinstance(index.literal, int):
        if not 1 <= index.literal <= len(base.type.arguments):
            raise QueryError("INVALID_FUNCTION_ARGUMENT", "Invalid subscript for row", compiler.place(node))
        name = types.row_field_names(base.type)[index.literal - 1]
        return Typed(f"({base.sql}).{quote(name)}", base.type.arguments[index.literal - 1])
    raise QueryError(
        "TYPE_MISMATCH", f"Cannot use {index.type} for subscript of {base.type}", compiler.place(node)
    )


def array(compiler: Compiler, node: exp.Array) -> Typed:
    """Compile ARRAY[...]."""
    values = [compiler.compile(item) for item in node.expressions]
    common: Type = types.UNKNOWN
    for value in values:
        wider = types.common_type(common, value.type)
        if wider is None:
            raise QueryError(
                "TYPE_MISMATCH",
                f"All ARRAY elements must be the same type or coercible to a common type."
                f" Cannot find common type between {common} and {value.type}",
                compiler.place(node),
            )
        common = wider
    inside = ", ".join(coerce(value, common).sql for value in values)
    kind = types.array(common)
    return Typed(f"CAST([{inside}] AS {types.duckdb_type(kind)})", kind)


def row_of(values: list[Typed]) -> Typed:
    """Make a row whose fields have no names."""
    kind = types.row(tuple((None, value.type) for value in values))
    names = types.row_field_names(kind)
    inside = ", ".join(f"{quote(name)} := {value.sql}" for name, value in zip(names, values, strict=True))
    return Typed(f"struct_pack({inside})", kind)


def row(compiler: Compiler, node: exp.Tuple) -> Typed:
    """Compile a row written in parentheses."""
    return row_of([compiler.compile(item) for item in node.expressions])


HANDLERS: Mapping[type[exp.Expr], Callable[[Compiler, Any], Typed]] = {
    exp.Case: case,
    exp.If: condition,
    exp.Cast: cast_of,
    exp.TryCast: try_cast_of,
    exp.Bracket: bracket,
    exp.Array: array,
    exp.Tuple: row,
}
