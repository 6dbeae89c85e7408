"""Runs an Athena statement to its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lambda_compaction.clients import Surroundings
from lambda_compaction.errors import OutOfTimeError, QueryError
from lambda_compaction.request import Request

_POLL_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0)

# A run that has less time left than this stops its query and ends in order.
LAST_SECONDS = 15.0


def run(sql: str, request: Request, surroundings: Surroundings) -> list[list[str | None]]:
    """Run a statement and return its rows as texts; the row of column names is left out.

    :raises QueryError: it failed or was cancelled.
    :raises OutOfTimeError: this run is nearly over; the query was stopped.
    """
    athena = surroundings.athena
    execution_id = athena.start_query_execution(
        QueryString=sql, WorkGroup=request.workgroup, QueryExecutionContext={"Database": request.database}
    )["QueryExecutionId"]
    for seconds in _pauses():
        status = athena.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]["Status"]
        if status["State"] not in ("QUEUED", "RUNNING"):
            break
        if surroundings.remaining_seconds() < LAST_SECONDS:
            athena.stop_query_execution(QueryExecutionId=execution_id)
            raise OutOfTimeError(
                "the time of this run was over before a query was; the next run starts it again"
            )
        surroundings.sleep(seconds)
    if status["State"] != "SUCCEEDED":
        reason = status.get("StateChangeReason", "no reason given")
        raise QueryError(f"query {execution_id} {status['State'].lower()}: {reason}")
    return _rows(athena, execution_id) if not sql.startswith("CREATE") else []


def _pauses() -> Iterator[float]:
    yield from _POLL_SECONDS
    while True:
        yield _POLL_SECONDS[-1]


def _rows(athena: Any, execution_id: str) -> list[list[str | None]]:
    rows = [
        [cell.get("VarCharValue") for cell in row["Data"]]
        for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=execution_id)
        for row in page["ResultSet"]["Rows"]
    ]
    return rows[1:]
