"""The subset of Joda-Time's DateTimeFormat patterns that `HiveJsonSerDe.TimestampFormats` may use here.

Letters: `yyyy` year, `M` month (three or more: English name), `d` day, `H` hour 0-23, `h` hour 1-12 with `a`
(am/pm), `m` minute, `s` second, `S` fraction of a second, `Z` offset (`+0200`, `+02:00` or `Z`); text in single
quotes and all punctuation stand for themselves. Eras, week years, day names and zone names are not read: a
pattern with them is a FormatError. As Joda keeps milliseconds, digits of the fraction beyond three are dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from local_aws.delivery.conversion.errors import FormatError
from local_aws.delivery.conversion.timestamps import NANOS_PER_MILLI, civil_nanos

# The special value of HiveJsonSerDe for epoch milliseconds.
MILLIS: Final = "millis"

_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_NUMERIC: Final = frozenset("yMdHhmsS")
_PIECE: Final = re.compile(r"'(?P<quoted>(?:[^']|'')*)'|(?P<letters>([A-Za-z])\3*)|(?P<other>[^A-Za-z'])")


@dataclass(frozen=True)
class JodaFormat:
    """One compiled pattern; `parse` returns nanoseconds, None for a text that is no such time."""

    pattern: str
    regex: re.Pattern[str]

    def parse(self, text: str) -> int | None:
        """Read `text`; raises MisfitError when it is a time that does not fit."""
        found = self.regex.fullmatch(text)
        if found is None:
            return None
        fields = found.groupdict()
        millis = int((fields.get("S") or "").ljust(3, "0")[:3])
        try:
            moment = datetime(
                int(fields.get("y") or 1970),
                _month(fields.get("M") or "1"),
                int(fields.get("d") or 1),
                _hour(fields),
                int(fields.get("m") or 0),
                int(fields.get("s") or 0),
            ) - _offset(fields.get("Z"))
        except (ValueError, OverflowError):
            return None
        return civil_nanos(moment, millis * NANOS_PER_MILLI)


def compile_joda(pattern: str) -> JodaFormat:
    """Compile a pattern; raises FormatError for letters that are not supported and for open quotes."""
    pieces = list(_PIECE.finditer(pattern))
    if "".join(piece.group() for piece in pieces) != pattern:
        raise FormatError(f"The timestamp format '{pattern}' has a quote that is not closed.")
    parts: list[str] = []
    seen: set[str] = set()
    for number, piece in enumerate(pieces):
        letters = piece["letters"]
        if letters is None:
            literal = piece["other"] or (piece["quoted"] or "").replace("''", "'") or "'"
            parts.append(re.escape(literal))
            continue
        letter = letters[0]
        if letter in seen:
            raise FormatError(f"The timestamp format '{pattern}' has '{letter}' twice.")
        seen.add(letter)
        following = pieces[number + 1]["letters"] if number + 1 < len(pieces) else None
        joined = following is not None and following[0] in _NUMERIC and following[:3] != "MMM"
        parts.append(f"(?P<{letter}>{_field(pattern, letter, len(letters), joined)})")
    if "h" in seen and "a" not in seen:
        raise FormatError(
            f"The timestamp format '{pattern}' has 'h' without 'a'; 'H' is the hour of the day."
        )
    return JodaFormat(pattern, re.compile("".join(parts), re.IGNORECASE))


def _field(pattern: str, letter: str, count: int, joined: bool) -> str:
    """Return the expression of one field; next to another number it has exactly `count` digits."""
    if letter == "y" and count != 2:  # Joda reads "yy" around a pivot that moves with the clock
        return f"[0-9]{{{count if joined else 4}}}"
    if letter == "M" and count >= 3:
        return "|".join(name[:3] if count == 3 else name for name in _MONTHS)
    if letter in "MdHhms":
        return f"[0-9]{{{count}}}" if joined else "[0-9]{1,2}"
    if letter == "S":
        return f"[0-9]{{{count}}}" if joined else f"[0-9]{{1,{count}}}"
    if letter == "a":
        return "am|pm"
    if letter == "Z":
        return "Z|[+-][0-9]{2}:?[0-9]{2}"
    raise FormatError(
        f"The timestamp format '{pattern}' uses '{letter * count}'; supported are y M d H h m s S a Z,"
        " text in single quotes, punctuation, and the special value 'millis'."
    )


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return next(number for number, name in enumerate(_MONTHS, 1) if name.startswith(text.lower()[:3]))


def _hour(fields: dict[str, str | None]) -> int:
    clock = fields.get("h")
    if clock is None:
        return int(fields.get("H") or 0)
    if not 1 <= int(clock) <= 12:
        raise ValueError(f"hour {clock} of a half day")
    return int(clock) % 12 + (12 if (fields["a"] or "").lower() == "pm" else 0)


def _offset(text: str | None) -> timedelta:
    if text is None or text in "Zz":
        return timedelta()
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timedelta(minutes=-minutes if text[0] == "-" else minutes)
