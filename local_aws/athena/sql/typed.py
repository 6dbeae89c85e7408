"""A compiled expression: DuckDB text with its Trino type."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from local_aws.athena.sql.types import Type, duckdb_type

_NUMBER = re.compile(r"(?:CAST\()*'?-?[0-9.eE+-]+'?(?: AS [A-Z]+(?:\([0-9, ]+\))?\))*")


@dataclass(frozen=True)
class Typed:
    """DuckDB SQL of an expression, and the Trino type of its value.

    `literal` is the value when the expression is a plain text or a whole number: some functions need it while the
    query is being compiled (units of time, formats, JSON paths).
    """

    sql: str
    type: Type
    literal: str | int | None = None

    @property
    def is_number(self) -> bool:
        """Whether the expression is a number written out, or one cast to another type."""
        return _NUMBER.fullmatch(self.sql) is not None

    def with_type(self, kind: Type) -> Typed:
        """Give the same expression under another type that has the same form in DuckDB."""
        return replace(self, type=kind)


def null_of(kind: Type) -> Typed:
    """Give NULL of a type."""
    return Typed(f"CAST(NULL AS {duckdb_type(kind)})", kind)
