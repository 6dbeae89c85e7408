r"""Makes text that a regular expression matches.

Understands what contracts use: literals, ``.``, classes, ``\d \w \s``, groups, alternatives, ``? * + {n} {n,} {n,m}``
and the anchors ``^ $`` at the ends. Anything else (look-around, back references, word boundaries) is refused: such a
field needs an ``x-fake`` of its own.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from dataclasses import dataclass

_DIGITS = string.digits
_WORD = string.ascii_letters + string.digits + "_"
_SPACE = " "
_ANY = "".join(chr(code) for code in range(32, 127))
_CLASSES = {"d": _DIGITS, "w": _WORD, "s": _SPACE}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}
_UNBOUNDED_REPEATS = 8
"""How far above its minimum an open quantifier goes."""

Part = Callable[[random.Random], str]
"""Makes one text for a part of the expression."""


class PatternError(ValueError):
    """The expression has something for which no text can be made."""


def compile_pattern(pattern: str) -> Part:
    """Turn an expression into a function that makes matching texts.

    :raises PatternError: the expression is malformed or has a construct that is not understood.
    """
    parser = _Parser(pattern)
    part = parser.alternatives()
    if not parser.at_end():
        raise PatternError(f"unbalanced ')' at position {parser.position}")
    return part


@dataclass
class _Parser:
    text: str
    position: int = 0

    def at_end(self) -> bool:
        return self.position >= len(self.text)

    def alternatives(self) -> Part:
        branches = [self.sequence()]
        while self._accept("|"):
            branches.append(self.sequence())
        if len(branches) == 1:
            return branches[0]
        return lambda source: source.choice(branches)(source)

    def sequence(self) -> Part:
        parts: list[Part] = []
        while not self.at_end() and self.text[self.position] not in "|)":
            part = self.atom()
            parts.append(self.quantified(part))
        return lambda source: "".join(part(source) for part in parts)

    def atom(self) -> Part:
        character = self._take()
        if character in "^$":
            return lambda _source: ""
        if character == ".":
            return _one_of(_ANY)
        if character == "(":
            return self.group()
        if character == "[":
            return _one_of(self.character_class())
        if character == "\\":
            return _one_of(self.escape(inside_class=False))
        if character in "*+?":
            raise PatternError(f"nothing to repeat at position {self.position - 1}")
        return lambda _source: character

    def group(self) -> Part:
        if self._accept("?"):
            if self._accept("P<") or (
                self._peek() == "<" and self._peek(1) not in "=!" and self._accept("<")
            ):
                self._until(">")
            elif not self._accept(":"):
                raise PatternError(f"'(?{self._peek()}' at position {self.position} is not understood")
        part = self.alternatives()
        if not self._accept(")"):
            raise PatternError("a group is not closed")
        return part

    def quantified(self, part: Part) -> Part:
        if self._accept("?"):
            low, high = 0, 1
        elif self._accept("*"):
            low, high = 0, _UNBOUNDED_REPEATS
        elif self._accept("+"):
            low, high = 1, 1 + _UNBOUNDED_REPEATS
        elif self._peek() == "{":
            self._take()
            low, high = self._bounds(self._until("}"))
        else:
            return part
        self._accept("?")  # a lazy quantifier matches the same texts
        return lambda source: "".join(part(source) for _ in range(source.randint(low, high)))

    def character_class(self) -> str:
        negated = self._accept("^")
        members = ""
        first = True
        while first or self._peek() != "]":
            first = False
            start = self._class_member()
            if self._peek() == "-" and self._peek(1) not in ("]", ""):
                self._take()
                end = self._class_member()
                if len(start) != 1 or len(end) != 1 or start > end:
                    raise PatternError(f"bad range {start}-{end} in a class")
                start = "".join(chr(code) for code in range(ord(start), ord(end) + 1))
            members += start
        self._take()
        return "".join(c for c in _ANY if c not in members) if negated else members

    def escape(self, *, inside_class: bool) -> str:
        character = self._take()
        if character in _CLASSES:
            return _CLASSES[character]
        if character.lower() in _CLASSES:
            return "".join(c for c in _ANY if c not in _CLASSES[character.lower()])
        if character in _CONTROLS:
            return _CONTROLS[character]
        if character in "xu":
            digits = "".join(self._take() for _ in range(2 if character == "x" else 4))
            try:
                return chr(int(digits, 16))
            except ValueError as error:
                raise PatternError(f"'\\{character}{digits}' is not a character") from error
        if character.isalnum() and not (inside_class and character == "b"):
            raise PatternError(f"'\\{character}' at position {self.position - 2} is not understood")
        return character

    def _class_member(self) -> str:
        character = self._take()
        return self.escape(inside_class=True) if character == "\\" else character

    def _bounds(self, text: str) -> tuple[int, int]:
        low, comma, high = text.partition(",")
        try:
            least = int(low) if low or not comma else 0
            most = int(high) if high else least + _UNBOUNDED_REPEATS if comma else least
        except ValueError as error:
            raise PatternError(f"'{{{text}}}' is not a number of repeats") from error
        if least > most:
            raise PatternError(f"'{{{text}}}' has its bounds the wrong way round")
        return least, most

    def _peek(self, ahead: int = 0) -> str:
        index = self.position + ahead
        return self.text[index] if index < len(self.text) else ""

    def _take(self) -> str:
        if self.at_end():
            raise PatternError("it ends too early")
        self.position += 1
        return self.text[self.position - 1]

    def _accept(self, expected: str) -> bool:
        if not self.text.startswith(expected, self.position):
            return False
        self.position += len(expected)
        return True

    def _until(self, end: str) -> str:
        stop = self.text.find(end, self.position)
        if stop < 0:
            raise PatternError(f"{end!r} is missing")
        found, self.position = self.text[self.position : stop], stop + 1
        return found


def _one_of(characters: str) -> Part:
    if not characters:
        raise PatternError("a class that matches nothing")
    if len(characters) == 1:
        return lambda _source: characters
    return lambda source: source.choice(characters)
