r"""Trino's regular expressions, which are Java's, for two engines: DuckDB's (RE2), and Python's for what RE2 has not.

Trino's `\w`, `\d` and `\s` know all of Unicode, RE2's only ASCII: they are written out as classes. Look-around, back
references and possessive quantifiers are Python's alone; `\b` and `$` are RE2's as long as the text is ASCII and has
no newline at its end.
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

# Its tree tells which groups may stay unset.
_parser: Any = importlib.import_module("re._parser")
_WORD = r"\p{L}\p{M}\p{Nd}\p{Pc}"
_SPACE = r"\t\n\x0b\f\r\x{85}\p{Z}"
# In RE2 by class escape: inside brackets, and alone.
_CLASSES = {
    "w": (_WORD, f"[{_WORD}]"),
    "W": (None, f"[^{_WORD}]"),
    "d": (r"\p{Nd}", r"\p{Nd}"),
    "D": (r"\P{Nd}", r"\P{Nd}"),
    "s": (_SPACE, f"[{_SPACE}]"),
    "S": (None, f"[^{_SPACE}]"),
    "h": (r" \t\x{a0}", r"[ \t\x{a0}]"),
}
_PROPERTY = re.compile(r"\{\^?([A-Z][a-z]?|[A-Z][a-z]{2,}(?:_[A-Z][a-z]+)*)\}|[A-Z]")
_POSIX_PROPERTIES = frozenset(
    {*("Alpha", "Digit", "Alnum", "Upper", "Lower", "Punct", "Graph", "Print", "Blank", "Cntrl"), "Space"}
)
_RE2_REPETITIONS = 1000


class RegexError(ValueError):
    """A pattern that is none, or one that neither engine has; `unsupported` tells which."""

    def __init__(self, message: str, *, unsupported: bool = False) -> None:
        super().__init__(message)
        self.unsupported = unsupported


@dataclass(frozen=True)
class JavaRegex:
    """A pattern: as RE2's text (None when RE2 cannot have it) and as Python's (None when Python cannot)."""

    re2: str | None
    python: re.Pattern[str] | None
    groups: int
    ascii_only: bool
    before_newline: bool
    may_be_empty: bool
    always_set: frozenset[int]


@lru_cache(maxsize=512)
def java_regex(pattern: str) -> JavaRegex:
    """Read a pattern; raises `RegexError`."""
    reader = _Reader(pattern)
    reader.read()
    try:
        compiled = re.compile(reader.python)
        tree = _parser.parse(reader.python)
    except (re.error, OverflowError) as error:
        raise RegexError(str(error), unsupported="look-behind" in str(error)) from None
    if reader.only_re2 and reader.only_python:
        raise RegexError("properties together with look-around or back references", unsupported=True)
    return JavaRegex(
        re2=None if reader.only_python else reader.re2,
        python=None if reader.only_re2 else compiled,
        groups=compiled.groups,
        ascii_only=reader.boundary,
        before_newline=reader.end,
        may_be_empty=tree.getwidth()[0] == 0,
        always_set=frozenset(_always_set(tree)),
    )


def _always_set(tree: Any) -> set[int]:
    """Give the groups that take part in every match."""
    found: set[int] = set()
    for operation, detail in tree:
        name = str(operation)
        if name == "SUBPATTERN":
            if detail[0] is not None:
                found.add(detail[0])
            found |= _always_set(detail[3])
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and detail[0] > 0:
            found |= _always_set(detail[2])
        elif name == "ATOMIC_GROUP":
            found |= _always_set(detail)
    return found


class _Reader:
    """Goes through a pattern and writes it twice."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.index = 0
        self.re2 = ""
        self.python = ""
        self.only_python = False
        self.only_re2 = False
        self.boundary = False
        self.end = False
        self.multiline = re.search(r"\(\?[a-z]*m", pattern) is not None

    def read(self) -> None:
        while self.index < len(self.pattern):
            character = self.pattern[self.index]
            if character == "\\":
                self._escape(inside=False)
            elif character == "[":
                self._class()
            elif character == "(" and self.pattern.startswith("(?", self.index):
                self._special_group()
            elif character == "$" and not self.multiline:
                self.end = True
                self._both("$", r"(?=\n?\Z)", 1)
            elif character in "*+?}" and self.pattern[self.index + 1 : self.index + 2] == "+":
                self.only_python = True
                self._both(character + "+", character + "+", 2)
            else:
                self._repetition()
                self._both(character, character, 1)

    def _both(self, re2: str, python: str, length: int) -> None:
        self.re2 += re2
        self.python += python
        self.index += length

    def _repetition(self) -> None:
        if self.pattern.startswith("{,", self.index):
            raise RegexError("a repetition without a lower bound", unsupported=True)
        match = re.compile(r"\{(\d+)(?:,(\d*))?\}").match(self.pattern, self.index)
        if match and max(int(match.group(1)), int(match.group(2) or 0)) > _RE2_REPETITIONS:
            self.only_python = True

    def _special_group(self) -> None:
        rest = self.pattern[self.index :]
        named = re.match(r"\(\?<([A-Za-z]\w*)>", rest)
        if named:
            text = f"(?P<{named.group(1)}>"
            self._both(text, text, len(named.group(0)))
            return
        for start in ("(?=", "(?!", "(?<=", "(?<!", "(?>"):
            if rest.startswith(start):
                self.only_python = True
                self._both(start, start, len(start))
                return
        flags = re.match(r"\(\?([a-zA-Z-]*)[:)]", rest)
        if flags is None or set(flags.group(1)) - set("imsx-"):
            raise RegexError(f"the group {rest[:6]}", unsupported=True)
        if "x" in flags.group(1):
            self.only_python = True
        if flags.group(0).endswith(")") and self.index > 0:
            self.only_re2 = True  # Python has flags at the start alone
            self.re2 += flags.group(0)
            self.index += len(flags.group(0))
            return
        self._both(flags.group(0), flags.group(0), len(flags.group(0)))

    def _class(self) -> None:
        self._both("[", "[", 1)
        if self.pattern[self.index : self.index + 1] == "^":
            self._both("^", "^", 1)
        first = True
        while self.index < len(self.pattern):
            character = self.pattern[self.index]
            if character == "]" and not first:
                self._both("]", "]", 1)
                return
            first = False
            if character == "\\":
                self._escape(inside=True)
            elif character == "[" or self.pattern.startswith("&&", self.index):
                raise RegexError("classes inside classes", unsupported=True)
            else:
                self._both(character, character, 1)
        raise RegexError("premature end of char-class")

    def _escape(self, *, inside: bool) -> None:
        letter = self.pattern[self.index + 1 : self.index + 2]
        if not letter:
            raise RegexError("end pattern at escape")
        if letter == "Q" and not inside:
            end = self.pattern.find("\\E", self.index)
            text = self.pattern[self.index + 2 : end if end >= 0 else None]
            quoted = re.sub(r"([^\w\s])", r"\\\1", text, flags=re.ASCII)
            self._both(quoted, quoted, len(text) + (4 if end >= 0 else 2))
        elif letter in _CLASSES:
            bracketed, alone = _CLASSES[letter]
            re2 = bracketed if inside else alone
            if re2 is None:
                raise RegexError(f"\\{letter} inside brackets", unsupported=True)
            python = (" \\t\\xa0" if inside else "[ \\t\\xa0]") if letter == "h" else "\\" + letter
            self._both(re2, python, 2)
        elif letter in "pP":
            self._property(letter)
        elif letter in "bB" and not inside:
            self.boundary = True
            self._both("\\" + letter, "\\" + letter, 2)
        elif letter in "zZ" and not inside:
            self.only_python = self.only_python or letter == "Z"
            self._both(r"\z", r"\Z" if letter == "z" else r"(?=\n?\Z)", 2)
        elif letter in "Atnrf":
            self._both("\\" + letter, "\\" + letter, 2)
        elif letter in "xu":
            self._code_point()
        elif letter == "k" or letter in "123456789":
            self._reference(inside=inside)
        elif letter.isalnum():
            raise RegexError(f"\\{letter}", unsupported=True)
        else:
            self._both("\\" + letter, "\\" + letter, 2)

    def _property(self, letter: str) -> None:
        match = _PROPERTY.match(self.pattern, self.index + 2)
        if match is None or match.group(1) in _POSIX_PROPERTIES:
            raise RegexError(
                f"the property in {self.pattern[self.index : self.index + 12]}", unsupported=True
            )
        self.only_re2 = True
        self._both(f"\\{letter}{match.group(0)}", ".", 2 + len(match.group(0)))

    def _code_point(self) -> None:
        match = re.compile(r"\\(?:x\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4}))").match(
            self.pattern, self.index
        )
        if match is None:
            raise RegexError(f"invalid escape {self.pattern[self.index : self.index + 6]}")
        digits = next(group for group in match.groups() if group)
        self._both(f"\\x{{{digits}}}", f"\\U{int(digits, 16):08x}", len(match.group(0)))

    def _reference(self, *, inside: bool) -> None:
        match = re.compile(r"\\(?:k<(\w+)>|([1-9]))").match(self.pattern, self.index)
        if match is None or inside:
            raise RegexError(f"invalid escape {self.pattern[self.index : self.index + 4]}")
        self.only_python = True
        text = f"(?P={match.group(1)})" if match.group(1) else f"(?:\\{match.group(2)})"
        self._both(text, text, len(match.group(0)))
