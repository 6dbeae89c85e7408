"""What OpenX makes of a JSON value for a column of a type: reference 4.2 and 4.4."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.conformance.conversion.tables import convert, one, schema_of

TIMESTAMP = (
    "Encountered invalid or unsupported timestamp format. "
    "Please see the Firehose developer guide for supported timestamp formats."
)
DATE = "Data does not match the schema. Invalid format for one or more dates."


def bad_input(text: str) -> str:
    return f'Data does not match the schema. For input string: "{text}"'


@pytest.mark.parametrize(
    ("glue_type", "value", "stored"),
    [
        ("double", "1.5", 1.5),
        ("double", " 1e3 ", 1000.0),
        ("double", 3, 3.0),
        ("int", "-12", -12),
        ("bigint", "+7", 7),
        ("bigint", 2**63 - 1, 2**63 - 1),
        ("float", "0.5", 0.5),
        ("decimal(10,2)", "12.30", Decimal("12.30")),
        ("decimal(10,2)", 19.99, Decimal("19.99")),
        ("decimal(38,0)", "9" * 38, Decimal("9" * 38)),
        ("boolean", "TRUE", True),
    ],
)
def test_4_4_numbers_may_be_written_as_strings(glue_type: str, value: Any, stored: Any) -> None:
    assert one(glue_type, value) == stored


@pytest.mark.parametrize(
    ("glue_type", "value", "text"),
    [
        ("double", "oops", "oops"),
        ("int", "oops", "oops"),
        ("int", "1.5", "1.5"),
        ("int", True, "true"),
        ("bigint", "", ""),
        ("boolean", 1, "1"),
        ("decimal(5,2)", "x", "x"),
        ("int", {"A": 1}, '{"a":1}'),
    ],
)
def test_4_4_what_is_no_number_fails_with_the_words_of_java(glue_type: str, value: Any, text: str) -> None:
    assert one(glue_type, value) == bad_input(text)


@pytest.mark.parametrize(
    ("glue_type", "value"),
    [("tinyint", 128), ("smallint", -32769), ("int", 2**31), ("bigint", 2**63), ("bigint", -(2**63) - 1)],
)
def test_4_4_an_integer_that_is_too_large_fails_instead_of_wrapping(glue_type: str, value: int) -> None:
    assert one(glue_type, value) == bad_input(str(value))


@pytest.mark.parametrize("value", [1.005, "1.005", 12345678901, "1e9", 1e20])
def test_4_4_a_decimal_that_does_not_fit_fails_instead_of_being_rounded(value: Any) -> None:
    assert "does not fit decimal(10,2)" in one("decimal(10,2)", value)


def test_a_json_number_with_more_digits_than_a_double_holds_is_no_decimal() -> None:
    assert "more digits than a JSON number carries" in one("decimal(38,18)", 0.1 + 0.2)
    assert one("decimal(38,18)", "0.30000000000000004") == Decimal("0.300000000000000040")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "5"),
        (10**25, str(10**25)),
        (1.5, "1.5"),
        (1e7, "1.0E7"),
        (0.0001, "1.0E-4"),
        (True, "true"),
        ({"A": {"B": [1, {"C": None}]}}, '{"a":{"b":[1,{"c":null}]}}'),
        (["x", 1.0, "é"], '["x",1.0,"é"]'),
    ],
)
def test_4_4_a_string_column_stores_the_text_of_any_value(value: Any, text: str) -> None:
    assert one("string", value) == text
    assert one("binary", value) == text.encode()


def test_4_4_char_and_varchar_truncate() -> None:
    assert one("char(3)", "abcdef") == "abc"
    assert one("varchar(3)", "𝄞éxyz") == "𝄞éx"
    assert one("varchar(2)", 12345) == "12"


def test_4_4_a_value_that_is_no_array_becomes_an_array_of_one() -> None:
    assert one("array<int>", 5) == [5]
    assert one("array<string>", {"A": 1}) == ['{"a":1}']
    assert one("array<struct<a:int>>", {"a": 1}) == [{"a": 1}]


def test_4_4_an_array_fills_a_struct_by_position() -> None:
    assert one("struct<a:int,b:string>", [1, "x", "extra"]) == {"a": 1, "b": "x"}
    assert one("struct<a:int,b:string>", [1]) == {"a": 1, "b": None}
    assert one("struct<a:int,b:string>", {}) == {"a": None, "b": None}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (42, "java.lang.Long with value 42"),
        (1.5, "java.lang.Double with value 1.5"),
        ("x", "java.lang.String with value x"),
        (False, "java.lang.Boolean with value false"),
    ],
)
def test_4_4_a_scalar_for_a_struct_fails_and_shows_its_java_class(value: Any, shown: str) -> None:
    assert (
        one("struct<a:int>", value) == f"Data does not match the schema. Data is not JSONObject  but {shown}"
    )


def test_4_4_nulls_inside_containers_are_kept() -> None:
    assert one("array<int>", [1, None]) == [1, None]
    assert one("map<string,int>", {"a": None}) == [("a", None)]
    assert one("array<array<int>>", [None, [], [None]]) == [None, [], [None]]


def test_4_4_a_mismatch_deep_inside_fails_the_record_with_its_own_message() -> None:
    message = one("array<struct<sku:string,qty:int>>", [{"sku": "s"}, {"sku": "t", "qty": "oops"}])

    assert message == bad_input("oops")


def test_4_5_a_map_key_that_the_key_type_does_not_take_is_an_invalid_record() -> None:
    converted = convert(schema_of(m="map<int,string>"), {"m": {"7": "x"}}, {"m": {"seven": "x"}})

    assert converted.table.to_pylist() == [{"m": [(7, "x")]}]
    [failure] = converted.failures
    assert failure.code == "DataFormatConversion.InvalidRecord"
    assert failure.message == (
        "Record is not as per schema. One or more map keys were invalid for map<int,string>."
    )


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (0, datetime(1970, 1, 1)),
        (1518033528, datetime(2018, 2, 7, 19, 58, 48)),
        (1518033528123, datetime(2018, 2, 7, 19, 58, 48, 123000)),
        ("1518033528123", datetime(2018, 2, 7, 19, 58, 48, 123000)),
        (1518033528.25, datetime(2018, 2, 7, 19, 58, 48, 250000)),
        ("1518033528.25", datetime(2018, 2, 7, 19, 58, 48, 250000)),
        (-1, datetime(1969, 12, 31, 23, 59, 59)),
        (10**12, datetime(2001, 9, 9, 1, 46, 40)),
        ("2026-09-07T12:00:02Z", datetime(2026, 9, 7, 12, 0, 2)),
        ("2026-09-07T12:00:02.5Z", datetime(2026, 9, 7, 12, 0, 2, 500000)),
        ("2026-09-07T12:00:02", datetime(2026, 9, 7, 12, 0, 2)),
        ("2026-09-07 12:00:02", datetime(2026, 9, 7, 12, 0, 2)),
        ("2026-9-7 1:2:3.25", datetime(2026, 9, 7, 1, 2, 3, 250000)),
    ],
)
def test_4_2_and_4_4_timestamps_that_are_read(value: Any, stored: datetime) -> None:
    assert one("timestamp", value) == stored


@pytest.mark.parametrize(
    "value",
    [
        "2026-09-07T12:00:02+00:00",
        "2026-09-07T12:00:02.000000+00:00",
        "2026-9-7T12:00:02Z",
        "2026-09-07 12:00:02Z",
        "2026-09-07",
        "2026-02-31T00:00:00Z",
        "2026-09-07T24:00:00Z",
        "2026-09-07T12:00:02.1234567890Z",
        "yesterday",
        True,
        [],
    ],
)
def test_4_2_and_4_4_timestamps_that_are_refused(value: Any) -> None:
    assert one("timestamp", value) == TIMESTAMP


@pytest.mark.parametrize("value", [999_999_999_999, 1_518_033_528_123_456, "9999-12-31T23:59:59Z", 1e300])
def test_15_row_16_an_instant_outside_int64_nanoseconds_is_refused_instead_of_wrapped(value: Any) -> None:
    assert one("timestamp", value) == TIMESTAMP


def test_4_4_nanoseconds_are_kept() -> None:
    table = convert(schema_of(c="timestamp"), {"c": "1970-01-01T00:00:00.123456789Z"}).table

    assert table.column("c")[0].value == 123_456_789


def test_4_4_dates_take_one_digit_fields_and_must_exist() -> None:
    assert one("date", "2026-1-2") == date(2026, 1, 2)
    assert one("date", "2026-01-02") == date(2026, 1, 2)
    for value in ("2026-02-31", "2026-01-02T00:00:00Z", "26-01-02", 20260102, "0000-01-01"):
        assert one("date", value) == DATE
