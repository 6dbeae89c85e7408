"""Conditions: comparisons, AND, OR, NOT, BETWEEN, IN, LIKE, IS NULL, EXISTS and quantified comparisons."""

# ruff: noqa: S608  the SQL here is made from a syntax tree, with every name and text quoted

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.casts import coerce, text_of
from local_aws.athena.sql.operators import comparable_pair, compare
from local_aws.athena.sql.sharing import shared
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.athena.errors import Position
    from local_aws.athena.sql.compiled import CompiledQuery
    from local_aws.athena.sql.expressions import Compiler
    from local_aws.athena.sql.types import Type

_COMPARISONS: Mapping[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
    exp.NullSafeNEQ: "IS DISTINCT FROM",
}


def comparison(compiler: Compiler, node: exp.Expr) -> Typed:
    """Compile `a = b` and its kin; the right side may be ANY or ALL of a subquery."""
    symbol = _COMPARISONS[type(node)]
    quantified = _quantified(compiler, node, symbol)
    if quantified is not None:
        return quantified
    written = ("<>", "!=") if symbol == "<>" else ("IS",) if symbol.startswith("IS") else (symbol,)
    position = compiler.session.source.operator(node.this, written)
    left, right = compiler.compile(node.this), compiler.compile(node.expression)
    if not (left.type.arguments or {left.type.name, right.type.name} & {"double", "real"}):
        return compare(symbol, left, right, position)
    return shared(left, lambda a: shared(right, lambda b: compare(symbol, a, b, position)))


def _quantified(compiler: Compiler, node: exp.Expr, symbol: str) -> Typed | None:
    right = node.expression
    if not isinstance(right, exp.Any | exp.All):
        return None
    inner = right.this.this if isinstance(right.this, exp.Subquery) else right.this
    query = compiler.queries.subquery(inner, compiler.subquery_scope())
    value = compiler.compile(node.this)
    word = "ANY" if isinstance(right, exp.Any) else "ALL"
    if len(query.columns) != 1:
        return _of_rows(value, query, symbol, word, compiler.place(node))
    a, b = comparable_pair(symbol, value, Typed("q_.c1", query.columns[0].type), compiler.place(node))
    return Typed(f"({a} {symbol} {word} (SELECT {b} FROM ({query.sql}) AS q_(c1)))", types.BOOLEAN)


def row_value(query: CompiledQuery) -> Typed:
    """Return a subquery with several columns as a value: its one row."""
    row, source = row_of_query(query)
    return Typed(f"(SELECT {row.sql} FROM {source})", row.type)


def row_of_query(query: CompiledQuery) -> tuple[Typed, str]:
    """Return the row that the columns of a query make, and the FROM clause that it belongs to."""
    kind = types.row(tuple((None, column.type) for column in query.columns))
    names = [f"c{index}" for index in range(1, len(query.columns) + 1)]
    fields = zip(types.row_field_names(kind), names, strict=True)
    packed = ", ".join(f"{quote(field)} := q_.{name}" for field, name in fields)
    return Typed(f"struct_pack({packed})", kind), f"({query.sql}) AS q_({', '.join(names)})"


def _of_rows(value: Typed, query: CompiledQuery, symbol: str, word: str, position: Position | None) -> Typed:
    """Compare a row with the rows of a subquery with several columns: a NULL in one leaves the answer open."""
    row, source = row_of_query(query)
    if types.common_type(value.type, row.type) is None:
        raise QueryError(
            "TYPE_MISMATCH",
            f"Value expression and result of subquery must be of the same type: {value.type} vs {row.type}",
            position,
        )
    found = compare(symbol, value, row, position).sql
    decisive, otherwise = (found, "true, false") if word == "ANY" else (f"NOT {found}", "false, true")
    first, last = otherwise.split(", ")
    text = (
        f"CASE WHEN bool_or({decisive}) THEN {first} WHEN bool_or({found} IS NULL) THEN NULL ELSE {last} END"
    )
    return Typed(f"(SELECT {text} FROM {source})", types.BOOLEAN)


def conjunction(compiler: Compiler, node: exp.And) -> Typed:
    """Compile AND; a chain of hundreds is flat here, so that it does not nest as deep as it is long."""
    parts = [compiler.boolean(item, "Logical expression term") for item in node.flatten()]
    return Typed("(" + " AND ".join(item.sql for item in parts) + ")", types.BOOLEAN)


def disjunction(compiler: Compiler, node: exp.Or) -> Typed:
    """Compile OR."""
    parts = [compiler.boolean(item, "Logical expression term") for item in node.flatten()]
    return Typed("(" + " OR ".join(item.sql for item in parts) + ")", types.BOOLEAN)


def negation(compiler: Compiler, node: exp.Not) -> Typed:
    """Compile NOT."""
    return Typed(f"(NOT {compiler.boolean(node.this, 'Value of logical NOT expression').sql})", types.BOOLEAN)


def is_null(compiler: Compiler, node: exp.Is) -> Typed:
    """Compile IS NULL."""
    value = compiler.compile(node.this)
    if isinstance(node.expression, exp.Null):
        return Typed(f"({value.sql} IS NULL)", types.BOOLEAN)
    raise UnsupportedError(f"IS {node.expression.sql()}", compiler.place(node))


def between(compiler: Compiler, node: exp.Between) -> Typed:
    """Compile BETWEEN."""
    value, low, high = (compiler.compile(node.args[name]) for name in ("this", "low", "high"))
    position = compiler.session.source.operator(node.this, ("BETWEEN", "NOT"))
    if types.common_type(value.type, low.type) is None or types.common_type(value.type, high.type) is None:
        raise QueryError(
            "TYPE_MISMATCH",
            f"Cannot check if {value.type} is BETWEEN {low.type} and {high.type}",
            position,
        )
    above = compare(">=", value, low, position)
    below = compare("<=", value, high, position)
    return Typed(f"({above.sql} AND {below.sql})", types.BOOLEAN)


def contained(compiler: Compiler, node: exp.In) -> Typed:
    """Compile IN, a list of values or a subquery."""
    value = compiler.compile(node.this)
    position = compiler.session.source.operator(node.this, ("IN", "NOT"))
    query = node.args.get("query")
    if query is None and len(node.expressions) == 1 and isinstance(node.expressions[0], exp.Values):
        query = node.expressions[0]
    if query is not None:
        inner = query.this if isinstance(query, exp.Subquery) else query
        found = compiler.queries.subquery(inner, compiler.subquery_scope())
        if len(found.columns) != 1:
            return _of_rows(value, found, "=", "ANY", position)
        a, b = comparable_pair("IN", value, Typed("q_.c1", found.columns[0].type), position)
        return Typed(f"({a} IN (SELECT {b} FROM ({found.sql}) AS q_(c1)))", types.BOOLEAN)
    items = [compiler.compile(item) for item in node.expressions]
    common: Type = value.type
    for item in items:
        wider = types.common_type(common, item.type)
        if wider is None:
            raise QueryError(
                "TYPE_MISMATCH",
                f"IN value and list items must be the same type: {common} vs {item.type}",
                position,
            )
        common = wider
    if common.arguments or common.name in ("double", "real"):
        equals = [compare("=", value, item, position).sql for item in items]
        return Typed(f"({' OR '.join(equals)})", types.BOOLEAN)
    pairs = [comparable_pair("IN", coerce(value, common), coerce(item, common), position) for item in items]
    return Typed(f"({pairs[0][0]} IN ({', '.join(pair[1] for pair in pairs)}))", types.BOOLEAN)


def exists(compiler: Compiler, node: exp.Exists) -> Typed:
    """Compile EXISTS."""
    inner = node.this.this if isinstance(node.this, exp.Subquery) else node.this
    query = compiler.queries.subquery(inner, compiler.subquery_scope())
    return Typed(f"EXISTS ({query.sql})", types.BOOLEAN)


def like(compiler: Compiler, node: exp.Like) -> Typed:
    """Compile LIKE."""
    return _like_with(compiler, node, None)


def like_escaped(compiler: Compiler, node: exp.Escape) -> Typed:
    """Compile LIKE ... ESCAPE."""
    if not isinstance(node.this, exp.Like):
        raise UnsupportedError(compiler.describe(node), compiler.place(node))
    return _like_with(compiler, node.this, node.expression)


def _like_with(compiler: Compiler, node: exp.Like, escape: exp.Expr | None) -> Typed:
    position = compiler.session.source.operator(node.this, ("LIKE", "NOT"))
    value, pattern = compiler.compile(node.this), compiler.compile(node.expression)
    if value.type.name == "char":  # it is compared with the blanks that fill it up
        value = Typed(str(text_of(value.sql, value.type)), types.VARCHAR)
    for item in (value, pattern):
        if not types.can_coerce(item.type, types.VARCHAR):
            raise QueryError(
                "TYPE_MISMATCH",
                f"Left side of LIKE expression must evaluate to a varchar (actual: {item.type})",
                position,
            )
    suffix = ""
    if escape is not None:
        sign = compiler.compile(escape)
        _check_escape(sign, pattern, position)
        suffix = f" ESCAPE {sign.sql}"
    negated = "NOT " if node.args.get("negate") else ""
    return Typed(f"({value.sql} {negated}LIKE {pattern.sql}{suffix})", types.BOOLEAN)


def _check_escape(escape: Typed, pattern: Typed, position: Position | None) -> None:
    """Refuse what Trino refuses in a pattern with an escape character; DuckDB takes the character after it as it is."""
    if not isinstance(escape.literal, str):
        raise UnsupportedError("LIKE with an escape character that is no literal", position)
    if len(escape.literal) != 1:
        raise QueryError("INVALID_FUNCTION_ARGUMENT", "Escape string must be a single character")
    if not isinstance(pattern.literal, str):
        return
    rest = pattern.literal.replace(escape.literal * 2, "")
    for sign in "%_":
        rest = rest.replace(escape.literal + sign, "")
    if escape.literal in rest:
        raise QueryError(
            "INVALID_FUNCTION_ARGUMENT",
            "Escape character must be followed by '%', '_' or the escape character itself",
            position,
        )


HANDLERS: Mapping[type[exp.Expr], Callable[[Compiler, Any], Typed]] = {
    **dict.fromkeys(_COMPARISONS, comparison),
    exp.And: conjunction,
    exp.Or: disjunction,
    exp.Not: negation,
    exp.Is: is_null,
    exp.Between: between,
    exp.In: contained,
    exp.Exists: exists,
    exp.Like: like,
    exp.Escape: like_escaped,
}
