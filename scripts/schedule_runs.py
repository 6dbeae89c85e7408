"""How often a schedule of AWS runs: cron(<minutes> <hours> <day of month> <month> <day of week> <year>)."""

from __future__ import annotations

from itertools import product

from scripts.errors import UsageError

DAYS_OF_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


def runs_in_a_month(schedule: str) -> float:
    """Give the runs of an average month.

    Of days, lists, ranges and steps are understood, and not ``L``, ``W`` and ``#``.

    :raises UsageError: it is no such expression.
    """
    fields = schedule.removeprefix("cron(").removesuffix(")").split()
    try:
        minutes, hours, days, months, weekdays, _year = fields
        a_day = len(_values(minutes, 0, 59)) * len(_values(hours, 0, 23))
        return a_day * _days_of_a_year(days, months, weekdays) / 12
    except ValueError as error:
        raise UsageError(
            f"schedule {schedule}: allowed is cron(<minutes> <hours> <day of month> <month> <day of week> <year>)"
        ) from error


def _days_of_a_year(days: str, months: str, weekdays: str) -> float:
    chosen_months = _values(months, 1, 12, MONTHS)
    if weekdays not in ("?", "*"):
        share = len(_values(weekdays, 1, 7, WEEKDAYS)) / 7
        return share * sum(DAYS_OF_MONTHS[month - 1] for month in chosen_months)
    chosen_days = _values("*" if days == "?" else days, 1, 31)
    return sum(day <= DAYS_OF_MONTHS[month - 1] for month, day in product(chosen_months, chosen_days))


def _values(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> frozenset[int]:
    """Give the numbers that a field stands for."""
    numbers: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            begin, end = low, high
        else:
            begin = _number(first, low, names)
            # 5/10 is every ten from five on.
            end = _number(last, low, names) if dash else high if step else begin
        if not low <= begin <= end <= high:
            raise ValueError(part)
        numbers.update(range(begin, end + 1, int(step) if step else 1))
    return frozenset(numbers)


def _number(text: str, low: int, names: tuple[str, ...]) -> int:
    return low + names.index(text.upper()) if text.upper() in names else int(text)
