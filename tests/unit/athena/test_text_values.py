"""Texts of lines as values of a column."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from local_aws.athena.formats.text_values import converted
from local_aws.delivery.conversion.joda import compile_joda

MOMENT = pa.timestamp("us")


def _values(kind: Any, *texts: str | None) -> list[Any]:
    values: list[Any] = converted(pa.array(texts, pa.string()), kind).to_pylist()
    return values


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2020-01-01 00:00:00", datetime(2020, 1, 1)),
        ("2020-1-2 3:4:5", datetime(2020, 1, 2, 3, 4, 5)),
        ("2020-01-01 00:00:00.1234", datetime(2020, 1, 1, 0, 0, 0, 123_000)),
        ("2020-01-01 00:00:00.1235", datetime(2020, 1, 1, 0, 0, 0, 124_000)),
        ("2020-01-01 23:59:59.999500000", datetime(2020, 1, 2)),
        ("2020-01-01 00:00:00.123456789", datetime(2020, 1, 1, 0, 0, 0, 123_000)),
        ("1600-02-29 00:00:00.5", datetime(1600, 2, 29, 0, 0, 0, 500_000)),
        ("2020-01-01T00:00:00", None),
        ("2020-01-01", None),
        ("2020-01-01 00:00", None),
        (" 2020-01-01 00:00:00", None),
        ("2020-01-01 00:00:00Z", None),
        ("2020-13-01 00:00:00", None),
        ("2020-01-01 00:00:00.1234567890", None),
    ],
)
def test_timestamps_have_up_to_nine_digits_of_a_second(text: str, moment: datetime | None) -> None:
    assert _values(MOMENT, text, None) == [moment, None]


def test_timestamps_of_other_formats() -> None:
    texts = pa.array(["2020-01-02 00:00:00", "02/Jan/2020:03:04:05", "x", None])
    found = converted(texts, MOMENT, [compile_joda("dd/MMM/yyyy:HH:mm:ss")]).to_pylist()
    assert found == [datetime(2020, 1, 2), datetime(2020, 1, 2, 3, 4, 5), None, None]


def test_decimals_are_rounded_half_up_and_numbers_that_are_too_large_are_null() -> None:
    texts = ("1.555", "-1.005", "1e2", "99999999.995", "99999999.994", "0", "x", "", None)
    assert _values(pa.decimal128(10, 2), *texts) == [
        *(Decimal(text) for text in ("1.56", "-1.01", "100.00")),
        *(None, Decimal("99999999.99"), Decimal("0.00"), None, None, None),
    ]


def test_numbers() -> None:
    assert _values(pa.int8(), "1", "+2", "128", "1.5", " 1", "") == [1, 2, None, None, None, None]
    assert _values(pa.float64(), "1.5", "1e3", "2d", "-Infinity", "x") == [1.5, 1000, 2, float("-inf"), None]


def test_dates_booleans_and_binary() -> None:
    assert _values(pa.date32(), "2020-1-2", "2020-02-30", "x") == [date(2020, 1, 2), None, None]
    assert _values(pa.bool_(), "TRUE", "false", "1") == [True, False, None]
    assert _values(pa.binary(), "YWJj", "no base64!", "", None) == [b"abc", b"no base64!", b"", None]
