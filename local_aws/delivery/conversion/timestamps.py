"""Dates and timestamps from JSON values.

A timestamp is a whole number of nanoseconds since 1970-01-01T00:00:00Z, a date a number of days since then.
An instant outside int64 nanoseconds (1677-09-21 to 2262-04-11) does not fit: AWS was seen to store such a
value wrapped into another century; here the record is refused instead (reference 15, row 16).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Final

from local_aws.delivery.conversion.errors import BAD_DATE, BAD_TIMESTAMP, MALFORMED_DATA, MisfitError

NANOS_PER_SECOND: Final = 1_000_000_000
NANOS_PER_MILLI: Final = 1_000_000
MIN_NANOS: Final = -(2**63) + 1  # the lowest int64 is what NumPy reads as "not a time"
MAX_NANOS: Final = 2**63 - 1
# AWS rule (measured): an epoch below this is in seconds, from it on in milliseconds, reference 4.4.
MILLIS_FROM: Final = 1_000_000_000_000

_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_SPACE_FORM: Final = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2}) ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:\.([0-9]{1,9}))?"
)
_ISO_FORM: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?Z?"
)
_EPOCH_TEXT: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_MILLIS_TEXT: Final = re.compile(r"-?[0-9]{1,19}")


def bad_timestamp() -> MisfitError:
    """Make the error for a value that is no timestamp (the message AWS documents)."""
    return MisfitError(MALFORMED_DATA, BAD_TIMESTAMP)


def parse_date(text: str) -> int:
    """Read `yyyy-[M]M-[d]d` as days since 1970. AWS rule: one-digit fields are taken, reference 4.4."""
    fields = _DATE.fullmatch(text)
    if fields is None:
        raise MisfitError(MALFORMED_DATA, BAD_DATE)
    try:
        return date(int(fields[1]), int(fields[2]), int(fields[3])).toordinal() - _EPOCH_DAY
    except ValueError as error:
        raise MisfitError(MALFORMED_DATA, BAD_DATE) from error


def parse_space_form(text: str) -> int | None:
    """Read `yyyy-[M]M-[d]d [H]H:[m]m:[s]s[.fraction]` as nanoseconds; None when it has another form."""
    fields = _SPACE_FORM.fullmatch(text)
    return None if fields is None else _nanos_of(fields)


def parse_openx_text(text: str) -> int:
    """Read a timestamp text as OpenX does.

    AWS rule: the space form takes one-digit fields, the `T` form is strict and may end in `Z`; an offset
    such as `+00:00` is refused; a number in quotes is an epoch, reference 4.2 and 4.4.
    """
    fields = _ISO_FORM.fullmatch(text) or _SPACE_FORM.fullmatch(text)
    if fields is not None:
        return _nanos_of(fields)
    if _EPOCH_TEXT.fullmatch(text):
        return epoch_nanos(Decimal(text))
    raise bad_timestamp()


def parse_millis_text(text: str) -> int | None:
    """Read epoch milliseconds, for Hive's special format `millis` (reference 4.2); None for another form."""
    return checked_nanos(int(text) * NANOS_PER_MILLI) if _MILLIS_TEXT.fullmatch(text) else None


def epoch_nanos(epoch: int | Decimal) -> int:
    """Read an epoch in seconds or milliseconds, whichever its size says, as nanoseconds.

    Fractions are kept to the nanosecond (measured: "fractional keeps sub-seconds", reference 4.4).
    """
    if isinstance(epoch, int):
        return checked_nanos(epoch * (NANOS_PER_SECOND if abs(epoch) < MILLIS_FROM else NANOS_PER_MILLI))
    if epoch.adjusted() > 19:  # far out of range: do not write out the digits of 1e999999
        raise bad_timestamp()
    with localcontext() as context:
        context.prec = 60
        nanos = epoch * (NANOS_PER_SECOND if abs(epoch) < MILLIS_FROM else NANOS_PER_MILLI)
        return checked_nanos(int(nanos.to_integral_value(ROUND_HALF_EVEN)))


def checked_nanos(nanos: int) -> int:
    """Return `nanos`, or raise when no int64 holds it."""
    if not MIN_NANOS <= nanos <= MAX_NANOS:
        raise bad_timestamp()
    return nanos


def civil_nanos(moment: datetime, nanos_of_second: int) -> int:
    """Turn a UTC wall-clock time without a fraction, and the fraction, into checked nanoseconds."""
    days = moment.toordinal() - _EPOCH_DAY
    seconds = days * 86_400 + moment.hour * 3_600 + moment.minute * 60 + moment.second
    return checked_nanos(seconds * NANOS_PER_SECOND + nanos_of_second)


def _nanos_of(fields: re.Match[str]) -> int:
    year, month, day, hour, minute, second = map(int, fields.groups()[:6])
    try:
        moment = datetime(year, month, day, hour, minute, second)
    except ValueError as error:
        raise bad_timestamp() from error
    return civil_nanos(moment, int((fields[7] or "").ljust(9, "0")))
