"""Functions on maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.sql import types
from local_aws.athena.sql.casts import coerce
from local_aws.athena.sql.functions.call import build_from_rules
from local_aws.athena.sql.functions.registry import Functions
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import quote, row_field_names

if TYPE_CHECKING:
    from local_aws.athena.sql.functions.call import Call

_RULES = """
cardinality(map(K, V)) -> bigint => CAST(cardinality({0}) AS BIGINT)
element_at(map(K, V), K) -> V => map_extract_value({0}, {1})
map_keys(map(K, V)) -> array(K) => map_keys({0})
map_values(map(K, V)) -> array(V) => map_values({0})
map(array(K), array(V)) -> map(K, V) => map_of_arrays({0}, {1})
"""


def register(functions: Functions) -> None:
    """Add the functions of this family."""
    functions.define_all(_RULES)
    functions.builder("map")(_map)
    functions.builder("map_concat")(_concat)
    functions.builder("features")(_features)
    functions.builder("map_entries")(_entries)
    functions.builder("map_from_entries", "multimap_from_entries")(_from_entries)
    functions.builder("map_filter")(_filter)
    functions.builder("transform_keys", "transform_values")(_transform)
    functions.builder("map_zip_with")(_zip_with)


def _map_argument(call: Call, index: int = 0) -> Typed:
    value = call.argument(index)
    if value.type.name != "map":
        raise call.mismatch()
    return value


def _map(call: Call) -> Typed:
    if call.count == 0:
        kind = types.map_of(types.UNKNOWN, types.UNKNOWN)
        return Typed(f"CAST(map([], []) AS {types.duckdb_type(kind)})", kind)
    if call.count != 2:
        raise call.wrong_count("map(), map(array(K), array(V))")
    keys, values = call.argument(0), call.argument(1)
    if keys.type.name != "array" or values.type.name != "array":
        raise call.mismatch()
    kind = types.map_of(keys.type.arguments[0], values.type.arguments[0])
    return Typed(f"map_of_arrays({keys.sql}, {values.sql})", kind)


def _features(call: Call) -> Typed:
    """Build `features(x, …)`: a map from the place of each of up to ten numbers, from 0, to the number."""
    if not 1 <= call.count <= _MAX_FEATURES:
        raise call.wrong_count("features(double, ...)")
    values = ", ".join(call.coerced(index, types.DOUBLE).sql for index in range(call.count))
    kind = types.map_of(types.BIGINT, types.DOUBLE)
    return Typed(f"CAST(map(range({call.count}), [{values}]) AS {types.duckdb_type(kind)})", kind)


_MAX_FEATURES = 10
_CONCATENATIONS = Functions()
_CONCATENATIONS.define("map_concat(map(K, V), map(K, V), ...) -> map(K, V)", "map_concat({args})")


def _concat(call: Call) -> Typed:
    """Build `map_concat`: NULL when one of the maps is, where DuckDB skips it."""
    whole = build_from_rules(_CONCATENATIONS, call)
    absent = " OR ".join(f"{value.sql} IS NULL" for value in call.arguments())
    return Typed(f"CASE WHEN {absent} THEN NULL ELSE {whole.sql} END", whole.type)


def _entries(call: Call) -> Typed:
    value = _map_argument(call)
    kind = types.row(((None, value.type.arguments[0]), (None, value.type.arguments[1])))
    key, item = row_field_names(kind)
    pack = f"struct_pack({quote(key)} := e_.key, {quote(item)} := e_.value)"
    return Typed(f"list_transform(map_entries({value.sql}), lambda e_: {pack})", types.array(kind))


def _from_entries(call: Call) -> Typed:
    value = call.argument(0)
    entry = value.type.arguments[0] if value.type.name == "array" else None
    if call.count != 1 or entry is None or entry.name != "row" or len(entry.arguments) != 2:
        raise call.mismatch()
    key, item = row_field_names(entry)
    if call.name == "map_from_entries":
        keys = f"list_transform({value.sql}, lambda e_: e_.{quote(key)})"
        values = f"list_transform({value.sql}, lambda e_: e_.{quote(item)})"
        return Typed(f"map_of_arrays({keys}, {values})", types.map_of(*entry.arguments))
    pairs = (
        f"list_transform({value.sql}, lambda e_: struct_pack(k := e_.{quote(key)}, v := e_.{quote(item)}))"
    )
    return Typed(
        f"map_of_all_entries({pairs})", types.map_of(entry.arguments[0], types.array(entry.arguments[1]))
    )


def _lambda(call: Call, index: int, count: int) -> exp.Lambda:
    node = call.nodes[index] if index < call.count else None
    if not isinstance(node, exp.Lambda) or len(node.expressions) != count:
        raise call.wrong_count(f"{call.name}(map(K,V), function)")
    return node


def _filter(call: Call) -> Typed:
    value = _map_argument(call)
    key, item = value.type.arguments
    e = call.names(1)[0]
    body = call.compiler.lambda_body(_lambda(call, 1, 2), [Typed(f"{e}.key", key), Typed(f"{e}.value", item)])
    if not types.can_coerce(body.type, types.BOOLEAN):
        raise call.mismatch()
    kept = f"list_filter(map_entries({value.sql}), lambda {e}: {coerce(body, types.BOOLEAN).sql})"
    return Typed(f"map_from_entries({kept})", value.type)


def _transform(call: Call) -> Typed:
    value = _map_argument(call)
    key, item = value.type.arguments
    e = call.names(1)[0]
    body = call.compiler.lambda_body(_lambda(call, 1, 2), [Typed(f"{e}.key", key), Typed(f"{e}.value", item)])
    changed = f"list_transform(map_entries({value.sql}), lambda {e}: {body.sql})"
    if call.name == "transform_keys":
        return Typed(f"map_of_arrays({changed}, map_values({value.sql}))", types.map_of(body.type, item))
    return Typed(f"map_of_arrays(map_keys({value.sql}), {changed})", types.map_of(key, body.type))


def _zip_with(call: Call) -> Typed:
    first, second = _map_argument(call, 0), _map_argument(call, 1)
    key = types.common_type(first.type.arguments[0], second.type.arguments[0])
    if key is None:
        raise call.mismatch()
    k = call.names(1)[0]
    values = [
        Typed(k, key),
        Typed(f"map_extract_value({first.sql}, {k})", first.type.arguments[1]),
        Typed(f"map_extract_value({second.sql}, {k})", second.type.arguments[1]),
    ]
    body = call.compiler.lambda_body(_lambda(call, 2, 3), values)
    keys = f"array_unique(list_concat(map_keys({first.sql}), map_keys({second.sql})))"
    text = f"map_of_arrays({keys}, list_transform({keys}, lambda {k}: {body.sql}))"
    absent = f"{first.sql} IS NULL OR {second.sql} IS NULL"
    return Typed(f"CASE WHEN {absent} THEN NULL ELSE {text} END", types.map_of(key, body.type))
