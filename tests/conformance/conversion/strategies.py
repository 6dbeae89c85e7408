"""Random tables and options for the model test; `random_records` makes the records for them."""

from __future__ import annotations

from hypothesis import strategies as st

from local_aws.delivery.conversion.format_config import HiveOptions, OpenXOptions
from local_aws.delivery.conversion.glue_types import (
    ArrayType,
    DecimalType,
    GlueType,
    MapType,
    PrimitiveType,
    SizedTextType,
    StructType,
)
from tests.conformance.conversion.model import STRPTIME

NAMES = ("a", "b", "user_id", "ts", "naïve", "k")
PRIMITIVES = [
    *("boolean", "tinyint", "smallint", "int", "bigint", "float", "double"),
    *("string", "binary", "date", "timestamp"),
]

scalar_types = st.one_of(
    st.sampled_from(PRIMITIVES).map(PrimitiveType),
    st.sampled_from([DecimalType(10, 0), DecimalType(5, 2), DecimalType(38, 18)]),
    st.builds(SizedTextType, st.sampled_from(["char", "varchar"]), st.integers(1, 8)),
)


def _struct(member: st.SearchStrategy[GlueType]) -> st.SearchStrategy[GlueType]:
    return st.dictionaries(st.sampled_from(NAMES), member, min_size=1, max_size=3).map(
        lambda members: StructType(tuple(members.items()))
    )


glue_types: st.SearchStrategy[GlueType] = st.recursive(
    scalar_types,
    lambda inner: st.one_of(
        inner.map(ArrayType), st.builds(MapType, scalar_types, inner), _struct(inner), _struct(inner)
    ),
    max_leaves=4,
)
tables = st.dictionaries(st.sampled_from(NAMES), glue_types, min_size=1, max_size=4).map(
    lambda columns: tuple(columns.items())
)

openx_options = st.builds(
    OpenXOptions,
    case_insensitive=st.booleans(),
    convert_dots_to_underscores=st.booleans(),
    column_to_json_key=st.dictionaries(
        st.sampled_from(NAMES), st.sampled_from(["Key", "other", "a", "user.id"]), max_size=1
    ).map(lambda keys: tuple(keys.items())),
)
hive_options = st.builds(
    HiveOptions,
    timestamp_formats=st.lists(st.sampled_from([*STRPTIME, "millis"]), max_size=2, unique=True).map(tuple),
)
options = st.one_of(openx_options, hive_options)
