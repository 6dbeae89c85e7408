from __future__ import annotations

from datetime import UTC, datetime

import pytest

from local_aws.glue.schedule import ScheduleError, parse


def after(expression: str, text: str, count: int = 1) -> list[str]:
    """Give the next instants at which an expression is due."""
    schedule = parse(expression)
    epoch: float | None = datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    found = []
    for _ in range(count):
        assert epoch is not None
        epoch = schedule.next_after(epoch)
        if epoch is None:
            break
        found.append(datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M"))
    return found


@pytest.mark.parametrize(
    ("expression", "start", "due"),
    [
        ("cron(15 12 * * ? *)", "2026-11-21T12:14:59", ["2026-11-21T12:15", "2026-11-22T12:15"]),
        ("cron(15 12 * * ? *)", "2026-11-21T12:15:00", ["2026-11-22T12:15"]),
        ("cron(15,45 * * * ? *)", "2026-11-21T23:50:00", ["2026-11-22T00:15", "2026-11-22T00:45"]),
        ("cron(0/30 8-9 * * ? *)", "2026-11-21T08:10:00", ["2026-11-21T08:30", "2026-11-21T09:00"]),
        ("cron(5/20 0 1 1 ? *)", "2026-11-21T00:00:00", ["2027-01-01T00:05", "2027-01-01T00:25"]),
        ("cron(0 18 ? * MON-FRI *)", "2026-11-20T18:00:00", ["2026-11-23T18:00", "2026-11-24T18:00"]),
        ("cron(0 18 ? * 1 *)", "2026-11-21T00:00:00", ["2026-11-22T18:00", "2026-11-29T18:00"]),
        ("cron(0 8 L * ? *)", "2027-02-01T00:00:00", ["2027-02-28T08:00", "2027-03-31T08:00"]),
        (
            "cron(0 8 LW * ? *)",
            "2026-11-01T00:00:00",
            ["2026-11-30T08:00", "2026-12-31T08:00", "2027-01-29T08:00"],
        ),
        ("cron(0 8 15W * ? *)", "2026-11-01T00:00:00", ["2026-11-16T08:00", "2026-12-15T08:00"]),
        ("cron(0 8 1W 8 ? *)", "2026-01-01T00:00:00", ["2026-08-03T08:00"]),
        ("cron(0 8 ? * 6#3 *)", "2026-11-01T00:00:00", ["2026-11-20T08:00", "2026-12-18T08:00"]),
        ("cron(0 8 ? * 5L *)", "2026-11-01T00:00:00", ["2026-11-26T08:00", "2026-12-31T08:00"]),
        ("cron(0 8 ? * L *)", "2026-11-21T00:00:00", ["2026-11-21T08:00", "2026-11-28T08:00"]),
        ("cron(0 8 29 2 ? *)", "2026-01-01T00:00:00", ["2028-02-29T08:00", "2032-02-29T08:00"]),
        ("cron(0 10 * JAN,feb ? 2027)", "2027-01-31T00:00:00", ["2027-01-31T10:00", "2027-02-01T10:00"]),
        ("cron(0 10 1 1 ? 2026)", "2026-01-01T09:00:00", ["2026-01-01T10:00"]),
    ],
)
def test_when_it_is_due(expression: str, start: str, due: list[str]) -> None:
    assert after(expression, start, len(due)) == due


def test_a_schedule_ends_with_its_last_year() -> None:
    assert after("cron(0 10 1 1 ? 2026)", "2026-01-01T09:00:00", 2) == ["2026-01-01T10:00"]


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("rate(5 minutes)", "'rate(5 minutes)' is not a schedule"),
        ("cron(0 12 * * *)", "is not a schedule"),
        ("cron(0 12 * * * *)", "day-of-month is * and day-of-week is *"),
        ("cron(0 12 ? * ? *)", "day-of-month is ? and day-of-week is ?"),
        ("cron(60 12 * * ? *)", "minutes is '60'; allowed are numbers from 0 to 59"),
        ("cron(0 24 * * ? *)", "hours is '24'"),
        ("cron(0 12 32 * ? *)", "day-of-month is '32'"),
        ("cron(0 12 * 13 ? *)", "month is '13'"),
        ("cron(0 12 ? * 8 *)", "day-of-week is '8'"),
        ("cron(0 12 * * ? 1969)", "year is '1969'"),
        ("cron(0/0 12 * * ? *)", "minutes is '0/0'"),
        ("cron(a 12 * * ? *)", "minutes is 'a'"),
        ("cron(0/4 12 * * ? *)", "fires again after 4 minutes"),
        ("cron(2,58 * * * ? *)", "fires again after 4 minutes"),
    ],
)
def test_what_is_no_schedule(expression: str, said: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        parse(expression)
    assert said in str(caught.value)


def test_minutes_far_apart_in_hours_far_apart() -> None:
    assert after("cron(2,58 1,5 * * ? *)", "2026-11-21T00:00:00", 2) == [
        "2026-11-21T01:02",
        "2026-11-21T01:58",
    ]
