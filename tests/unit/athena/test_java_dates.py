"""Java's date patterns."""

from __future__ import annotations

from datetime import datetime

import pytest

from local_aws.athena.java_dates import PatternError, format_java, parse_java, smallest_unit

MOMENT = datetime(2026, 2, 3, 4, 5, 6, 789_000)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("yyyy-MM-dd", "2026-02-03"),
        ("yyyy/M/d/H", "2026/2/3/4"),
        ("yy", "26"),
        ("MMM yyyy", "Feb 2026"),
        ("yyyy-MM-dd'T'HH:mm:ss.SSS", "2026-02-03T04:05:06.789"),
        ("'day 'D", "day 34"),
        ("DDD", "034"),
    ],
)
def test_writing(pattern: str, text: str) -> None:
    assert format_java(MOMENT, pattern) == text


def test_reading_is_the_start_of_what_is_told() -> None:
    assert parse_java("2026/02", "yyyy/MM") == datetime(2026, 2, 1)
    assert parse_java("2026-02-03-04", "yyyy-MM-dd-HH") == datetime(2026, 2, 3, 4)


@pytest.mark.parametrize(
    ("pattern", "unit"), [("yyyy", "YEAR"), ("yyyyMM", "MONTH"), ("dd HH", "HOUR"), ("ss", "SECOND")]
)
def test_the_finest_unit(pattern: str, unit: str) -> None:
    assert smallest_unit(pattern) == unit


@pytest.mark.parametrize("pattern", ["yyyy-'x", "yyyy-QQ"])
def test_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(PatternError):
        format_java(MOMENT, pattern)


def test_a_text_that_does_not_follow_its_pattern() -> None:
    with pytest.raises(PatternError, match="does not follow"):
        parse_java("03.02.2026", "yyyy-MM-dd")
