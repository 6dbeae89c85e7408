"""Fields of one line as OpenCSVSerde takes them: quotes, escapes, and what is left of a quote that is not closed.

AWS rule: a line is a row. OpenCSVSerde has no line breaks inside quotes, whatever else reads such a file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class CsvLines:
    """Reads lines with these three characters, each different from the others."""

    separator: str
    quote: str
    escape: str
    _field: re.Pattern[str] = field(init=False, repr=False)
    _line: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Compile the form of lines that need no look at single characters."""
        separator, quote, escape = (re.escape(text) for text in (self.separator, self.quote, self.escape))
        quoted = f"{quote}(?:[^{quote}{escape}]|{quote}{quote})*{quote}"
        unquoted = f"[^{separator}{quote}{escape}]*"
        object.__setattr__(self, "_field", re.compile(f"{separator}(?:({quoted})|({unquoted}))"))
        one = f"(?:{quoted}|{unquoted})"
        object.__setattr__(self, "_line", re.compile(f"{one}(?:{separator}{one})*"))

    def fields(self, line: str) -> Sequence[str] | None:
        """Return the fields of a line; None for a line without any, whose columns are all NULL.

        A field whose quote is not closed is no field: its column and those behind it are NULL.
        """
        if not line:
            return None
        if self.quote not in line and self.escape not in line:
            return line.split(self.separator)
        if self._line.fullmatch(line):
            return self._well_formed(line)
        return self._by_character(line) or None

    def _well_formed(self, line: str) -> list[str]:
        doubled = self.quote * 2
        return [
            unquoted if not quoted else quoted[1:-1].replace(doubled, self.quote)
            for quoted, unquoted in self._field.findall(self.separator + line)
        ]

    def _by_character(self, line: str) -> list[str]:
        found: list[str] = []
        text: list[str] = []
        quoted = False
        position = 0
        while position < len(line):
            character = line[position]
            following = line[position + 1 : position + 2]
            if character == self.escape:
                # Outside quotes, and before anything but a quote or itself, the escape stands for nothing.
                if quoted and following in (self.quote, self.escape):
                    text.append(following)
                    position += 1
            elif character == self.quote:
                if quoted and following == self.quote:
                    text.append(following)
                    position += 1
                else:
                    self._inner_quote(line, position, text)
                    quoted = not quoted
            elif character == self.separator and not quoted:
                found.append("".join(text))
                text.clear()
            else:
                text.append(character)
            position += 1
        return found if quoted else [*found, "".join(text)]

    def _inner_quote(self, line: str, position: int, text: list[str]) -> None:
        """Keep a quote that neither starts nor ends a field; blanks alone in front of one are dropped instead."""
        following = line[position + 1 : position + 2]
        inside = position > 2 and line[position - 1] != self.separator
        if not inside or following in ("", self.separator):
            return
        if text and not "".join(text).strip():
            text.clear()
        else:
            text.append(self.quote)
