"""A compiled expression: DuckDB text with its Trino type."""

from __future__ import annotations

from dataclasses import dataclass, replace

from local_aws.athena.sql.types import Type, duckdb_type


@dataclass(frozen=True)
class Typed:
    """DuckDB SQL of an expression, and the Trino type of its value.

    `literal` is the value when the expression is a plain text or a whole number: some functions need it while the
    query is being compiled (units of time, formats, JSON paths).
    """

    sql: str
    type: Type
    literal: str | int | None = None

    def with_type(self, kind: Type) -> Typed:
        """Give the same expression under another type that has the same form in DuckDB."""
        return replace(self, type=kind)


def null_of(kind: Type) -> Typed:
    """Give NULL of a type."""
    return Typed(f"CAST(NULL AS {duckdb_type(kind)})", kind)
