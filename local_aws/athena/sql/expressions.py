"""Compiling expressions: one method per kind of syntax tree node; a kind without a method is refused by name."""

# ruff: noqa: S608  the SQL here is made from a syntax tree, with every name and text quoted

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import literals, types
from local_aws.athena.sql.aggregates import AGGREGATES, AggregateCall, build_aggregate
from local_aws.athena.sql.arguments import check_arguments
from local_aws.athena.sql.casts import cast, coerce
from local_aws.athena.sql.dialect import TYPED_LITERAL
from local_aws.athena.sql.functions import SCALARS
from local_aws.athena.sql.functions.call import Call, build_from_rules
from local_aws.athena.sql.functions.refused import NOT_AVAILABLE
from local_aws.athena.sql.functions.strings import concatenation
from local_aws.athena.sql.operators import arithmetic, comparable_pair, compare, negate
from local_aws.athena.sql.scope import Scope, dereference
from local_aws.athena.sql.sharing import shared
from local_aws.athena.sql.type_text import type_of_node
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import Type, quote
from local_aws.athena.sql.windows import build_window

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from local_aws.athena.errors import Position
    from local_aws.athena.sql.grouping import Grouping
    from local_aws.athena.sql.queries import QueryCompiler
    from local_aws.athena.sql.session import Session

# Functions that do not evaluate all of their arguments.
_LAZY = ("coalesce", "if", "try")
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
        check_arguments(node, self.place(node))
        handler = _HANDLERS.get(type(node))
        if handler is not None:
            return handler(self, node)
        if type(node) in _COMPARISONS:
            return self._comparison(node)
        if type(node) in _ARITHMETIC:
            return self._arithmetic(node)
        raise UnsupportedError(_describe(node), self.place(node))

    def place(self, node: exp.Expr | None) -> Position | None:
        """Give the place of a node in the query's text."""
        return self.session.source.of(node)

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
        names = [parameter.name.lower() for parameter in node.expressions]
        # Names by depth and not by a counter: the same lambda has to be the same text wherever it stands.
        fresh = [f"l{self.depth}_{index}" for index in range(len(names))]
        overlay = {name: Typed(text, kind) for name, text, kind in zip(names, fresh, inputs, strict=True)}
        inside = replace(self, scope=self.scope.with_overlay(overlay), depth=self.depth + 1)
        body = inside.compile(node.this)
        return Typed(f"lambda {', '.join(fresh)}: {body.sql}", body.type)

    def lambda_body(self, node: exp.Lambda, values: Sequence[Typed]) -> Typed:
        """Compile the body of a lambda with expressions in the place of its parameters."""
        names = [parameter.name.lower() for parameter in node.expressions]
        overlay = dict(zip(names, values, strict=True))
        return replace(self, scope=self.scope.with_overlay(overlay), depth=self.depth + 1).compile(node.this)

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

    def _subquery_scope(self) -> Scope:
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

    def _comparison(self, node: exp.Expr) -> Typed:
        symbol = _COMPARISONS[type(node)]
        quantified = self._quantified(node, symbol)
        if quantified is not None:
            return quantified
        written = ("<>", "!=") if symbol == "<>" else ("IS",) if symbol.startswith("IS") else (symbol,)
        position = self.session.source.operator(node.this, written)
        left, right = self.compile(node.this), self.compile(node.expression)
        if not (left.type.arguments or {left.type.name, right.type.name} & {"double", "real"}):
            return compare(symbol, left, right, position)
        return shared(left, lambda a: shared(right, lambda b: compare(symbol, a, b, position)))

    def _quantified(self, node: exp.Expr, symbol: str) -> Typed | None:
        right = node.expression
        if not isinstance(right, exp.Any | exp.All):
            return None
        inner = right.this.this if isinstance(right.this, exp.Subquery) else right.this
        query = self.queries.subquery(inner, self._subquery_scope())
        if len(query.columns) != 1:
            raise QueryError("SYNTAX_ERROR", "Multiple columns returned by subquery", self.place(node))
        value = self.compile(node.this)
        a, b = comparable_pair(symbol, value, Typed("q_.c1", query.columns[0].type), self.place(node))
        word = "ANY" if isinstance(right, exp.Any) else "ALL"
        return Typed(f"({a} {symbol} {word} (SELECT {b} FROM ({query.sql}) AS q_(c1)))", types.BOOLEAN)

    def _arithmetic(self, node: exp.Expr) -> Typed:
        symbol = _ARITHMETIC[type(node)]
        position = self.session.source.operator(node.this, (symbol,))
        left, right = self.compile(node.this), self.compile(node.expression)
        if not {"decimal", "timestamp with time zone"} & {left.type.name, right.type.name}:
            return arithmetic(symbol, left, right, position)
        return shared(left, lambda a: shared(right, lambda b: arithmetic(symbol, a, b, position)))

    def _concatenate(self, node: exp.DPipe) -> Typed:
        nodes = (node.this, node.expression)
        call = Call("concat", nodes, self, self.session.source.operator(node.this, ("||",)))
        return call.finished(concatenation(call.arguments(), call))

    def _negate(self, node: exp.Neg) -> Typed:
        if isinstance(node.this, exp.Literal) and not node.this.is_string:
            return literals.number("-" + node.this.this, self.place(node))
        return negate(self.compile(node.this), self.place(node))

    def _paren(self, node: exp.Paren) -> Typed:
        return self.compile(node.this)

    def _and(self, node: exp.And) -> Typed:
        # A chain of hundreds of conditions is flat here, so that it does not nest as deep as it is long.
        parts = [self.boolean(item, "Logical expression term") for item in node.flatten()]
        return Typed("(" + " AND ".join(item.sql for item in parts) + ")", types.BOOLEAN)

    def _or(self, node: exp.Or) -> Typed:
        parts = [self.boolean(item, "Logical expression term") for item in node.flatten()]
        return Typed("(" + " OR ".join(item.sql for item in parts) + ")", types.BOOLEAN)

    def _not(self, node: exp.Not) -> Typed:
        return Typed(f"(NOT {self.boolean(node.this, 'Value of logical NOT expression').sql})", types.BOOLEAN)

    def _is(self, node: exp.Is) -> Typed:
        value = self.compile(node.this)
        if isinstance(node.expression, exp.Null):
            return Typed(f"({value.sql} IS NULL)", types.BOOLEAN)
        raise UnsupportedError(f"IS {node.expression.sql()}", self.place(node))

    def _between(self, node: exp.Between) -> Typed:
        value, low, high = (self.compile(node.args[name]) for name in ("this", "low", "high"))
        position = self.session.source.operator(node.this, ("BETWEEN", "NOT"))
        if (
            types.common_type(value.type, low.type) is None
            or types.common_type(value.type, high.type) is None
        ):
            raise QueryError(
                "TYPE_MISMATCH",
                f"Cannot check if {value.type} is BETWEEN {low.type} and {high.type}",
                position,
            )
        above = compare(">=", value, low, position)
        below = compare("<=", value, high, position)
        return Typed(f"({above.sql} AND {below.sql})", types.BOOLEAN)

    def _in(self, node: exp.In) -> Typed:
        value = self.compile(node.this)
        position = self.session.source.operator(node.this, ("IN", "NOT"))
        query = node.args.get("query")
        if query is not None:
            inner = query.this if isinstance(query, exp.Subquery) else query
            found = self.queries.subquery(inner, self._subquery_scope())
            if len(found.columns) != 1:
                raise QueryError(
                    "TYPE_MISMATCH", "Multiple columns returned by subquery are not yet supported", position
                )
            a, b = comparable_pair("IN", value, Typed("q_.c1", found.columns[0].type), position)
            return Typed(f"({a} IN (SELECT {b} FROM ({found.sql}) AS q_(c1)))", types.BOOLEAN)
        items = [self.compile(item) for item in node.expressions]
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
        pairs = [
            comparable_pair("IN", coerce(value, common), coerce(item, common), position) for item in items
        ]
        return Typed(f"({pairs[0][0]} IN ({', '.join(pair[1] for pair in pairs)}))", types.BOOLEAN)

    def _exists(self, node: exp.Exists) -> Typed:
        inner = node.this.this if isinstance(node.this, exp.Subquery) else node.this
        query = self.queries.subquery(inner, self._subquery_scope())
        return Typed(f"EXISTS ({query.sql})", types.BOOLEAN)

    def _subquery(self, node: exp.Expr) -> Typed:
        query = self.queries.subquery(node, self._subquery_scope())
        if len(query.columns) == 1:
            return Typed(f"({query.sql})", query.columns[0].type)
        raise UnsupportedError("A subquery with several columns as a value", self.place(node))

    def _like(self, node: exp.Like) -> Typed:
        return self._like_with(node, None)

    def _escape(self, node: exp.Escape) -> Typed:
        if not isinstance(node.this, exp.Like):
            raise UnsupportedError(_describe(node), self.place(node))
        return self._like_with(node.this, node.expression)

    def _like_with(self, node: exp.Like, escape: exp.Expr | None) -> Typed:
        position = self.session.source.operator(node.this, ("LIKE", "NOT"))
        value, pattern = self.compile(node.this), self.compile(node.expression)
        for item in (value, pattern):
            if not types.can_coerce(item.type, types.VARCHAR):
                raise QueryError(
                    "TYPE_MISMATCH",
                    f"Left side of LIKE expression must evaluate to a varchar (actual: {item.type})",
                    position,
                )
        suffix = f" ESCAPE {self.compile(escape).sql}" if escape is not None else ""
        negated = "NOT " if node.args.get("negate") else ""
        return Typed(f"({value.sql} {negated}LIKE {pattern.sql}{suffix})", types.BOOLEAN)

    def _case(self, node: exp.Case) -> Typed:
        operand = node.args.get("this")
        subject = self.compile(operand) if operand is not None else None
        conditions: list[str] = []
        results: list[Typed] = []
        for branch in node.args["ifs"]:
            if subject is None:
                conditions.append(self.boolean(branch.this, "CASE WHEN clause").sql)
            else:
                conditions.append(
                    compare("=", subject, self.compile(branch.this), self.place(branch.this)).sql
                )
            results.append(self.compile(branch.args["true"]))
        default = node.args.get("default")
        if default is not None:
            results.append(self.compile(default))
        results = self._same_type(results, node)
        text = "".join(f" WHEN {c} THEN {r.sql}" for c, r in zip(conditions, results, strict=False))
        otherwise = f" ELSE {results[-1].sql}" if default is not None else ""
        return Typed(f"CASE{text}{otherwise} END", results[0].type)

    def _same_type(self, values: list[Typed], node: exp.Expr) -> list[Typed]:
        common: Type = types.UNKNOWN
        for value in values:
            wider = types.common_type(common, value.type)
            if wider is None:
                raise QueryError(
                    "TYPE_MISMATCH",
                    f"All CASE results must be the same type or coercible to a common type."
                    f" Cannot find common type between {common} and {value.type}",
                    self.place(node),
                )
            common = wider
        return [coerce(value, common) for value in values]

    def _if(self, node: exp.If) -> Typed:
        nodes = [node.this, node.args["true"], node.args.get("false")]
        return SCALARS.builders["if"](
            Call("if", tuple(n for n in nodes if n is not None), self, self.place(node), sharing=False)
        )

    def _cast(self, node: exp.Cast) -> Typed:
        target = type_of_node(node.to)
        if isinstance(node.this, exp.Literal) and node.this.is_string and node.meta.get(TYPED_LITERAL):
            return literals.typed(node.this.this, target, self.session.source.before(node))
        place = self.place(node)
        return shared(self.compile(node.this), lambda value: cast(value, target, place))

    def _try_cast(self, node: exp.TryCast) -> Typed:
        target, place = type_of_node(node.to), self.place(node)
        value = shared(self.compile(node.this), lambda item: cast(item, target, place))
        return Typed(f"TRY({value.sql})", value.type)

    def _bracket(self, node: exp.Bracket) -> Typed:
        return shared(self.compile(node.this), lambda base: self._subscript(base, node))

    def _subscript(self, base: Typed, node: exp.Bracket) -> Typed:
        if len(node.expressions) != 1:
            raise QueryError("SYNTAX_ERROR", "one subscript is allowed", self.place(node))
        index = self.compile(node.expressions[0])
        if base.type.name == "array" and types.can_coerce(index.type, types.BIGINT):
            text = f"array_subscript({base.sql}, {coerce(index, types.BIGINT).sql})"
            return Typed(text, base.type.arguments[0])
        if base.type.name == "map" and types.can_coerce(index.type, base.type.arguments[0]):
            key = coerce(index, base.type.arguments[0])
            return Typed(f"map_subscript({base.sql}, {key.sql})", base.type.arguments[1])
        if base.type.name == "row" and isinstance(index.literal, int):
            if not 1 <= index.literal <= len(base.type.arguments):
                raise QueryError("INVALID_FUNCTION_ARGUMENT", "Invalid subscript for row", self.place(node))
            name = types.row_field_names(base.type)[index.literal - 1]
            return Typed(f"({base.sql}).{quote(name)}", base.type.arguments[index.literal - 1])
        raise QueryError(
            "TYPE_MISMATCH", f"Cannot use {index.type} for subscript of {base.type}", self.place(node)
        )

    def _array(self, node: exp.Array) -> Typed:
        values = [self.compile(item) for item in node.expressions]
        common: Type = types.UNKNOWN
        for value in values:
            wider = types.common_type(common, value.type)
            if wider is None:
                raise QueryError(
                    "TYPE_MISMATCH",
                    f"All ARRAY elements must be the same type or coercible to a common type."
                    f" Cannot find common type between {common} and {value.type}",
                    self.place(node),
                )
            common = wider
        inside = ", ".join(coerce(value, common).sql for value in values)
        kind = types.array(common)
        return Typed(f"CAST([{inside}] AS {types.duckdb_type(kind)})", kind)

    def _row(self, values: list[Typed]) -> Typed:
        kind = types.row(tuple((None, value.type) for value in values))
        names = types.row_field_names(kind)
        inside = ", ".join(f"{quote(name)} := {value.sql}" for name, value in zip(names, values, strict=True))
        return Typed(f"struct_pack({inside})", kind)

    def _tuple(self, node: exp.Tuple) -> Typed:
        return self._row([self.compile(item) for item in node.expressions])

    def _function(self, node: exp.Anonymous) -> Typed:
        name = str(node.this).lower()
        position = self.place(node)
        if name in AGGREGATES:
            return build_aggregate(AggregateCall(name, node, self, position))
        nodes = tuple(node.expressions)
        if name == "row":
            return self._row([self.compile(item) for item in nodes])
        if name in SCALARS:
            return self._scalar(Call(name, nodes, self, position, sharing=self._shares(name)))
        if name in NOT_AVAILABLE:
            raise UnsupportedError(f"The function {name}", position)
        raise QueryError("FUNCTION_NOT_FOUND", f"Function '{name}' not registered", position)

    def _named(self, name: str, *nodes: exp.Expr) -> Typed:
        """Compile a call that has a grammar of its own as the function it stands for."""
        return self._scalar(
            Call(name, nodes, self, self.place(nodes[0]) if nodes else None, self._shares(name))
        )

    def _shares(self, name: str) -> bool:
        return name in SCALARS.builders and name not in _LAZY

    def _scalar(self, call: Call) -> Typed:
        builder = SCALARS.builders.get(call.name)
        return call.finished(builder(call)) if builder is not None else build_from_rules(SCALARS, call)

    def _extract(self, node: exp.Extract) -> Typed:
        return self._named(literals.extract_function(node.this.name, self.place(node)), node.expression)

    def _trim(self, node: exp.Trim) -> Typed:
        names = {"LEADING": "ltrim", "TRAILING": "rtrim"}
        name = names.get(str(node.args.get("position") or "BOTH").upper(), "trim")
        characters = node.args.get("expression")
        return self._named(name, node.this, *([characters] if characters is not None else []))

    def _position(self, node: exp.StrPosition) -> Typed:
        return self._named("strpos", node.this, node.args["substr"])

    def _substring(self, node: exp.Substring) -> Typed:
        parts = [node.args.get("start"), node.args.get("length")]
        return self._named("substr", node.this, *[part for part in parts if part is not None])

    def _normalize(self, node: exp.Normalize) -> Typed:
        if node.args.get("form") is not None:
            raise UnsupportedError(f"normalize with the form {node.args['form'].name}", self.place(node))
        return self._named("normalize", node.this)

    def _at_time_zone(self, node: exp.AtTimeZone) -> Typed:
        return self._named("at_timezone", node.this, node.args["zone"])

    def _literal(self, node: exp.Literal) -> Typed:
        return literals.text(node.this) if node.is_string else literals.number(node.this, self.place(node))

    def _interval(self, node: exp.Interval) -> Typed:
        return literals.interval(node, self.place(node))

    def _window(self, node: exp.Window) -> Typed:
        return build_window(self, node)

    def _aggregate_syntax(self, node: exp.Expr) -> Typed:
        name = "listagg" if isinstance(node, exp.GroupConcat) else ""
        inner = node
        while name == "" and isinstance(
            inner, exp.Filter | exp.WithinGroup | exp.IgnoreNulls | exp.RespectNulls
        ):
            inner = inner.this
        if isinstance(inner, exp.Anonymous):
            name = str(inner.this).lower()
        if isinstance(inner, exp.GroupConcat):
            name = "listagg"
        if name not in AGGREGATES:
            raise QueryError(
                "FUNCTION_NOT_AGGREGATE", f"{name} is not an aggregate function", self.place(node)
            )
        return build_aggregate(AggregateCall(name, node, self, self.place(node)))

    def _parameter(self, node: exp.Expr) -> Typed:
        raise QueryError(
            "INVALID_PARAMETER_USAGE",
            "Incorrect number of parameters: expected 1 but found 0",
            self.place(node),
        )


def _describe(node: exp.Expr) -> str:
    text = node.sql(dialect="trino")
    return f"{type(node).__name__} ({text[:80]})"


def _now(function: str) -> Callable[[Compiler, Any], Typed]:
    def build(compiler: Compiler, node: exp.Expr) -> Typed:
        precision = node.args.get("this")
        return literals.clock(function, compiler.session.now, precision, compiler.place(node))

    return build


_HANDLERS: Mapping[type[exp.Expr], Callable[[Compiler, Any], Typed]] = {
    exp.Column: Compiler._column,
    exp.Identifier: Compiler._identifier,
    exp.Dot: Compiler._dot,
    exp.DPipe: Compiler._concatenate,
    exp.Neg: Compiler._negate,
    exp.Paren: Compiler._paren,
    exp.And: Compiler._and,
    exp.Or: Compiler._or,
    exp.Not: Compiler._not,
    exp.Is: Compiler._is,
    exp.Between: Compiler._between,
    exp.In: Compiler._in,
    exp.Exists: Compiler._exists,
    exp.Subquery: Compiler._subquery,
    exp.Select: Compiler._subquery,
    exp.Union: Compiler._subquery,
    exp.Like: Compiler._like,
    exp.Escape: Compiler._escape,
    exp.Case: Compiler._case,
    exp.If: Compiler._if,
    exp.Cast: Compiler._cast,
    exp.TryCast: Compiler._try_cast,
    exp.Bracket: Compiler._bracket,
    exp.Array: Compiler._array,
    exp.Tuple: Compiler._tuple,
    exp.Anonymous: Compiler._function,
    exp.Extract: Compiler._extract,
    exp.Trim: Compiler._trim,
    exp.StrPosition: Compiler._position,
    exp.Substring: Compiler._substring,
    exp.Normalize: Compiler._normalize,
    exp.AtTimeZone: Compiler._at_time_zone,
    exp.Literal: Compiler._literal,
    exp.Interval: Compiler._interval,
    exp.Window: Compiler._window,
    exp.Filter: Compiler._aggregate_syntax,
    exp.WithinGroup: Compiler._aggregate_syntax,
    exp.GroupConcat: Compiler._aggregate_syntax,
    exp.Placeholder: Compiler._parameter,
    exp.Boolean: lambda _, node: Typed("true" if node.this else "false", types.BOOLEAN),
    exp.Null: lambda _, __: Typed("NULL", types.UNKNOWN),
    exp.HexString: lambda _, node: Typed(f"unhex('{node.this}')", types.VARBINARY),
    exp.ParseJSON: lambda compiler, node: compiler._named("json_parse", node.this),
    exp.CurrentDate: _now("current_date"),
    exp.CurrentTimestamp: _now("current_timestamp"),
    exp.CurrentTime: _now("current_time"),
    exp.Localtimestamp: _now("localtimestamp"),
    exp.Localtime: _now("localtime"),
    exp.CurrentUser: lambda _, __: Typed("'local'", types.VARCHAR),
    exp.CurrentCatalog: lambda _, __: Typed("'awsdatacatalog'", types.VARCHAR),
}
