"""Functions on arrays. Positions count from 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.sql import types
from local_aws.athena.sql.casts import coerce
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import quote, row_field_names

if TYPE_CHECKING:
    from local_aws.athena.sql.functions.call import Call
    from local_aws.athena.sql.functions.registry import Functions
    from local_aws.athena.sql.types import Type

_RULES = """
cardinality(array(T)) -> bigint => CAST(len({0}) AS BIGINT)
array_histogram(array(T)) -> map(T, bigint) => histogram_of({0})
combinations(array(T), bigint) -> array(array(T)) => checked_combinations({0}, {1})
shuffle(array(T)) -> array(T) => array_shuffled({0})
contains(array(T), T) -> boolean => array_has({0}, {1})
contains(varchar, ipaddress) -> boolean => python_network_contains({0}, {1})
array_distinct(array(T)) -> array(T) => array_unique({0})
array_union(array(T), array(T)) -> array(T) => array_joined({0}, {1})
array_intersect(array(T), array(T)) -> array(T) => array_common({0}, {1})
array_except(array(T), array(T)) -> array(T) => array_without({0}, {1})
array_max(array(T)) -> T => array_extreme_({0}, list_max({0}))
array_min(array(T)) -> T => array_extreme_({0}, list_min({0}))
array_position(array(T), T) -> bigint => array_position_({0}, {1})
array_remove(array(T), T) -> array(T) => array_removed({0}, {1})
array_sort(array(T)) -> array(T) => list_sort({0}, 'ASC', 'NULLS LAST')
arrays_overlap(array(T), array(T)) -> boolean => arrays_share({0}, {1})
contains_sequence(array(T), array(T)) -> boolean => array_has_sequence({0}, {1})
element_at(array(T), bigint) -> T => array_element({0}, {1})
filter(array(T), function(T, boolean)) -> array(T) => list_filter({0}, {1})
transform(array(T), function(T, U)) -> array(U) => list_transform({0}, {1})
any_match(array(T), function(T, boolean)) -> boolean => any_true(list_transform({0}, {1}))
all_match(array(T), function(T, boolean)) -> boolean => all_true(list_transform({0}, {1}))
none_match(array(T), function(T, boolean)) -> boolean => (NOT any_true(list_transform({0}, {1})))
flatten(array(array(T))) -> array(T) => flatten({0})
ngrams(array(T), bigint) -> array(array(T)) => array_ngrams({0}, {1})
repeat(T, bigint) -> array(T) => list_transform(range({1}), lambda e_: {0})
reverse(array(T)) -> array(T) => list_reverse({0})
slice(array(T), bigint, bigint) -> array(T) => array_slice_({0}, {1}, {2})
trim_array(array(T), bigint) -> array(T) => array_trimmed({0}, {1})
sequence(bigint, bigint) -> array(bigint) => number_sequence({0}, {1}, CASE WHEN {0} <= {1} THEN 1 ELSE -1 END)
sequence(bigint, bigint, bigint) -> array(bigint) => number_sequence({0}, {1}, {2})
array_first(array(T)) -> T => {0}[1]
array_last(array(T)) -> T => {0}[-1]
"""


def register(functions: Functions) -> None:
    """Add the functions of this family."""
    functions.define_all(_RULES)
    functions.builder("array_join")(_join)
    functions.builder("array_sort")(_sort)
    functions.builder("reduce")(_reduce)
    functions.builder("zip")(_zip)
    functions.builder("zip_with")(_zip_with)
    functions.builder("sequence")(_sequence)


def _array(call: Call, index: int) -> Typed:
    value = call.argument(index)
    if value.type.name == "unknown":
        return coerce(value, types.array(types.UNKNOWN))
    if value.type.name != "array":
        raise call.mismatch()
    return value


def _join(call: Call) -> Typed:
    from local_aws.athena.sql.casts import cast_text_of

    if call.count not in (2, 3):
        raise call.wrong_count("array_join(array(T), varchar), array_join(array(T), varchar, varchar)")
    values = _array(call, 0)
    text = cast_text_of("e_", values.type.arguments[0])
    if text is None:
        raise call.mismatch()
    separator = call.coerced(1, types.VARCHAR).sql
    if call.count == 3:
        texts = (
            f"list_transform({values.sql}, lambda e_: coalesce({text}, {call.coerced(2, types.VARCHAR).sql}))"
        )
    else:
        texts = f"list_transform(list_filter({values.sql}, lambda e_: e_ IS NOT NULL), lambda e_: {text})"
    joined = f"CASE WHEN {separator} IS NOT NULL THEN array_to_string({texts}, {separator}) END"
    return Typed(joined, types.VARCHAR)


def _sort(call: Call) -> Typed:
    values = _array(call, 0)
    element = values.type.arguments[0]
    if call.count == 1:
        if not element.is_orderable:
            raise call.mismatch()
        return Typed(f"list_sort({values.sql}, 'ASC', 'NULLS LAST')", values.type)
    node = call.nodes[1] if call.count == 2 else None
    if not isinstance(node, exp.Lambda) or len(node.expressions) != 2:
        raise call.wrong_count("array_sort(array(T)), array_sort(array(T), function(T,T,integer))")
    # The place of an element is the number of elements that come before it.
    a, b = call.names(2)
    compared = call.compiler.lambda_body(node, [Typed(b, element), Typed(a, element)])
    # It is not compared with itself: a comparator may put NULL before NULL.
    ordered = f"comparison_({compared.sql}) < 0"
    before = f"len(list_filter({values.sql}, lambda {b}, j_: j_ <> i_ AND {ordered}))"
    ranked = f"list_transform({values.sql}, lambda {a}, i_: struct_pack(r := {before}, i := i_, v := {a}))"
    return Typed(f"list_transform(list_sort({ranked}), lambda s_: s_.v)", values.type)


def _reduce(call: Call) -> Typed:
    step, finish = call.nodes[2:4] if call.count == 4 else (None, None)
    if not isinstance(step, exp.Lambda) or not isinstance(finish, exp.Lambda):
        raise call.wrong_count("reduce(array(T), S, function(S,T,S), function(S,R))")
    values, start = _array(call, 0), call.argument(1)
    if len(step.expressions) != 2 or len(finish.expressions) != 1:
        raise call.mismatch()
    a, b = call.names(2)
    state: Type = start.type
    for _ in range(2):  # the state may have to be wider than what it starts with
        body = call.compiler.lambda_body(
            step, [Typed(f"{a}.s", state), Typed(f"{b}.x", values.type.arguments[0])]
        )
        wider = types.common_type(state, body.type)
        if wider is None:
            raise call.mismatch()
        state = wider
    # DuckDB wants state and elements of one type: both are put side by side.
    kind = f"STRUCT(s {types.duckdb_type(state)}, x {types.duckdb_type(values.type.arguments[0])})"
    items = f"list_transform({values.sql}, lambda e_: CAST(struct_pack(s := NULL, x := e_) AS {kind}))"
    first = f"CAST(struct_pack(s := {coerce(start, state).sql}, x := NULL) AS {kind})"
    following = f"CAST(struct_pack(s := {coerce(body, state).sql}, x := NULL) AS {kind})"
    result = f"(list_reduce({items}, lambda {a}, {b}: {following}, {first})).s"
    return call.compiler.lambda_body(finish, [Typed(result, state)])


def _zip(call: Call) -> Typed:
    if not 2 <= call.count <= 5:
        raise call.wrong_count("zip(array(T1), array(T2), ...)")
    arrays = [_array(call, index) for index in range(call.count)]
    kind = types.row(tuple((None, item.type.arguments[0]) for item in arrays))
    fields = ", ".join(f"{quote(name)} := z_[{i}]" for i, name in enumerate(row_field_names(kind), start=1))
    zipped = f"list_zip({', '.join(item.sql for item in arrays)})"
    absent = " OR ".join(f"{item.sql} IS NULL" for item in arrays)
    text = f"list_transform({zipped}, lambda z_: struct_pack({fields}))"
    return Typed(f"CASE WHEN {absent} THEN NULL ELSE {text} END", types.array(kind))


def _zip_with(call: Call) -> Typed:
    node = call.nodes[2] if call.count == 3 else None
    if not isinstance(node, exp.Lambda) or len(node.expressions) != 2:
        raise call.wrong_count("zip_with(array(T), array(U), function(T,U,R))")
    first, second = _array(call, 0), _array(call, 1)
    z = call.names(1)[0]
    values = [Typed(f"{z}[1]", first.type.arguments[0]), Typed(f"{z}[2]", second.type.arguments[0])]
    body = call.compiler.lambda_body(node, values)
    text = f"list_transform(list_zip({first.sql}, {second.sql}), lambda {z}: {body.sql})"
    absent = f"{first.sql} IS NULL OR {second.sql} IS NULL"
    return Typed(f"CASE WHEN {absent} THEN NULL ELSE {text} END", types.array(body.type))


def _sequence(call: Call) -> Typed:
    from local_aws.athena.sql.functions.call import build_from_rules
    from local_aws.athena.sql.functions.registry import Functions

    kinds = [value.type for value in call.arguments()]
    if len(kinds) < 2 or kinds[0].name not in ("date", "timestamp"):
        numbers = Functions()
        numbers.define_all("\n".join(line for line in _RULES.splitlines() if line.startswith("sequence(")))
        return build_from_rules(numbers, call)
    first, last = call.argument(0), call.coerced(1, kinds[0])
    if len(kinds) == 3 and kinds[2].name not in ("interval day to second", "interval year to month"):
        raise call.mismatch()
    if len(kinds) == 2 and kinds[0].name != "date":
        raise call.mismatch()
    start, stop = f"CAST({first.sql} AS TIMESTAMP)", f"CAST({last.sql} AS TIMESTAMP)"
    default = f"to_days(CASE WHEN {first.sql} <= {last.sql} THEN 1 ELSE -1 END)"
    step = call.argument(2).sql if len(kinds) == 3 else default
    by_month = len(kinds) == 3 and kinds[2].name == "interval year to month"
    if kinds[0].name == "date" and not by_month:
        step = f"whole_days({step})"
    series = f"{'month' if by_month else 'time'}_sequence({start}, {stop}, {step})"
    kind = types.array(kinds[0])
    return Typed(f"CAST({series} AS {types.duckdb_type(kind)})", kind)
