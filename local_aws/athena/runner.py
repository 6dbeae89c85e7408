"""Running one statement: compile it, give it to DuckDB, store its result."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from local_aws.athena.catalog import GlueCatalog
from local_aws.athena.engine import RunningQuery, evaluate_predicates
from local_aws.athena.results import put_bytes, put_file, write_csv
from local_aws.athena.scan import ScanContext
from local_aws.athena.sql.compiler import compile_query
from local_aws.athena.sql.parse import Source, parse_statement
from local_aws.athena.sql.session import Session
from local_aws.athena.values import column_info
from local_aws.athena.workgroups import upload_arguments

if TYPE_CHECKING:
    from pathlib import Path

    from local_aws.athena.engine import Engine
    from local_aws.athena.executions import Execution
    from local_aws.athena.sql.queries import CompiledQuery
    from local_aws.clients import Clients

CSV_TYPE = "application/octet-stream"
DEFAULT_DATABASE = "default"


@dataclass
class StatementRun:
    """One statement while it runs; `cancel` may be called from another thread."""

    execution: Execution
    clients: Clients
    engine: Engine
    scratch_dir: Path
    cutoff_bytes: int | None = None
    catalog: GlueCatalog = field(init=False)
    context: ScanContext = field(init=False)
    running: RunningQuery = field(init=False)

    def __post_init__(self) -> None:
        self.catalog = GlueCatalog(self.clients)
        self.context = ScanContext(
            clients=self.clients,
            catalog=self.catalog,
            now=datetime.fromtimestamp(self.execution.submitted, UTC),
            evaluate=lambda values, alias, predicates: evaluate_predicates(
                self.engine, values, alias, predicates
            ),
            cutoff_bytes=self.cutoff_bytes,
        )
        self.running = RunningQuery(self.engine.connect(), self.context)

    def cancel(self) -> None:
        """Stop the statement as soon as possible."""
        self.running.interrupt()

    def run(self) -> None:
        """Run the statement to its end; raises `QueryError`."""
        try:
            self._select(parse_statement(self.execution.query))
        finally:
            self.execution.scanned_bytes = self.context.scanned_bytes
            self.execution.scanned_rows = self.context.scanned_rows
            self.running.connection.close()

    def session(self) -> Session:
        """Make the session in which the statement's text is compiled."""
        return Session(
            source=Source(self.execution.query),
            now=self.context.now,
            catalog=self.catalog,
            database=(self.execution.database or DEFAULT_DATABASE).lower(),
            parameters=tuple(self.execution.parameters),
        )

    def _select(self, statement: Any) -> None:
        started = time.monotonic()
        session = self.session()
        query = compile_query(statement, session)
        self.running.register(session.scans)
        planned = time.monotonic()
        self.execution.planning_milliseconds = round((planned - started) * 1000)
        self._write_result(query)
        self.execution.engine_milliseconds = round((time.monotonic() - started) * 1000)

    def _write_result(self, query: CompiledQuery) -> None:
        execution = self.execution
        execution.columns = [
            column_info(name, column.type) for name, column in zip(query.names, query.columns, strict=True)
        ]
        path = self.scratch_dir / f"{execution.id}.csv"
        try:
            try:
                execution.output_rows = write_csv(path, query.names, self.running.text_reader(query))
            except Exception as error:
                raise self.running.translate(error) from error
            self.context.check()
            execution.output_bytes = path.stat().st_size
            started = time.monotonic()
            extra = upload_arguments(execution.encryption)
            if execution.output_location:
                put_file(self.clients, path, execution.output_location, CSV_TYPE, extra)
                put_bytes(
                    self.clients,
                    metadata_bytes(execution),
                    f"{execution.output_location}.metadata",
                    CSV_TYPE,
                    extra,
                )
            execution.service_milliseconds = round((time.monotonic() - started) * 1000)
        finally:
            path.unlink(missing_ok=True)


def metadata_bytes(execution: Execution) -> bytes:
    """Give the content of the result's `.metadata` object."""
    from local_aws.athena.metadata_file import encode_metadata

    return encode_metadata(execution.columns)
