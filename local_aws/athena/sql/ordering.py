"""Compiling what stands at the end of a query: ORDER BY, OFFSET and LIMIT."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError
from local_aws.athena.sql.aggregates import direction
from local_aws.athena.sql.expressions import Compiler
from local_aws.athena.sql.operators import key_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_aws.athena.sql.compiled import OutputColumn
    from local_aws.athena.sql.queries import QueryCompiler
    from local_aws.athena.sql.scope import Scope
    from local_aws.athena.sql.session import Session
    from local_aws.athena.sql.typed import Typed


def order_and_limit(
    queries: QueryCompiler,
    node: exp.Expr,
    scope: Scope,
    columns: Sequence[OutputColumn],
    values: Sequence[Typed],
    compiler: Compiler | None = None,
    shown: Sequence[Typed] = (),
) -> str:
    """Write ORDER BY, OFFSET and LIMIT; `shown` are the columns of the query inside, where there is one."""
    text = ""
    order = node.args.get("order")
    limit, offset = node.args.get("limit"), node.args.get("offset")
    ties = has_ties(limit)
    if limit is not None and ties and order is None:
        place = queries.session.source.of(limit)
        raise QueryError("MISSING_ORDER_BY", "FETCH FIRST WITH TIES clause requires ORDER BY", place)
    if order is not None:
        shown = shown or (() if ties else values)
        text = _order(queries, node, order, scope, columns, values, compiler, shown)
    if limit is not None and ties:
        last = _fetched(queries, limit)
        if offset is not None:
            last += _row_count(offset.expression, queries.session)
        text = f" QUALIFY rank() OVER ({text}) <= {last}{text}"
    elif limit is not None:
        text += _limit(queries, limit)
    if offset is not None:
        text += f" OFFSET {_row_count(offset.expression, queries.session)}"
    return text


def has_ties(limit: exp.Expr | None) -> bool:
    """Return whether a query ends with FETCH FIRST … WITH TIES, which ranks its rows."""
    options = limit.args.get("limit_options") if isinstance(limit, exp.Fetch) else None
    return options is not None and bool(options.args.get("with_ties"))


def _fetched(queries: QueryCompiler, limit: exp.Expr) -> int:
    count = limit.args.get("count")
    return _row_count(count, queries.session) if count is not None else 1


def _limit(queries: QueryCompiler, limit: exp.Expr) -> str:
    if isinstance(limit, exp.Fetch):
        return f" LIMIT {_fetched(queries, limit)}"
    value = limit.expression
    if isinstance(value, exp.Column | exp.Var | exp.All) and value.name.upper() in ("ALL", ""):
        return ""
    return f" LIMIT {_row_count(value, queries.session)}"


def _order(
    queries: QueryCompiler,
    node: exp.Expr,
    order: exp.Order,
    scope: Scope,
    columns: Sequence[OutputColumn],
    values: Sequence[Typed],
    compiler: Compiler | None,
    shown: Sequence[Typed],
) -> str:
    names: dict[str, Typed] = {}
    for column, value in zip(columns, values, strict=True):
        if column.name is not None:
            names.setdefault(column.name.lower(), value)
    base = compiler or Compiler(queries.session, scope, queries, windows_allowed=True)
    inside = replace(base, scope=scope.with_overlay(names))
    distinct = isinstance(node, exp.Select) and node.args.get("distinct") is not None
    texts = [value.sql for value in values]
    items: list[str] = []
    for item in order.expressions:
        value = _sort_key(queries, item.this, inside, values)
        if not value.type.is_orderable:
            raise QueryError(
                "TYPE_MISMATCH",
                f"Type {value.type} is not orderable, and therefore cannot be used in ORDER BY",
                queries.session.source.of(item),
            )
        place = texts.index(value.sql) if value.sql in texts else None
        if shown is values and place is not None and not value.type.has_key:
            items.append(f"{place + 1}{direction(item)}")
        elif shown and shown is not values and place is not None:
            items.append(f"{key_of(shown[place])}{direction(item)}")
        elif distinct:
            raise QueryError(
                "EXPRESSION_NOT_IN_DISTINCT",
                "For SELECT DISTINCT, ORDER BY expressions must appear in select list",
                queries.session.source.of(item),
            )
        else:
            items.append(f"{key_of(value)}{direction(item)}")
    return " ORDER BY " + ", ".join(items)


def _sort_key(queries: QueryCompiler, node: exp.Expr, compiler: Compiler, values: Sequence[Typed]) -> Typed:
    if isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit():
        position = int(node.this)
        if not 1 <= position <= len(values):
            raise QueryError(
                "INVALID_COLUMN_REFERENCE",
                f"ORDER BY position {position} is not in select list",
                queries.session.source.of(node),
            )
        return values[position - 1]
    return compiler.compile(node)


def _row_count(node: exp.Expr, session: Session) -> int:
    if isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit():
        return int(node.this)
    raise QueryError(
        "SYNTAX_ERROR", f"mismatched input '{node.sql()}'. Expecting: <integer>", session.source.of(node)
    )
