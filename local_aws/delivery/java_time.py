"""Dates and times in patterns of Java's `DateTimeFormatter` (root locale, English texts).

Covers every letter that Firehose accepts (`firehose.expressions.REFUSED_PATTERN_LETTERS` are the others).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_TOKENS = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|\[|\]|[^A-Za-z'\[\]]+")

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHORT, _FULL, _NARROW = 3, 4, 5
_NOON = 12
_TWO_DIGIT_YEAR = 2
_FOUR_DIGIT_YEAR = 9999


def format_time(moment: datetime, pattern: str) -> str:
    """Write `moment` (aware) in `pattern`. An unknown letter, which the API refuses, is written as it stands."""
    return "".join(
        text if kind == "text" else _field(moment, text[0], len(text)) for kind, text in _tokens(pattern)
    )


@lru_cache(maxsize=256)
def _tokens(pattern: str) -> tuple[tuple[str, str], ...]:
    tokens = []
    for match in _TOKENS.finditer(pattern):
        text = match.group(0)
        if text.startswith("'"):
            # Two quotes are one quote, inside a quoted text and outside.
            tokens.append(("text", "'" if text == "''" else match.group(1).replace("''", "'")))
        elif match.group(2):
            tokens.append(("field", text))
        elif text not in "[]":  # optional sections always format: every field has a value here
            tokens.append(("text", text))
    return tuple(tokens)


def _field(moment: datetime, letter: str, count: int) -> str:
    match letter:
        case "y" | "u":
            return _year(moment.year, count)
        case "Y":
            return _year(_week_of_year(moment.date())[0], count)
        case "M" | "L":
            return _named(_MONTHS[moment.month - 1], moment.month, count)
        case "E":
            return _named(_DAYS[moment.weekday()], 0, max(count, _SHORT))
        case "e" | "c":
            return _named(_DAYS[moment.weekday()], moment.isoweekday() % 7 + 1, count)
        case "a":
            return "AM" if moment.hour < _NOON else "PM"
        case "G":
            return {_FULL: "Anno Domini", _NARROW: "A"}.get(count, "AD")
        case "Q" | "q":
            quarter = (moment.month + 2) // 3
            names = {_SHORT: f"Q{quarter}", _FULL: f"{('1st', '2nd', '3rd', '4th')[quarter - 1]} quarter"}
            return names.get(count, str(quarter).zfill(min(count, 2)))
        case "S":
            return f"{moment.microsecond:06d}000"[:count].ljust(count, "0")
        case "z":
            return str(moment.tzinfo) if count == _FULL else (moment.tzname() or "")
        case "v":
            return moment.tzname() or ""
        case "x" | "X" | "Z" | "O":
            return _offset(moment, letter, count)
        case _:
            number = _number(moment, letter)
            return letter * count if number is None else str(number).zfill(count)


def _number(moment: datetime, letter: str) -> int | None:
    of_day = moment.hour * 3600 + moment.minute * 60 + moment.second
    numbers = {
        "d": moment.day,
        "D": moment.timetuple().tm_yday,
        "F": (moment.day - 1) // 7 + 1,
        "w": _week_of_year(moment.date())[1],
        "W": _week_of_month(moment.date()),
        "H": moment.hour,
        "h": (moment.hour + 11) % 12 + 1,
        "K": moment.hour % 12,
        "k": moment.hour or 24,
        "m": moment.minute,
        "s": moment.second,
        "n": moment.microsecond * 1000,
        "A": of_day * 1000 + moment.microsecond // 1000,
        "N": of_day * 1_000_000_000 + moment.microsecond * 1000,
        "g": moment.toordinal() - date(1858, 11, 17).toordinal(),
        "B": None,
    }
    return numbers.get(letter)


def _year(year: int, count: int) -> str:
    if count == _TWO_DIGIT_YEAR:
        return f"{year % 100:02d}"
    text = str(year).zfill(count)
    return f"+{text}" if count >= _FULL and year > _FOUR_DIGIT_YEAR else text


def _named(name: str, number: int, count: int) -> str:
    if count < _SHORT:
        return str(number).zfill(count)
    return {_SHORT: name[:3], _FULL: name}.get(count, name[0])


def _week_of_year(day: date) -> tuple[int, int]:
    # US rule, Java's default: weeks begin on Sunday, the week of January 1 is week 1.
    start_of_week = day - timedelta(days=day.isoweekday() % 7)
    next_year = date(day.year + 1, 1, 1)
    if start_of_week + timedelta(days=6) >= next_year:
        return day.year + 1, 1
    first = date(day.year, 1, 1)
    first_week = first - timedelta(days=first.isoweekday() % 7)
    return day.year, (start_of_week - first_week).days // 7 + 1


def _week_of_month(day: date) -> int:
    first = day.replace(day=1)
    return (day.day - 1 + first.isoweekday() % 7) // 7 + 1


def _offset(moment: datetime, letter: str, count: int) -> str:
    offset = moment.utcoffset() or timedelta()
    seconds = int(offset.total_seconds())
    sign = "-" if seconds < 0 else "+"
    hours, rest = divmod(abs(seconds), 3600)
    minutes = rest // 60
    if letter == "O":
        if not seconds:
            return "GMT"
        if count == _FULL:
            return f"GMT{sign}{hours:02d}:{minutes:02d}"
        return f"GMT{sign}{hours}" + (f":{minutes:02d}" if minutes else "")
    if (letter == "X" and not seconds) or (letter == "Z" and count == _NARROW and not seconds):
        return "Z"
    if letter == "Z":
        texts = {_FULL: f"GMT{sign}{hours:02d}:{minutes:02d}" if seconds else "GMT"}
        texts[_NARROW] = f"{sign}{hours:02d}:{minutes:02d}"
        return texts.get(count, f"{sign}{hours:02d}{minutes:02d}")
    if count == 1:
        return f"{sign}{hours:02d}" + (f"{minutes:02d}" if minutes else "")
    return (
        f"{sign}{hours:02d}:{minutes:02d}"
        if count in (_SHORT, _NARROW)
        else f"{sign}{hours:02d}{minutes:02d}"
    )
