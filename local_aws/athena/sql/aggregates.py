"""Aggregate functions: their argument types, their results, and their DuckDB forms.

FILTER, DISTINCT, ORDER BY and OVER belong to the DuckDB function inside the form, so every form is built around
`AggregateCall.apply`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.casts import coerce
from local_aws.athena.sql.operators import key_of
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import Type, duckdb_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_aws.athena.errors import Position
    from local_aws.athena.sql.expressions import Compiler

    Build = Callable[["AggregateCall"], Typed]

AGGREGATES: dict[str, Build] = {}


def aggregate(*names: str) -> Callable[[Build], Build]:
    """Register the builder of aggregate functions."""

    def register(build: Build) -> Build:
        for name in names:
            AGGREGATES[name] = build
        return build

    return register


@dataclass
class AggregateCall:
    """One call of an aggregate, with what stands around it: DISTINCT, ORDER BY, FILTER, OVER."""

    name: str
    node: exp.Expr
    compiler: Compiler
    position: Position | None
    over: str = ""
    nodes: list[exp.Expr] = field(default_factory=list)
    distinct: bool = False
    order: exp.Order | None = None
    filter: str = ""
    values: list[Typed] = field(default_factory=list)
    star: bool = False

    def read(self) -> None:
        """Take the syntax tree apart and compile the arguments."""
        inner = self.node
        while not isinstance(inner, exp.Anonymous | exp.GroupConcat):
            if isinstance(inner, exp.Filter):
                condition = self._arguments().boolean(inner.expression.this, "Filter")
                self.filter = f" FILTER (WHERE {condition.sql})"
            elif isinstance(inner, exp.WithinGroup):
                self.order = inner.expression
            elif isinstance(inner, exp.IgnoreNulls | exp.RespectNulls):
                raise UnsupportedError(f"{type(inner).__name__} on {self.name}", self.position)
            inner = inner.this
        if isinstance(inner, exp.GroupConcat):
            separator = inner.args.get("separator")
            self.nodes = [inner.this, *([separator] if separator is not None else [])]
        else:
            self.nodes = list(inner.expressions)
        self._unwrap()
        self.star = len(self.nodes) == 1 and isinstance(self.nodes[0], exp.Star)
        if not self.star:
            compiler = self._arguments()
            self.values = [compiler.compile(item) for item in self.nodes if not isinstance(item, exp.Lambda)]

    def _unwrap(self) -> None:
        if len(self.nodes) == 1 and isinstance(self.nodes[0], exp.Distinct):
            self.distinct = True
            self.nodes = list(self.nodes[0].expressions)
        for index, item in enumerate(self.nodes):
            if isinstance(item, exp.Order):
                self.order = item
                self.nodes[index] = item.this
        if self.nodes and isinstance(self.nodes[0], exp.Distinct):
            self.distinct = True
            self.nodes[:1] = list(self.nodes[0].expressions)

    def _arguments(self) -> Compiler:
        """Give the compiler for arguments: inside OVER they may be aggregates themselves."""
        if self.over:
            return replace(self.compiler, windows_allowed=False)
        return self.compiler.plain()

    def apply(self, function: str, *arguments: str) -> str:
        """Write the DuckDB aggregate with everything that stands around the call."""
        distinct = "DISTINCT " if self.distinct else ""
        order = ""
        if self.order is not None:
            order = " " + order_by(self._arguments(), self.order)
        return f"{function}({distinct}{', '.join(arguments)}{order}){self.filter}{self.over}"

    def constant(self, argument: str) -> str:
        """Write an argument that has to be the same in all rows as one value of the group."""
        return replace(self, distinct=False, order=None).apply("any_value", argument)

    def take(self, *counts: int) -> list[Typed]:
        """Give the arguments when there are as many as the function takes."""
        if self.star or len(self.values) not in counts:
            raise self.mismatch()
        return self.values

    def number(self, index: int = 0) -> Typed:
        """Give an argument that has to be a number."""
        value = self.values[index]
        if value.type.name == "unknown":
            return coerce(value, types.DOUBLE)
        if not value.type.is_numeric:
            raise self.mismatch()
        return value

    def as_type(self, index: int, kind: Type) -> str:
        """Give the text of an argument turned into `kind`."""
        if not types.can_coerce(self.values[index].type, kind):
            raise self.mismatch()
        return coerce(self.values[index], kind).sql

    def literal_number(self, index: int) -> int:
        """Give an argument that has to be a whole-number literal."""
        literal = self.values[index].literal
        if not isinstance(literal, int):
            raise UnsupportedError(f"{self.name} with a count that is not a literal", self.position)
        return literal

    def mismatch(self) -> QueryError:
        """Make the error of a call that the function does not take."""
        found = "*" if self.star else ", ".join(str(value.type) for value in self.values)
        return QueryError(
            "FUNCTION_NOT_FOUND", f"Unexpected parameters ({found}) for function {self.name}.", self.position
        )


def build_aggregate(call: AggregateCall) -> Typed:
    """Build a call of an aggregate; raises EXPRESSION_NOT_SCALAR where aggregates are not allowed."""
    if call.compiler.clause is not None and not call.over:
        clause = call.compiler.clause
        if clause == "an aggregate function":
            raise QueryError(
                "NESTED_AGGREGATION",
                "Cannot nest aggregations inside aggregation '" + call.name + "'",
                call.position,
            )
        raise QueryError(
            "EXPRESSION_NOT_SCALAR",
            f"{clause} cannot contain aggregations, window functions or grouping operations: [{call.name}]",
            call.position,
        )
    call.read()
    if call.over and call.distinct:
        raise QueryError(
            "NOT_SUPPORTED",
            f"DISTINCT in window function parameters not yet supported: {call.name}",
            call.position,
        )
    result = AGGREGATES[call.name](call)
    grouping = call.compiler.grouping
    return result if call.over or grouping is None else grouping.aggregate(result)


def order_by(compiler: Compiler, order: exp.Order) -> str:
    """Write an ORDER BY over expressions; NULLs last by default, whatever the direction."""
    items = []
    for item in order.expressions:
        value = compiler.compile(item.this)
        if not value.type.is_orderable:
            raise QueryError("TYPE_MISMATCH", f"Type {value.type} is not orderable", compiler.place(item))
        items.append(f"{key_of(value)}{direction(item)}")
    return "ORDER BY " + ", ".join(items)


def direction(item: exp.Ordered) -> str:
    """Write the direction of one sort key."""
    down = " DESC" if item.args.get("desc") else " ASC"
    return down + (" NULLS FIRST" if item.args.get("nulls_first") else " NULLS LAST")


@aggregate("count")
def _count(call: AggregateCall) -> Typed:
    if call.star or not call.values:
        return Typed(call.apply("count", "*"), types.BIGINT)
    value = call.take(1)[0]
    return Typed(call.apply("count", key_of(value)), types.BIGINT)


@aggregate("count_if")
def _count_if(call: AggregateCall) -> Typed:
    call.take(1)
    condition = call.as_type(0, types.BOOLEAN)
    return Typed(call.apply("count", f"CASE WHEN {condition} THEN 1 END"), types.BIGINT)


@aggregate("sum")
def _sum(call: AggregateCall) -> Typed:
    value = call.take(1)[0]
    if value.type.name == "interval day to second":
        total = call.apply("sum", f"interval_milliseconds_({value.sql})")
        return Typed(f"to_milliseconds(CAST({total} AS BIGINT))", value.type)
    if value.type.name == "interval year to month":
        total = call.apply("sum", f"interval_months_({value.sql})")
        return Typed(f"to_months(CAST({total} AS INTEGER))", value.type)
    value = call.number()
    result = value.type
    if value.type.is_integer:
        result = types.BIGINT
    elif value.type.name == "decimal":
        result = types.decimal(38, value.type.parameters[1])
    return Typed(f"CAST({call.apply('sum', value.sql)} AS {duckdb_type(result)})", result)


@aggregate("avg")
def _avg(call: AggregateCall) -> Typed:
    value = call.take(1)[0]
    if value.type.name == "interval day to second":
        mean = call.apply("avg", f"interval_milliseconds_({value.sql})")
        return Typed(f"to_milliseconds(CAST(round({mean}) AS BIGINT))", value.type)
    if value.type.name == "interval year to month":
        mean = call.apply("avg", f"interval_months_({value.sql})")
        return Typed(f"to_months(CAST(round({mean}) AS INTEGER))", value.type)
    value = call.number()
    if value.type.name == "decimal":
        # DuckDB's average of decimals is a floating number; Trino's is a decimal, rounded half up.
        precision, scale = value.type.parameters
        total = call.apply("sum", value.sql)
        count = call.apply("count", value.sql)
        digits = (
            f"CAST(replace(CAST({total} AS VARCHAR), '.', '') AS HUGEINT)"
            if scale
            else f"CAST({total} AS HUGEINT)"
        )
        quotient = f"divide_half_up({digits}, CAST(nullif({count}, 0) AS HUGEINT))"
        text = f"decimal_text_of_digits({quotient}, {scale})" if scale else quotient
        return Typed(f"CAST({text} AS DECIMAL({precision}, {scale}))", value.type)
    result = types.REAL if value.type.name == "real" else types.DOUBLE
    return Typed(f"CAST({call.apply('avg', value.sql)} AS {duckdb_type(result)})", result)


@aggregate("min", "max")
def _extreme(call: AggregateCall) -> Typed:
    values = call.take(1, 2)
    value = values[0]
    if not value.type.is_orderable:
        raise call.mismatch()
    if len(values) == 2:
        text = call.apply(call.name, value.sql, str(call.literal_number(1)))
        return Typed(text, types.array(value.type))
    text = call.apply(call.name, value.sql)
    if value.type.has_key:
        text = call.apply(f"arg_{call.name}", value.sql, key_of(value))
    if value.type.name in ("double", "real") and not value.is_number:
        # NaN is the result only when there is nothing else; to DuckDB it is the greatest number.
        text = f"coalesce({call.apply(call.name, f'CASE WHEN NOT isnan({value.sql}) THEN {value.sql} END')}, {text})"
    return Typed(text, value.type)


@aggregate("min_by", "max_by")
def _extreme_by(call: AggregateCall) -> Typed:
    values = call.take(2, 3)
    value, key = values[0], values[1]
    function = "arg_min" if call.name == "min_by" else "arg_max"
    # A value may be NULL in the row that wins: DuckDB skips such rows unless the value is wrapped.
    wrapped = f"struct_pack(v := {value.sql})"
    if len(values) == 3:
        text = call.apply(function, wrapped, key_of(key), str(call.literal_number(2)))
        return Typed(f"list_transform({text}, lambda w_: w_.v)", types.array(value.type))
    return Typed(f"({call.apply(function, wrapped, key_of(key))}).v", value.type)


@aggregate("arbitrary", "any_value")
def _any(call: AggregateCall) -> Typed:
    value = call.take(1)[0]
    return Typed(call.apply("any_value", value.sql), value.type)


@aggregate("array_agg")
def _array_agg(call: AggregateCall) -> Typed:
    value = call.take(1)[0]
    return Typed(call.apply("array_agg", value.sql), types.array(value.type))


@aggregate("bool_and", "every", "bool_or")
def _boolean(call: AggregateCall) -> Typed:
    call.take(1)
    function = "bool_or" if call.name == "bool_or" else "bool_and"
    return Typed(call.apply(function, call.as_type(0, types.BOOLEAN)), types.BOOLEAN)


@aggregate("approx_distinct")
def _approx_distinct(call: AggregateCall) -> Typed:
    # Exact, which lies within every error bound that may be asked for.
    values = call.take(1, 2)
    counted = Typed(replace(call, distinct=True).apply("count", key_of(values[0])), types.BIGINT)
    if len(values) == 1:
        return counted
    error = call.constant(call.as_type(1, types.DOUBLE))
    return Typed(f"CASE WHEN standard_error({error}) > 0 THEN {counted.sql} ELSE 0 END", types.BIGINT)


_DOUBLE_FUNCTIONS = {
    "stddev": "stddev_samp",
    "stddev_samp": "stddev_samp",
    "stddev_pop": "stddev_pop",
    "variance": "var_samp",
    "var_samp": "var_samp",
    "var_pop": "var_pop",
    "kurtosis": "kurtosis",
    "corr": "corr",
    "covar_pop": "covar_pop",
    "covar_samp": "covar_samp",
    "regr_slope": "regr_slope",
    "regr_intercept": "regr_intercept",
}


@aggregate(*_DOUBLE_FUNCTIONS)
def _statistic(call: AggregateCall) -> Typed:
    count = 2 if call.name in ("corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept") else 1
    call.take(count)
    arguments = [call.as_type(index, types.DOUBLE) for index in range(count)]
    text = call.apply(_DOUBLE_FUNCTIONS[call.name], *arguments)
    if call.name in ("corr", "regr_slope", "regr_intercept"):  # NULL where DuckDB divides nothing by nothing
        text = f"CASE WHEN isfinite({text}) THEN {text} END"
    return Typed(text, types.DOUBLE)


@aggregate("geometric_mean")
def _geometric_mean(call: AggregateCall) -> Typed:
    call.take(1)
    return Typed(f"exp({call.apply('avg', f'ln({call.as_type(0, types.DOUBLE)})')})", types.DOUBLE)


@aggregate("skewness")
def _skewness(call: AggregateCall) -> Typed:
    call.take(1)
    value = call.as_type(0, types.DOUBLE)
    count = f"CAST({call.apply('count', value)} AS DOUBLE)"
    # DuckDB's is of a sample, Trino's is not: what the sample's correction multiplies by is divided out.
    text = f"{call.apply('skewness', value)} * ({count} - 2) / sqrt({count} * ({count} - 1))"
    return Typed(f"CASE WHEN {count} >= 3 THEN {text} END", types.DOUBLE)


@aggregate("bitwise_and_agg", "bitwise_or_agg")
def _bitwise(call: AggregateCall) -> Typed:
    call.take(1)
    function = "bit_and" if call.name == "bitwise_and_agg" else "bit_or"
    return Typed(call.apply(function, call.as_type(0, types.BIGINT)), types.BIGINT)


@aggregate("map_agg")
def _map_agg(call: AggregateCall) -> Typed:
    key, value = call.take(2)
    kind = types.map_of(key.type, value.type)
    entries = _entries(call, f"struct_pack(k := {key.sql}, v := {value.sql})", key)
    return Typed(f"map_of_entries({entries})", kind)


@aggregate("multimap_agg")
def _multimap_agg(call: AggregateCall) -> Typed:
    key, value = call.take(2)
    entries = _entries(call, f"struct_pack(k := {key.sql}, v := {value.sql})", key)
    return Typed(f"map_of_all_entries({entries})", types.map_of(key.type, types.array(value.type)))


def _entries(call: AggregateCall, entry: str, key: Typed) -> str:
    text = call.apply("array_agg", entry)
    return f"list_filter({text}, lambda w_: w_.k IS NOT NULL)" if key.type.name else text


@aggregate("histogram")
def _histogram(call: AggregateCall) -> Typed:
    value = call.take(1)[0]
    counts = call.apply("histogram", value.sql)
    return Typed(
        f"CAST({counts} AS {duckdb_type(types.map_of(value.type, types.BIGINT))})",
        types.map_of(value.type, types.BIGINT),
    )


@aggregate("map_union")
def _map_union(call: AggregateCall) -> Typed:
    value = call.take(1)[0]
    if value.type.name != "map":
        raise call.mismatch()
    text = call.apply("array_agg", f"map_entries({value.sql})")
    entries = f"list_transform(flatten({text}), lambda w_: struct_pack(k := w_.key, v := w_.value))"
    return Typed(f"map_of_entries({entries})", value.type)


@aggregate("listagg")
def _listagg(call: AggregateCall) -> Typed:
    values = call.take(1, 2)
    text = call.as_type(0, types.VARCHAR)
    if call.order is None:
        raise QueryError("SYNTAX_ERROR", "mismatched input. Expecting: 'WITHIN'", call.position)
    separator = values[1].sql if len(values) == 2 else "''"
    if call.over:
        raise QueryError("NOT_SUPPORTED", "Window frame clause is not supported with listagg", call.position)
    return Typed(f"listagg_within_limit({call.apply('string_agg', text, separator)})", types.VARCHAR)


@aggregate("grouping")
def _grouping(call: AggregateCall) -> Typed:
    return Typed(f"CAST(grouping({', '.join(value.sql for value in call.values)}) AS INTEGER)", types.INTEGER)
