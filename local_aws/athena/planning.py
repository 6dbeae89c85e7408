"""Finding out what DuckDB will ask of each table, without reading any.

The query is run once on tables of a single made-up row, in a database of its own. When DuckDB opens a table there,
it says which columns it wants and which rows it leaves out: that is what its optimiser has made of the whole query,
through views, subqueries and joins. A table that it does not open in this run is simply not known about.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds

from local_aws.athena import udfs
from local_aws.athena.sql import macros

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# A query that takes longer on single rows makes its own rows; what it opens of tables it has opened by then.
_BUDGET_SECONDS = 2.0
_MEMORY_BYTES = 256 * 1024**2
_FETCHED_ROWS = 10_000
_DEFAULTS: Mapping[Any, Any] = {pa.bool_(): True, pa.string(): "", pa.binary(): b"", pa.date32(): 0}


@dataclass(frozen=True)
class Need:
    """One opening of a table: the columns wanted, and the condition on rows as an Arrow expression (None for all)."""

    columns: tuple[str, ...]
    condition: Any


@dataclass
class _Reader:
    table: Any

    def to_reader(self) -> Any:
        return self.table.to_reader()


class _Probe(ds.InMemoryDataset):  # type: ignore[misc]
    """A table of one row that notes how it is opened."""

    def __init__(self, schema: Any, needs: list[Need]) -> None:
        self._row = _one_row(schema)
        self._needs = needs
        super().__init__(schema.empty_table())

    def scanner(self, columns: Sequence[str] | None = None, filter: Any = None, **_: Any) -> _Reader:  # noqa: A002
        wanted = tuple(columns) if columns is not None else tuple(self._row.column_names)
        self._needs.append(Need(wanted, filter))
        return _Reader(self._row.select(list(wanted)))


def _one_row(schema: Any) -> Any:
    arrays = []
    for item in schema:
        kind = item.type
        if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            arrays.append(
                pa.array([0], pa.int64()).cast(kind) if not pa.types.is_decimal(kind) else pa.array([0], kind)
            )
        elif pa.types.is_timestamp(kind):
            arrays.append(pa.array([0], pa.int64()).cast(kind))
        elif kind in _DEFAULTS:
            arrays.append(pa.array([_DEFAULTS[kind]], kind))
        else:
            arrays.append(pa.nulls(1, kind))
    return pa.table(arrays, schema=schema)


@dataclass
class Planner:
    """The database in which queries are tried out."""

    _database: Any = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._database = duckdb.connect(
            ":memory:", config={"threads": 1, "memory_limit": f"{_MEMORY_BYTES}B", "temp_directory": ""}
        )
        self._database.execute("SET enable_external_access = false")
        # What a join finds in the made-up rows must not become a condition on the real ones.
        self._database.execute("SET disabled_optimizers = 'join_filter_pushdown'")
        udfs.register(self._database)
        for statement in macros.statements():
            self._database.execute(statement)

    def needs(self, sql: str, schemas: Mapping[str, Any], tables: Mapping[str, Any]) -> dict[str, list[Need]]:
        """Give how often and how each table of `schemas` is opened by a query; `tables` are there as they are."""
        found: dict[str, list[Need]] = {name: [] for name in schemas}
        with self._lock:
            connection = self._database.cursor()
        try:
            connection.execute("SET TimeZone = 'UTC'")
            for name, table in tables.items():
                connection.register(name, table)
            for name, schema in schemas.items():
                connection.register(name, _Probe(schema, found[name]))
            _try_out(connection, sql)
        except duckdb.Error:
            # The made-up row may be one that the query fails on; what has been opened until then is known all the same.
            return found
        finally:
            connection.close()
        return found

    def close(self) -> None:
        """Close the database."""
        self._database.close()


def _try_out(connection: Any, sql: str) -> None:
    """Run a query and forget its rows, for no longer than it takes to open tables; raises what DuckDB raises."""
    timer = threading.Timer(_BUDGET_SECONDS, connection.interrupt)
    timer.start()
    try:
        connection.execute(sql)
        while connection.fetchmany(_FETCHED_ROWS):
            continue
    finally:
        timer.cancel()
        timer.join()
