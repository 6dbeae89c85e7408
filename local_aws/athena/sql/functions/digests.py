"""Functions on sketches: of distinct values (HyperLogLog, set digest) and of quantiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_aws.athena.sql.functions.registry import Functions

_RULES = """
cardinality(hyperloglog) -> bigint => CAST(len({0}) AS BIGINT)
cardinality(setdigest) -> bigint => CAST(cardinality({0}) AS BIGINT)
empty_approx_set() -> hyperloglog => CAST([] AS VARCHAR[])
intersection_cardinality(setdigest, setdigest) -> bigint => intersection_of(map_keys({0}), map_keys({1}))
jaccard_index(setdigest, setdigest) -> double => jaccard_of(map_keys({0}), map_keys({1}))
hash_counts(setdigest) -> map(bigint, smallint) => hash_counts_of({0})
value_at_quantile(tdigest, double) -> double => digest_quantiles({0}, [{1}])[1]
values_at_quantiles(tdigest, array(double)) -> array(double) => digest_quantiles({0}, {1})
"""
_OF_ONE_TYPE = """
value_at_quantile(qdigest({kind}), double) -> {kind} => values_at_places(list_sort({{0}}), [{{1}}])[1]
values_at_quantiles(qdigest({kind}), array(double)) -> array({kind}) => values_at_places(list_sort({{0}}), {{1}})
quantile_at_value(qdigest({kind}), {kind}) -> double => quantile_of_value({{0}}, {{1}})
"""


def register(functions: Functions) -> None:
    """Add the functions of this family."""
    functions.define_all(_RULES)
    for kind in ("bigint", "double", "real"):
        functions.define_all(_OF_ONE_TYPE.format(kind=kind))
