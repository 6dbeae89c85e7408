"""What a worker is asked to do and what it reports, as messages."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from local_aws.athena import errors
from local_aws.athena.errors import Position, QueryError
from local_aws.athena.executions import Execution
from local_aws.athena.workgroups import Workgroup
from local_aws.clients import Credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.athena.workers.channel import Message

# A statement may fail with a text that it has made itself.
_MAX_REASON_CHARACTERS = 32_768
# The gateway alone says who an execution is and how it stands.
_GATEWAY_FIELDS = frozenset(
    {
        "id",
        "query",
        "workgroup",
        "parameters",
        "submitted",
        "started",
        "completed",
        "state",
        "reason",
        "error",
        "client_request_token",
        "reused_from",
    }
)


@dataclass(frozen=True)
class Job:
    """One statement to run, in whose name, and where the services are."""

    execution: Execution
    workgroup: Workgroup
    credentials: Credentials
    endpoint: str
    region: str
    timeout_seconds: float

    def message(self) -> Message:
        """Return the job as a message."""
        return {"type": "job", **asdict(self)}

    @classmethod
    def read(cls, message: Mapping[str, Any]) -> Job:
        """Read a job from a message."""
        return cls(
            execution=Execution(**message["execution"]),
            workgroup=Workgroup(**message["workgroup"]),
            credentials=Credentials(**message["credentials"]),
            endpoint=str(message["endpoint"]),
            region=str(message["region"]),
            timeout_seconds=float(message["timeout_seconds"]),
        )


def changes(before: Mapping[str, Any], execution: Execution) -> dict[str, Any]:
    """Return what running a statement has changed of its execution."""
    return {key: value for key, value in asdict(execution).items() if before.get(key) != value}


def apply_changes(execution: Execution, changed: Mapping[str, Any]) -> None:
    """Take over what a worker reports of an execution; its identity and its state are not the worker's to change."""
    for key, value in changed.items():
        if key not in _GATEWAY_FIELDS and hasattr(execution, key):
            setattr(execution, key, value)


def error_message(error: QueryError) -> Message:
    """Return an error of a query as a message."""
    fields = dict(vars(error))
    fields["message"] = str(error.message)[:_MAX_REASON_CHARACTERS]
    if error.position is not None:
        fields["position"] = asdict(error.position)
    return {"kind": type(error).__name__, "fields": fields}


def read_error(message: Mapping[str, Any]) -> QueryError:
    """Read an error of a query from a message."""
    kind = getattr(errors, str(message["kind"]), QueryError)
    if not (isinstance(kind, type) and issubclass(kind, QueryError)):
        kind = QueryError
    error: QueryError = kind.__new__(kind)
    fields = dict(message["fields"])
    if fields.get("position") is not None:
        fields["position"] = Position(**fields["position"])
    vars(error).update(fields)
    Exception.__init__(error, error.reason)
    return error
