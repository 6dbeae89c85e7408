"""A table as DuckDB reads it: when the query runs, DuckDB says which columns and which rows it wants.

`LakeTable` looks like a pyarrow dataset to DuckDB, which asks it for a scanner with the columns and the filter that are
left after DuckDB's own optimiser. Only then partitions are chosen, objects listed, row groups pruned, bytes counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.dataset as ds

from local_aws.athena.arrow_types import arrow_type
from local_aws.athena.catalog import PATH_COLUMN, ROW_COLUMN, SIZE_COLUMN
from local_aws.athena.errors import QueryCancelledError
from local_aws.athena.formats.readers import reader_for
from local_aws.athena.partitions import PruningConditions, find_files, typed_values
from local_aws.athena.storage import file_system_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from local_aws.athena.catalog import GlueCatalog, TableDefinition
    from local_aws.athena.partitions import DataFile
    from local_aws.athena.sql.session import Scan
    from local_aws.clients import Clients


@dataclass
class ScanContext:
    """What all scans of one query share: where to read, how much was read, and whether to go on."""

    clients: Clients
    catalog: GlueCatalog
    now: datetime
    evaluate: Callable[[Any, str, Sequence[str]], list[int]]
    constants: Callable[[Sequence[str]], list[str | None]]
    cutoff_bytes: int | None = None
    scanned_bytes: int = 0
    scanned_rows: int = 0
    files: int = 0
    cancelled: Event = field(default_factory=Event)
    failure: Exception | None = None
    _lock: Lock = field(default_factory=Lock)

    def add_bytes(self, count: int) -> None:
        """Count bytes that are about to be read; raises `QueryCancelledError` beyond what the workgroup allows."""
        with self._lock:
            self.scanned_bytes += count
            exceeded = self.cutoff_bytes is not None and self.scanned_bytes > self.cutoff_bytes
        if exceeded:
            raise QueryCancelledError("Bytes scanned limit was exceeded")

    def check(self) -> None:
        """Raise `QueryCancelledError` when the query has been stopped."""
        if self.cancelled.is_set():
            raise QueryCancelledError("Query cancelled by user")

    def fail(self, error: Exception) -> None:
        """Keep the first failure: DuckDB only passes on its text."""
        with self._lock:
            if self.failure is None:
                self.failure = error


class _Reader:
    """What DuckDB takes for a pyarrow scanner."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def to_reader(self) -> Any:
        return self._reader


class LakeTable(ds.InMemoryDataset):  # type: ignore[misc]
    """One reading of one table, filled in when DuckDB asks for it."""

    def __init__(self, scan: Scan, table: TableDefinition, context: ScanContext) -> None:
        self._scan = scan
        self._table = table
        self._context = context
        self._schema = table_schema(table)
        super().__init__(self._schema.empty_table())

    def scanner(self, columns: Sequence[str] | None = None, filter: Any = None, **_: Any) -> _Reader:  # noqa: A002
        """Choose the objects and give the reader of their rows; called by DuckDB."""
        wanted = list(columns) if columns is not None else list(self._schema.names)
        try:
            batches = self._batches(wanted, filter)
        except Exception as error:
            self._context.fail(error)
            raise
        schema = pa.schema([self._schema.field(name) for name in wanted])
        return _Reader(pa.RecordBatchReader.from_batches(schema, self._guarded(batches)))

    def _guarded(self, batches: Iterator[Any]) -> Iterator[Any]:
        try:
            for batch in batches:
                self._context.check()
                self._context.scanned_rows += batch.num_rows
                yield batch
        except Exception as error:
            self._context.fail(error)
            raise

    def _batches(self, columns: list[str], condition: Any) -> Iterator[Any]:
        context = self._context
        context.check()
        conditions = PruningConditions(
            predicates=tuple(self._scan.predicates),
            alias=self._scan.alias,
            evaluate=context.evaluate,
            constants=context.constants,
            pushed=condition,
            equalities=self._scan.equalities,
        )
        table = self._table
        files = find_files(
            context.clients,
            table,
            lambda: context.catalog.partitions(table.database, table.name),
            conditions,
            context.now,
        )
        context.files += len(files)
        read = reader_for(table)
        data_columns = [column.name for column in table.columns]
        return read(
            table=table,
            files=[(file.stored, constants) for file, constants in with_constants(table, files)],
            schema=self._schema,
            columns=columns,
            data_columns=data_columns,
            condition=condition,
            system=file_system_of(context.clients),
            clients=context.clients,
            add_bytes=context.add_bytes,
        )


def with_constants(
    table: TableDefinition, files: Sequence[DataFile]
) -> list[tuple[DataFile, dict[str, Any]]]:
    """Give each object with the values that all of its rows have: partition columns and `$path`."""
    names = [column.name for column in table.partition_columns]
    rows = typed_values(table, names, [file.values for file in files]).to_pylist() if names else None
    found = []
    for index, file in enumerate(files):
        constants: dict[str, Any] = {
            ROW_COLUMN: 0,
            PATH_COLUMN: file.stored.uri,
            SIZE_COLUMN: file.stored.size,
        }
        if rows is not None:
            constants.update(rows[index])
        found.append((file, constants))
    return found


def table_schema(table: TableDefinition) -> Any:
    """Give the Arrow schema of a table.

    The first column is one that costs nothing: DuckDB asks for the first column when it only counts rows.
    """
    virtual = [(ROW_COLUMN, pa.int8()), (PATH_COLUMN, pa.string()), (SIZE_COLUMN, pa.int64())]
    columns = [(c.name, arrow_type(c.type)) for c in (*table.columns, *table.partition_columns)]
    return pa.schema([*virtual, *columns])
