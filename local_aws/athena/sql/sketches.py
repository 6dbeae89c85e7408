"""Aggregates that Trino answers by a sketch, and others that few use: here they hold the values themselves.

A sketch of distinct values is the list of their texts (HyperLogLog) or has their counts, too (set digest): it counts
exactly, which lies within every error bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError
from local_aws.athena.sql import types
from local_aws.athena.sql.aggregates import AggregateCall, aggregate
from local_aws.athena.sql.casts import cast_text_of, coerce
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import Type, duckdb_type

if TYPE_CHECKING:
    from collections.abc import Sequence

_MERGED = {"merge": ("hyperloglog", "qdigest", "tdigest"), "merge_set_digest": ("setdigest",)}


@aggregate("approx_set", "make_set_digest")
def _sketch(call: AggregateCall) -> Typed:
    value = call.take(1, 2)[0] if call.name == "approx_set" else call.take(1)[0]
    text = cast_text_of(value.sql, value.type)
    if text is None:
        raise call.mismatch()
    if call.name == "make_set_digest":
        # How a value is hashed depends on its type (`hash_counts`).
        mark = "i" if value.type.is_integer else "t" if value.type.name == "varchar" else "o"
        return Typed(call.apply("histogram", f"'{mark}' || {text}"), Type("setdigest"))
    found = f"list_distinct({call.apply('array_agg', text)})"
    return Typed(f"CASE WHEN len({found}) > 0 THEN {found} END", Type("hyperloglog"))


@aggregate("merge", "merge_set_digest")
def _merge(call: AggregateCall) -> Typed:
    value = call.take(1)[0]
    if value.type.name not in _MERGED[call.name]:
        raise call.mismatch()
    found = f"list_filter({call.apply('array_agg', value.sql)}, lambda w_: w_ IS NOT NULL)"
    merged = f"flatten({found})"
    if value.type.name == "hyperloglog":
        merged = f"list_distinct({merged})"
    elif value.type.name == "setdigest":
        merged = f"merged_counts({found})"
    return Typed(f"CASE WHEN len({found}) > 0 THEN {merged} END", value.type)


@aggregate("approx_most_frequent")
def _most_frequent(call: AggregateCall) -> Typed:
    values = call.take(3)
    buckets, capacity = call.as_type(0, types.BIGINT), call.as_type(2, types.BIGINT)
    counts = call.apply("histogram", values[1].sql)
    kind = types.map_of(values[1].type, types.BIGINT)
    text = f"most_frequent({counts}, {call.constant(buckets)}, {call.constant(capacity)})"
    return Typed(f"CAST({text} AS {duckdb_type(kind)})", kind)


@aggregate("entropy")
def _entropy(call: AggregateCall) -> Typed:
    call.take(1)
    counts = call.apply("array_agg", call.as_type(0, types.DOUBLE))
    return Typed(f"entropy_of_counts({counts})", types.DOUBLE)


@aggregate("numeric_histogram")
def _numeric_histogram(call: AggregateCall) -> Typed:
    values = call.take(2, 3)
    buckets, value = call.as_type(0, types.BIGINT), call.as_type(1, types.DOUBLE)
    weight = call.as_type(2, types.DOUBLE) if len(values) == 3 else "1e0"
    listed = call.apply("array_agg", f"[{value}, {weight}]")
    pairs = f"list_filter({listed}, lambda w_: w_[1] IS NOT NULL AND w_[2] IS NOT NULL)"
    text = f"python_numeric_histogram({pairs}, {call.constant(buckets)})"
    return Typed(
        f"CASE WHEN len({pairs}) > 0 THEN map_from_entries({text}) END",
        types.map_of(types.DOUBLE, types.DOUBLE),
    )


@aggregate("reduce_agg")
def _reduce(call: AggregateCall) -> Typed:
    """Build `reduce_agg(value, start, input, combine)`: the values are reduced in their order."""
    step, combine = _lambdas(call)
    value, start = call.take(2)
    if not (start.type.name == "boolean" or start.type.is_numeric or start.type.name in _STATE_TYPES):
        raise QueryError(
            "NOT_SUPPORTED", f"State type not supported for reduce_agg: {start.type}", call.position
        )
    found = f"list_filter({call.apply('array_agg', value.sql)}, lambda w_: w_ IS NOT NULL)"
    kind = f"STRUCT(s {duckdb_type(start.type)}, x {duckdb_type(value.type)})"
    depth = call.compiler.depth
    a, b = f"v{depth}_0", f"v{depth}_1"
    body = call.compiler.lambda_body(step, [Typed(f"{a}.s", start.type), Typed(f"{b}.x", value.type)])
    joined = call.compiler.lambda_body(combine, [start, start])
    if not (types.can_coerce(body.type, start.type) and types.can_coerce(joined.type, start.type)):
        raise call.mismatch()
    items = f"list_transform({found}, lambda e_: CAST(struct_pack(s := NULL, x := e_) AS {kind}))"
    first = f"CAST(struct_pack(s := {call.constant(start.sql)}, x := NULL) AS {kind})"
    following = f"CAST(struct_pack(s := {coerce(body, start.type).sql}, x := NULL) AS {kind})"
    reduced = f"(list_reduce({items}, lambda {a}, {b}: {following}, {first})).s"
    return Typed(f"CASE WHEN len({found}) > 0 THEN {reduced} END", start.type)


_STATE_TYPES = (
    *("date", "time", "timestamp", "timestamp with time zone"),
    *("interval day to second", "interval year to month"),
)


def _lambdas(call: AggregateCall) -> Sequence[exp.Lambda]:
    found = [node for node in call.nodes if isinstance(node, exp.Lambda)]
    sizes = [len(node.expressions) for node in found]
    if len(call.nodes) != 4 or sizes != [2, 2]:
        raise call.mismatch()
    return found
