"""Compiling SELECT: its list, DISTINCT, GROUP BY and HAVING around what FROM and WHERE give."""

# ruff: noqa: S608  the SQL here is made from a syntax tree, with every name and text quoted

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError
from local_aws.athena.sql.aggregates import AGGREGATES
from local_aws.athena.sql.compiled import CompiledQuery, OutputColumn
from local_aws.athena.sql.expressions import Compiler
from local_aws.athena.sql.fine_times import fine_output
from local_aws.athena.sql.grouping import Grouping, group_by
from local_aws.athena.sql.operators import key_of
from local_aws.athena.sql.ordering import has_ties, order_and_limit
from local_aws.athena.sql.relations import RelationCompiler
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import quote, row_field_names

if TYPE_CHECKING:
    from local_aws.athena.sql.queries import QueryCompiler
    from local_aws.athena.sql.scope import Scope


def compile_select(queries: QueryCompiler, node: exp.Select, outer: Scope | None) -> CompiledQuery:
    """Compile one SELECT; `outer` is what it can see of the query around it. Raises `QueryError`."""
    relations = RelationCompiler(queries)
    from_text, scope = relations.from_clause(node, outer)
    compiler = Compiler(queries.session, scope, queries)
    where = node.args.get("where")
    conditions = relations.conditions(compiler, where.this, "WHERE clause") if where is not None else []
    source = f" FROM {from_text}" if from_text else ""
    source += f" WHERE {' AND '.join(conditions)}" if conditions else ""
    items = list(_select_items(queries, node, scope))
    output = replace(compiler, windows_allowed=True)
    grouping: Grouping | None = None
    group_text = ""
    if _is_grouped(node):
        grouping = Grouping(queries.session.fresh("r"))
        group_text = group_by(compiler, node, [item for _, item in items], grouping)
        output = replace(output, grouping=grouping)
    values = [_output_value(queries, name, item, output, node) for name, item in items]
    columns = tuple(OutputColumn(name, v.type) for (name, _), v in zip(items, values, strict=True))
    having = _having(queries, node, output)
    # The order is compiled before the inner query is written: it may bring aggregates of its own.
    distinct = _distinct(queries, node, values)
    ranked = queries.session.fresh("r") if distinct and has_ties(node.args.get("limit")) else ""
    shown = [field.value for field in CompiledQuery("", columns).fields(ranked)] if ranked else ()
    ending = order_and_limit(queries, node, scope, columns, values, output, shown)
    if grouping is not None:
        inner = f"SELECT {grouping.columns()}{source}{group_text}"
        source = f" FROM ({inner}) AS {grouping.alias}{having}"
    sql = "SELECT " + distinct
    sql += ", ".join(f"{value.sql} AS c{index}" for index, value in enumerate(values, start=1)) + source
    if ranked:
        return CompiledQuery(f"SELECT * FROM ({sql}) AS {ranked}{ending}", columns)
    return CompiledQuery(sql + ending, columns)


def _having(queries: QueryCompiler, node: exp.Select, output: Compiler) -> str:
    having = node.args.get("having")
    if having is None:
        return ""
    condition = replace(output, windows_allowed=False, clause=None).boolean(having.this, "HAVING clause")
    return f" WHERE {condition.sql}"


def _output_value(
    queries: QueryCompiler, name: str | None, item: exp.Expr | Typed, output: Compiler, node: exp.Select
) -> Typed:
    if not isinstance(item, Typed):
        fine = fine_output(output, item) if output.grouping is None else None
        return fine or output.compile(item)
    if output.grouping is None:
        return item
    key = output.grouping.key(item.sql)
    if key is None:
        raise QueryError(
            "EXPRESSION_NOT_AGGREGATE",
            f"'{name}' must be an aggregate expression or appear in GROUP BY clause",
            queries.session.source.of(node),
        )
    return key


def _distinct(queries: QueryCompiler, node: exp.Select, values: list[Typed]) -> str:
    distinct = node.args.get("distinct")
    if distinct is None:
        return ""
    if distinct.args.get("on") is not None:
        raise QueryError("SYNTAX_ERROR", "mismatched input 'ON'", queries.session.source.of(node))
    for value in values:
        if not value.type.is_comparable:
            raise QueryError(
                "TYPE_MISMATCH",
                f"DISTINCT can only be applied to comparable types (actual: {value.type})",
            )
    if any(value.type.has_key for value in values):
        # The same instant in two zones is one value.
        return f"DISTINCT ON ({', '.join(key_of(value) for value in values)}) "
    return "DISTINCT "


def _select_items(
    queries: QueryCompiler, node: exp.Select, scope: Scope
) -> list[tuple[str | None, exp.Expr | Typed]]:
    """Give name and expression of each output column; a star has been replaced by its columns."""
    items: list[tuple[str | None, exp.Expr | Typed]] = []
    for item in node.expressions:
        if isinstance(item, exp.Star):
            if not scope.relations:
                raise QueryError(
                    "COLUMN_NOT_FOUND",
                    "SELECT * not allowed in queries without FROM clause",
                    queries.session.source.of(node),
                )
            items += [(field.name, field.value) for field in scope.all_fields()]
        elif isinstance(item, exp.Aliases):
            items += _renamed_star(queries, item, scope)
        elif isinstance(item, exp.Column) and isinstance(item.this, exp.Star):
            items += _qualified_star(queries, item, scope)
        elif isinstance(item, exp.Dot) and isinstance(item.expression, exp.Star):
            items += _fields_of_row(queries, item.this, scope)
        elif isinstance(item, exp.Alias):
            items.append((item.alias, item.this))
        else:
            items.append((_implicit_name(item), item))
    return items


def _qualified_star(
    queries: QueryCompiler, item: exp.Column, scope: Scope
) -> list[tuple[str | None, exp.Expr | Typed]]:
    parts = [part.name.lower() for part in item.parts[:-1]]
    fields = scope.fields_of(parts)
    if fields is not None:
        return [(field.name, field.value) for field in fields]
    try:
        value = scope.resolve(parts, None)
    except QueryError:
        value = None
    if value is None or value.type.name != "row":
        raise QueryError(
            "TABLE_NOT_FOUND",
            f"Unable to resolve reference {'.'.join(parts)}",
            queries.session.source.of(item),
        )
    return _fields(value)


def _fields(value: Typed) -> list[tuple[str | None, exp.Expr | Typed]]:
    """Return name and value of each field of a row."""
    kind = value.type
    inner = zip(kind.names, row_field_names(kind), kind.arguments, strict=True)
    return [(name, Typed(f"({value.sql}).{quote(held)}", field)) for name, held, field in inner]


def _fields_of_row(
    queries: QueryCompiler, node: exp.Expr, scope: Scope
) -> list[tuple[str | None, exp.Expr | Typed]]:
    """Return the columns of `expression.*`: the fields of a row."""
    value = Compiler(queries.session, scope, queries).compile(node)
    if value.type.name != "row":
        raise QueryError(
            "TYPE_MISMATCH",
            f"expected expression of type Row, got: {value.type}",
            queries.session.source.of(node),
        )
    return _fields(value)


def _renamed_star(
    queries: QueryCompiler, item: exp.Aliases, scope: Scope
) -> list[tuple[str | None, exp.Expr | Typed]]:
    """Return the columns of `expression.* AS (a, b)`."""
    inner = item.this
    if isinstance(inner, exp.Column) and isinstance(inner.this, exp.Star):
        fields = _qualified_star(queries, inner, scope)
    elif isinstance(inner, exp.Dot) and isinstance(inner.expression, exp.Star):
        fields = _fields_of_row(queries, inner.this, scope)
    else:
        raise QueryError("SYNTAX_ERROR", "mismatched input '('", queries.session.source.of(item))
    names = [alias.name for alias in item.expressions]
    if len(names) != len(fields):
        raise QueryError(
            "MISMATCHED_COLUMN_ALIASES",
            f"Column alias list has {len(names)} entries but relation has {len(fields)} columns",
            queries.session.source.of(item),
        )
    return [(name, value) for name, (_, value) in zip(names, fields, strict=True)]


def _is_grouped(node: exp.Select) -> bool:
    if node.args.get("group") is not None:
        return True
    places = list(node.expressions)
    for name in ("having", "order"):
        part = node.args.get(name)
        if part is not None:
            places.append(part)
    if node.args.get("having") is not None:
        return True
    return any(_has_aggregate(place) for place in places)


def _has_aggregate(node: exp.Expr) -> bool:
    """Tell whether an aggregate is called in `node`, outside subqueries and not as a window function."""
    stack: list[exp.Expr] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, exp.Query):
            continue
        if isinstance(item, exp.Window):
            inner = item.this
            while isinstance(inner, exp.IgnoreNulls | exp.RespectNulls | exp.Filter | exp.WithinGroup):
                inner = inner.this
            stack += list(inner.iter_expressions())
            stack += [child for child in item.iter_expressions() if child is not item.this]
            continue
        if isinstance(item, exp.Anonymous) and str(item.this).lower() in AGGREGATES:
            return True
        if isinstance(item, exp.GroupConcat):
            return True
        stack += list(item.iter_expressions())
    return False


def _implicit_name(node: exp.Expr) -> str | None:
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Column):
        return node.name
    if isinstance(node, exp.Dot):
        return str(node.expression.name)
    return None
