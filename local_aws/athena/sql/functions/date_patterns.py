"""Patterns of dates: MySQL's (`%Y-%m-%d`, for date_format and date_parse) and Joda's (`yyyy-MM-dd`), as DuckDB's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local_aws.athena.errors import QueryError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_aws.athena.errors import Position

# AWS rule: what Trino's date_format knows of MySQL's letters; D U u V w X are refused there too.
_MYSQL = {
    "a": "%a",
    "b": "%b",
    "c": "%-m",
    "d": "%d",
    "e": "%-d",
    "f": "%f",
    "H": "%H",
    "h": "%I",
    "I": "%I",
    "i": "%M",
    "j": "%j",
    "k": "%-H",
    "l": "%-I",
    "M": "%B",
    "m": "%m",
    "p": "%p",
    "r": "%I:%M:%S %p",
    "S": "%S",
    "s": "%S",
    "T": "%H:%M:%S",
    "v": "%V",
    "W": "%A",
    "x": "%G",
    "Y": "%Y",
    "y": "%y",
    "%": "%%",
}

_JODA_TOKEN = re.compile(r"''|'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")
# Letter: the directive without and with leading zeros (or short and long), and from how many letters on the second.
_JODA = {
    "y": ("%-Y", "%Y", 2),
    "Y": ("%-Y", "%Y", 2),
    "x": ("%G", "%G", 1),
    "M": ("%-m", "%m", 2),
    "d": ("%-d", "%d", 2),
    "D": ("%-j", "%j", 2),
    "E": ("%a", "%A", 4),
    "e": ("%u", "%u", 1),
    "a": ("%p", "%p", 1),
    "H": ("%-H", "%H", 2),
    "h": ("%-I", "%I", 2),
    "m": ("%-M", "%M", 2),
    "s": ("%-S", "%S", 2),
    "w": ("%V", "%V", 1),
}


def mysql_format(pattern: str, position: Position | None) -> str:
    """Turn a MySQL pattern into one of DuckDB's strftime; raises `QueryError` for letters that Trino refuses."""
    pieces: list[str] = []
    index = 0
    while index < len(pattern):
        character = pattern[index]
        if character == "%" and index + 1 < len(pattern):
            letter = pattern[index + 1]
            if letter in "DUuVwX":
                raise QueryError(
                    "INVALID_FUNCTION_ARGUMENT",
                    f"%{letter} not currently supported in date format string",
                    position,
                )
            pieces.append(_MYSQL.get(letter, letter))
            index += 2
            continue
        pieces.append("%%" if character == "%" else character)
        index += 1
    return "".join(pieces)


def joda_pieces(pattern: str, position: Position | None) -> list[tuple[str, str]]:
    """Split a Joda pattern into (`format`, strftime pattern), (`offset`, separator) and (`zone`, letters)."""
    pieces: list[tuple[str, str]] = []
    offset = 0
    while offset < len(pattern):
        match = _JODA_TOKEN.match(pattern, offset)
        if match is None:
            raise QueryError(
                "INVALID_FUNCTION_ARGUMENT", f"Illegal pattern component: {pattern[offset:]}", position
            )
        offset = match.end()
        letter, whole = match.group(2), match.group(0)
        if letter is None:
            text = (
                "'"
                if whole == "''"
                else (match.group(1) or "").replace("''", "'")
                if whole[0] == "'"
                else whole
            )
            pieces.append(("format", text.replace("%", "%%")))
        elif letter == "Z":
            pieces.append({1: ("offset", ""), 2: ("offset", ":")}.get(len(whole), ("zone", whole)))
        elif letter == "z":
            pieces.append(("zone", whole))
        else:
            pieces.append(("format", _joda_directive(letter, len(whole), position)))
    merged: list[tuple[str, str]] = []
    for kind, text in pieces:
        if kind == "format" and merged and merged[-1][0] == "format":
            merged[-1] = ("format", merged[-1][1] + text)
        else:
            merged.append((kind, text))
    return merged


def _joda_directive(letter: str, count: int, position: Position | None) -> str:
    if letter == "S" and count in (3, 6):
        return "%g" if count == 3 else "%f"
    if letter in "yY" and count == 2:
        return "%y"
    if letter == "M" and count >= 3:
        return "%b" if count == 3 else "%B"
    if letter in _JODA:
        short, long, least = _JODA[letter]
        return long if count >= least else short
    raise UnsupportedError(f"The letters {letter * count} in a date pattern", position)


def zone_at_end(pieces: Sequence[tuple[str, str]], position: Position | None) -> bool:
    """Tell whether a pattern ends with an offset or a zone; refused anywhere else when a text is read."""
    places = [index for index, (kind, _) in enumerate(pieces) if kind != "format"]
    if places and places != [len(pieces) - 1]:
        raise UnsupportedError("parse_datetime with a zone that is not at the end", position)
    return bool(places)
