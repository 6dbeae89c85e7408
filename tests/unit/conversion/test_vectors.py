"""A vector function returns what the coercion returns for each value, or None."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_aws.delivery.conversion.format_config import HiveOptions, OpenXOptions
from local_aws.delivery.conversion.glue_types import ScalarType, arrow_type, parse_glue_type
from local_aws.delivery.conversion.hive import HiveDeserializer
from local_aws.delivery.conversion.openx import OpenXDeserializer
from local_aws.delivery.conversion.vectors import vector_of

LIMITS = (0, 2**7, 2**15, 2**31, 2**53, 2**63, 10**12, 9_223_372_036, 9_223_372_036_854, 10**8, 10**38)
near_limits = st.builds(
    lambda limit, by, sign: sign * limit + by,
    st.sampled_from(LIMITS),
    st.integers(-2, 2),
    st.sampled_from([1, -1]),
)
doubles = st.floats(allow_nan=False, allow_infinity=False)
moments = st.datetimes().map(lambda moment: moment.isoformat() + "Z")
edges = st.sampled_from(
    [
        *("1677-09-21T00:12:43.145224193Z", "1677-09-21T00:12:43.145224192Z", "1678-01-01T00:00:00Z"),
        *("2262-04-11T23:47:16.854775807Z", "2262-04-11T23:47:16.854775808Z", "2261-12-31T23:59:59Z"),
        *("2026-09-07 12:00:02Z", "2026-09-07T12:00:0Z2", "2026/09/07T12:00:02Z", "2026-09-07T12:00:02z"),
        *("2026-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2026-09-07T12:00:60Z", "2026-09-07T24:00:00Z"),
        *("2026-09-07T12.00.02Z", "2026-09-07T12:00:02,5Z", "-026-09-07T12:00:02Z", "+2026-09-7T12:00:02Z"),
        *("2026-09-07T12:00+00Z", "2026-09-07T1200:002Z", "2026-09-07T12:00:02.Z", "2026-09-07T12:00:02.5 Z"),
    ]
)
dates = st.one_of(
    st.dates().map(str),
    st.sampled_from(["2026-1-2", "2026-02-29", "0000-01-01", "2026/01/02", "202-601-02", "+026-01-02"]),
)
COLUMNS = {
    "tinyint": near_limits,
    "int": near_limits,
    "bigint": near_limits,
    "float": st.one_of(near_limits, doubles, st.sampled_from([3.4028235e38, 3.4028236e38, 1e-46])),
    "double": st.one_of(near_limits, doubles),
    "boolean": st.booleans(),
    "string": st.text(),
    "binary": st.text(),
    "varchar(3)": st.text(),
    "decimal(10,2)": near_limits,
    "decimal(38,0)": near_limits,
    "date": dates,
    "timestamp": st.one_of(moments, edges),
}
OTHERS: st.SearchStrategy[Any] = st.sampled_from([None, None, 1, "1", True, 1.5, [], {}])


def check(text: str, rules: OpenXDeserializer | HiveDeserializer, values: list[Any]) -> bool:
    glue_type = parse_glue_type(text)
    assert isinstance(glue_type, ScalarType)
    array = vector_of(glue_type, lenient=rules.lenient)(values, set(map(type, values)))
    if array is None:
        return False
    coerce = rules.scalar(glue_type)
    coerced = [None if value is None else coerce(value) for value in values]
    assert array.type == arrow_type(glue_type)
    assert array.equals(pa.array(coerced, arrow_type(glue_type)))
    return True


@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("text", COLUMNS)
@given(data=st.data())
def test_vectors_agree_with_coercions(text: str, data: st.DataObject) -> None:
    values = data.draw(st.lists(st.one_of(COLUMNS[text], COLUMNS[text], st.none()), max_size=4))
    other = data.draw(OTHERS)
    for rules in (OpenXDeserializer(OpenXOptions()), HiveDeserializer(HiveOptions())):
        check(text, rules, values)
        check(text, rules, [*values, other])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(near_limits, st.none()), max_size=4))
def test_epochs_agree_with_coercions(values: list[int | None]) -> None:
    check("timestamp", OpenXDeserializer(OpenXOptions()), values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("timestamp", ["2026-09-07T12:00:02Z", None, "2026-09-07T12:00:02.123456Z"]),
        ("timestamp", [1518033528, None, 1518033528123, -5]),
        ("timestamp", [None, None]),
        ("date", ["2026-09-07", None]),
        ("bigint", [2**63 - 1, None]),
        ("double", [1, 1.5, None]),
        ("varchar(2)", ["abc", None]),
        ("decimal(10,2)", [5, None]),
    ],
)
def test_plain_values_do_take_the_vectorised_way(text: str, values: list[Any]) -> None:
    assert check(text, OpenXDeserializer(OpenXOptions()), values)
