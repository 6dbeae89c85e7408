"""Runs SQL on Athena and brings back the rows."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.deployment import Outputs
from scripts.errors import QueryError

DOLLARS_PER_TERABYTE = 5.0
MEGABYTE = 10**6
MINIMUM_BILLED_BYTES = 10 * MEGABYTE
POLL_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(frozen=True)
class Result:
    """What a query gave: text as Athena formats it, ``None`` for NULL."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    scanned_bytes: int
    milliseconds: int
    execution_id: str
    truncated: bool

    @property
    def dollars(self) -> float:
        """The price of the query: rounded up to a megabyte, ten at least; nothing when nothing is scanned (12.4)."""
        if self.scanned_bytes == 0:
            return 0.0
        billed = max(MINIMUM_BILLED_BYTES, math.ceil(self.scanned_bytes / MEGABYTE) * MEGABYTE)
        return billed / 10**12 * DOLLARS_PER_TERABYTE

    def summary(self) -> str:
        """Say in one line how much came back, how much was read and what that costs."""
        shown = "the first " if self.truncated else ""
        return (
            f"{shown}{len(self.rows)} rows, {self.scanned_bytes:,} bytes scanned, "
            f"{self.milliseconds} ms, ${self.dollars:.6f} on AWS"
        )


def run(outputs: Outputs, sql: str, *, max_rows: int | None = None) -> Result:
    """Run one statement in the lake's workgroup and database and wait for its end.

    :raises QueryError: it failed or was cancelled; the message is Athena's reason.
    """
    client = outputs.session().client("athena")
    execution_id = client.start_query_execution(
        QueryString=sql, WorkGroup=outputs.workgroup, QueryExecutionContext={"Database": outputs.database}
    )["QueryExecutionId"]
    execution = _wait(client, execution_id)
    state = execution["Status"]["State"]
    if state != "SUCCEEDED":
        reason = execution["Status"].get("StateChangeReason", "no reason given")
        raise QueryError(f"query {state.lower()}: {reason}")
    statistics = execution.get("Statistics", {})
    columns, types, rows, truncated = _rows(
        client, execution_id, execution.get("StatementType", "DML"), max_rows
    )
    return Result(
        columns=columns,
        types=types,
        rows=rows,
        scanned_bytes=statistics.get("DataScannedInBytes", 0),
        milliseconds=statistics.get("TotalExecutionTimeInMillis", 0),
        execution_id=execution_id,
        truncated=truncated,
    )


def _wait(client: Any, execution_id: str) -> dict[str, Any]:
    for seconds in _pauses():
        execution: dict[str, Any] = client.get_query_execution(QueryExecutionId=execution_id)[
            "QueryExecution"
        ]
        if execution["Status"]["State"] not in ("QUEUED", "RUNNING"):
            return execution
        time.sleep(seconds)
    raise AssertionError("the pauses never end")


def _pauses() -> Iterator[float]:
    yield from POLL_SECONDS
    while True:
        yield POLL_SECONDS[-1]


def _rows(
    client: Any, execution_id: str, statement_type: str, max_rows: int | None
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str | None, ...], ...], bool]:
    columns: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    rows: list[tuple[str | None, ...]] = []
    for number, page in enumerate(
        client.get_paginator("get_query_results").paginate(QueryExecutionId=execution_id)
    ):
        described = page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        columns = tuple(column["Name"] for column in described)
        types = tuple(column["Type"] for column in described)
        values = [
            tuple(cell.get("VarCharValue") for cell in row.get("Data", ()))
            for row in page["ResultSet"]["Rows"]
        ]
        # Athena's first row of the first page repeats the column names, for statements that select.
        rows += values[1:] if number == 0 and statement_type == "DML" and values[:1] == [columns] else values
        if max_rows is not None and len(rows) > max_rows:
            return columns, types, tuple(rows[:max_rows]), True
    return columns, types, tuple(rows), False
