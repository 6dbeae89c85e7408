"""What one query is compiled with: its text, its clock, the catalog it sees, and what it will read."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from local_aws.athena.errors import Position
    from local_aws.athena.sql.parse import Source
    from local_aws.athena.sql.types import Type

CATALOG_NAMES = ("awsdatacatalog", "hive")


@dataclass(frozen=True)
class Column:
    """A column as a query sees it; names are lower case."""

    name: str
    type: Type


@dataclass(frozen=True)
class TableSource:
    """A relation that can stand in a FROM clause.

    `scan` is what the engine reads (opaque here); `view_text` is set for a view instead, whose own names are looked up
    in `view_database`.
    """

    catalog: str
    database: str
    name: str
    columns: tuple[Column, ...]
    partition_columns: tuple[Column, ...] = ()
    hidden_columns: tuple[Column, ...] = ()
    scan: object | None = None
    view_text: str | None = None
    view_database: str | None = None


class CatalogReader(Protocol):
    """Looks tables up for the compiler."""

    def table(self, database: str, name: str) -> TableSource | None:
        """Give a table, or None when there is none of that name."""

    def has_database(self, database: str) -> bool:
        """Tell whether there is a database of that name."""


@dataclass
class Scan:
    """One reading of one table in a query.

    `predicates` are DuckDB conditions over partition columns alone, written with the alias `alias`; `equalities` are
    the constants that each condition leaves to a partition column, as DuckDB texts.
    """

    name: str
    alias: str
    source: TableSource
    predicates: list[str] = field(default_factory=list)
    equalities: dict[str, list[list[str]]] = field(default_factory=dict)


@dataclass
class Session:
    """The state of compiling one query; views are compiled in sessions of their own that share `scans` and names."""

    source: Source
    now: datetime
    catalog: CatalogReader
    database: str
    catalog_name: str = CATALOG_NAMES[0]
    parameters: tuple[str, ...] = ()
    scans: list[Scan] = field(default_factory=list)
    view_stack: tuple[str, ...] = ()
    counter: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    # Texts of the columns used since the list was last emptied; tells which conditions touch partitions only.
    touched: list[str] = field(default_factory=list)
    parameter_positions: Mapping[int, int] = field(default_factory=dict)

    def fresh(self, prefix: str) -> str:
        """Make a name that no other part of the compiled query has."""
        return f"{prefix}{next(self.counter)}"

    def inside_view(self, source: Source, database: str, view: str) -> Session:
        """Give the session in which the text of a view is compiled."""
        return Session(
            source=source,
            now=self.now,
            catalog=self.catalog,
            database=database,
            scans=self.scans,
            view_stack=(*self.view_stack, view),
            counter=self.counter,
        )

    def place(self, node: object) -> Position | None:
        """Give the place of a syntax tree node in the query's text."""
        from sqlglot import exp

        return self.source.of(node) if isinstance(node, exp.Expr) else None
