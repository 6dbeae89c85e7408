"""Compiling FROM: tables, views, subqueries, joins, UNNEST and LATERAL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.casts import char_of, coerce
from local_aws.athena.sql.expressions import Compiler
from local_aws.athena.sql.json_table import json_table
from local_aws.athena.sql.json_table_grammar import JsonTable
from local_aws.athena.sql.operators import key_of
from local_aws.athena.sql.parse import Source, parse_statement
from local_aws.athena.sql.pruning import record_condition
from local_aws.athena.sql.scope import Field, Relation, Scope
from local_aws.athena.sql.session import CATALOG_NAMES, Scan
from local_aws.athena.sql.table_functions import sampled, table_function
from local_aws.athena.sql.types import quote
from local_aws.athena.sql.unnest import unnest_text

if TYPE_CHECKING:
    from local_aws.athena.errors import Position
    from local_aws.athena.sql.compiled import CompiledQuery
    from local_aws.athena.sql.queries import QueryCompiler
    from local_aws.athena.sql.session import TableSource
    from local_aws.athena.sql.types import Type


def _within_length(sql: str, kind: Type) -> str:
    """Cut the values of a column to the length of its type, as Trino's readers do."""
    if kind.name == "char":
        return char_of(sql, kind)
    return f"left({sql}, {kind.parameters[0]})" if kind.name == "varchar" and kind.parameters else sql


@dataclass(frozen=True)
class RelationCompiler:
    """Compiles the FROM clause of one query."""

    queries: QueryCompiler

    def from_clause(self, node: exp.Select, outer: Scope | None) -> tuple[str, Scope]:
        """Give the text after FROM (empty without FROM) and the scope it makes."""
        from_ = node.args.get("from_")
        if from_ is None:
            return "", Scope((), outer)
        sample = node.args.get("sample")
        if sample is not None:  # what stands behind the last item belongs to it
            joins = node.args.get("joins") or []
            last = joins[-1].this if joins else from_.this
            last.set("sample", sample)
            node.set("sample", None)
        text, scope = self._relation(from_.this, Scope((), outer))
        for join in node.args.get("joins") or []:
            text, scope = self._join(text, scope, join, outer)
        for lateral in node.args.get("laterals") or []:
            raise UnsupportedError("LATERAL VIEW", self._place(lateral))
        return text, replace(scope, parent=outer)

    def conditions(self, compiler: Compiler, node: exp.Expr, clause: str) -> list[str]:
        """Compile a condition as its AND-ed parts, noting those that only touch partition columns."""
        node = node.unnest()
        parts = list(node.flatten()) if isinstance(node, exp.And) else [node]
        inside = replace(compiler, clause=clause)
        texts: list[str] = []
        for part in parts:
            compiler.session.touched.clear()
            value = inside.boolean(part, clause)
            record_condition(compiler, part, value)
            texts.append(value.sql)
        return texts

    def _place(self, node: exp.Expr) -> Position | None:
        return self.queries.session.source.of(node)

    def _relation(self, node: exp.Expr, left: Scope) -> tuple[str, Scope]:
        """Compile one item of FROM; `left` is what a lateral item can see."""
        if isinstance(node, exp.Table):
            text, scope = self._table(node, left)
        elif isinstance(node, exp.Subquery):
            text, scope = self._subquery(node, left)
        elif isinstance(node, exp.Values):
            text, scope = self._derived(self.queries.compile(node, left.parent), node)
        elif isinstance(node, exp.Unnest):
            text, scope = self._unnest(node, left)
        elif isinstance(node, exp.Lateral):
            text, scope = self._lateral(node, left)
        elif isinstance(node, exp.Paren):
            text, scope = self._relation(node.this, left)
        else:
            raise UnsupportedError(f"{type(node).__name__} in FROM", self._place(node))
        for join in node.args.get("joins") or []:
            text, scope = self._join(text, scope, join, left.parent)
            text = f"({text})"
        return text, scope

    def _derived(self, query: CompiledQuery, node: exp.Expr, lateral: bool = False) -> tuple[str, Scope]:
        alias = self.queries.session.fresh("r")
        fields = list(query.fields(alias))
        word = "LATERAL " if lateral else ""
        return f"{word}{sampled(f'({query.sql})', node, self.queries)} AS {alias}", Scope(
            (self._aliased(node, fields, ()),)
        )

    def _aliased(self, node: exp.Expr, fields: list[Field], qualifiers: tuple[str, ...]) -> Relation:
        alias = node.args.get("alias")
        if alias is None:
            return Relation(qualifiers, tuple(fields))
        names = [column.name for column in alias.args.get("columns") or []]
        if alias.this is not None:
            qualifiers = (alias.this.name.lower(),)
        if names:
            visible = [item for item in fields if not item.hidden]
            if len(names) != len(visible):
                raise QueryError(
                    "MISMATCHED_COLUMN_ALIASES",
                    f"Column alias list has {len(names)} entries but '{alias.this.name}' has {len(visible)} columns"
                    " available",
                    self.queries.session.source.of(alias),
                )
            fields = [replace(item, name=name) for item, name in zip(visible, names, strict=True)]
        return Relation(qualifiers, tuple(fields))

    def _subquery(self, node: exp.Subquery, left: Scope) -> tuple[str, Scope]:
        inner = node.this
        if (
            isinstance(inner, exp.Table | exp.Subquery)
            and node.args.get("alias") is None
            and inner.args.get("joins")
        ):
            return self._relation(inner, left)
        return self._derived(self.queries.compile(inner, left.parent), node)

    def _lateral(self, node: exp.Lateral, left: Scope) -> tuple[str, Scope]:
        inner = node.this
        if not isinstance(inner, exp.Subquery):
            raise UnsupportedError("LATERAL with a table function", self.queries.session.source.of(node))
        return self._derived(self.queries.compile(inner.this, left), node, lateral=True)

    def _unnest(self, node: exp.Unnest, left: Scope) -> tuple[str, Scope]:
        compiler = Compiler(self.queries.session, left, self.queries, clause="UNNEST")
        alias = self.queries.session.fresh("r")
        values = [compiler.compile(item) for item in node.expressions]
        ordinality = bool(node.args.get("offset"))
        text, kinds = unnest_text(values, ordinality, self.queries.session.source.word_before(node, "UNNEST"))
        fields = [Field(None, f'"{alias}".c{index}', kind) for index, kind in enumerate(kinds, start=1)]
        offset = node.args.get("offset")
        table_alias = node.args.get("alias")
        if table_alias is not None and isinstance(offset, exp.Identifier):
            # sqlglot takes the last column name of WITH ORDINALITY away as the name of the offset.
            table_alias = table_alias.copy()
            table_alias.append("columns", offset.copy())
            node = node.copy()
            node.set("alias", table_alias)
        return f"LATERAL ({text}) AS {alias}", Scope((self._aliased(node, fields, ()),))

    def _table(self, node: exp.Table, left: Scope) -> tuple[str, Scope]:
        session = self.queries.session
        place = session.source.of(node)
        if isinstance(node.this, JsonTable):
            compiler = Compiler(session, left, self.queries, clause="JSON_TABLE")
            text, columns = json_table(compiler, node.this)
            alias = session.fresh("r")
            fields = [Field(name, f'"{alias}".c{i}', kind) for i, (name, kind) in enumerate(columns, start=1)]
            return f"LATERAL ({text}) AS {alias}", Scope((self._aliased(node, fields, ()),))
        if isinstance(node.this, exp.Anonymous):
            text, kind = table_function(Compiler(session, left, self.queries, clause="TABLE"), node.this)
            alias = session.fresh("r")
            fields = [Field("sequential_number", f'"{alias}".c1', kind)]
            return f"({text}) AS {alias}", Scope((self._aliased(node, fields, ()),))
        for argument in ("version", "when", "pivots", "changes"):
            if node.args.get(argument):
                raise UnsupportedError(f"{argument} of a table (time travel, MATCH_RECOGNIZE)", place)
        parts = [part.name for part in node.parts]
        lowered = [part.lower() for part in parts]
        cte = self.queries.ctes.get(lowered[0]) if len(lowered) == 1 else None
        if cte is not None:
            alias = session.fresh("r")
            fields = [Field(c.name, f'"{alias}".c{i}', c.type) for i, c in enumerate(cte.columns, start=1)]
            return f"{cte.name} AS {alias}", Scope((self._aliased(node, fields, (lowered[0],)),))
        source = self._look_up(lowered, node)
        if source.view_text is not None:
            return self._view(node, source)
        return self._scan(node, source)

    def _look_up(self, parts: list[str], node: exp.Table) -> TableSource:
        session = self.queries.session
        place = session.source.of(node)
        catalog = parts[-3] if len(parts) == 3 else session.catalog_name
        database = parts[-2] if len(parts) > 1 else session.database
        name = parts[-1]
        if len(parts) > 3:
            raise QueryError("SYNTAX_ERROR", f"Too many dots in table name: {'.'.join(parts)}", place)
        if catalog not in CATALOG_NAMES:
            raise QueryError("CATALOG_NOT_FOUND", f"Catalog '{catalog}' does not exist", place)
        source = session.catalog.table(database, name)
        if source is not None:
            return source
        if not session.catalog.has_database(database):
            raise QueryError("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist", place)
        raise QueryError("TABLE_NOT_FOUND", f"Table '{catalog}.{database}.{name}' does not exist", place)

    def _view(self, node: exp.Table, source: TableSource) -> tuple[str, Scope]:
        session = self.queries.session
        full_name = f"{source.database}.{source.name}"
        if full_name in session.view_stack:
            raise QueryError("VIEW_IS_RECURSIVE", "View is recursive", session.source.of(node))
        text = source.view_text or ""
        inner_session = session.inside_view(Source(text), source.view_database or source.database, full_name)
        try:
            query = replace(self.queries, session=inner_session, ctes={}).compile(parse_statement(text), None)
        except QueryError as error:
            raise QueryError(
                "INVALID_VIEW",
                f"Failed analyzing stored view '{full_name}': {error.reason}",
                session.source.of(node),
            ) from error
        if len(query.columns) != len(source.columns):
            raise self._stale(full_name, node)
        alias = session.fresh("r")
        fields = []
        for declared, found in zip(source.columns, query.fields(alias), strict=True):
            if not types.can_coerce(found.type, declared.type):
                raise self._stale(full_name, node)
            fields.append(Field(declared.name, coerce(found.value, declared.type).sql, declared.type))
        relation = self._aliased(node, fields, (source.catalog, source.database, source.name))
        return f"({query.sql}) AS {alias}", Scope((relation,))

    def _stale(self, name: str, node: exp.Table) -> QueryError:
        return QueryError(
            "VIEW_IS_STALE",
            f"View 'awsdatacatalog.{name}' is stale or in invalid state: column types have changed; it must be"
            " re-created",
            self.queries.session.source.of(node),
        )

    def _scan(self, node: exp.Table, source: TableSource) -> tuple[str, Scope]:
        session = self.queries.session
        alias = session.fresh("r")
        scan = Scan(session.fresh("scan_"), alias, source)
        session.scans.append(scan)
        columns = (*source.columns, *source.partition_columns)
        fields = [
            Field(c.name, _within_length(f"{quote(alias)}.{quote(c.name)}", c.type), c.type) for c in columns
        ]
        fields += [
            Field(c.name, f"{quote(alias)}.{quote(c.name)}", c.type, True) for c in source.hidden_columns
        ]
        relation = self._aliased(node, fields, (source.catalog, source.database, source.name))
        if node.args.get("alias") is None:
            relation = replace(relation, qualifiers=(source.catalog, source.database, source.name))
        return f"{sampled(scan.name, node, self.queries)} AS {alias}", Scope((relation,))

    def _join(self, text: str, left: Scope, join: exp.Join, outer: Scope | None) -> tuple[str, Scope]:
        visible = Scope(left.relations, outer)
        right_text, right = self._relation(join.this, visible)
        side = str(join.side or "").upper()
        if str(join.method or "").upper() == "NATURAL":
            raise QueryError("NOT_SUPPORTED", "Natural join not supported", self._place(join.this))
        scope = left.joined(right)
        using = [item.name for item in join.args.get("using") or []]
        if using:
            return self._using(text, left, right_text, right, using, side)
        on = join.args.get("on")
        if on is None:
            return f"{text} CROSS JOIN {right_text}", scope
        compiler = Compiler(
            self.queries.session, replace(scope, parent=outer), self.queries, clause="JOIN clause"
        )
        if side in ("", "INNER"):
            conditions = self.conditions(compiler, on, "JOIN ON clause")
        else:
            conditions = [compiler.boolean(on, "JOIN ON clause").sql]
        word = f"{side} JOIN" if side else "JOIN"
        return f"{text} {word} {right_text} ON {' AND '.join(conditions)}", scope

    def _using(
        self, text: str, left: Scope, right_text: str, right: Scope, names: list[str], side: str
    ) -> tuple[str, Scope]:
        conditions: list[str] = []
        merged: list[Field] = []
        lowered = [name.lower() for name in names]
        for name in lowered:
            a, b = left.resolve([name], None), right.resolve([name], None)
            common = types.common_type(a.type, b.type)
            if common is None:
                raise QueryError(
                    "TYPE_MISMATCH",
                    f"Column types of '{name}' in JOIN USING do not match: {a.type}, {b.type}",
                )
            a, b = coerce(a, common), coerce(b, common)
            conditions.append(f"{key_of(a)} = {key_of(b)}")
            value = {"LEFT": a.sql, "": a.sql, "RIGHT": b.sql}.get(side, f"coalesce({a.sql}, {b.sql})")
            merged.append(Field(name, value, common))
        relations = [Relation((), tuple(merged))]
        for relation in (*left.relations, *right.relations):
            kept = tuple(item for item in relation.fields if (item.name or "").lower() not in lowered)
            relations.append(replace(relation, fields=kept))
        word = f"{side} JOIN" if side else "JOIN"
        return f"{text} {word} {right_text} ON {' AND '.join(conditions)}", Scope(tuple(relations))
