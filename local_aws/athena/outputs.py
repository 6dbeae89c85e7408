"""Where the result of a statement goes, and writing it there: CSV, text, and the `.metadata` beside them."""

from __future__ import annotations

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from local_aws.athena.metadata_file import encode_metadata
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
    if not execution.output_location:
        return
    started = time.monotonic()
    extra = upload_arguments(execution.encryption)
    with ThreadPoolExecutor(1, thread_name_prefix="athena-metadata") as beside:
        described = beside.submit(write_metadata, execution, clients)
        if execution.output_bytes <= _ONE_PUT_BYTES:
            put_bytes(clients, header + path.read_bytes(), execution.output_location, QUERY_CONTENT, extra)
        else:
            with _below(header, path) as whole:
                put_file(clients, whole, execution.output_location, QUERY_CONTENT, extra)
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
    if str(execution.output_location).endswith(".csv"):
        names = [str(column["Name"]) for column in result.columns]
        body = b"".join([header_bytes(names), *(header_bytes(line.split("\t")) for line in result.lines)])
    execution.output_rows, execution.output_bytes = len(result.lines), len(body)
    if not execution.output_location:
        return
    content = QUERY_CONTENT if execution.substatement_type in ("DESCRIBE_TABLE", "EXPLAIN") else PLAIN_CONTENT
    put_bytes(clients, body, execution.output_location, content, upload_arguments(execution.encryption))
    if result.columns:
        write_metadata(execution, clients)


def write_updated(execution: Execution, clients: Clients, rows: int, objects: Sequence[str]) -> None:
    """Write what a statement leaves that wrote rows: the number of them, and the list of the objects."""
    execution.update_count = rows
    execution.columns = [dict(ROWS_COLUMN)]
    if not execution.output_location:
        return
    write_metadata(execution, clients)
    manifest = f"{execution.output_location.removesuffix('.csv')}-manifest.csv"
    body = "".join(f"{uri}\n" for uri in objects).encode()
    put_bytes(clients, body, manifest, QUERY_CONTENT, upload_arguments(execution.encryption))
    execution.manifest_location = manifest


def write_metadata(execution: Execution, clients: Clients) -> None:
    """Write the object that describes the columns of the result."""
    kind = _UPDATE_TYPES.get(execution.substatement_type)
    count = execution.update_count if kind is not None else None
    put_bytes(
        clients,
        encode_metadata(execution.id, execution.columns, kind, count),
        f"{execution.output_location}.metadata",
        QUERY_CONTENT,
        upload_arguments(execution.encryption),
    )


def write_failure(execution: Execution, clients: Clients, error: QueryError) -> None:
    """Write why a statement about the catalog failed into its text object, as Athena does for those alone."""
    location = execution.output_location or ""
    if not location.endswith(".txt") or execution.substatement_type == "EXPLAIN":
        return
    reason = error.reason if error.reason.startswith("FAILED: ") else f"FAILED: {error.reason}"
    put_bytes(clients, reason.encode(), location, QUERY_CONTENT, upload_arguments(execution.encryption))
