"""Dates in Java's patterns (`yyyy/MM/dd/HH`), as partition projection and Firehose prefixes write them."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")
# Letter: the strptime directive and the unit of time that it tells, from coarse to fine.
_LETTERS = {
    "y": ("Y", "YEAR"),
    "u": ("Y", "YEAR"),
    "M": ("m", "MONTH"),
    "d": ("d", "DAY"),
    "D": ("j", "DAY"),
    "H": ("H", "HOUR"),
    "m": ("M", "MINUTE"),
    "s": ("S", "SECOND"),
}
_ORDER = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")


class PatternError(ValueError):
    """A pattern with a letter that is not known here, or a text that does not follow its pattern."""


@lru_cache(maxsize=256)
def _parts(pattern: str) -> tuple[tuple[str, int], ...]:
    """Split a pattern into (letter, count) and (literal text, 0)."""
    parts: list[tuple[str, int]] = []
    position = 0
    while position < len(pattern):
        match = _TOKEN.match(pattern, position)
        if match is None:
            raise PatternError(f"{pattern!r} is not a date pattern: unclosed quote")
        position = match.end()
        letter = match.group(2)
        if letter is not None:
            if letter not in _LETTERS and letter != "S":
                raise PatternError(f"{pattern!r} has the letter {letter!r}; allowed are y M d D H m s and S")
            parts.append((letter, len(match.group(0))))
        elif match.group(1) is not None:
            parts.append((match.group(1).replace("''", "'") or "'", 0))
        else:
            parts.append((match.group(0), 0))
    return tuple(parts)


def smallest_unit(pattern: str) -> str:
    """Give the finest unit of time in a pattern: YEAR, MONTH, DAY, HOUR, MINUTE or SECOND."""
    units = [_LETTERS[letter][1] if letter != "S" else "SECOND" for letter, count in _parts(pattern) if count]
    if not units:
        raise PatternError(f"{pattern!r} has no date in it")
    return max(units, key=_ORDER.index)


def format_java(moment: datetime, pattern: str) -> str:
    """Write a moment in a Java pattern."""
    pieces: list[str] = []
    for letter, count in _parts(pattern):
        if count == 0:
            pieces.append(letter)
        elif letter == "S":
            pieces.append(f"{moment.microsecond:06d}".ljust(count, "0")[:count])
        elif letter in ("y", "u"):
            pieces.append(f"{moment.year % 100:02d}" if count == 2 else f"{moment.year:0{count}d}")
        elif letter == "M" and count >= 3:
            pieces.append(moment.strftime("%b" if count == 3 else "%B"))
        elif letter == "D":
            pieces.append(f"{moment.timetuple().tm_yday:0{count}d}")
        else:
            value = {
                "M": moment.month,
                "d": moment.day,
                "H": moment.hour,
                "m": moment.minute,
                "s": moment.second,
            }[letter]
            pieces.append(f"{value:0{count}d}")
    return "".join(pieces)


def parse_java(text: str, pattern: str) -> datetime:
    """Read a moment written in a Java pattern; what the pattern does not tell is the start of the unit it does tell."""
    directives: list[str] = []
    for letter, count in _parts(pattern):
        if count == 0:
            directives.append(letter.replace("%", "%%"))
        elif letter == "S":
            directives.append("%f")
        elif letter in ("y", "u") and count == 2:
            directives.append("%y")
        elif letter == "M" and count >= 3:
            directives.append("%b" if count == 3 else "%B")
        else:
            directives.append("%" + _LETTERS[letter][0])
    try:
        return datetime.strptime(text.strip(), "".join(directives))
    except ValueError:
        raise PatternError(f"{text!r} does not follow the date pattern {pattern!r}") from None
