"""Running one statement: read it, compile what is a query in it, carry it out, store its result."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_aws.athena.catalog import DEFAULT_DATABASE, GlueCatalog
from local_aws.athena.ddl import databases, describe, partitions, show, statements, views
from local_aws.athena.ddl.comments import check_comments
from local_aws.athena.ddl.context import Context, TextResult
from local_aws.athena.ddl.cursor import in_place
from local_aws.athena.ddl.reader import read_statement
from local_aws.athena.engine import RunningQuery, evaluate_constants, evaluate_predicates
from local_aws.athena.errors import QueryError
from local_aws.athena.explain import explain
from local_aws.athena.outputs import put_rows, write_text, write_updated
from local_aws.athena.query_catalog import QueryCatalog
from local_aws.athena.results import NoBucketError
from local_aws.athena.scan import ScanContext
from local_aws.athena.sql.compiler import compile_query
from local_aws.athena.sql.parameters import as_expressions, bind
from local_aws.athena.sql.parse import Source, parse_statement
from local_aws.athena.sql.session import CATALOG_NAMES, Session
from local_aws.athena.values import column_info
from local_aws.athena.workgroups import upload_arguments
from local_aws.athena.writes.statements import Writing, create_table_as, insert, unload

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.athena.engine import Engine
    from local_aws.athena.executions import Execution
    from local_aws.athena.sql.compiled import CompiledQuery
    from local_aws.athena.workgroups import Workgroup
    from local_aws.clients import Clients


@dataclass
class StatementRun:
    """One statement while it runs; `cancel` may be called from another thread."""

    execution: Execution
    clients: Clients
    engine: Engine
    workgroup: Workgroup
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
            constants=lambda texts: evaluate_constants(self.engine, texts),
            cutoff_bytes=self.workgroup.cutoff_bytes,
        )
        self.running = RunningQuery(self.engine.connect(), self.context, self.engine)

    @property
    def database(self) -> str:
        """The database that names without one are looked up in."""
        return (self.execution.database or DEFAULT_DATABASE).lower()

    @property
    def catalog_name(self) -> str:
        """The catalog of the call, that of Athena itself where it names none."""
        return (self.execution.catalog or CATALOG_NAMES[0]).lower()

    def cancel(self) -> None:
        """Stop the statement as soon as possible; one that has not begun does nothing at all."""
        self.running.interrupt()

    def progress(self) -> dict[str, int]:
        """Return the numbers of the execution that grow while it runs."""
        return {"scanned_bytes": self.context.scanned_bytes, "scanned_rows": self.context.scanned_rows}

    def run(self) -> None:
        """Run the statement to its end; raises `QueryError`."""
        started = time.monotonic()
        try:
            self.context.check()
            self._carry_out(*self._bound())
            self.context.check()
        except Exception:
            self.context.check()  # whatever a statement that was stopped has come to, it was stopped
            raise
        finally:
            self.execution.scanned_bytes = self.context.scanned_bytes
            self.execution.scanned_rows = self.context.scanned_rows
            self.execution.engine_milliseconds = round((time.monotonic() - started) * 1000)
            self.running.close()

    def _bound(self) -> tuple[statements.Statement, str]:
        """Read the statement, with its parameters in the place of its question marks."""
        text = self.execution.query
        statement = read_statement(text)
        if isinstance(statement, statements.Prepare | statements.Execute):
            return statement, text  # the question marks are those of the statement prepared
        bound = bind(text, as_expressions(self.execution.parameters))
        return (statement, text) if bound == text else (read_statement(bound), bound)

    def _carry_out(self, statement: statements.Statement, text: str) -> None:
        if isinstance(statement, statements.Query):
            self._select(self._compile(text, 0, text))
        elif isinstance(statement, statements.Execute):
            self._execute_prepared(statement)
        elif isinstance(statement, statements.CreateTableAs | statements.Insert | statements.Unload):
            self._write(statement, text)
        elif isinstance(statement, statements.Explain):
            self._explain(statement, text)
        else:
            write_text(self.execution, self.clients, self._about_catalog(statement, text))

    def _compile(self, query: str, offset: int, text: str, catalog_name: str | None = None) -> CompiledQuery:
        """Compile a query that stands at `offset` of a text, and make its tables known to DuckDB.

        `catalog_name` is where names without a catalog are looked up, unless in that of the call.
        """
        started = time.monotonic()
        placed = query if offset == 0 else in_place(text, query, offset)
        session = Session(
            source=Source(placed),
            now=self.context.now,
            catalog=QueryCatalog(self.catalog, self.context.now),
            database=self.database,
            catalog_name=catalog_name or self.catalog_name,
        )
        compiled = compile_query(parse_statement(placed), session)
        try:
            self.running.register(session.scans, compiled.sql)
        except Exception as error:
            raise self.running.translate(error) from error
        self.execution.planning_milliseconds = round((time.monotonic() - started) * 1000)
        return compiled

    def _select(self, query: CompiledQuery) -> None:
        execution = self.execution
        execution.columns = [
            column_info(name, column.type) for name, column in zip(query.names, query.columns, strict=True)
        ]
        execution.update_count = 0
        path = self.engine.scratch / f"{execution.id}.csv"
        try:
            execution.output_rows = self.running.write_csv(query, path)
            with suppress(NoBucketError):  # measured: the query has succeeded all the same
                put_rows(execution, self.clients, query.names, path)
        finally:
            path.unlink(missing_ok=True)

    def _explain(self, statement: statements.Explain, text: str) -> None:
        inner = read_statement(statement.statement)
        if not isinstance(inner, statements.Query):
            raise QueryError(
                "NOT_SUPPORTED",
                "EXPLAIN of a statement that is no query is not supported by the local Athena",
            )
        offset = text.rindex(statement.statement)
        compiled = self._compile(inner.text, offset, text)
        try:
            result = explain(self.running, compiled, statement)
        except Exception as error:
            raise self.running.translate(error) from error
        write_text(self.execution, self.clients, result)

    def _write(
        self, statement: statements.CreateTableAs | statements.Insert | statements.Unload, text: str
    ) -> None:
        folder = self.execution.result_location.removesuffix(".csv")
        writing = Writing(
            context=self._context(self.database),
            scratch_dir=self.engine.scratch,
            run=self.running.reader,
            upload=upload_arguments(self.execution.encryption),
            tables_prefix=f"{folder}/",
            location_enforced=self.workgroup.enforced and self.workgroup.output_location is not None,
        )
        try:
            if self.catalog_name not in CATALOG_NAMES and not isinstance(statement, statements.Unload):
                # Measured, section 11.
                raise QueryError("NOT_FOUND", f"Session property catalog does not exist: {self.catalog_name}")
            query = self._compile(statement.query, statement.offset, text)
            if isinstance(statement, statements.CreateTableAs):
                rows, objects = create_table_as(statement, query, writing)
            elif isinstance(statement, statements.Insert):
                rows, objects = insert(statement, query, writing)
            else:
                rows, objects = unload(statement, query, writing)
        except Exception as error:
            failure = self.running.translate(error)
            failure.message += _left_behind(statement, folder)
            raise failure from error
        self.execution.output_rows = rows
        own_place = (
            isinstance(statement, statements.CreateTableAs) and "external_location" in statement.properties
        )
        write_updated(self.execution, self.clients, rows, objects, listed_empty=own_place)

    def _context(self, database: str) -> Context:
        return Context(self.clients, self.catalog, database, self.execution.submitted, self.catalog_name)

    def _about_catalog(self, statement: Any, text: str) -> TextResult:
        # The part of Athena that is Hive takes the database of the context in Hive's quotes, too.
        context = self._context(self.database.strip("`"))
        if isinstance(statement, statements.CreateView):
            query = self._compile(statement.query, statement.offset, text, CATALOG_NAMES[0])
            return views.create_view(statement, query, context)
        if isinstance(statement, statements.Prepare):
            return self._prepare(statement)
        if isinstance(statement, statements.Deallocate):
            return self._deallocate(statement)
        check_comments(statement, text, context)
        return _CARRIED_OUT[type(statement)](statement, context)

    def _prepare(self, statement: statements.Prepare) -> TextResult:
        inner = read_statement(statement.statement)
        if not isinstance(
            inner, statements.Query | statements.Insert | statements.CreateTableAs | statements.Unload
        ):
            raise QueryError("NOT_SUPPORTED", "Only SELECT, INSERT INTO, CTAS and UNLOAD can be prepared")
        athena = self.clients.client("athena")
        given = {
            "StatementName": statement.name,
            "WorkGroup": self.workgroup.name,
            "QueryStatement": statement.statement,
        }
        try:
            athena.create_prepared_statement(**given)
        except ClientError:
            athena.update_prepared_statement(**given)  # it is there already
        return TextResult()

    def _deallocate(self, statement: statements.Deallocate) -> TextResult:
        self._prepared_text(statement.name)
        self.clients.client("athena").delete_prepared_statement(
            StatementName=statement.name, WorkGroup=self.workgroup.name
        )
        return TextResult()

    def _execute_prepared(self, statement: statements.Execute) -> None:
        values = list(statement.values) or as_expressions(self.execution.parameters)
        text = bind(self._prepared_text(statement.name), values)
        self._carry_out(read_statement(text), text)

    def _prepared_text(self, name: str) -> str:
        try:
            answer = self.clients.client("athena").get_prepared_statement(
                StatementName=name, WorkGroup=self.workgroup.name
            )
        except ClientError as error:
            raise QueryError("NOT_FOUND", f"Prepared statement not found: {name}") from error
        return str(answer["PreparedStatement"]["QueryStatement"])


def _left_behind(statement: statements.Statement, folder: str) -> str:
    """Return what Athena says behind the reason of a statement that may have left data. Measured."""
    kept = " Athena will not delete data in your account."
    if isinstance(statement, statements.CreateTableAs):
        return f". You may need to manually clean the data at location '{folder}' before retrying.{kept}"
    if isinstance(statement, statements.Insert):
        return (
            f". If a data manifest file was generated at '{folder}-manifest.csv', you may need to manually clean the"
            f" data from locations specified in the manifest.{kept}"
        )
    return ""


_CARRIED_OUT: Mapping[type, Callable[[Any, Context], TextResult]] = {
    statements.CreateDatabase: databases.create_database,
    statements.DropDatabase: databases.drop_database,
    statements.AlterDatabase: databases.alter_database,
    statements.CreateTable: databases.create_table,
    statements.DropTable: databases.drop_table,
    statements.DropView: databases.drop_view,
    statements.ChangeRows: databases.change_rows,
    statements.AddColumns: databases.add_columns,
    statements.ChangeColumn: databases.change_column,
    statements.RenameTable: databases.rename_table,
    statements.DropColumn: databases.drop_column,
    statements.SetTableProperties: databases.set_properties,
    statements.AddPartitions: partitions.add_partitions,
    statements.DropPartitions: partitions.drop_partitions,
    statements.RenamePartition: partitions.rename_partition,
    statements.SetLocation: partitions.set_location,
    statements.Repair: partitions.repair,
    statements.Show: show.show,
    statements.Describe: describe.describe,
}
