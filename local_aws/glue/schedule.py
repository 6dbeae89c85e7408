"""Glue's `cron(...)`: what it allows, and when it is due.

Six fields in UTC: minutes, hours, day of month, month, day of week (1 is Sunday), year. Exactly one of the two
days is `?`. Besides lists, ranges and steps there are `L` (last day of the month; `5L`, the last Thursday), `W`
(`15W`, the weekday nearest to the 15th; `LW`) and `#` (`6#3`, the third Friday).
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    DayRule = Callable[[int, int], set[int]]

_WHOLE = re.compile(r"cron\((.*)\)")
_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_WEEKDAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
# AWS rule: schedules that fire more often than every five minutes are not supported.
_CLOSEST_MINUTES = 5


class ScheduleError(ValueError):
    """A schedule that is none; the message says which part and what is allowed."""


@dataclass(frozen=True)
class Schedule:
    """A parsed expression; `days` gives the days of a month (year, month) on which it is due."""

    expression: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    years: frozenset[int]
    days: DayRule

    def next_after(self, epoch_seconds: float) -> float | None:
        """Give the first due instant after `epoch_seconds`, or None when there is none any more."""
        after = datetime.fromtimestamp(epoch_seconds, UTC)
        earliest = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
        for year in sorted(one for one in self.years if one >= earliest.year):
            for month in sorted(self.months):
                if (year, month) < (earliest.year, earliest.month):
                    continue
                for moment in self._moments(year, month):
                    if moment >= earliest:
                        return moment.timestamp()
        return None

    def _moments(self, year: int, month: int) -> Iterator[datetime]:
        for day in sorted(self.days(year, month)):
            for hour in self.hours:
                for minute in self.minutes:
                    yield datetime(year, month, day, hour, minute, tzinfo=UTC)


def parse(expression: str) -> Schedule:
    """Parse `cron(...)`; raises `ScheduleError`."""
    match = _WHOLE.fullmatch(expression.strip())
    fields = match[1].split() if match else []
    if len(fields) != 6:
        raise ScheduleError(
            f"{expression!r} is not a schedule; allowed is cron(minutes hours day-of-month month day-of-week year)"
        )
    minutes, hours, month_days, months, weekdays, years = fields
    if (month_days == "?") == (weekdays == "?"):
        raise ScheduleError(
            f"{expression!r}: day-of-month is {month_days} and day-of-week is {weekdays}; exactly one of them must be ?"
        )
    parsed = Schedule(
        expression=expression,
        minutes=tuple(sorted(_numbers("minutes", minutes, 0, 59))),
        hours=tuple(sorted(_numbers("hours", hours, 0, 23))),
        months=frozenset(_numbers("month", months, 1, 12, _MONTHS)),
        years=frozenset(_numbers("year", years, _FIRST_YEAR, _LAST_YEAR)),
        days=_weekday_rule(weekdays) if month_days == "?" else _month_day_rule(month_days),
    )
    _check_distance(parsed)
    return parsed


def _check_distance(schedule: Schedule) -> None:
    minutes = list(schedule.minutes)
    gaps = [later - earlier for earlier, later in pairwise(minutes)]
    neighbours = any((hour + 1) % 24 in schedule.hours for hour in schedule.hours)
    if neighbours:
        gaps.append(minutes[0] + 60 - minutes[-1])
    if min(gaps, default=_CLOSEST_MINUTES) < _CLOSEST_MINUTES:
        raise ScheduleError(
            f"{schedule.expression!r} fires again after {min(gaps)} minutes; "
            f"at least {_CLOSEST_MINUTES} minutes must lie between two runs"
        )


def _numbers(
    field: str, text: str, lowest: int, highest: int, names: dict[str, int] | None = None
) -> set[int]:
    """Read lists, ranges and steps of a field."""
    found: set[int] = set()
    for part in text.split(","):
        base, slash, step = part.partition("/")
        if slash and (not step.isdecimal() or int(step) < 1):
            raise _bad(field, text, lowest, highest)
        first, last = _range(field, text, base, lowest, highest, names or {})
        if slash and "-" not in base and base != "*":
            last = highest
        if first > last:
            if "-" not in base or field in ("year",):
                raise _bad(field, text, lowest, highest)
            found |= {*range(first, highest + 1), *range(lowest, last + 1)}
        else:
            found |= set(range(first, last + 1, int(step) if slash else 1))
    return found


def _range(
    field: str, text: str, base: str, lowest: int, highest: int, names: dict[str, int]
) -> tuple[int, int]:
    if base == "*":
        return lowest, highest
    values = []
    for word in base.split("-"):
        value = names.get(word.upper(), int(word) if word.isdecimal() else -1)
        if not lowest <= value <= highest:
            raise _bad(field, text, lowest, highest)
        values.append(value)
    if len(values) > 2:
        raise _bad(field, text, lowest, highest)
    return values[0], values[-1]


def _bad(field: str, text: str, lowest: int, highest: int) -> ScheduleError:
    return ScheduleError(
        f"{field} is {text!r}; allowed are numbers from {lowest} to {highest} with , - * / as cron has them"
    )


def _month_day_rule(text: str) -> DayRule:
    upper = text.upper()
    if upper == "L":
        return lambda year, month: {_last(year, month)}
    if upper in ("LW", "WL"):
        return lambda year, month: {_nearest_weekday(year, month, _last(year, month))}
    near = re.fullmatch(r"(\d{1,2})W", upper)
    if near and 1 <= int(near[1]) <= 31:
        day = int(near[1])
        return lambda year, month: (
            {_nearest_weekday(year, month, day)} if day <= _last(year, month) else set()
        )
    days = _numbers("day-of-month", text, 1, 31)
    return lambda year, month: {day for day in days if day <= _last(year, month)}


def _weekday_rule(text: str) -> DayRule:
    upper = text.upper()
    names = "|".join(_WEEKDAYS)
    numbered = re.fullmatch(rf"([1-7]|{names})#([1-5])", upper)
    if numbered:
        weekday, number = _weekday(numbered[1]), int(numbered[2])
        return lambda year, month: set(_days_of(year, month, {weekday})[number - 1 : number])
    last = re.fullmatch(rf"([1-7]|{names})L", upper)
    if last:
        weekday = _weekday(last[1])
        return lambda year, month: {_days_of(year, month, {weekday})[-1]}
    wanted = {7} if upper == "L" else _numbers("day-of-week", text, 1, 7, _WEEKDAYS)
    return lambda year, month: set(_days_of(year, month, wanted))


def _weekday(text: str) -> int:
    return _WEEKDAYS.get(text) or int(text)


def _days_of(year: int, month: int, weekdays: set[int]) -> list[int]:
    """Give the days of a month that fall on `weekdays`, where 1 is Sunday."""
    first = calendar.weekday(year, month, 1)
    return [day for day in range(1, _last(year, month) + 1) if (first + day) % 7 + 1 in weekdays]


def _last(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _nearest_weekday(year: int, month: int, day: int) -> int:
    """Give the weekday nearest to `day` that is in the same month."""
    weekday = calendar.weekday(year, month, day)
    if weekday == calendar.SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == calendar.SUNDAY:
        return day + 1 if day < _last(year, month) else day - 2
    return day
