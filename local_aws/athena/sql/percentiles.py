"""approx_percentile: the value at a share of the rows or of their weights, as Trino's t-digest gives it.

While every value of a set stands for itself in the digest, the result is the value at place `floor(share * count)`,
counted from 0: `approx_percentile(x, 0.5)` of 0 to 5 is 3.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.casts import cast, coerce
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import duckdb_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_aws.athena.sql.aggregates import AggregateCall


_SHARE_DIGITS = 15


def approx_percentile(call: AggregateCall) -> Typed:
    """Build approx_percentile, with one share or an array of them, and with weights."""
    values = call.take(2, 3, 4)
    if len(values) == 4:
        raise UnsupportedError("approx_percentile with an accuracy", call.position)
    value = call.number()
    if value.type.name == "decimal":
        value = coerce(value, types.DOUBLE)
    elif value.type.is_integer:
        value = coerce(value, types.BIGINT)
    last = len(values) - 1
    several = values[last].type.name == "array"
    kind = types.array(value.type) if several else value.type
    shares = _written_shares(call.nodes[last])
    if shares is not None:
        if any(not 0 <= share <= 1 for share in shares):
            message = "Percentile must be between 0 and 1"
            raise QueryError("INVALID_FUNCTION_ARGUMENT", message)
        if len(values) == 2:
            return Typed(f"CAST({_of_rows(call, value, shares, several)} AS {duckdb_type(kind)})", kind)
    share = call.as_type(last, types.array(types.DOUBLE) if several else types.DOUBLE)
    weight = call.as_type(1, types.DOUBLE) if len(values) == 3 else "CAST(1 AS DOUBLE)"
    return _of_weights(call, value, weight, share if several else f"[{share}]", several)


def _written_shares(node: exp.Expr) -> list[Decimal] | None:
    """Return the shares when they are number literals, one or an array of them."""
    if isinstance(node, exp.Array):
        found = [_written_shares(item) for item in node.expressions]
        return None if None in found else [share for item in found if item is not None for share in item]
    if isinstance(node, exp.Literal) and not node.is_string:
        return [Decimal(node.this.rstrip("."))]
    return None


def _of_rows(call: AggregateCall, value: Typed, shares: Sequence[Decimal], several: bool) -> str:
    # DuckDB counts ceil(share * n) - 1: from the other end (a negative share) that is floor(share * n) from this one.
    least = Decimal(1).scaleb(-_SHARE_DIGITS)
    texts = [f"CAST('{min(share - 1, -least):f}' AS DECIMAL(18, {_SHARE_DIGITS}))" for share in shares]
    return call.apply("quantile_disc", value.sql, f"[{', '.join(texts)}]" if several else texts[0])


def _of_weights(call: AggregateCall, value: Typed, weight: str, shares: str, several: bool) -> Typed:
    entries = (
        f"list_filter({call.apply('list', f'struct_pack(v := CAST({value.sql} AS DOUBLE), w := {weight})')},"
    )
    entries += " lambda e_: e_.v IS NOT NULL AND e_.w IS NOT NULL)"
    parts = [f"list_transform({entries}, lambda e_: e_.{name})" for name in ("v", "w")]
    found = Typed(
        f"python_percentiles({parts[0]}, {parts[1]}, {call.apply('any_value', shares)})",
        types.array(types.DOUBLE),
    )
    if several:
        return cast(found, types.array(value.type), call.position)
    return cast(Typed(f"({found.sql})[1]", types.DOUBLE), value.type, call.position)
