"""One statement in a worker, watched by the gateway: its end, its memory, its files, its time, and the wish to stop it.

A worker that does not stop when asked, or that takes more than it may, is killed; the statement alone fails.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local_aws.athena.errors import (
    SYSTEM_ERROR,
    ExhaustedError,
    QueryCancelledError,
    QueryError,
    QueryTimeoutError,
)
from local_aws.athena.workers.errors import ChannelClosedError
from local_aws.athena.workers.job import apply_changes, read_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.athena.workers.job import Job
    from local_aws.athena.workers.limits import Limits
    from local_aws.athena.workers.process import WorkerProcess

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 0.1
_LOOKS_PER_SCRATCH = 5
# A process that dies of itself with this share of its memory in use has died for want of more.
_NEAR_LIMIT_SHARE = 0.6


@dataclass
class SupervisedRun:
    """One statement while it runs; `cancel` may be called from another thread."""

    worker: WorkerProcess
    job: Job
    limits: Limits
    cancelled: threading.Event = field(default_factory=threading.Event)
    _asked_to_stop: float | None = None
    _stopping: QueryError | None = None
    _largest_bytes: int = 0
    _looks: int = 0

    def cancel(self) -> None:
        """Stop the statement as soon as possible."""
        self.cancelled.set()
        self._ask_to_stop()

    def run(self) -> None:
        """Run the statement to its end; raises `QueryError` for how it ends otherwise than well."""
        deadline = time.monotonic() + self.job.timeout_seconds
        try:
            self.worker.channel.send(self.job.message())
            if self.cancelled.is_set():
                self._ask_to_stop()
            while True:
                message = self.worker.channel.receive(_LOOK_SECONDS)
                if message is not None and self._take(message):
                    return
                self._look(deadline)
        except ChannelClosedError:
            raise self._why_it_ended() from None

    def _take(self, message: Mapping[str, Any]) -> bool:
        """Take in what the worker says; returns whether that was the end of the statement."""
        if message.get("id") != self.job.execution.id:
            return False
        apply_changes(self.job.execution, message["changes"])
        if message["type"] != "end":
            return False
        if self._stopping is not None:
            raise self._stopping
        if self.cancelled.is_set():
            raise QueryCancelledError("Query cancelled by user")
        if message["error"] is not None:
            raise read_error(message["error"])
        return True

    def _look(self, deadline: float) -> None:
        """Kill the worker when its statement has gone beyond a limit."""
        now = time.monotonic()
        self._largest_bytes = max(self._largest_bytes, self.worker.own_bytes())
        if self._largest_bytes > self.limits.memory_bytes:
            self._kill(ExhaustedError(), f"held {self._largest_bytes:,} bytes")
        self._looks += 1
        if self._looks % _LOOKS_PER_SCRATCH == 0 and self.worker.scratch_bytes() > self.limits.scratch_bytes:
            self._kill(ExhaustedError(), f"had more than {self.limits.scratch_bytes:,} bytes in files")
        if now > deadline and self._stopping is None and not self.cancelled.is_set():
            self._stopping = QueryTimeoutError()
            self._ask_to_stop()
        if self.cancelled.is_set() and self._asked_to_stop is None:
            self._ask_to_stop()
        if self._asked_to_stop is not None and now > self._asked_to_stop + self.limits.grace_seconds:
            self._kill(self._stopping or QueryCancelledError("Query cancelled by user"), "did not stop")

    def _ask_to_stop(self) -> None:
        if self._asked_to_stop is None:
            self._asked_to_stop = time.monotonic()
        try:
            self.worker.channel.send({"type": "stop", "id": self.job.execution.id})
        except ChannelClosedError:
            _log.debug("the worker of query %s has ended already", self.job.execution.id)

    def _kill(self, error: QueryError, why: str) -> None:
        _log.warning("query %s %s: its process %d is killed", self.job.execution.id, why, self.worker.pid)
        self.worker.kill()
        raise error

    def _why_it_ended(self) -> QueryError:
        """Say what became of a statement whose worker is gone."""
        self.worker.kill()
        code = self.worker.popen.returncode
        if self.cancelled.is_set():
            return QueryCancelledError("Query cancelled by user")
        if self._stopping is not None:
            return self._stopping
        if self._largest_bytes > _NEAR_LIMIT_SHARE * self.limits.memory_bytes:
            return ExhaustedError()
        how = signal.Signals(-code).name if code < 0 else f"code {code}"
        _log.error("the process %d of query %s ended: %s", self.worker.pid, self.job.execution.id, how)
        return QueryError(
            "GENERIC_INTERNAL_ERROR",
            f"The process that ran the query ended unexpectedly ({how})",
            category=SYSTEM_ERROR,
            retryable=True,
        )
