"""Reading texts by a pattern: MySQL's letters (date_parse) and Joda's (parse_datetime), as Joda reads them.

DuckDB's strptime is more lenient with blanks, starts from another year and has another span of two-digit years. So a
pattern also becomes a regular expression that the whole text has to follow, and what it does not tell is put in front.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from local_aws.athena.sql.types import quote_text

# The first of the 100 years that two digits stand for in date_parse.
MYSQL_CENTURY = 1970
_DIGITS = {
    "%Y": r"\d{1,4}",
    "%y": r"\d{2}",
    "%f": r"\d{1,9}",
    "%g": r"\d{1,3}",
    "%j": r"\d{1,3}",
    "%p": "[AaPp][Mm]",
    "%a": "[A-Za-z]+",
    "%A": "[A-Za-z]+",
    "%b": "[A-Za-z]+",
    "%B": "[A-Za-z]+",
}
_TWO_DIGITS = r"\d{1,2}"
_DIRECTIVE = re.compile(r"%-?([A-Za-z%])")
_YEARS = ("%Y", "%y", "%G")
_MONTHS_AND_DAYS = ("%m", "%b", "%B", "%d", "%j")


@dataclass(frozen=True)
class Reading:
    """How texts of one pattern are read.

    `expression` is followed by the whole text, `format` is strptime's; `base` goes in front of the text: the year that
    the pattern does not have. `century` is the first year that two digits stand for, or None without such a year.
    """

    expression: str
    format: str
    base: str
    century: int | None

    def sql(self, text: str) -> str:
        """Write the reading of a text as a timestamp with milliseconds; further digits are cut off."""
        arguments = (text, *map(quote_text, (self.expression, self.format, self.base)))
        if self.century is None:
            return f"read_time({', '.join(arguments)})"
        return f"read_time_in_century({', '.join(arguments)}, {self.century})"


def reading(pattern: str, century: int) -> Reading:
    """Make the reading of a strftime pattern."""
    pieces: list[str] = []
    end = 0
    directives: list[str] = []
    for match in _DIRECTIVE.finditer(pattern):
        pieces.append(_literal(pattern[end : match.start()]))
        end = match.end()
        directive = "%" + match.group(1)
        directives.append(directive)
        if directive == "%%":
            pieces.append("%")
        elif directive == "%f":  # the first three digits are kept
            pieces.append(r"\d{1,3})\d{0,6}(")
        else:
            pieces.append(_DIGITS.get(directive, _TWO_DIGITS))
    pieces.append(_literal(pattern[end:]))
    base = ""
    if not any(item in _YEARS for item in directives):
        # Joda: a date without a year is in a leap year, a time without a date is on the first day of the epoch.
        base = "2000 " if any(item in _MONTHS_AND_DAYS for item in directives) else "1970 "
    return Reading(
        expression="^(" + "".join(pieces) + ")$",
        format=("%Y " if base else "") + pattern.replace("%-", "%"),
        base=base,
        century=century if "%y" in directives else None,
    )


def _literal(text: str) -> str:
    return re.sub(r"([^\w\s])", r"\\\1", text, flags=re.ASCII)
