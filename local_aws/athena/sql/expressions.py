"""Compiling expressions: one handler per kind of syntax tree node; a kind without one is refused by name.

Names, arithmetic, literals and subqueries are here; `predicates`, `constructors` and `calls` have the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import calls, constructors, literals, predicates, sql_json, types
from local_aws.athena.sql.aggregates import AGGREGATES
from local_aws.athena.sql.casts import coerce
from local_aws.athena.sql.operators import arithmetic, negate
from local_aws.athena.sql.scope import Scope, dereference
from local_aws.athena.sql.sharing import shared
from local_aws.athena.sql.typed import Typed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from local_aws.athena.errors import Position
    from local_aws.athena.sql.grouping import Grouping
    from local_aws.athena.sql.queries import QueryCompiler
    from local_aws.athena.sql.session import Session
    from local_aws.athena.sql.types import Type

_ARITHMETIC: Mapping[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
}


@dataclass(frozen=True)
class Compiler:
    """Compiles expressions in one place of a query.

    `grouping` is set where a query is grouped; `clause` names the clause when aggregates and window functions are not
    allowed in it.
    """

    session: Session
    scope: Scope
    queries: QueryCompiler
    grouping: Grouping | None = None
    clause: str | None = None
    windows_allowed: bool = False
    depth: int = 0  # of lambdas around this place

    def compile(self, node: exp.Expr) -> Typed:
        """Compile one expression; raises `QueryError`."""
        if self.grouping is not None and not isinstance(node, exp.Literal | exp.Boolean | exp.Null):
            key = self._as_grouping_key(node)
            if key is not None:
                return key
        handler = _HANDLERS.get(type(node))
        if handler is None:
            raise UnsupportedError(self.describe(node), self.place(node))
        return handler(self, node)

    def place(self, node: exp.Expr | None) -> Position | None:
        """Give the place of a node in the query's text."""
        return self.session.source.of(node)

    def describe(self, node: exp.Expr) -> str:
        """Name a node that is not available here: its kind, and the start of its text."""
        return f"{type(node).__name__} ({node.sql(dialect='trino')[:80]})"

    def plain(self) -> Compiler:
        """Give the compiler for the arguments of an aggregate: columns are free there, aggregates are not allowed."""
        return replace(self, grouping=None, clause="an aggregate function", windows_allowed=False)

    def boolean(self, node: exp.Expr, clause: str) -> Typed:
        """Compile a condition; raises TYPE_MISMATCH when it is not one."""
        value = self.compile(node)
        if not types.can_coerce(value.type, types.BOOLEAN):
            raise QueryError(
                "TYPE_MISMATCH",
                f"{clause} must evaluate to a boolean: actual type {value.type}",
                self.place(node),
            )
        return coerce(value, types.BOOLEAN)

    def compile_lambda(self, node: exp.Lambda, inputs: Sequence[Type]) -> Typed:
        """Compile a lambda for arguments of the given types: its DuckDB text, with the type of its body."""
        names = _lambda_parameters(node, self.place(node))
        # Names by depth and not by a counter: the same lambda has to be the same text wherever it stands.
        fresh = [f"l{self.depth}_{index}" for index in range(len(names))]
        overlay = {name: Typed(text, kind) for name, text, kind in zip(names, fresh, inputs, strict=True)}
        body = self._inside_lambda(overlay).compile(node.this)
        return Typed(f"lambda {', '.join(fresh)}: {body.sql}", body.type)

    def lambda_body(self, node: exp.Lambda, values: Sequence[Typed]) -> Typed:
        """Compile the body of a lambda with expressions in the place of its parameters."""
        names = _lambda_parameters(node, self.place(node))
        return self._inside_lambda(dict(zip(names, values, strict=True))).compile(node.this)

    def _inside_lambda(self, overlay: dict[str, Typed]) -> Compiler:
        return replace(
            self,
            scope=self.scope.with_overlay(overlay),
            depth=self.depth + 1,
            clause="Lambda expression",
            windows_allowed=False,
        )

    def _as_grouping_key(self, node: exp.Expr) -> Typed | None:
        if self.grouping is None or not self.grouping.keys or node.find(exp.Query) is not None:
            return None
        if any(item.name.lower() in AGGREGATES for item in node.find_all(exp.Anonymous)):
            return None
        try:
            value = replace(self, grouping=None).compile(node)
        except QueryError:
            return None
        return self.grouping.key(value.sql)

    def _column(self, node: exp.Column) -> Typed:
        parts = [part.name for part in node.parts]
        if isinstance(node.this, exp.Star):
            raise QueryError("SYNTAX_ERROR", "'*' is not allowed here", self.place(node))
        value = self.scope.resolve(parts, self.place(node))
        base = value.sql.lstrip("(").split(")")[0] if value.sql.startswith("(") else value.sql
        self.session.touched.append(base)
        if self.grouping is None:
            return value
        key = self.grouping.key(base)
        if key is not None:  # a field of a row that is a grouping expression
            return replace(value, sql=value.sql.replace(base, key.sql, 1))
        if any(base == item.sql for relation in self.scope.relations for item in relation.fields):
            raise QueryError(
                "EXPRESSION_NOT_AGGREGATE",
                f"'{'.'.join(parts)}' must be an aggregate expression or appear in GROUP BY clause",
                self.place(node),
            )
        return value

    def subquery_scope(self) -> Scope:
        """Give what a subquery at this place can see: of a grouped query only its keys, as they are after grouping."""
        return self.scope if self.grouping is None else self.grouping.scope(self.scope)

    def _identifier(self, node: exp.Identifier) -> Typed:
        return self.scope.resolve([node.name], self.place(node))

    def _dot(self, node: exp.Dot) -> Typed:
        value = self.compile(node.this)
        found = dereference(value, node.expression.name)
        if found is None:
            raise QueryError(
                "TYPE_MISMATCH",
                f"Expression {node.this.sql()} is not of type ROW"
                if value.type.name != "row"
                else f"Field '{node.expression.name}' cannot be resolved in {value.type}",
                self.place(node),
            )
        return found

    def _arithmetic(self, node: exp.Expr) -> Typed:
        symbol = _ARITHMETIC[type(node)]
        position = self.session.source.operator(node.this, (symbol,))
        left, right = self.compile(node.this), self.compile(node.expression)
        if not {"decimal", "timestamp with time zone"} & {left.type.name, right.type.name}:
            return arithmetic(symbol, left, right, position)
        return shared(left, lambda a: shared(right, lambda b: arithmetic(symbol, a, b, position)))

    def _negate(self, node: exp.Neg) -> Typed:
        if isinstance(node.this, exp.Literal) and not node.this.is_string:
            return literals.number("-" + node.this.this, self.place(node))
        return negate(self.compile(node.this), self.place(node))

    def _paren(self, node: exp.Paren) -> Typed:
        return self.compile(node.this)

    def _subquery(self, node: exp.Expr) -> Typed:
        query = self.queries.subquery(node, self.subquery_scope())
        if len(query.columns) == 1:
            return Typed(f"({query.sql})", query.columns[0].type)
        return predicates.row_value(query)

    def _literal(self, node: exp.Literal) -> Typed:
        return literals.text(node.this) if node.is_string else literals.number(node.this, self.place(node))

    def _interval(self, node: exp.Interval) -> Typed:
        return literals.interval(node, self.place(node))

    def _parameter(self, node: exp.Expr) -> Typed:
        raise QueryError(
            "INVALID_PARAMETER_USAGE",
            "Incorrect number of parameters: expected 1 but found 0",
            self.place(node),
        )


def _lambda_parameters(node: exp.Lambda, place: Position | None) -> list[str]:
    if node.this.find(exp.Query) is not None:
        raise QueryError("NOT_SUPPORTED", "Lambda expression cannot contain subqueries", place)
    return [parameter.name.lower() for parameter in node.expressions]


def _now(function: str) -> Callable[[Compiler, Any], Typed]:
    def build(compiler: Compiler, node: exp.Expr) -> Typed:
        precision = node.args.get("this")
        return literals.clock(function, compiler.session.now, precision, compiler.place(node))

    return build


_HANDLERS: Mapping[type[exp.Expr], Callable[[Compiler, Any], Typed]] = {
    **predicates.HANDLERS,
    **constructors.HANDLERS,
    **calls.HANDLERS,
    **sql_json.HANDLERS,
    **dict.fromkeys(_ARITHMETIC, Compiler._arithmetic),
    exp.Column: Compiler._column,
    exp.Identifier: Compiler._identifier,
    exp.Dot: Compiler._dot,
    exp.Neg: Compiler._negate,
    exp.Paren: Compiler._paren,
    exp.Subquery: Compiler._subquery,
    exp.Select: Compiler._subquery,
    exp.Union: Compiler._subquery,
    exp.Literal: Compiler._literal,
    exp.Interval: Compiler._interval,
    exp.Placeholder: Compiler._parameter,
    exp.Boolean: lambda _, node: Typed("true" if node.this else "false", types.BOOLEAN),
    exp.Null: lambda _, __: Typed("NULL", types.UNKNOWN),
    exp.UnicodeString: lambda compiler, node: literals.unicode_text(node, compiler.place(node)),
    exp.HexString: lambda _, node: Typed(f"unhex('{node.this}')", types.VARBINARY),
    exp.CurrentDate: _now("current_date"),
    exp.CurrentTimestamp: _now("current_timestamp"),
    exp.CurrentTime: _now("current_time"),
    exp.Localtimestamp: _now("localtimestamp"),
    exp.Localtime: _now("localtime"),
    exp.CurrentUser: lambda _, __: Typed("'local'", types.VARCHAR),
    exp.CurrentCatalog: lambda _, __: Typed("'awsdatacatalog'", types.VARCHAR),
}
