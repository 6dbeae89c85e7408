"""The formats of a contract, and times in the form that Firehose reads (reference 4.2, 4.4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_transform.errors import RefusedError
from lambda_transform.formats import FORMATS, date_time, unix_text


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-02-28T12:00:00Z", "2026-02-28T12:00:00Z"),
        ("2026-02-28t12:00:00z", "2026-02-28T12:00:00Z"),
        ("2026-02-28T12:00:00+00:00", "2026-02-28T12:00:00Z"),
        ("2026-02-28T12:00:00-00:00", "2026-02-28T12:00:00Z"),
        ("2026-03-01T00:30:00+01:00", "2026-02-28T23:30:00Z"),
        ("2024-02-29T23:59:59.999-00:01", "2024-03-01T00:00:59.999Z"),
        ("2026-02-28T12:00:00.1234567890123Z", "2026-02-28T12:00:00.123456789Z"),
        ("2026-02-28T12:00:00.120+05:30", "2026-02-28T06:30:00.120Z"),
    ],
)
def test_date_time_is_normalised(sent: str, kept: str) -> None:
    assert date_time(sent) == kept
    assert date_time(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-28T12:00:00",
        "2026-02-28 12:00:00Z",
        "2026-02-28T12:00Z",
        "2026-02-30T12:00:00Z",
        "2026-02-28T24:00:00Z",
        "2026-02-28T23:59:60Z",
        "2026-02-28T12:00:00+0100",
        "2026-02-28T12:00:00+24:00",
        "2026-02-28T12:00:00.Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "٢٠٢٦-02-28T12:00:00Z",
        "2026-02-28T12:00:00Z\n",
        "1664028820",
        "",
    ],
)
def test_no_date_time(text: str) -> None:
    with pytest.raises(RefusedError, match="is not a date-time"):
        date_time(text)


@given(
    moment=st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)),
    minutes=st.integers(-23 * 60 - 59, 23 * 60 + 59),
)
def test_date_time_keeps_the_moment(moment: datetime, minutes: int) -> None:
    sent = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert datetime.fromisoformat(date_time(sent.isoformat())) == sent


@given(st.integers(-62_135_596_800, 253_402_300_799))
def test_unix_text_of_whole_seconds(seconds: int) -> None:
    text = unix_text(seconds)
    assert len(text) == 20
    assert date_time(text) == text
    assert (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() == seconds


@pytest.mark.parametrize("seconds", [253_402_300_800, -62_135_596_801, 1e300])
def test_unix_text_outside_the_calendar(seconds: float) -> None:
    with pytest.raises(RefusedError, match="outside the years 1 to 9999"):
        unix_text(seconds)


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        (
            "uuid",
            ["123e4567-e89b-42d3-a456-426614174000", "123E4567-E89B-42D3-A456-426614174000"],
            [
                "123e4567e89b42d3a456426614174000",
                "123e4567-e89b-42d3-a456-42661417400g",
                "",
                " 123e4567-e89b-42d3-a456-426614174000",
            ],
        ),
        (
            "email",
            ["a@b", "o'brien+tag@mail.example.co.uk", "jörg@exämple.de"],
            ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\n", "x" * 65 + "@b"],
        ),
        (
            "date",
            ["2024-02-29", "0001-01-01"],
            ["2026-02-29", "2026-2-28", "20260228", "2026-W01-1", "2026-02-28\n", ""],
        ),
    ],
)
def test_other_formats(form: str, good: list[str], bad: list[str]) -> None:
    for text in good:
        assert FORMATS[form](text) == text
    for text in bad:
        with pytest.raises(RefusedError, match="is not a"):
            FORMATS[form](text)
