"""The formats that a contract may name: each a function that returns the value, normalised, or raises RefusedError."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from lambda_transform.errors import RefusedError, quote
from lambda_transform.glue_types import TIMESTAMP_MAX_SECONDS, TIMESTAMP_MIN_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

# AWS rule: Firehose's OpenX deserializer reads at most nine digits of a second's fraction (reference 4.2).
_MOST_FRACTION_DIGITS: Final = 9

_UUID: Final = re.compile(
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
).fullmatch
_EMAIL: Final = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}").fullmatch
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_DATE_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
).fullmatch


def uuid(value: str) -> str:
    """Check a UUID in its usual form of 36 characters, any version, either case."""
    if _UUID(value) is None:
        raise RefusedError("format", "is not a UUID such as 123e4567-e89b-42d3-a456-426614174000")
    return value


def email(value: str) -> str:
    """Check that there is something on both sides of one @, without spaces."""
    if _EMAIL(value) is None:
        raise RefusedError("format", "is not an e-mail address such as name@example.com")
    return value


def day(value: str) -> str:
    """Check a calendar day, `yyyy-MM-dd`."""
    if _DATE(value) is None:
        raise RefusedError("format", f"{quote(value)} is not a date such as 2026-02-28")
    try:
        date.fromisoformat(value)
    except ValueError as error:
        raise RefusedError("format", f"{quote(value)} is not a date: {error}") from None
    return value


def date_time(value: str) -> str:
    """Check an RFC 3339 date-time and return it in UTC, ending in `Z`, with at most nine digits of fraction.

    AWS rule: Firehose refuses forms such as `+00:00` (reference 4.4).
    """
    match = _DATE_TIME(value)
    if match is None:
        raise RefusedError(
            "format", f"{quote(value)} is not a date-time with offset, such as 2026-02-28T12:00:00Z"
        )
    days, time, fraction, sign, hours, minutes = match.groups()
    text = f"{days}T{time}"
    try:
        moment = datetime.fromisoformat(text)
        if sign is not None:
            if int(hours) > 23 or int(minutes) > 59:
                raise ValueError("offset must be at most 23:59")
            offset = timedelta(hours=int(hours), minutes=int(minutes))
            text = (moment - offset if sign == "+" else moment + offset).isoformat()
    except (ValueError, OverflowError) as error:
        raise RefusedError("format", f"{quote(value)} is not a date-time: {error}") from None
    if fraction is not None:
        text += fraction[: _MOST_FRACTION_DIGITS + 1]
    return text + "Z"


def column_date_time(value: str) -> str:
    """Like `date_time`, for a timestamp column: only what 64 bits of nanoseconds hold."""
    text = date_time(value)
    if not _FIRST_COLUMN_TEXT <= text[:19] <= _LAST_COLUMN_TEXT:
        raise RefusedError(
            "range", f"{quote(value)} is outside {_FIRST_COLUMN_TEXT}Z to {_LAST_COLUMN_TEXT}Z"
        )
    return text


def unix_text(seconds: float) -> str:
    """ISO 8601 text in UTC, ending in `Z`, of a Unix timestamp; microseconds when it is no whole number.

    Raises RefusedError outside the years 1 to 9999.
    """
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except OverflowError:
        raise RefusedError(
            "range", f"{quote(seconds)} seconds since 1970 is outside the years 1 to 9999"
        ) from None
    return moment.replace(tzinfo=None).isoformat() + "Z"


_FIRST_COLUMN_TEXT: Final = unix_text(TIMESTAMP_MIN_SECONDS)[:19]
_LAST_COLUMN_TEXT: Final = unix_text(TIMESTAMP_MAX_SECONDS)[:19]

FORMATS: Final[dict[str, Callable[[str], str]]] = {
    "uuid": uuid,
    "email": email,
    "date": day,
    "date-time": date_time,
}
