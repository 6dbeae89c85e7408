from __future__ import annotations

from datetime import datetime

import pytest

from local_aws.delivery.conversion import parse_glue_type
from local_aws.delivery.conversion.columns import column_builder
from local_aws.delivery.conversion.format_config import OpenXOptions
from local_aws.delivery.conversion.openx import OpenXDeserializer

RULES = OpenXDeserializer(OpenXOptions())
NOON = "2026-09-07T12:00:02Z"


@pytest.mark.parametrize("count", [3, 1_000])
def test_plain_values_odd_values_nulls_and_misfits_keep_their_places(count: int) -> None:
    values: list[object] = [NOON] * count
    values[0] = 1518033528
    values[1] = "x"
    values[2] = None
    values.append("2026-09-07T12:00:02+00:00")
    values.append("2026-9-7 12:00:02")

    built = column_builder(parse_glue_type("timestamp"), RULES).build(values)

    assert sorted(built.misfits) == [1, count]
    noon = datetime(2026, 9, 7, 12, 0, 2)
    stored = [datetime(2018, 2, 7, 19, 58, 48), None, None, *[noon] * (count - 3), None, noon]
    assert built.array.to_pylist() == stored


def test_a_column_that_is_mostly_null_or_mostly_odd_is_built_right() -> None:
    values: list[object] = [*[None] * 500, *["7"] * 100, *[5] * 3, "x"]

    built = column_builder(parse_glue_type("int"), RULES).build(values)

    assert built.array.to_pylist() == [None] * 500 + [7] * 100 + [5] * 3 + [None]
    assert list(built.misfits) == [603]


def test_a_misfit_inside_containers_is_the_first_one_of_its_row() -> None:
    builder = column_builder(parse_glue_type("array<struct<a:int,b:map<string,int>>>"), RULES)
    good = [{"a": 1, "b": {"k": 1}}]

    built = builder.build(
        [good, None, [{"b": {"k": "late"}}, {"a": "later"}], [], {"a": "one"}, [{"a": 1}, 7], good]
    )

    assert {position: misfit.message.split('"')[-2:][0] for position, misfit in built.misfits.items()} == {
        2: "late",
        4: "one",
        5: "Data does not match the schema. Data is not JSONObject  but java.lang.Long with value 7",
    }
    assert built.array.to_pylist()[6] == [{"a": 1, "b": [("k", 1)]}]
    assert built.array.to_pylist()[3] == []
