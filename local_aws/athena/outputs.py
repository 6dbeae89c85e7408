"""Where the result of a statement goes, and writing it there: CSV, text, and the `.metadata` beside them."""

from __future__ import annotations

import shutil
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from local_aws.athena.metadata_file import encode_metadata
from local_aws.athena.plain_selects import selects_literals
from local_aws.athena.results import header_bytes, put_bytes, put_file
from local_aws.athena.workgroups import upload_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from local_aws.athena.ddl.context import TextResult
    from local_aws.athena.errors import QueryError
    from local_aws.athena.executions import Execution
    from local_aws.clients import Clients

# Measured: results that a query made are of the first type, those of statements about the catalog of the second.
QUERY_CONTENT = "application/octet-stream"
PLAIN_CONTENT = "binary/octet-stream"
_ONE_PUT_BYTES = 8 * 1024 * 1024
_COPIED_BYTES = 1024 * 1024
ROWS_COLUMN = {
    "CatalogName": "hive",
    "SchemaName": "",
    "TableName": "",
    "Name": "rows",
    "Label": "rows",
    "Type": "bigint",
    "Precision": 19,
    "Scale": 0,
    "Nullable": "UNKNOWN",
    "CaseSensitive": False,
}
_UPDATE_TYPES = {"INSERT": "INSERT", "CREATE_TABLE_AS_SELECT": "CREATE TABLE"}
# Measured: these leave a `.metadata` with the id alone.
_DESCRIBED_WITHOUT_COLUMNS = ("ALTER_TABLE_ADD_COLUMN", "ALTER_TABLE_REPLACE_COLUMN")
_HIVE_DESCRIBED = ("DESCRIBE_TABLE", "SHOW_CREATE_TABLE", *_DESCRIBED_WITHOUT_COLUMNS)
_ENGINE_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def output_location(folder: str, execution_id: str, statement_type: str, substatement_type: str) -> str:
    """Give the address of a statement's result object. Measured for each kind of statement."""
    if substatement_type == "CREATE_TABLE_AS_SELECT":
        return f"{folder}tables/{execution_id}"
    if substatement_type == "INSERT":
        return f"{folder}{execution_id}"
    if substatement_type == "SHOW_FUNCTIONS" or (statement_type == "DML" and substatement_type != "EXPLAIN"):
        return f"{folder}{execution_id}.csv"
    return f"{folder}{execution_id}.txt"


def put_rows(execution: Execution, clients: Clients, names: Sequence[str], path: Path) -> None:
    """Store the rows of a query, a CSV file without a header, below the names. Raises `QueryError` when S3 refuses."""
    header = header_bytes(names)
    execution.output_bytes = len(header) + path.stat().st_size
    started = time.monotonic()
    extra = upload_arguments(execution.encryption)
    content = PLAIN_CONTENT if is_plain(execution) else QUERY_CONTENT
    execution.is_planned = content == QUERY_CONTENT
    with ThreadPoolExecutor(1, thread_name_prefix="athena-metadata") as beside:
        described = beside.submit(write_metadata, execution, clients)
        if execution.output_bytes <= _ONE_PUT_BYTES:
            put_bytes(clients, header + path.read_bytes(), execution.result_location, content, extra)
        else:
            with _below(header, path) as whole:
                put_file(clients, whole, execution.result_location, content, extra)
        described.result()
    execution.service_milliseconds = round((time.monotonic() - started) * 1000)


@contextmanager
def _below(header: bytes, path: Path) -> Iterator[Path]:
    """Give a file with a header and what is in another file, for as long as the block runs."""
    whole = path.with_suffix(".whole")
    try:
        with whole.open("wb") as target, path.open("rb") as rows:
            target.write(header)
            shutil.copyfileobj(rows, target, _COPIED_BYTES)
        yield whole
    finally:
        whole.unlink(missing_ok=True)


def write_text(execution: Execution, clients: Clients, result: TextResult) -> None:
    """Write the lines of a statement about the catalog; lines are joined by line ends, with none after the last."""
    execution.columns = [dict(column) for column in result.columns]
    execution.update_count = result.update_count
    body = "\n".join(result.lines).encode()
    if execution.result_location.endswith(".csv"):
        names = [str(column["Name"]) for column in result.columns]
        body = b"".join([header_bytes(names), *(header_bytes(line.split("\t")) for line in result.lines)])
    execution.output_rows, execution.output_bytes = len(result.lines), len(body)
    content = PLAIN_CONTENT if is_plain(execution, body) else QUERY_CONTENT
    execution.is_planned = content == QUERY_CONTENT
    put_bytes(clients, body, execution.result_location, content, upload_arguments(execution.encryption))
    if result.columns or execution.substatement_type in _DESCRIBED_WITHOUT_COLUMNS:
        write_metadata(execution, clients)


def is_plain(execution: Execution, body: bytes = b"") -> bool:
    """Return whether a result is one that Athena makes without its engine, which shows in the type of its object.

    Measured: SELECT of literals alone, SHOW except FUNCTIONS and CREATE TABLE, statements that leave nothing to read.
    """
    kind = execution.substatement_type
    if kind == "SELECT":
        return selects_literals(execution.query)
    if execution.statement_type == "UTILITY":
        return kind.startswith("SHOW_") and kind not in ("SHOW_FUNCTIONS", "SHOW_CREATE_TABLE")
    return not body and execution.statement_type == "DDL" and kind not in _DESCRIBED_WITHOUT_COLUMNS


def write_updated(
    execution: Execution, clients: Clients, rows: int, objects: Sequence[str], *, listed_empty: bool = False
) -> None:
    """Write what a statement leaves that wrote rows: the number of them, and the list of the objects if there are any.

    Measured: there is no list of objects when INSERT and CREATE TABLE AS write no rows; that of UNLOAD is empty then.
    So is that of CREATE TABLE AS with a location of its own, by `listed_empty` (test_athena_ctas_empty of awswrangler).
    """
    execution.update_count = rows
    execution.columns = [dict(ROWS_COLUMN)]
    write_metadata(execution, clients)
    listed_empty = listed_empty or execution.substatement_type == "UNLOAD"
    if not execution.output_location or (rows == 0 and not listed_empty):
        return
    manifest = f"{execution.output_location.removesuffix('.csv')}-manifest.csv"
    body = "".join(f"{uri}\n" for uri in objects).encode()
    put_bytes(clients, body, manifest, QUERY_CONTENT, upload_arguments(execution.encryption))
    execution.manifest_location = manifest


def write_metadata(execution: Execution, clients: Clients) -> None:
    """Write the object that describes the columns of the result.

    Measured: the engine's own id of a query is in it; a statement that the engine has not seen has its execution's id,
    and SELECT of literals an empty kind of update.
    """
    kind = _UPDATE_TYPES.get(execution.substatement_type)
    by_engine = execution.is_planned and execution.substatement_type not in _HIVE_DESCRIBED
    if execution.substatement_type == "SELECT" and not by_engine:
        kind = ""
    count = execution.update_count if kind else None
    put_bytes(
        clients,
        encode_metadata(engine_id(execution) if by_engine else execution.id, execution.columns, kind, count),
        f"{execution.result_location}.metadata",
        QUERY_CONTENT,
        upload_arguments(execution.encryption),
    )


def engine_id(execution: Execution) -> str:
    """Return the id that the engine gives a query, in Trino's form `20260917_085344_00007_k6s5b`."""
    number = uuid.UUID(execution.id).int
    moment = datetime.fromtimestamp(execution.submitted, UTC).strftime("%Y%m%d_%H%M%S")
    letters = "".join(_ENGINE_LETTERS[number >> shift & 31] for shift in range(0, 25, 5))
    return f"{moment}_{number % 100_000:05d}_{letters}"


def has_failure_text(execution: Execution) -> bool:
    """Return whether a failure of the statement is written as its result, which is so on the Hive side alone.

    Measured: statements of the engine leave no object when they fail.
    """
    return (
        execution.result_location.endswith(".txt")
        and execution.substatement_type not in ("EXPLAIN", "SHOW_FUNCTIONS", "CREATE_VIEW", "DROP_VIEW")
        and execution.statement_type != "DML"
    )


def write_failure(execution: Execution, clients: Clients, error: QueryError) -> None:
    """Write the reason of a failed statement of the Hive side into its text object."""
    if has_failure_text(execution):
        content = error.reason.encode()
        put_bytes(
            clients, content, execution.result_location, QUERY_CONTENT, upload_arguments(execution.encryption)
        )
