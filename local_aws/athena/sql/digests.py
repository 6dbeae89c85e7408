"""Aggregates that Trino answers by a digest of quantiles: here the values are kept, each with its weight.

While a digest is small every value in it stands for itself, so the answers are Trino's; those from a large one lie
within its error. Also here: `checksum`.
"""

from __future__ import annotations

from local_aws.athena.errors import UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.aggregates import AggregateCall, aggregate
from local_aws.athena.sql.casts import coerce
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import Type, duckdb_type

_QUANTILE_TYPES = ("bigint", "double", "real")


@aggregate("qdigest_agg", "tdigest_agg")
def _digest(call: AggregateCall) -> Typed:
    values = call.take(*((1, 2, 3) if call.name == "qdigest_agg" else (1, 2)))
    value, kind = values[0], Type("tdigest")
    if call.name == "tdigest_agg":
        value = Typed(call.as_type(0, types.DOUBLE), types.DOUBLE)
    else:
        value = coerce(value, types.BIGINT) if types.can_coerce(value.type, types.BIGINT) else value
        value = coerce(value, types.DOUBLE) if value.type.name == "decimal" else value
        if value.type.name not in _QUANTILE_TYPES:
            raise call.mismatch()
        kind = Type("qdigest", arguments=(value.type,))
    weight = call.as_type(1, types.DOUBLE) if len(values) > 1 else "CAST(1 AS DOUBLE)"
    checked = f"digest_weight({weight}, {0 if call.name == 'qdigest_agg' else 1})"
    if len(values) == 3:
        checked = f"CASE WHEN digest_accuracy({call.as_type(2, types.DOUBLE)}) THEN {checked} END"
    pairs = call.apply("array_agg", f"struct_pack(v := {value.sql}, w := {checked})")
    kept = f"list_filter({pairs}, lambda p_: p_.v IS NOT NULL AND p_.w IS NOT NULL)"
    return Typed(f"CASE WHEN len({kept}) > 0 THEN CAST({kept} AS {duckdb_type(kind)}) END", kind)


# The hash of a value is that of the whole number, or of the bytes, that Trino holds it as.
_HASHED_NUMBERS = {
    **dict.fromkeys(types.INTEGER_WIDTH, "CAST({0} AS BIGINT)"),
    "boolean": "CAST({0} AS BIGINT)",
    "date": "CAST(CAST({0} AS DATE) - DATE '1970-01-01' AS BIGINT)",
    "timestamp": "epoch_us({0})",
}
_HASHED_BYTES = {"varchar": "encode({0})", "varbinary": "{0}"}


@aggregate("checksum")
def _checksum(call: AggregateCall) -> Typed:
    """Build `checksum(x)`: the sum of the xxHash64 of the values times a prime, NULL counting as the prime itself."""
    value = call.take(1)[0]
    if value.type.name == "unknown":
        value = coerce(value, types.BIGINT)
    name, fine = value.type.name, value.type.name == "timestamp" and value.type.parameters[0] > 6
    if name in _HASHED_NUMBERS and not fine:
        hashed = f"python_checksum_of_number({_HASHED_NUMBERS[name].format(value.sql)})"
    elif name == "double":
        hashed = f"python_checksum_of_double({value.sql})"
    elif name in _HASHED_BYTES:
        hashed = f"python_checksum_of_bytes({_HASHED_BYTES[name].format(value.sql)})"
    else:
        raise UnsupportedError(f"checksum of {value.type}", call.position)
    counted = call.apply("sum", f"CAST(coalesce({hashed}, checksum_of_null()) AS HUGEINT)")
    return Typed(
        f"python_checksum(CAST(({counted}) % 18446744073709551616 AS DECIMAL(38, 0)))", types.VARBINARY
    )
