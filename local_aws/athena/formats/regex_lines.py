"""Fields of one line as RegexSerDe takes them: the groups of a pattern that matches the whole line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.formats.table_properties import is_true
from local_aws.athena.java_regex import RegexError, java_regex

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping, Sequence

    from local_aws.athena.catalog import TableDefinition


@dataclass(frozen=True)
class RegexLines:
    """Reads lines with the table's `input.regex`."""

    pattern: re.Pattern[str]

    def fields(self, line: str) -> Sequence[str | None] | None:
        """Return the groups of a line; None for one that does not match, whose columns are all NULL."""
        match = self.pattern.fullmatch(line)
        return None if match is None else match.groups()


def regex_lines(table: TableDefinition, properties: Mapping[str, str]) -> RegexLines:
    """Compile the pattern of a table; raises `QueryError` when it is missing, or has not a group for each column."""
    pattern = properties.get("input.regex")
    if not pattern:
        raise QueryError(
            "HIVE_INVALID_METADATA",
            'This table does not have serde property "input.regex"!'
            f" {table.full_name} needs it: a Java pattern with a group for each column",
        )
    if is_true(properties, "input.regex.case.insensitive"):
        pattern = f"(?i){pattern}"
    try:
        found = java_regex(pattern).python
    except RegexError as error:
        if error.unsupported:
            raise UnsupportedError(f"input.regex of {table.full_name} ({error})") from None
        raise QueryError("HIVE_INVALID_METADATA", f"input.regex of {table.full_name}: {error}") from None
    if found is None:
        raise UnsupportedError(f"input.regex of {table.full_name} with properties of characters")
    if found.groups != len(table.columns):
        raise QueryError(
            "HIVE_CURSOR_ERROR",
            "Number of matching groups doesn't match the number of columns:"
            f" input.regex of {table.full_name} has {found.groups} groups for {len(table.columns)} columns",
        )
    return RegexLines(found)
