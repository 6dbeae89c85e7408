"""Time zones as Trino knows them: names of the tz database as they are written there, and offsets from UTC."""

from __future__ import annotations

import re
from functools import lru_cache
from zoneinfo import available_timezones

_UTC = frozenset(
    {
        *("UTC", "UCT", "UT", "GMT", "GMT0", "Z", "Zulu", "Greenwich", "Universal"),
        *("Etc/UTC", "Etc/UCT", "Etc/UT", "Etc/GMT", "Etc/GMT0", "Etc/Universal"),
    }
)
_NAMED_OFFSET = re.compile(r"(Etc/GMT|Etc/UTC|Etc/UT|GMT|UTC|UT)([+-])(\d{1,2})(?::(\d{1,2}))?")
_OFFSET = re.compile(r"([+-])(?:(\d)|(\d\d)(?::?([0-5]\d))?)")
_MAX_OFFSET_MINUTES = 14 * 60


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def zone_id(text: str) -> str | None:
    """Return the name under which Trino keeps a time zone (`UTC`, `Europe/Rome`, `-00:30`), or None for no zone.

    `+5`, `+05`, `+0500`, `+05:00` and `UTC+5` are one offset, `-0` is UTC. There is no offset beyond 14 hours.
    """
    if text in _UTC:
        return "UTC"
    named = _NAMED_OFFSET.fullmatch(text)
    if named is not None:
        turned = named.group(1) == "Etc/GMT"  # its signs are those of POSIX
        return _offset(named.group(2), int(named.group(3)), int(named.group(4) or 0), turned=turned)
    if text in _names():
        return text
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    return _offset(match.group(1), int(match.group(2) or match.group(3)), int(match.group(4) or 0))


def _offset(sign: str, hours: int, minutes: int, *, turned: bool = False) -> str | None:
    if hours * 60 + minutes > _MAX_OFFSET_MINUTES:
        return None
    if hours == minutes == 0:
        return "UTC"
    shown = {"+": "-", "-": "+"}[sign] if turned else sign
    return f"{shown}{hours:02d}:{minutes:02d}"


def offset_minutes(zone: str) -> int | None:
    """Return the minutes that a zone of `zone_id` is ahead of UTC; None for a zone with rules of its own."""
    if zone == "UTC":
        return 0
    if zone[0] not in "+-":
        return None
    minutes = int(zone[1:3]) * 60 + int(zone[4:6])
    return -minutes if zone[0] == "-" else minutes
