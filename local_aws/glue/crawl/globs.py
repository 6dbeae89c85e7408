"""Exclude patterns: which objects of a target a crawl leaves out.

AWS rule: the pattern is relative to the include path; `*` and `?` stay within a name, `**` crosses folders, `[…]` and
`[!…]` are one character of a set, `{a,b}` alternatives that are not nested, a backslash takes the next character as
it is. A dot at the beginning of a name is nothing special.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def matcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Give a function that tells whether a path below the include path is excluded."""
    if not patterns:
        return lambda path: False
    whole = re.compile("|".join(f"(?:{translate(pattern)})" for pattern in patterns), re.DOTALL)
    return lambda path: whole.fullmatch(path) is not None


def translate(pattern: str) -> str:
    """Give the regular expression for a glob pattern; the spaces and slashes around it do not count."""
    text = pattern.strip().removeprefix("/")
    result: list[str] = []
    in_group = False
    position = 0
    while position < len(text):
        character = text[position]
        position += 1
        if character == "*":
            if text[position : position + 1] == "*":
                position += 1
                result.append(".*")
            else:
                result.append("[^/]*")
        elif character == "?":
            result.append("[^/]")
        elif character == "\\" and position < len(text):
            result.append(re.escape(text[position]))
            position += 1
        elif character == "[" and "]" in text[position + 1 :]:
            end = text.index("]", position + 1)
            result.append(_set(text[position:end]))
            position = end + 1
        elif character == "{" and not in_group and "}" in text[position:]:
            in_group = True
            result.append("(?:")
        elif character == "}" and in_group:
            in_group = False
            result.append(")")
        elif character == "," and in_group:
            result.append("|")
        else:
            result.append(re.escape(character))
    return "".join(result)


def _set(inside: str) -> str:
    """Give a set of characters; within it only the range and the leading `!` mean something."""
    negated = inside.startswith("!")
    members = inside[1:] if negated else inside
    lead = "-" if members.startswith("-") else ""
    escaped = re.sub(r"([\\\]\[^&~|])", r"\\\1", members[len(lead) :])
    return f"(?!/)[{'^' if negated else ''}{re.escape(lead)}{escaped}]"
