"""Literals of dates and times, read by Trino's grammar: it decides what is a zone and how precise a value is.

    timestamp   [+-]year-month-day [hour:minute[:second[.fraction]]] [zone]
    time        hour:minute[:second[.fraction]] [+-hh:mm]

Month, day, hour, minute and second have one or two digits, the year at least four. A zone needs a blank in front of it
unless it follows a time of day: `2021-01-01` has none.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date as calendar_date
from typing import TYPE_CHECKING

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import Type, quote_text
from local_aws.athena.sql.zones import offset_minutes, zone_id

if TYPE_CHECKING:
    from local_aws.athena.errors import Position

_DATE = r"(?P<year>[+-]?\d{4,9})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:\.(?P<fraction>\d+))?)?"
_TIMESTAMP = re.compile(rf"{_DATE}(?: (?:{_CLOCK})?\s*(?P<zone>\S.*)?)?", re.DOTALL)
_TIME = re.compile(rf"{_CLOCK}\s*(?P<offset>[+-]\d\d:\d\d)?")
_ONLY_DATE = re.compile(_DATE)

MAX_PRECISION = 12
_HELD_DIGITS = 6  # DuckDB's times have microseconds
_LEAP_CYCLE_YEARS, _LEAP_CYCLE_DAYS = 400, 146_097
_EPOCH_DAYS = 719_163  # from 0001-01-01 to 1970-01-01, plus one
_DAY_MICROSECONDS = 86_400_000_000
_MAX_MICROSECONDS = 2**63 - 1


@dataclass(frozen=True)
class Clock:
    """A time of day, with the digits of its fraction as they are written."""

    hour: int
    minute: int
    second: int
    fraction: str

    @property
    def microseconds(self) -> int:
        """The microseconds since midnight."""
        seconds = (self.hour * 60 + self.minute) * 60 + self.second
        return seconds * 1_000_000 + int((self.fraction + "000000")[:_HELD_DIGITS])


def timestamp(value: str, position: Position | None) -> Typed:
    """Return a TIMESTAMP literal, with or without time zone; it has the precision that is written."""
    match = _TIMESTAMP.fullmatch(value)
    days = _days(match) if match else None
    clock = _clock(match) if match else None
    if match is None or days is None or clock is None:
        raise _invalid(value, "TIMESTAMP", position)
    precision = _precision(clock, value, "TIMESTAMP", position)
    local = days * _DAY_MICROSECONDS + clock.microseconds
    if not -_MAX_MICROSECONDS <= local <= _MAX_MICROSECONDS:
        raise _invalid(value, "TIMESTAMP", position)
    written = match.group("zone")
    if written is None:
        return Typed(_moment(local), types.timestamp(precision))
    zone = zone_id(written)
    if zone is None:
        raise _invalid(value, "TIMESTAMP", position)
    kind = types.timestamp_tz(precision)
    offset = offset_minutes(zone)
    if offset is None:
        return Typed(f"tz_of_local({_moment(local)}, {quote_text(zone)})", kind)
    instant = _moment(local - offset * 60_000_000)
    return Typed(f"struct_pack(i := {instant}, z := {quote_text(zone)})", kind)


def time(value: str, position: Position | None) -> Typed:
    """Return a TIME literal, with an offset from UTC or without; a named zone is INVALID_LITERAL."""
    match = _TIME.fullmatch(value)
    clock = _clock(match) if match else None
    if match is None or clock is None:
        raise _invalid(value, "TIME", position)
    precision = _precision(clock, value, "TIME", position)
    text = f"TIME '{clock.hour:02d}:{clock.minute:02d}:{clock.second:02d}.{(clock.fraction + '000000')[:6]}'"
    written = match.group("offset")
    if written is None:
        return Typed(text, Type("time", (precision,)))
    zone = zone_id(written)
    offset = offset_minutes(zone) if zone is not None else None
    if offset is None:
        raise _invalid(value, "TIME", position)
    return Typed(f"struct_pack(t := {text}, o := {offset})", Type("time with time zone", (precision,)))


def date(value: str, position: Position | None) -> Typed:
    """Return a DATE literal; blanks around it are skipped."""
    match = _ONLY_DATE.fullmatch(value.strip())
    days = _days(match) if match else None
    if match is None or days is None:
        raise _invalid(value, "DATE", position)
    year = int(match.group("year"))
    if 1 <= year <= 9999:
        return Typed(
            f"DATE '{year:04d}-{int(match.group('month')):02d}-{int(match.group('day')):02d}'", types.DATE
        )
    return Typed(f"make_date({days})", types.DATE)


def _invalid(value: str, kind: str, position: Position | None) -> QueryError:
    return QueryError("INVALID_LITERAL", f"'{value}' is not a valid {kind} literal", position)


def _days(match: re.Match[str]) -> int | None:
    """Return the days since 1970-01-01; None for a day that is in no calendar."""
    year, month, day = int(match.group("year")), int(match.group("month")), int(match.group("day"))
    # Every 400 years the Gregorian calendar repeats: the year is moved into a range that Python has.
    cycles, like = divmod(year, _LEAP_CYCLE_YEARS)
    like += _LEAP_CYCLE_YEARS
    if not (1 <= month <= 12 and 1 <= day <= monthrange(like, month)[1]):
        return None
    return calendar_date(like, month, day).toordinal() - _EPOCH_DAYS + (cycles - 1) * _LEAP_CYCLE_DAYS


def _clock(match: re.Match[str]) -> Clock | None:
    """Return the time of day, midnight where none is written; None for `24:00` and for a second 60."""
    hour, minute, second = (int(match.group(name) or 0) for name in ("hour", "minute", "second"))
    if hour > 23 or minute > 59 or second > 59:
        return None
    return Clock(hour, minute, second, match.group("fraction") or "")


def _precision(clock: Clock, value: str, kind: str, position: Position | None) -> int:
    if len(clock.fraction) > MAX_PRECISION:
        raise _invalid(value, kind, position)
    if clock.fraction[_HELD_DIGITS:].strip("0"):
        raise UnsupportedError(f"{kind} '{value}', finer than a microsecond,", position)
    return len(clock.fraction)


def _moment(microseconds: int) -> str:
    days, rest = divmod(microseconds, _DAY_MICROSECONDS)
    ordinal = days + _EPOCH_DAYS
    if not calendar_date.min.toordinal() <= ordinal <= calendar_date.max.toordinal():
        return f"make_timestamp({microseconds})"
    seconds, fraction = divmod(rest, 1_000_000)
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"TIMESTAMP '{calendar_date.fromordinal(ordinal).isoformat()} {clock}.{fraction:06d}'"
