"""A worker's process: ``python -m local_aws athena-worker``, started by the gateway with a socket as its input.

It makes its database ready, says so, and then runs one statement after the other. Nobody else can reach it; what it
needs it reads and writes through the gateway's public API, in the name of whoever asks.
"""

from __future__ import annotations

import logging
import queue
import threading
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from local_aws.athena.callers import Callers
from local_aws.athena.engine import Engine
from local_aws.athena.errors import SYSTEM_ERROR, ExhaustedError, QueryError
from local_aws.athena.runner import StatementRun
from local_aws.athena.workers import guard
from local_aws.athena.workers.errors import ChannelClosedError
from local_aws.athena.workers.job import Job, changes, error_message
from local_aws.athena.workers.reading import too_large
from local_aws.athena.workers.startup import begin, finish

if TYPE_CHECKING:
    from local_aws.athena.workers.channel import Channel, Message

_log = logging.getLogger(__name__)
_PROGRESS_SECONDS = 0.5
# How much later than the gateway the process ends itself when a statement has run out of time.
_LAST_RESORT_SECONDS = 30.0
# Allocators reserve up to twice what they use.
_RESERVED_FACTOR = 2
_USED_SERVICES = ("s3", "glue", "athena")


def run() -> NoReturn:
    """Run statements until the gateway closes the conversation."""
    channel, order = begin()
    guard.protect(int(order["parent_pid"]), int(order["scratch_bytes"]))
    engine = Engine(
        Path(order["folder"]),
        scratch=Path(order["scratch"]),
        threads=int(order["threads"]),
        memory_bytes=int(order["engine_bytes"]),
        spill_bytes=int(order["scratch_bytes"]),
    )
    worker = Worker(channel, engine)
    worker.callers(str(order["endpoint"]), str(order["region"])).prepare(_USED_SERVICES)
    guard.bound_memory(_RESERVED_FACTOR * int(order["memory_bytes"]))
    channel.send({"type": "ready"})
    worker.work()


class Worker:
    """The statements of one process."""

    def __init__(self, channel: Channel, engine: Engine) -> None:
        self._channel = channel
        self._engine = engine
        self._jobs: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._callers: dict[tuple[str, str], Callers] = {}
        self._lock = threading.Lock()
        self._running: StatementRun | None = None
        self._stopped: str | None = None  # the id of a statement that is to stop, wherever it is

    def callers(self, endpoint: str, region: str) -> Callers:
        """Return the clients of those who run queries in a Region."""
        key = (endpoint, region)
        if key not in self._callers:
            self._callers[key] = Callers(endpoint, region)
        return self._callers[key]

    def work(self) -> NoReturn:
        """Run jobs for as long as the gateway listens."""
        threading.Thread(target=self._listen, name="athena-gateway", daemon=True).start()
        threading.Thread(target=self._report, name="athena-progress", daemon=True).start()
        while True:
            self._run(Job.read(self._jobs.get()))

    def _listen(self) -> None:
        try:
            while True:
                message = self._channel.receive(None)
                if message is None:
                    continue
                if message["type"] == "job":
                    self._jobs.put(message)
                elif message["type"] == "stop":
                    self._stop(str(message["id"]))
        except ChannelClosedError:
            # The gateway is gone, or done with this worker: nothing that runs here can be of use.
            finish(0)

    def _stop(self, execution_id: str) -> None:
        with self._lock:
            self._stopped = execution_id
            if self._running is not None and self._running.execution.id == execution_id:
                self._running.cancel()

    def _report(self) -> None:
        beat = threading.Event()
        while not beat.wait(_PROGRESS_SECONDS):
            with self._lock:
                run = self._running
            if run is not None:
                self._send({"type": "progress", "id": run.execution.id, "changes": run.progress()})

    def _run(self, job: Job) -> None:
        before = asdict(job.execution)
        guard.end_after(job.timeout_seconds + _LAST_RESORT_SECONDS)
        error = self._outcome(job)
        guard.end_no_more()
        message: Message = {
            "type": "end",
            "id": job.execution.id,
            "changes": changes(before, job.execution),
            "error": None if error is None else error_message(error),
        }
        self._send(message)

    def _outcome(self, job: Job) -> QueryError | None:
        try:
            run = StatementRun(
                execution=job.execution,
                clients=self.callers(job.endpoint, job.region).of(job.credentials),
                engine=self._engine,
                workgroup=job.workgroup,
            )
            with self._lock:
                self._running = run
                if self._stopped == job.execution.id:
                    run.cancel()
            run.run()
        except QueryError as error:
            return error
        except RecursionError:
            return too_large()
        except MemoryError:
            return ExhaustedError()
        except Exception as error:
            _log.exception("query %s failed", job.execution.id)
            return QueryError(
                "GENERIC_INTERNAL_ERROR", f"{type(error).__name__}: {error}", category=SYSTEM_ERROR
            )
        finally:
            with self._lock:
                self._running = None
        return None

    def _send(self, message: Message) -> None:
        try:
            self._channel.send(message)
        except ChannelClosedError:
            finish(0)
