"""What Hive's JsonSerDe makes of a JSON value for a column of a type: reference 4.2 and 4.4."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from local_aws.delivery.conversion import Converter, FormatError, SchemaError
from tests.conformance.conversion.tables import convert, hive, one, schema_of

MISMATCH = "Data does not match the schema. "


@pytest.mark.parametrize("value", ["solo", 5, {"a": 1}])
def test_4_4_anything_but_an_array_for_an_array_fails(value: Any) -> None:
    assert one("array<string>", value, hive()) == f"{MISMATCH}java.io.IOException: Start of Array expected"


@pytest.mark.parametrize("value", [["Bob", 41], 42, "x"])
@pytest.mark.parametrize("glue_type", ["struct<name:string,age:int>", "map<string,string>"])
def test_4_4_anything_but_an_object_for_a_struct_or_map_fails(glue_type: str, value: Any) -> None:
    assert one(glue_type, value, hive()) == f"{MISMATCH}java.io.IOException: Start of Object expected"


@pytest.mark.parametrize("glue_type", ["int", "double", "float", "bigint", "decimal(10,2)"])
def test_4_4_a_string_for_a_number_fails(glue_type: str) -> None:
    message = f"{MISMATCH}Current token (VALUE_STRING) not numeric, can not use numeric value accessors"

    assert one(glue_type, "7", hive()) == message


@pytest.mark.parametrize("value", [{"nested": 1}, [1]])
def test_4_4_a_document_for_a_string_fails(value: Any) -> None:
    message = "One or more fields have incorrect format. Exception when validating field (root)"

    assert one("string", value, hive()) == message
    assert one("array<string>", [value], hive()) == message


def test_4_4_what_hive_still_coerces() -> None:
    schema = schema_of(tags="array<string>", person="struct<name:string,age:int>")

    converted = convert(
        schema,
        {"tags": [1, True, None], "person": {"name": "Dan", "extra": 1}},
        {"person": {}},
        config=hive(),
    )

    assert converted.table.to_pylist() == [
        {"tags": ["1", "true", None], "person": {"name": "Dan", "age": None}},
        {"tags": None, "person": {"name": None, "age": None}},
    ]


@pytest.mark.parametrize("value", [128, -129, 1.5])
def test_numbers_that_a_column_cannot_hold_are_refused(value: Any) -> None:
    assert one("tinyint", value, hive()) == f"{MISMATCH}Numeric value ({value}) out of range of tinyint"


def test_4_2_timestamps_are_what_java_sql_timestamp_takes_unless_formats_are_given() -> None:
    assert one("timestamp", "2026-9-7 12:00:02.5", hive()) == datetime(2026, 9, 7, 12, 0, 2, 500000)
    for value in ("2026-09-07T12:00:02Z", 1518033528, "1518033528"):
        assert "unsupported timestamp format" in one("timestamp", value, hive())


@pytest.mark.parametrize(
    ("formats", "value", "stored"),
    [
        (["millis"], 1518033528123, datetime(2018, 2, 7, 19, 58, 48, 123000)),
        (["millis"], "1518033528123", datetime(2018, 2, 7, 19, 58, 48, 123000)),
        (["yyyy-MM-dd'T'HH:mm:ssZ"], "2026-09-07T12:00:02+02:00", datetime(2026, 9, 7, 10, 0, 2)),
        (["yyyy-MM-dd'T'HH:mm:ss.SSSZ"], "2026-09-07T12:00:02.5Z", datetime(2026, 9, 7, 12, 0, 2, 500000)),
        (["dd/MMM/yyyy:HH:mm:ss Z"], "07/Sep/2026:12:00:02 -0130", datetime(2026, 9, 7, 13, 30, 2)),
        (["yyyyMMdd", "yyyyMMddHHmmss"], 20260907120002, datetime(2026, 9, 7, 12, 0, 2)),
        (["MM/dd/yyyy hh:mm a"], "9/7/2026 12:05 AM", datetime(2026, 9, 7, 0, 5)),
        (["MMMM d, yyyy"], "September 7, 2026", datetime(2026, 9, 7)),
        (["millis", "yyyy-MM-dd"], "2026-09-07", datetime(2026, 9, 7)),
    ],
)
def test_4_2_timestamp_formats(formats: list[str], value: Any, stored: datetime) -> None:
    assert one("timestamp", value, hive(*formats)) == stored


def test_4_2_with_formats_only_these_are_tried() -> None:
    for value in ("2026-09-07 12:00:02", "2026-02-31", 1.5):
        assert "unsupported timestamp format" in one("timestamp", value, hive("yyyy-MM-dd"))


@pytest.mark.parametrize("pattern", ["EEE", "yyyy-MM-dd'T", "hh:mm", "yyyy yyyy", "yy", "w"])
def test_a_format_that_is_not_supported_is_named(pattern: str) -> None:
    with pytest.raises(FormatError, match=pattern.replace("'", ".")):
        hive(pattern)


def test_4_2_hive_takes_no_dots_in_column_names() -> None:
    with pytest.raises(SchemaError, match=r"InvalidSchema.*'a\.b'"):
        Converter(schema_of(**{"a.b": "int"}), hive())
