"""Compiling queries: SELECT, set operations, VALUES, WITH, ORDER BY and LIMIT.

A compiled query names its columns `c1`, `c2`, …: Athena allows two columns of one name, and columns without any.
"""

# ruff: noqa: S608  the SQL here is made from a syntax tree, with every name and text quoted

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.aggregates import AGGREGATES, direction
from local_aws.athena.sql.arguments import check_arguments
from local_aws.athena.sql.casts import coerce
from local_aws.athena.sql.expressions import Compiler
from local_aws.athena.sql.grouping import Grouping, group_by
from local_aws.athena.sql.operators import key_of
from local_aws.athena.sql.relations import RelationCompiler
from local_aws.athena.sql.scope import Field, Relation, Scope
from local_aws.athena.sql.typed import Typed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_aws.athena.errors import Position
    from local_aws.athena.sql.session import Session
    from local_aws.athena.sql.types import Type


@dataclass(frozen=True)
class OutputColumn:
    """One column of a query's result; `name` is None when the query gives it none."""

    name: str | None
    type: Type


@dataclass(frozen=True)
class CompiledQuery:
    """DuckDB SQL of a query, with the columns it has in Athena."""

    sql: str
    columns: tuple[OutputColumn, ...]

    @property
    def names(self) -> list[str]:
        """The names under which Athena reports the columns: `_col0`, `_col1`, … where there is none."""
        return [
            column.name if column.name is not None else f"_col{i}" for i, column in enumerate(self.columns)
        ]

    def fields(self, alias: str) -> tuple[Field, ...]:
        """Give the columns as fields of a relation with the DuckDB alias `alias`."""
        return tuple(
            Field(column.name, f'"{alias}".c{index}', column.type)
            for index, column in enumerate(self.columns, start=1)
        )


@dataclass(frozen=True)
class Cte:
    """A common table expression that has been compiled: its name in DuckDB and its columns."""

    name: str
    columns: tuple[OutputColumn, ...]


@dataclass(frozen=True)
class QueryCompiler:
    """Compiles queries; `ctes` are the common table expressions in sight, by lower-case name."""

    session: Session
    ctes: dict[str, Cte]

    def subquery(self, node: exp.Expr, scope: Scope | None) -> CompiledQuery:
        """Compile a query inside another one; `scope` is what it can see of it."""
        return self.compile(node, scope)

    def compile(self, node: exp.Expr, outer: Scope | None = None) -> CompiledQuery:
        """Compile a query of any form; raises `QueryError`."""
        with_ = node.args.get("with_")
        if with_ is not None:
            return self._with(node, with_, outer)
        check_arguments(node, self.session.source.of(node))
        if isinstance(node, exp.Select):
            return self._select(node, outer)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, outer)
        if isinstance(node, exp.Subquery):
            return self._parenthesised(node, outer)
        if isinstance(node, exp.Values):
            return self._values(node, outer)
        if isinstance(node, exp.Table):
            return self._select(exp.select("*").from_(node), outer)
        raise UnsupportedError(f"{type(node).__name__} as a query", self.session.source.of(node))

    def _with(self, node: exp.Expr, with_: exp.With, outer: Scope | None) -> CompiledQuery:
        known = dict(self.ctes)
        texts: list[str] = []
        seen: set[str] = set()
        for item in with_.expressions:
            name = item.alias.lower()
            if name in seen:
                raise QueryError(
                    "DUPLICATE_NAMED_QUERY",
                    f"WITH query name '{item.alias}' specified more than once",
                    self.session.source.of(item),
                )
            seen.add(name)
            inner = QueryCompiler(self.session, dict(known))
            columns = [column.name for column in item.args["alias"].args.get("columns") or []]
            if with_.args.get("recursive") and _mentions(item.this, name):
                cte, text = inner._recursive(item, name, columns, outer)
            else:
                cte, text = inner._plain_cte(item, columns, outer)
            known[name] = cte
            texts.append(text)
        body = node.copy()
        body.set("with_", None)
        compiled = QueryCompiler(self.session, known).compile(body, outer)
        word = "WITH RECURSIVE" if with_.args.get("recursive") else "WITH"
        return replace(compiled, sql=f"{word} {', '.join(texts)} {compiled.sql}")

    def _plain_cte(self, item: exp.CTE, names: list[str], outer: Scope | None) -> tuple[Cte, str]:
        query = self.compile(item.this, outer)
        columns = _renamed(query.columns, names, self.session.source.of(item))
        cte = Cte(self.session.fresh("q"), columns)
        return cte, f"{cte.name} AS ({query.sql})"

    def _recursive(self, item: exp.CTE, name: str, names: list[str], outer: Scope | None) -> tuple[Cte, str]:
        place = self.session.source.of(item)
        union = item.this
        if not isinstance(union, exp.Union) or not names:
            raise QueryError(
                "INVALID_RECURSIVE_REFERENCE", "Recursive query must be a UNION with column aliases", place
            )
        anchor = self.compile(union.this, outer)
        columns = _renamed(anchor.columns, names, place)
        cte = Cte(self.session.fresh("q"), columns)
        step = QueryCompiler(self.session, {**self.ctes, name: cte}).compile(union.expression, outer)
        if len(step.columns) != len(columns):
            raise QueryError(
                "TYPE_MISMATCH", "base and step relations of recursion have different number of fields", place
            )
        matched = _as_types(step, [column.type for column in columns], self.session)
        word = "UNION" if union.args.get("distinct") else "UNION ALL"
        return cte, f"{cte.name} AS ({anchor.sql} {word} {matched})"

    def _parenthesised(self, node: exp.Subquery, outer: Scope | None) -> CompiledQuery:
        inner = self.compile(node.this, outer)
        if not any(node.args.get(name) for name in ("order", "limit", "offset")):
            return inner
        alias = self.session.fresh("r")
        scope = Scope((Relation((), inner.fields(alias)),), outer)
        tail = self._tail(node, scope, inner.columns, [f.value for f in inner.fields(alias)])
        return CompiledQuery(f"SELECT * FROM ({inner.sql}) AS {alias}{tail}", inner.columns)

    def _values(self, node: exp.Values, outer: Scope | None) -> CompiledQuery:
        compiler = Compiler(self.session, outer or Scope(), self, clause="VALUES")
        rows = [
            [compiler.compile(item) for item in (row.expressions if isinstance(row, exp.Tuple) else [row])]
            for row in node.expressions
        ]
        width = len(rows[0])
        if any(len(row) != width for row in rows):
            raise QueryError(
                "TYPE_MISMATCH", "Values rows have mismatched sizes", self.session.source.of(node)
            )
        kinds = [self._common([row[index].type for row in rows], node) for index in range(width)]
        texts = ", ".join(
            "(" + ", ".join(coerce(value, kind).sql for value, kind in zip(row, kinds, strict=True)) + ")"
            for row in rows
        )
        names = ", ".join(f"c{index}" for index in range(1, width + 1))
        alias = self.session.fresh("r")
        columns = tuple(OutputColumn(None, kind) for kind in kinds)
        return CompiledQuery(f"SELECT * FROM (VALUES {texts}) AS {alias}({names})", columns)

    def _common(self, kinds: Sequence[Type], node: exp.Expr) -> Type:
        common: Type = types.UNKNOWN
        for kind in kinds:
            wider = types.common_type(common, kind)
            if wider is None:
                raise QueryError(
                    "TYPE_MISMATCH",
                    f"Values rows have mismatched types: {common} vs {kind}",
                    self.session.source.of(node),
                )
            common = wider
        return common

    def _set_operation(self, node: exp.SetOperation, outer: Scope | None) -> CompiledQuery:
        # Chains of UNION are left-deep: they are taken apart in a loop, so that hundreds do not nest.
        parts: list[exp.Expr] = []
        base: exp.Expr = node
        while type(base) is type(node) and not _has_tail(base, node) and _same_quantifier(base, node):
            parts.append(base.args["expression"])
            base = base.this
        parts.append(base)
        queries = [self.compile(part, outer) for part in reversed(parts)]
        word = {exp.Union: "UNION", exp.Intersect: "INTERSECT", exp.Except: "EXCEPT"}.get(type(node))
        if word is None:
            raise UnsupportedError(type(node).__name__, self.session.source.of(node))
        columns = self._matching_columns(queries, word, node)
        kinds = [column.type for column in columns]
        quantifier = "" if node.args.get("distinct") else " ALL"
        texts = [_as_types(query, kinds, self.session) for query in queries]
        sql = f" {word}{quantifier} ".join(f"({text})" for text in texts)
        alias = self.session.fresh("r")
        compiled = CompiledQuery(sql, columns)
        scope = Scope((Relation((), compiled.fields(alias)),), outer)
        tail = self._tail(node, scope, columns, [f.value for f in compiled.fields(alias)])
        if not tail:
            return compiled
        return CompiledQuery(f"SELECT * FROM ({sql}) AS {alias}{tail}", columns)

    def _matching_columns(
        self, queries: Sequence[CompiledQuery], word: str, node: exp.Expr
    ) -> tuple[OutputColumn, ...]:
        first = queries[0]
        kinds = [column.type for column in first.columns]
        for query in queries[1:]:
            if len(query.columns) != len(kinds):
                raise QueryError(
                    "TYPE_MISMATCH",
                    f"{word} query has different number of fields: {len(kinds)}, {len(query.columns)}",
                    self.session.source.of(node),
                )
            for index, column in enumerate(query.columns):
                common = types.common_type(kinds[index], column.type)
                if common is None:
                    raise QueryError(
                        "TYPE_MISMATCH",
                        f"column {index + 1} in {word} query has incompatible types: {kinds[index]}, {column.type}",
                        self.session.source.of(node),
                    )
                kinds[index] = common
        return tuple(OutputColumn(c.name, kind) for c, kind in zip(first.columns, kinds, strict=True))

    def _select(self, node: exp.Select, outer: Scope | None) -> CompiledQuery:
        relations = RelationCompiler(self)
        from_text, scope = relations.from_clause(node, outer)
        compiler = Compiler(self.session, scope, self)
        where = node.args.get("where")
        conditions = relations.conditions(compiler, where.this, "WHERE clause") if where is not None else []
        source = f" FROM {from_text}" if from_text else ""
        source += f" WHERE {' AND '.join(conditions)}" if conditions else ""
        items = list(self._select_items(node, scope))
        output = replace(compiler, windows_allowed=True)
        grouping: Grouping | None = None
        group_text = ""
        if _is_grouped(node):
            grouping = Grouping(self.session.fresh("r"))
            group_text = group_by(compiler, node, [item for _, item in items], grouping)
            output = replace(output, grouping=grouping)
        values = [self._output_value(name, item, output, node) for name, item in items]
        columns = tuple(OutputColumn(name, v.type) for (name, _), v in zip(items, values, strict=True))
        having = self._having(node, output)
        # The order is compiled before the inner query is written: it may bring aggregates of its own.
        tail = self._tail(node, scope, columns, values, output)
        if grouping is not None:
            inner = f"SELECT {grouping.columns()}{source}{group_text}"
            source = f" FROM ({inner}) AS {grouping.alias}{having}"
        sql = "SELECT " + self._distinct(node, values)
        sql += ", ".join(f"{value.sql} AS c{index}" for index, value in enumerate(values, start=1))
        return CompiledQuery(sql + source + tail, columns)

    def _having(self, node: exp.Select, output: Compiler) -> str:
        having = node.args.get("having")
        if having is None:
            return ""
        condition = replace(output, windows_allowed=False, clause=None).boolean(having.this, "HAVING clause")
        return f" WHERE {condition.sql}"

    def _output_value(
        self, name: str | None, item: exp.Expr | Typed, output: Compiler, node: exp.Select
    ) -> Typed:
        if not isinstance(item, Typed):
            return output.compile(item)
        if output.grouping is None:
            return item
        key = output.grouping.key(item.sql)
        if key is None:
            raise QueryError(
                "EXPRESSION_NOT_AGGREGATE",
                f"'{name}' must be an aggregate expression or appear in GROUP BY clause",
                self.session.source.of(node),
            )
        return key

    def _distinct(self, node: exp.Select, values: list[Typed]) -> str:
        distinct = node.args.get("distinct")
        if distinct is None:
            return ""
        if distinct.args.get("on") is not None:
            raise QueryError("SYNTAX_ERROR", "mismatched input 'ON'", self.session.source.of(node))
        for value in values:
            if not value.type.is_comparable:
                raise QueryError(
                    "TYPE_MISMATCH",
                    f"DISTINCT can only be applied to comparable types (actual: {value.type})",
                )
        return "DISTINCT "

    def _select_items(self, node: exp.Select, scope: Scope) -> list[tuple[str | None, exp.Expr | Typed]]:
        """Give name and expression of each output column; a star has been replaced by its columns."""
        items: list[tuple[str | None, exp.Expr | Typed]] = []
        for item in node.expressions:
            if isinstance(item, exp.Star):
                if not scope.relations:
                    raise QueryError(
                        "COLUMN_NOT_FOUND",
                        "SELECT * not allowed in queries without FROM clause",
                        self.session.source.of(node),
                    )
                items += [(field.name, field.value) for field in scope.all_fields()]
            elif isinstance(item, exp.Column) and isinstance(item.this, exp.Star):
                items += self._qualified_star(item, scope)
            elif isinstance(item, exp.Alias):
                items.append((item.alias, item.this))
            else:
                items.append((_implicit_name(item), item))
        return items

    def _qualified_star(self, item: exp.Column, scope: Scope) -> list[tuple[str | None, exp.Expr | Typed]]:
        parts = [part.name.lower() for part in item.parts[:-1]]
        fields = scope.fields_of(parts)
        if fields is None:
            raise QueryError(
                "TABLE_NOT_FOUND",
                f"Unable to resolve reference {'.'.join(parts)}",
                self.session.source.of(item),
            )
        return [(field.name, field.value) for field in fields]

    def _tail(
        self,
        node: exp.Expr,
        scope: Scope,
        columns: Sequence[OutputColumn],
        values: Sequence[Typed],
        compiler: Compiler | None = None,
    ) -> str:
        """Write ORDER BY, OFFSET and LIMIT."""
        text = ""
        order = node.args.get("order")
        if order is not None:
            text = self._order(node, order, scope, columns, values, compiler)
        limit, offset = node.args.get("limit"), node.args.get("offset")
        if limit is not None:
            text += self._limit(limit, order is not None)
        if offset is not None:
            text += f" OFFSET {_row_count(offset.expression, self.session)}"
        return text

    def _limit(self, limit: exp.Expr, ordered: bool) -> str:
        if isinstance(limit, exp.Fetch):
            if limit.args.get("limit_options") is not None and limit.args["limit_options"].args.get(
                "with_ties"
            ):
                raise UnsupportedError("FETCH FIRST ... WITH TIES", self.session.source.of(limit))
            count = limit.args.get("count")
            return f" LIMIT {_row_count(count, self.session) if count is not None else 1}"
        value = limit.expression
        if isinstance(value, exp.Column | exp.Var | exp.All) and value.name.upper() in ("ALL", ""):
            return ""
        return f" LIMIT {_row_count(value, self.session)}"

    def _order(
        self,
        node: exp.Expr,
        order: exp.Order,
        scope: Scope,
        columns: Sequence[OutputColumn],
        values: Sequence[Typed],
        compiler: Compiler | None,
    ) -> str:
        names: dict[str, Typed] = {}
        for column, value in zip(columns, values, strict=True):
            if column.name is not None:
                names.setdefault(column.name.lower(), value)
        base = compiler or Compiler(self.session, scope, self, windows_allowed=True)
        inside = replace(base, scope=scope.with_overlay(names))
        distinct = isinstance(node, exp.Select) and node.args.get("distinct") is not None
        texts = [value.sql for value in values]
        items: list[str] = []
        for item in order.expressions:
            value = self._sort_key(item.this, inside, values)
            if not value.type.is_orderable:
                raise QueryError(
                    "TYPE_MISMATCH",
                    f"Type {value.type} is not orderable, and therefore cannot be used in ORDER BY",
                    self.session.source.of(item),
                )
            if value.sql in texts and value.type.name != "timestamp with time zone":
                items.append(f"{texts.index(value.sql) + 1}{direction(item)}")
            elif distinct:
                raise QueryError(
                    "EXPRESSION_NOT_IN_DISTINCT",
                    "For SELECT DISTINCT, ORDER BY expressions must appear in select list",
                    self.session.source.of(item),
                )
            else:
                items.append(f"{key_of(value)}{direction(item)}")
        return " ORDER BY " + ", ".join(items)

    def _sort_key(self, node: exp.Expr, compiler: Compiler, values: Sequence[Typed]) -> Typed:
        if isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit():
            position = int(node.this)
            if not 1 <= position <= len(values):
                raise QueryError(
                    "INVALID_COLUMN_REFERENCE",
                    f"ORDER BY position {position} is not in select list",
                    self.session.source.of(node),
                )
            return values[position - 1]
        return compiler.compile(node)


def _row_count(node: exp.Expr, session: Session) -> int:
    if isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit():
        return int(node.this)
    raise QueryError(
        "SYNTAX_ERROR", f"mismatched input '{node.sql()}'. Expecting: <integer>", session.source.of(node)
    )


def _implicit_name(node: exp.Expr) -> str | None:
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Column):
        return node.name
    if isinstance(node, exp.Dot):
        return str(node.expression.name)
    return None


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


def _mentions(node: exp.Expr, name: str) -> bool:
    return any(table.name.lower() == name and not table.args.get("db") for table in node.find_all(exp.Table))


def _renamed(
    columns: Sequence[OutputColumn], names: Sequence[str], position: Position | None
) -> tuple[OutputColumn, ...]:
    if not names:
        return tuple(columns)
    if len(names) != len(columns):
        raise QueryError(
            "MISMATCHED_COLUMN_ALIASES",
            f"Column alias list has {len(names)} entries but relation has {len(columns)} columns",
            position,
        )
    return tuple(OutputColumn(name, column.type) for name, column in zip(names, columns, strict=True))


def _as_types(query: CompiledQuery, kinds: Sequence[Type], session: Session) -> str:
    """Give the text of a query whose columns have been turned into `kinds`."""
    if [column.type for column in query.columns] == list(kinds):
        return query.sql
    alias = session.fresh("r")
    values = [
        f"{coerce(field.value, kind).sql} AS c{index}"
        for index, (field, kind) in enumerate(zip(query.fields(alias), kinds, strict=True), start=1)
    ]
    return f"SELECT {', '.join(values)} FROM ({query.sql}) AS {alias}"


def _has_tail(base: exp.Expr, node: exp.Expr) -> bool:
    return base is not node and any(base.args.get(name) for name in ("order", "limit", "offset", "with_"))


def _same_quantifier(base: exp.Expr, node: exp.Expr) -> bool:
    return bool(base.args.get("distinct")) == bool(node.args.get("distinct"))
