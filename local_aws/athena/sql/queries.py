"""Compiling queries: set operations, VALUES and WITH here, SELECT in `selects`, ORDER BY and LIMIT in `ordering`.

A compiled query names its columns `c1`, `c2`, …: Athena allows two columns of one name, and columns without any.
"""

# ruff: noqa: S608  the SQL here is made from a syntax tree, with every name and text quoted

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.casts import coerce
from local_aws.athena.sql.compiled import CompiledQuery, Cte, OutputColumn
from local_aws.athena.sql.expressions import Compiler
from local_aws.athena.sql.ordering import order_and_limit
from local_aws.athena.sql.scope import Relation, Scope
from local_aws.athena.sql.selects import compile_select
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import quote, quote_text, row_field_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_aws.athena.errors import Position
    from local_aws.athena.sql.session import Session
    from local_aws.athena.sql.types import Type


_MAXIMUM_DEPTH = 10


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
        if isinstance(node, exp.Select):
            return compile_select(self, node, outer)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, outer)
        if isinstance(node, exp.Subquery):
            return self._parenthesised(node, outer)
        if isinstance(node, exp.Values):
            return self._values(node, outer)
        if isinstance(node, exp.Table):
            return compile_select(self, exp.select("*").from_(node), outer)
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
        return replace(compiled, sql=f"WITH {', '.join(texts)} {compiled.sql}")

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
        return cte, _unrolled(cte.name, anchor.sql, matched, bool(union.args.get("distinct")))

    def _parenthesised(self, node: exp.Subquery, outer: Scope | None) -> CompiledQuery:
        inner = self.compile(node.this, outer)
        if not any(node.args.get(name) for name in ("order", "limit", "offset")):
            return inner
        alias = self.session.fresh("r")
        scope = Scope((Relation((), inner.fields(alias)),), outer)
        ending = order_and_limit(self, node, scope, inner.columns, [f.value for f in inner.fields(alias)])
        return CompiledQuery(f"SELECT * FROM ({inner.sql}) AS {alias}{ending}", inner.columns)

    def _values(self, node: exp.Values, outer: Scope | None) -> CompiledQuery:
        compiler = Compiler(self.session, outer or Scope(), self, clause="VALUES")
        rows = [_columns_of(compiler, row) for row in node.expressions]
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
        ending = order_and_limit(self, node, scope, columns, [f.value for f in compiled.fields(alias)])
        if not ending:
            return compiled
        return CompiledQuery(f"SELECT * FROM ({sql}) AS {alias}{ending}", columns)

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


def _columns_of(compiler: Compiler, node: exp.Expr) -> list[Typed]:
    """Return the values of one row of VALUES: what is a row itself gives a column for each of its fields."""
    items = node.expressions if isinstance(node, exp.Tuple) else [node]
    if len(items) == 1 and isinstance(items[0], exp.Anonymous) and str(items[0].this).lower() == "row":
        items = items[0].expressions
        return [compiler.compile(item) for item in items]
    values = [compiler.compile(item) for item in items]
    if len(values) == 1 and values[0].type.name == "row":
        kind = values[0].type
        fields = zip(row_field_names(kind), kind.arguments, strict=True)
        return [Typed(f"({values[0].sql}).{quote(name)}", inner) for name, inner in fields]
    return values


def _unrolled(name: str, anchor: str, step: str, distinct: bool) -> str:
    """Write a recursion as Trino carries it out: a fixed number of steps, the last of which has to give nothing.

    AWS rule: the depth of a recursion is at most 10, and a session cannot change that. Rows that come twice are only
    taken out at the end.
    """
    mentioned = re.compile(rf"\b{name}\b")
    names = [f"{name}_{depth}" for depth in range(_MAXIMUM_DEPTH + 2)]
    texts = [f"{names[0]} AS MATERIALIZED ({anchor})"]
    for before, now in itertools.pairwise(names):
        texts.append(f"{now} AS MATERIALIZED ({mentioned.sub(before, step)})")
    last = names[-1]
    message = (
        f"NOT_SUPPORTED: Recursion depth limit exceeded ({_MAXIMUM_DEPTH})."
        " Use 'max_recursion_depth' session property to modify the limit."
    )
    check = f"CASE WHEN (SELECT count(*) FROM {last}) > 0 THEN fail_({quote_text(message)}) END IS NOT NULL"
    selects = [f"SELECT * FROM {one}" for one in names[:-1]] + [f"SELECT * FROM {last} WHERE {check}"]
    union = " UNION ALL ".join(selects)
    texts.append(f"{name} AS ({f'SELECT DISTINCT * FROM ({union})' if distinct else union})")
    return ", ".join(texts)


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
