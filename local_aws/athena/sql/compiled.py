"""What compiling a query gives: its text for DuckDB, and the columns that it has in Athena."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_aws.athena.sql.scope import Field

if TYPE_CHECKING:
    from local_aws.athena.sql.types import Type


@dataclass(frozen=True)
class OutputColumn:
    """One column of a query's result; `name` is None when the query gives it none."""

    name: str | None
    type: Type


@dataclass(frozen=True)
class CompiledQuery:
    """DuckDB SQL of a query, with the columns it has in Athena."""

    sql: str
    columns: tuple[OutputColumn, ...]

    @property
    def names(self) -> list[str]:
        """The names under which Athena reports the columns: `_col0`, `_col1`, … where there is none."""
        return [
            column.name if column.name is not None else f"_col{i}" for i, column in enumerate(self.columns)
        ]

    def fields(self, alias: str) -> tuple[Field, ...]:
        """Give the columns as fields of a relation with the DuckDB alias `alias`."""
        return tuple(
            Field(column.name, f'"{alias}".c{index}', column.type)
            for index, column in enumerate(self.columns, start=1)
        )


@dataclass(frozen=True)
class Cte:
    """A common table expression that has been compiled: its name in DuckDB and its columns."""

    name: str
    columns: tuple[OutputColumn, ...]
