"""The tokens of a jq query. String interpolations are tokens of their own, so a name inside a string is not a call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["field", "name", "variable", "format", "number", "text", "open", "close", "operator"]

KEYWORDS = frozenset(
    [
        "def",
        "if",
        "then",
        "elif",
        "else",
        "end",
        "as",
        "reduce",
        "foreach",
        "try",
        "catch",
        "label",
        "import",
        "include",
        "and",
        "or",
        "__loc__",
        "break",
    ]
)

_SPACE = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)+")
_TOKEN = re.compile(
    r"(?P<field>\.[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<variable>\$(?:[A-Za-z_][A-Za-z0-9_]*::)*[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<format>@[A-Za-z0-9_]+)"
    r"|(?P<name>(?:[A-Za-z_][A-Za-z0-9_]*::)*[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<operator>\?//=?|//=|//|\|=|\+=|-=|\*=|/=|%=|==|!=|<=|>=|\.\.|[-+*/%=<>|,.?:;$@])"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])"
)
_STRING_PART = re.compile(r'[^"\\]*(?:\\[^(][^"\\]*)*', re.DOTALL)
_CLOSES = {"(": ")", "[": "]", "{": "}", '"(': ")"}


class TokenError(ValueError):
    """The text is not a query: a character that no token starts with, or a bracket or string without its end."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `start` and `end` are offsets in the query, `depth` is the number of brackets around it.

    A string is its parts of kind `text`, with the interpolations between them as `open` and `close` (their text is
    `"(` and `)`). `ends_string` marks the last part.
    """

    kind: Kind
    text: str
    start: int
    end: int
    depth: int
    ends_string: bool = False


def tokenize(query: str) -> list[Token]:
    """Split `query`. Raises `TokenError`."""
    tokens: list[Token] = []
    brackets: list[str] = []
    position = 0
    while True:
        space = _SPACE.match(query, position)
        position = space.end() if space else position
        if position >= len(query):
            break
        if query[position] == '"':
            position = _string_part(query, position, position + 1, tokens, brackets)
            continue
        found = _TOKEN.match(query, position)
        if found is None:
            raise TokenError(f"unexpected {query[position]!r} at offset {position}")
        kind, text = found.lastgroup, found[0]
        position = found.end()
        if kind == "close":
            opened = brackets.pop() if brackets else ""
            if _CLOSES.get(opened) != text:
                raise TokenError(f"unexpected {text!r} at offset {found.start()}")
            tokens.append(Token("close", text, found.start(), position, len(brackets)))
            if opened == '"(':
                position = _string_part(query, position, position, tokens, brackets)
            continue
        tokens.append(Token(kind, text, found.start(), position, len(brackets)))  # type: ignore[arg-type]
        if kind == "open":
            brackets.append(text)
    if brackets:
        raise TokenError(f"{brackets[-1][-1]!r} is never closed")
    return tokens


def _string_part(query: str, start: int, content: int, tokens: list[Token], brackets: list[str]) -> int:
    """Read a string up to its end or to its next interpolation; return the offset behind it."""
    part = _STRING_PART.match(query, content)
    end = part.end() if part else content
    if query.startswith('"', end):
        tokens.append(Token("text", query[content:end], start, end + 1, len(brackets), ends_string=True))
        return end + 1
    if not query.startswith("\\(", end):
        raise TokenError(f"the string at offset {start} is never closed")
    tokens.append(Token("text", query[content:end], start, end, len(brackets)))
    tokens.append(Token("open", '"(', end, end + 2, len(brackets)))
    brackets.append('"(')
    return end + 2
