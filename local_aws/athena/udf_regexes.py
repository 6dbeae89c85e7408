"""Regular expressions that DuckDB's engine cannot match, matched by Python: one text at a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local_aws.athena.java_regex import RegexError, java_regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_REFERENCE = re.compile(r"\\(.)|\$\{(\w+)\}|\$(\d+)|(\$)", re.DOTALL)


def _failure(message: str, name: str = "INVALID_FUNCTION_ARGUMENT") -> ValueError:
    """Make the failure that the engine turns into an error of the query."""
    return ValueError(f"failure<{name}: {message}>' to INT64")


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        regex = java_regex(pattern)
    except RegexError as error:
        if error.unsupported:
            raise _unsupported(pattern, str(error)) from None
        raise _failure(f"Invalid regexp: {pattern}: {error}") from None
    if regex.python is None:
        raise _unsupported(pattern, "properties of characters")
    return regex.python


def _unsupported(pattern: str, what: str) -> ValueError:
    return _failure(f"The pattern '{pattern}' ({what}) is not supported by the local Athena", "NOT_SUPPORTED")


def checked_group(pattern: str, groups: int, group: int) -> str | None:
    """Say what is wrong with the number of a group, or None."""
    if group < 0:
        return "Group cannot be negative"
    return f"Pattern has {groups} groups. Cannot access group {group}" if group > groups else None


def _group_of(pattern: re.Pattern[str], group: int) -> int:
    problem = checked_group(pattern.pattern, pattern.groups, group)
    if problem is not None:
        raise _failure(problem)
    return group


def _like(text: str, pattern: str) -> bool:
    return _compiled(pattern).search(text) is not None


def _extract(text: str, pattern: str, group: int) -> str | None:
    compiled = _compiled(pattern)
    number = _group_of(compiled, group)
    match = compiled.search(text)
    return None if match is None else match.group(number)


def _extract_all(text: str, pattern: str, group: int) -> list[str | None]:
    compiled = _compiled(pattern)
    number = _group_of(compiled, group)
    return [match.group(number) for match in compiled.finditer(text)]


def _replace(text: str, pattern: str, replacement: str) -> str:
    compiled = _compiled(pattern)
    return compiled.sub(lambda match: "".join(_pieces(replacement, match)), text)


def _matches(text: str, pattern: str) -> list[dict[str, object]]:
    """Return a text in pieces: between matches the text `t`, for each match its groups `g`."""
    found: list[dict[str, object]] = []
    end = 0
    for match in _compiled(pattern).finditer(text):
        found.append({"t": text[end : match.start()], "g": None})
        found.append({"t": None, "g": list(match.groups())})
        end = match.end()
    return [*found, {"t": text[end:], "g": None}]


def _pieces(replacement: str, match: re.Match[str]) -> Iterator[str]:
    """Give the parts of a replacement: `$1` and `${name}` are groups, a backslash takes what follows as it is."""
    end = 0
    for found in _REFERENCE.finditer(replacement):
        yield replacement[end : found.start()]
        end = found.end()
        escaped, name, number, alone = found.groups()
        if alone:
            raise _failure("Illegal replacement sequence: missing group reference")
        if escaped is not None:
            yield escaped
        elif name is not None:
            if name not in match.re.groupindex:
                raise _failure(f"Illegal replacement sequence: unknown group {{ {name} }}")
            yield match.group(name) or ""
        else:
            digits = 1  # as many digits as there are groups for
            while digits < len(number) and int(number[: digits + 1]) <= match.re.groups:
                digits += 1
            if int(number[:digits]) > match.re.groups:
                raise _failure(f"Illegal replacement sequence: unknown group {{ {number[:digits]} }}")
            yield (match.group(int(number[:digits])) or "") + number[digits:]
    yield replacement[end:]


def _split(text: str, pattern: str) -> list[str]:
    pieces: list[str] = []
    end = 0
    for match in _compiled(pattern).finditer(text):
        pieces.append(text[end : match.start()])
        end = match.end()
    return [*pieces, text[end:]]


def _count(text: str, pattern: str) -> int:
    return sum(1 for _ in _compiled(pattern).finditer(text))


def _position(text: str, pattern: str, start: int, occurrence: int) -> int:
    if start < 1:
        raise _failure("start position cannot be smaller than 1")
    if occurrence < 1:
        raise _failure("occurrence cannot be smaller than 1")
    if start > len(text):
        return -1
    for number, match in enumerate(_compiled(pattern).finditer(text, start - 1), start=1):
        if number == occurrence:
            return match.start() + 1
    return -1


# Name, function, types of its parameters, type of its result.
FUNCTIONS: tuple[tuple[str, Callable[..., object], list[str], str], ...] = (
    ("python_regexp_like", _like, ["VARCHAR", "VARCHAR"], "BOOLEAN"),
    ("python_regexp_extract", _extract, ["VARCHAR", "VARCHAR", "BIGINT"], "VARCHAR"),
    ("python_regexp_extract_all", _extract_all, ["VARCHAR", "VARCHAR", "BIGINT"], "VARCHAR[]"),
    ("python_regexp_pieces", _matches, ["VARCHAR", "VARCHAR"], "STRUCT(t VARCHAR, g VARCHAR[])[]"),
    ("python_regexp_replace", _replace, ["VARCHAR", "VARCHAR", "VARCHAR"], "VARCHAR"),
    ("python_regexp_split", _split, ["VARCHAR", "VARCHAR"], "VARCHAR[]"),
    ("python_regexp_count", _count, ["VARCHAR", "VARCHAR"], "BIGINT"),
    ("python_regexp_position", _position, ["VARCHAR", "VARCHAR", "BIGINT", "BIGINT"], "BIGINT"),
)
