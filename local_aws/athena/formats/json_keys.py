"""Keys that a JSON document has twice: an error for OpenX JSON, whose parser keeps each key once."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

_KEY = re.compile(rb'"[ \t\r\n]*:')


class _DuplicateKeyError(Exception):
    pass


def duplicate_key(line: bytes, *, fold: bool) -> str | None:
    """Return the first key that an object of the document has twice, or None; with `fold` in any case.

    A line that is no JSON has no keys. Raises nothing.
    """
    try:
        document = orjson.loads(line)
    except orjson.JSONDecodeError:
        return _searched(line, fold)
    count = _count(document, fold)
    # Each key is followed by a colon, as are some texts: only where the numbers differ a key may be there twice.
    return None if count == len(_KEY.findall(line)) else _searched(line, fold)


def _count(value: Any, fold: bool) -> int:
    """Return how many different keys the objects of a document have."""
    if isinstance(value, dict):
        own = len({key.lower() for key in value}) if fold else len(value)
        return own + sum(_count(item, fold) for item in value.values() if isinstance(item, (dict, list)))
    if isinstance(value, list):
        return sum(_count(item, fold) for item in value if isinstance(item, (dict, list)))
    return 0


def _searched(line: bytes, fold: bool) -> str | None:
    def check(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            kept = key.lower() if fold else key
            if kept in seen:
                raise _DuplicateKeyError(kept)
            seen.add(kept)

    try:
        json.JSONDecoder(object_pairs_hook=check).raw_decode(line.decode("utf-8", "replace").lstrip())
    except _DuplicateKeyError as duplicate:
        return str(duplicate)
    except (ValueError, RecursionError):
        return None
    return None
