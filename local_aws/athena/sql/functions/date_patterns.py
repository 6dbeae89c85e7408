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

_REFUSED = "DUuVwX"
_NOT_READ = "avWx"

_JODA_TOKEN = re.compile(r"''|'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")
# Letter: the part of DuckDB's datepart that is written with at least as many digits as there are letters.
_JODA_NUMBERS = {"y": "year", "Y": "year", "x": "isoyear", "D": "doy", "e": "isodow", "w": "week"}
# Letter: the directive without and with leading zeros (or short and long), and from how many letters on the second.
_JODA = {
    "y": ("%-Y", "%Y", 2),
    "Y": ("%-Y", "%Y", 2),
    "M": ("%-m", "%m", 2),
    "d": ("%-d", "%d", 2),
    "E": ("%a", "%A", 4),
    "a": ("%p", "%p", 1),
    "H": ("%-H", "%H", 2),
    "h": ("%-I", "%I", 2),
    "m": ("%-M", "%M", 2),
    "s": ("%-S", "%S", 2),
}


def mysql_format(pattern: str, position: Position | None) -> str:
    """Turn a MySQL pattern into one of DuckDB's strftime; raises `QueryError` for letters that Trino refuses."""
    pieces: list[str] = []
    index = 0
    while index < len(pattern):
        character = pattern[index]
        if character == "%" and index + 1 < len(pattern):
            letter = pattern[index + 1]
            if letter in _REFUSED:
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


def mysql_reading(pattern: str, position: Position | None) -> str:
    """Turn a MySQL pattern into one of strptime; refuses by name what Joda reads and strptime does not."""
    for letter in re.findall(r"%(.)", pattern, re.DOTALL):
        if letter in _NOT_READ:
            raise UnsupportedError(f"date_parse with %{letter}", position)
    return mysql_format(pattern, position)


def joda_pieces(pattern: str, position: Position | None) -> list[tuple[str, str]]:
    """Split a Joda pattern into pieces: what they are and their detail.

    `format`: a strftime pattern; `number`: `part:digits`; `fraction`: digits of the second's fraction; `offset`: the
    separator of hours and minutes; `short zone` and `zone`: letters.
    """
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
        elif letter == "z" and len(whole) < 4:
            pieces.append(("short zone", whole))
        elif letter == "S":
            pieces.append(("fraction", str(len(whole))))
        elif letter in _JODA_NUMBERS and (letter not in "yY" or len(whole) > 4):
            pieces.append(("number", _joda_number(letter, len(whole), position)))
        else:
            pieces.append(("format", _joda_directive(letter, len(whole), position)))
    merged: list[tuple[str, str]] = []
    for kind, text in pieces:
        if kind == "format" and merged and merged[-1][0] == "format":
            merged[-1] = ("format", merged[-1][1] + text)
        else:
            merged.append((kind, text))
    return merged


def _joda_number(letter: str, count: int, position: Position | None) -> str:
    if letter == "x" and count == 2:
        raise UnsupportedError("The letters xx in a date pattern", position)
    return f"{_JODA_NUMBERS[letter]}:{count}"


def _joda_directive(letter: str, count: int, position: Position | None) -> str:
    if letter in "yY" and count == 2:
        return "%y"
    if letter == "M" and count >= 3:
        return "%b" if count == 3 else "%B"
    if letter in _JODA and (count <= 2 or letter in "yYEa"):
        short, long, least = _JODA[letter]
        return long if count >= least else short
    raise UnsupportedError(f"The letters {letter * count} in a date pattern", position)


def zone_at_end(pieces: Sequence[tuple[str, str]], position: Position | None) -> bool:
    """Tell whether a pattern to read by ends with an offset or a zone; refuses by name what is not read here."""
    for index, (kind, text) in enumerate(pieces):
        if kind == "number":
            raise UnsupportedError(f"parse_datetime with the {text.partition(':')[0]}", position)
        if kind not in ("format", "fraction") and index < len(pieces) - 1:
            raise UnsupportedError("parse_datetime with a zone that is not at the end", position)
        if kind == "format" and re.search("%[aA]", text):
            raise UnsupportedError("parse_datetime with days of the week", position)
    return bool(pieces) and pieces[-1][0] not in ("format", "fraction")
