"""The jq query of MetadataExtraction: one object constructor, whose keys are the partition keys.

AWS rule: form and limit, and jq 1.6, reference 5.2. The jq of this process is a later one: what it has and 1.6 has
not is refused here by its name, since it would fail on AWS.
"""

from __future__ import annotations

import re

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_OPENING, _CLOSING = "([{", ")]}"
# Functions that came with jq 1.7 and 1.8; the last three have older namesakes with fewer arguments.
_NEWER_THAN_1_6 = re.compile(
    r"(?<![\w.$@])(?:(?:abs|have_decnum|have_literal_numbers|ltrim|pick|rtrim|skip|toboolean|trim|trimstr)\b"
    r"|(?:add|debug)\s*\(|scan\s*\([^()]*;)"
)


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
    keys = set()
    for entry in _entries(text[1:-1]):
        key, expression = _key(entry, query)
        _check_version(expression, query)
        keys.add(key)
    return keys


def _check_version(expression: str, query: str) -> None:
    """Refuse what jq 1.6 does not know; `expression` is what follows a key."""
    newer = _NEWER_THAN_1_6.search(_QUOTED.sub('""', expression))
    if newer is not None:
        name = newer[0].partition("(")[0].strip()
        raise QueryError(f"MetadataExtractionQuery is {query!r}; {name!r} in this form is not in jq 1.6.")


def _compile(query: str) -> None:
    import jq

    try:
        jq.compile(query)
    except ValueError as error:
        raise QueryError(
            f"MetadataExtractionQuery is {query!r}, which jq does not understand: {error}"
        ) from error


def _key(entry: str, query: str) -> tuple[str, str]:
    """Give the key of one entry of the object, and what follows it."""
    entry = entry.strip()
    found = _IDENTIFIER.match(entry)
    if found:
        return found[0], entry[found.end() :]
    quoted = _QUOTED.match(entry)
    if quoted:
        return quoted[1], entry[quoted.end() :]
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
