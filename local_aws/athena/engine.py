"""DuckDB: one database in memory for the service, one connection of its own for each query."""

# ruff: noqa: S608  the SQL here is made from a syntax tree, with every name and text quoted

from __future__ import annotations

import os
import re
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb

from local_aws.athena import udfs
from local_aws.athena.catalog import TableDefinition
from local_aws.athena.errors import SYSTEM_ERROR, ExhaustedError, QueryCancelledError, QueryError
from local_aws.athena.formats.readers import check_table
from local_aws.athena.native import native_table
from local_aws.athena.object_cache import ObjectCache
from local_aws.athena.planning import Planner
from local_aws.athena.query_catalog import MemoryTable
from local_aws.athena.results import write_csv
from local_aws.athena.scan import LakeTable, table_schema
from local_aws.athena.sql import macros
from local_aws.athena.sql.types import quote_text
from local_aws.athena.values import text_columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from local_aws.athena.scan import ScanContext
    from local_aws.athena.sql.compiled import CompiledQuery
    from local_aws.athena.sql.session import Scan

DEFAULT_MEMORY_BYTES = 2 * 1024**3
DEFAULT_SPILL_BYTES = 16 * 1024**3
BATCH_ROWS = 65_536
_INTERRUPT_SECONDS = 0.05

_FAILURE = re.compile(r"failure<(.*)>' to INT64", re.DOTALL)
_DIVISION = re.compile(r"[Dd]ivision by zero")
_OVERFLOW = re.compile(r"Overflow in (addition|subtraction|multiplication) of (\w+)[^(]*\((.*?)\)")
_OUT_OF_RANGE = re.compile(r"with value (\S+) can't be cast because .* for the destination type (INT\d+)")
_ZONE = re.compile(r"Unknown TimeZone '([^']*)'")
_TRINO_NAMES = {"INT8": "tinyint", "INT16": "smallint", "INT32": "integer", "INT64": "bigint"}


class Engine:
    """The database that queries run in. Connections share its memory limit and nothing else.

    Files that are on their way to S3, and what does not fit into memory, are in `scratch`, which no other engine has.
    Beyond `memory_bytes` DuckDB writes to disk, up to `spill_bytes`; then a query fails.
    """

    def __init__(
        self,
        folder: Path,
        *,
        scratch: Path | None = None,
        threads: int | None = None,
        memory_bytes: int = DEFAULT_MEMORY_BYTES,
        spill_bytes: int = DEFAULT_SPILL_BYTES,
    ) -> None:
        self.scratch = scratch or folder / "scratch"
        spill = self.scratch / "spill"
        spill.mkdir(parents=True, exist_ok=True)
        self.cache = ObjectCache(folder / "objects", self.scratch)
        self.planner = Planner()
        self._lock = threading.Lock()
        self._database = duckdb.connect(
            ":memory:",
            config={
                "threads": threads or max(2, os.cpu_count() or 2),
                "memory_limit": f"{memory_bytes}B",
                "temp_directory": str(spill),
                "max_temp_directory_size": f"{spill_bytes}B",
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        self._database.execute("SET TimeZone = 'UTC'")
        # Objects in the cache and results are the only files that DuckDB can get at.
        folders = ", ".join(quote_text(f"{one}/") for one in (self.cache.folder, self.scratch))
        self._database.execute(f"SET allowed_directories = [{folders}]")
        self._database.execute("SET enable_external_access = false")
        self._database.execute("SET parquet_metadata_cache = true")
        udfs.register(self._database)
        for statement in macros.statements():
            self._database.execute(statement)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Make the connection of one query."""
        with self._lock:
            connection = self._database.cursor()
        connection.execute("SET TimeZone = 'UTC'")
        return connection

    def close(self) -> None:
        """Close the database; running queries fail."""
        self.planner.close()
        self._database.close()


@dataclass
class RunningQuery:
    """A query that has been given to DuckDB; `interrupt` may be called from another thread."""

    connection: duckdb.DuckDBPyConnection
    context: ScanContext
    engine: Engine
    held: ExitStack = field(default_factory=ExitStack)
    _native: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closed: threading.Event = field(default_factory=threading.Event)
    _interrupter: threading.Thread | None = None

    def interrupt(self) -> None:
        """Stop the query as soon as possible, whether DuckDB works on it already or not; returns at once."""
        self.context.cancelled.set()
        with self._lock:
            if self._interrupter is None and not self._closed.is_set():
                self._interrupter = threading.Thread(target=self._interrupt_until_closed, daemon=True)
                self._interrupter.start()

    def _interrupt_until_closed(self) -> None:
        # DuckDB forgets an interrupt when it begins with a statement: one that comes too early has to come again.
        while True:
            self.connection.interrupt()
            if self._closed.wait(_INTERRUPT_SECONDS):
                return

    def register(self, scans: Sequence[Scan], sql: str) -> None:
        """Make the tables of a query known under the names that the compiled query has for them."""
        memory = {
            scan.name: scan.source.scan.make() for scan in scans if isinstance(scan.source.scan, MemoryTable)
        }
        for name, rows in memory.items():
            self.connection.register(name, rows)
        tables = {
            scan.name: scan.source.scan for scan in scans if isinstance(scan.source.scan, TableDefinition)
        }
        for definition in tables.values():
            check_table(definition)
        schemas = {name: table_schema(table) for name, table in tables.items()}
        needs = self.engine.planner.needs(sql, schemas, memory) if tables else {}
        for scan in scans:
            table = tables.get(scan.name)
            if table is None:
                continue
            native = native_table(scan, table, needs[scan.name], self.context, self.engine.cache, self.held)
            if native is None:
                self.connection.register(scan.name, LakeTable(scan, table, self.context))
            else:
                self._native[scan.name] = native.sql

    def complete(self, sql: str) -> str:
        """Give a query with the tables in front of it that DuckDB reads itself.

        They are no views: a view would be bound when it is made and once more when it is used.
        """
        if not self._native:
            return sql
        tables = ", ".join(f"{name} AS NOT MATERIALIZED ({text})" for name, text in self._native.items())
        return f"WITH {tables} SELECT * FROM ({sql}) AS complete_"

    def close(self) -> None:
        """Give back what the query holds."""
        with self._lock:
            self._closed.set()
        if self._interrupter is not None:
            self._interrupter.join()
        self.connection.close()
        self.held.close()

    def write_csv(self, query: CompiledQuery, path: Path) -> int:
        """Run a query and write its rows into a file of `Engine.scratch`, formatted as Athena's results are.

        Gives the number of rows. Raises `QueryError` for what goes wrong in the query.
        """
        columns = text_columns(query.columns)
        names = ", ".join(f"c{index}" for index in range(1, len(query.columns) + 1))
        texts = f"SELECT {columns} FROM ({query.sql}) AS result_({names})"
        self.context.check()
        try:
            return write_csv(self.connection, self.complete(texts), path)
        except Exception as error:
            raise self.translate(error) from error

    def reader(self, sql: str) -> Any:
        """Run DuckDB SQL; gives a record batch reader. Raises `QueryError` for what goes wrong in its first step."""
        self.context.check()
        try:
            return self.connection.sql(self.complete(sql)).to_arrow_reader(BATCH_ROWS)
        except Exception as error:
            raise self.translate(error) from error

    def translate(self, error: Exception) -> QueryError:
        """Turn a failure of DuckDB, or of a scan inside it, into Athena's error."""
        if self.context.cancelled.is_set():
            return QueryCancelledError("Query cancelled by user")
        cause = self.context.failure or error
        if isinstance(cause, QueryError):
            return cause
        return translate_duckdb(cause)


def evaluate_predicates(engine: Engine, values: Any, alias: str, predicates: Sequence[str]) -> list[int]:
    """Give the numbers of the rows of `values` (partition columns) for which all predicates are true."""
    import pyarrow as pa

    numbered = values.append_column("row_number_", pa.array(range(values.num_rows), pa.int64()))
    connection = engine.connect()
    try:
        connection.register("partition_values_", numbered)
        conditions = " AND ".join(predicates)
        rows = connection.execute(
            f"SELECT row_number_ FROM partition_values_ AS {alias} WHERE {conditions} ORDER BY 1"
        ).fetchall()
    finally:
        connection.close()
    return [row[0] for row in rows]


def evaluate_constants(engine: Engine, texts: Sequence[str]) -> list[str | None]:
    """Return the values of DuckDB texts that no column is in; raises `QueryError` when one has none."""
    connection = engine.connect()
    try:
        row = connection.execute(
            f"SELECT {', '.join(f'CAST({text} AS VARCHAR)' for text in texts)}"
        ).fetchone()
    except duckdb.Error as error:
        raise translate_duckdb(error) from error
    finally:
        connection.close()
    return list(row or ())


def translate_duckdb(error: Exception) -> QueryError:
    """Turn a DuckDB failure into the error that Athena reports for the same mistake."""
    text = str(error)
    failure = _FAILURE.search(text)
    if failure is not None:
        name, _, message = failure.group(1).partition(": ")
        return QueryError(name, message)
    zone = _ZONE.search(text)
    if zone is not None:
        return QueryError("INVALID_FUNCTION_ARGUMENT", f"'{zone.group(1)}' is not a valid time zone")
    if _DIVISION.search(text):
        return QueryError("DIVISION_BY_ZERO", "Division by zero")
    out_of_range = _OUT_OF_RANGE.search(text)
    if out_of_range is not None:
        value, kind = out_of_range.groups()
        return QueryError(
            "NUMERIC_VALUE_OUT_OF_RANGE", f"Out of range for {_TRINO_NAMES.get(kind, kind.lower())}: {value}"
        )
    overflow = _OVERFLOW.search(text)
    if overflow is not None:
        operation, kind, operands = overflow.groups()
        if kind in ("DECIMAL", "INT128"):  # the digits of decimals are multiplied as such numbers
            return QueryError("NUMERIC_VALUE_OUT_OF_RANGE", "Decimal overflow")
        kind = _TRINO_NAMES.get(kind, kind.lower())
        return QueryError("NUMERIC_VALUE_OUT_OF_RANGE", f"{kind} {operation} overflow: {operands}")
    if "Map keys must be unique" in text:
        return QueryError("INVALID_FUNCTION_ARGUMENT", "Duplicate map keys are not allowed")
    if isinstance(error, duckdb.ConversionException):
        return QueryError("INVALID_CAST_ARGUMENT", text.split("\n", 1)[0].removeprefix("Conversion Error: "))
    if isinstance(error, duckdb.OutOfRangeException):
        return QueryError(
            "NUMERIC_VALUE_OUT_OF_RANGE", text.split("\n", 1)[0].removeprefix("Out of Range Error: ")
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return ExhaustedError()
    if isinstance(error, duckdb.InvalidInputException) and "More than one row returned by a subquery" in text:
        return QueryError("SUBQUERY_MULTIPLE_ROWS", "Scalar sub-query has returned multiple rows")
    return QueryError("GENERIC_INTERNAL_ERROR", f"{type(error).__name__}: {text}", category=SYSTEM_ERROR)
