"""The jq query of MetadataExtraction: one object constructor, whose keys are the partition keys.

AWS rule: form and limit, reference 5.2.
"""

from __future__ import annotations

import re

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_OPENING, _CLOSING = "([{", ")]}"


class QueryError(ValueError):
    """The query is not one object constructor, or jq does not understand it."""


def query_keys(query: str) -> set[str]:
    """Give the keys of the object that `query` makes; raises `QueryError`."""
    _compile(query)
    text = query.strip()
    if not (text.startswith("{") and _end_of_group(text, 0) == len(text)):
        raise QueryError(
            f"MetadataExtractionQuery is {query!r}; allowed is one object, such as {{key: .member}}."
        )
    return {_key(entry, query) for entry in _entries(text[1:-1])}


def _compile(query: str) -> None:
    import jq

    try:
        jq.compile(query)
    except ValueError as error:
        raise QueryError(
            f"MetadataExtractionQuery is {query!r}, which jq does not understand: {error}"
        ) from error


def _key(entry: str, query: str) -> str:
    entry = entry.strip()
    found = _IDENTIFIER.match(entry)
    if found:
        return found[0]
    quoted = _QUOTED.match(entry)
    if quoted:
        return quoted[1]
    raise QueryError(f"MetadataExtractionQuery is {query!r}; the key in {entry!r} is not a plain name.")


def _entries(inside: str) -> list[str]:
    """Split the inside of an object constructor at its own commas."""
    entries: list[str] = []
    start = position = 0
    while position < len(inside):
        character = inside[position]
        if character == '"':
            position = _end_of_string(inside, position)
        elif character in _OPENING:
            position = _end_of_group(inside, position)
        else:
            if character == ",":
                entries.append(inside[start:position])
                start = position + 1
            position += 1
    entries.append(inside[start:])
    return [entry for entry in entries if entry.strip()]


def _end_of_group(text: str, opening: int) -> int:
    """Give the position behind the bracket that closes the one at `opening`, or the end of `text`."""
    depth, position = 0, opening
    while position < len(text):
        character = text[position]
        if character == '"':
            position = _end_of_string(text, position)
            continue
        depth += (character in _OPENING) - (character in _CLOSING)
        position += 1
        if depth == 0:
            return position
    return position


def _end_of_string(text: str, opening: int) -> int:
    found = _QUOTED.match(text, opening)
    return found.end() if found else len(text)
