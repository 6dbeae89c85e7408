"""Query executions: their state, and the history that survives a restart."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from local_aws.database import opened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local_aws.athena.errors import QueryError

QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED = "QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"
FINAL_STATES = (SUCCEEDED, FAILED, CANCELLED)
# AWS rule: Athena keeps the history of a query for 45 days.
HISTORY_DAYS = 45
ENGINE_VERSION = {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}


_SCHEMA = """
create table if not exists executions (id text primary key, workgroup text, submitted real, token text, state text,
    query text, document text);
create index if not exists by_time on executions (workgroup, submitted desc);
create index if not exists by_token on executions (token);
"""


@dataclass
class Execution:
    """One execution of one statement. Times are epoch seconds, durations milliseconds, sizes bytes.

    `columns` describe the result as GetQueryResults does; `output_location` is the result object's own address, and
    `managed_location` the address of a result that its workgroup manages. `identity` is what two calls with one token
    must have in common.
    """

    id: str
    query: str
    workgroup: str
    statement_type: str
    substatement_type: str
    database: str | None
    catalog: str | None
    output_location: str | None
    submitted: float
    output_folder: str | None = None
    parameters: list[str] = field(default_factory=list)
    encryption: dict[str, Any] | None = None
    result_configuration: dict[str, Any] = field(default_factory=dict)
    reuse: dict[str, Any] | None = None
    client_request_token: str | None = None
    state: str = QUEUED
    reason: str | None = None
    error: dict[str, Any] | None = None
    started: float | None = None
    completed: float | None = None
    planning_milliseconds: int = 0
    engine_milliseconds: int = 0
    service_milliseconds: int = 0
    scanned_bytes: int = 0
    scanned_rows: int = 0
    output_rows: int = 0
    output_bytes: int = 0
    manifest_location: str | None = None
    reused_from: str | None = None
    columns: list[dict[str, Any]] = field(default_factory=list)
    update_count: int | None = None
    managed_location: str | None = None
    identity: list[str | None] = field(default_factory=list)
    is_planned: bool = True

    @property
    def result_location(self) -> str:
        """Return the address of the result object, wherever it is kept; empty when nothing is kept."""
        return self.output_location or self.managed_location or ""

    def has_ended(self) -> bool:
        """Tell whether the execution is in a state that it will not leave."""
        return self.state in FINAL_STATES

    def fail(self, error: QueryError, state: str = FAILED) -> None:
        """End the execution with an error."""
        self.state = state
        self.reason = error.reason
        self.error = None
        if state == FAILED:
            self.error = {
                "ErrorCategory": error.category,
                "ErrorType": error.error_type,
                "Retryable": error.retryable,
                "ErrorMessage": error.error_message,
            }

    def described(self) -> dict[str, Any]:
        """Give the execution as GetQueryExecution answers it."""
        status: dict[str, Any] = {"State": self.state, "SubmissionDateTime": _moment(self.submitted)}
        if self.completed is not None:
            status["CompletionDateTime"] = _moment(self.completed)
        if self.reason is not None:
            status["StateChangeReason"] = self.reason
        if self.error is not None:
            status["AthenaError"] = self.error
        answer: dict[str, Any] = {
            "QueryExecutionId": self.id,
            "Query": self.query,
            "StatementType": self.statement_type,
            "SubstatementType": self.substatement_type,
            "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": self.reuse or {"Enabled": False}},
            "QueryExecutionContext": {
                key: value
                for key, value in (("Database", self.database), ("Catalog", (self.catalog or "").lower()))
                if value
            },
            "Status": status,
            "Statistics": self.statistics(),
            "WorkGroup": self.workgroup,
            "EngineVersion": ENGINE_VERSION,
        }
        if self.managed_location is not None:
            answer["ManagedQueryResultsConfiguration"] = {"Enabled": True}
        else:
            located = {"OutputLocation": self.output_location} if self.output_location else {}
            answer["ResultConfiguration"] = {**self.result_configuration, **located}
        if self.parameters:
            answer["ExecutionParameters"] = self.parameters
        return answer

    def statistics(self) -> dict[str, Any]:
        """Give the numbers of GetQueryExecution's `Statistics`."""
        end = self.completed or datetime.now(UTC).timestamp()
        queued = (self.started or end) - self.submitted
        numbers: dict[str, Any] = {
            "EngineExecutionTimeInMillis": self.engine_milliseconds,
            "DataScannedInBytes": self.scanned_bytes,
            "TotalExecutionTimeInMillis": max(0, round((end - self.submitted) * 1000)),
            "QueryQueueTimeInMillis": max(0, round(queued * 1000)),
            "ServicePreProcessingTimeInMillis": 0,
            "QueryPlanningTimeInMillis": self.planning_milliseconds,
            "ServiceProcessingTimeInMillis": self.service_milliseconds,
            "ResultReuseInformation": {"ReusedPreviousResult": self.reused_from is not None},
        }
        if not self.is_planned:
            # Measured: what Athena answers without its engine has no time of planning.
            del numbers["QueryPlanningTimeInMillis"]
        if self.manifest_location:
            numbers["DataManifestLocation"] = self.manifest_location
        return numbers


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class History:
    """Finished executions, in one SQLite file; several threads may use it."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = opened(path, _SCHEMA, durable=False)
        # Each statement is a transaction of its own.
        self._connection.isolation_level = None

    def save(self, execution: Execution) -> None:
        """Write an execution as it is now. Raises sqlite3's errors when the disk does not take it."""
        with self._lock:
            self._connection.execute(
                "INSERT OR REPLACE INTO executions VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    execution.id,
                    execution.workgroup,
                    execution.submitted,
                    execution.client_request_token,
                    execution.state,
                    execution.query,
                    json.dumps(asdict(execution)),
                ),
            )

    def get(self, execution_id: str) -> Execution | None:
        """Give an execution by its id."""
        return self._one("SELECT document FROM executions WHERE id = ?", execution_id)

    def by_token(self, token: str) -> Execution | None:
        """Give the execution that was started with a client request token."""
        return self._one("SELECT document FROM executions WHERE token = ? ORDER BY submitted DESC", token)

    def _one(self, sql: str, *arguments: object) -> Execution | None:
        with self._lock:
            row = self._connection.execute(sql, arguments).fetchone()
        return None if row is None else _from_document(json.loads(row[0]))

    def reusable(self, query: str, workgroup: str, since: float) -> list[Execution]:
        """Give successful executions of exactly this text since a time, newest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT document FROM executions WHERE workgroup = ? AND submitted >= ? AND query = ? AND state = ?"
                " ORDER BY submitted DESC LIMIT 20",
                (workgroup, since, query, SUCCEEDED),
            ).fetchall()
        return [_from_document(json.loads(row[0])) for row in rows]

    def ids(self, workgroup: str, offset: int, limit: int) -> list[str]:
        """Give ids of a workgroup's executions, newest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT id FROM executions WHERE workgroup = ? ORDER BY submitted DESC, id LIMIT ? OFFSET ?",
                (workgroup, limit, offset),
            ).fetchall()
        return [row[0] for row in rows]

    def end_interrupted(self, reason: str, now: float) -> None:
        """End what a process that is gone has left unfinished, and forget what is older than the history is kept."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT document FROM executions WHERE state IN (?, ?)", (QUEUED, RUNNING)
            ).fetchall()
            self._connection.execute(
                "DELETE FROM executions WHERE submitted < ?", (now - HISTORY_DAYS * 86400,)
            )
        for row in rows:
            execution = _from_document(json.loads(row[0]))
            execution.state, execution.reason, execution.completed = FAILED, reason, now
            execution.error = {"ErrorCategory": 1, "ErrorType": 1, "Retryable": True, "ErrorMessage": reason}
            self.save(execution)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()


def _from_document(document: Mapping[str, Any]) -> Execution:
    return Execution(**document)
