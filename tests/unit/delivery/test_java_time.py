"""Java's date patterns, against what `DateTimeFormatter` gives."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from local_aws.delivery.java_time import format_time

MOMENT = datetime(2026, 7, 3, 4, 5, 6, 789_012, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("yyyy/MM/dd/HH/", "2026/07/03/04/"),
        ("yyyy-MM-dd'T'HH:mm:ss.SSS", "2026-07-03T04:05:06.789"),
        ("yy y yyyyy u", "26 2026 02026 2026"),
        ("M MM MMM MMMM MMMMM", "7 07 Jul July J"),
        ("d dd D DDD", "3 03 184 184"),
        ("E EEE EEEE EEEEE", "Fri Fri Friday F"),
        ("e c", "6 6"),
        ("a h hh K k kk", "AM 4 04 4 4 04"),
        ("Q QQQ QQQQ", "3 Q3 3rd quarter"),
        ("S SSSSSSSSS n A", "7 789012000 789012000 14706789"),
        ("w W F", "27 1 1"),
        ("G GGGG GGGGG", "AD Anno Domini A"),
        ("'day='dd''HH", "day=03'04"),
        ("''yyyy''", "'2026'"),
        ("'it''s'", "it's"),
        ("[yyyy][-MM]", "2026-07"),
        ("X x Z O xxx XXX", "Z +00 +0000 GMT +00:00 Z"),
        ("z", "UTC"),
        ("", ""),
    ],
)
def test_patterns(pattern: str, expected: str) -> None:
    assert format_time(MOMENT, pattern) == expected


@pytest.mark.parametrize(
    ("hour", "expected"),
    [
        (0, "AM 12 0 24 0"),
        (1, "AM 1 1 1 1"),
        (12, "PM 12 0 12 12"),
        (13, "PM 1 1 13 13"),
        (23, "PM 11 11 23 23"),
    ],
)
def test_hours(hour: int, expected: str) -> None:
    assert format_time(MOMENT.replace(hour=hour), "a h K k H") == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ((2025, 12, 27), "2025 52"),
        ((2025, 12, 28), "2026 1"),
        ((2025, 12, 31), "2026 1"),
        ((2026, 1, 3), "2026 1"),
        ((2026, 1, 4), "2026 2"),
        ((2027, 1, 1), "2027 1"),
        ((2028, 12, 31), "2029 1"),
    ],
)
def test_week_years_are_not_years(day: tuple[int, int, int], expected: str) -> None:
    assert format_time(datetime(*day, tzinfo=UTC), "YYYY w") == expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("America/New_York", "-04 -04 -0400 GMT-4 -04:00 EDT GMT-04:00"),
        ("Asia/Kolkata", "+0530 +0530 +0530 GMT+5:30 +05:30 IST GMT+05:30"),
    ],
)
def test_offsets(zone: str, expected: str) -> None:
    moment = MOMENT.astimezone(ZoneInfo(zone))
    assert format_time(moment, "X x Z O xxx z ZZZZ") == expected
