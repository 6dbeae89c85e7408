"""The workers of one gateway: started when they are needed, kept warm, replaced when they end."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local_aws.athena.workers.errors import WorkerError
from local_aws.athena.workers.process import WorkerProcess, start_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local_aws.athena.workers.limits import Limits
    from local_aws.config import Settings

_log = logging.getLogger(__name__)
_HOUSEKEEPING_SECONDS = 5.0
# So long after the start the first worker is made ready if nobody has asked for one by then.
_FIRST_WORKER_SECONDS = 5.0
# A worker that keeps more than this share of its limit after a statement is replaced by a slim one.
_KEPT_SHARE = 0.4
# An idle one that holds more than this besides what it had at first is replaced when nobody has needed it for long.
_SLIM_BYTES = 128 * 1024**2


@dataclass
class WorkerPool:
    """Lends out workers, one statement at a time each; `most` exist at once, and `kept` of them (0 or 1) stay ready."""

    settings: Settings
    limits: Limits
    most: int
    kept: int = 1
    start: Callable[[Settings, Limits], WorkerProcess] = start_worker
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _idle: list[WorkerProcess] = field(default_factory=list)
    _lent: list[WorkerProcess] = field(default_factory=list)
    _wanted: int = 0  # workers that are to be started
    _waiting: int = 0
    _failure: WorkerError | None = None
    _closed: bool = False
    _starter: threading.Thread | None = None

    def open(self) -> None:
        """Begin to keep a worker ready."""
        self._closed = False
        # Workers end with the thread that has started them, so that one thread starts them all.
        self._starter = threading.Thread(target=self._keep, name="athena-workers", daemon=True)
        self._starter.start()

    def warm(self) -> None:
        """Have a worker ready soon; returns at once."""
        with self._changed:
            if self.kept and not self._closed and not self._idle and not self._lent and self._wanted == 0:
                self._want_one()

    @contextlib.contextmanager
    def lent(self) -> Iterator[WorkerProcess]:
        """Lend out a worker for one statement; waits for one. Raises `WorkerError` when none can be had."""
        worker = self._take()
        try:
            yield worker
        finally:
            self._take_back(worker)

    def close(self) -> None:
        """End all workers; those that run a statement are killed."""
        with self._changed:
            self._closed = True
            workers = [*self._idle, *self._lent]
            lent = list(self._lent)
            self._idle.clear()
            self._changed.notify_all()
        for worker in workers:
            if worker in lent:
                worker.kill()
            worker.end()
        if self._starter is not None:
            self._starter.join()

    def _take(self) -> WorkerProcess:
        with self._changed:
            self._waiting += 1
            try:
                while True:
                    if self._closed:
                        raise WorkerError("the local Athena is stopping")
                    # The one used last has the most in its caches.
                    while self._idle:
                        worker = self._idle.pop()
                        if worker.is_alive:
                            self._lent.append(worker)
                            return worker
                        worker.end()
                    if self._failure is not None and self._wanted == 0:
                        failure, self._failure = self._failure, None
                        raise failure
                    if self._wanted < self._waiting and self._has_room():
                        self._want_one()
                    self._changed.wait()
            finally:
                self._waiting -= 1

    def _has_room(self) -> bool:
        return len(self._idle) + len(self._lent) + self._wanted < self.most

    def _want_one(self) -> None:
        self._wanted += 1
        self._changed.notify_all()

    def _take_back(self, worker: WorkerProcess) -> None:
        kept = worker.is_alive and worker.own_bytes() <= max(
            2 * worker.base_bytes, round(_KEPT_SHARE * self.limits.memory_bytes)
        )
        with self._changed:
            if worker in self._lent:
                self._lent.remove(worker)
            if kept and not self._closed:
                worker.idle_since = time.monotonic()
                self._idle.append(worker)
            self._changed.notify_all()
        if not kept:
            worker.end()
            self.warm()

    def _keep(self) -> None:
        """Start the workers that are wanted and end those that nobody needs; runs until the pool is closed."""
        begun = time.monotonic()
        is_first = True
        while True:
            with self._changed:
                if not self._closed and self._wanted == 0:
                    self._changed.wait(_HOUSEKEEPING_SECONDS)
                if self._closed:
                    return
                wanted = self._wanted
            if wanted:
                self._start_one()
                is_first = False
            elif is_first and time.monotonic() - begun >= _FIRST_WORKER_SECONDS:
                self.warm()
                is_first = False
            self._end_unneeded()

    def _start_one(self) -> None:
        worker: WorkerProcess | None = None
        failure: WorkerError | None = None
        try:
            worker = self.start(self.settings, self.limits)
        except WorkerError as error:
            failure = error
        except OSError as error:
            failure = WorkerError(f"a process for Athena's statements cannot be started: {error}")
        with self._changed:
            self._wanted -= 1
            self._failure = failure
            if worker is not None and not self._closed:
                self._idle.append(worker)
                worker = None
            self._changed.notify_all()
        if failure is not None:
            _log.error("%s", failure)
        if worker is not None:
            worker.end()

    def _end_unneeded(self) -> None:
        """End idle workers but those kept, and these too when they hold much: slim ones take their place."""
        limit = time.monotonic() - self.limits.idle_seconds
        with self._changed:
            if self._waiting:
                return
            old = [one for one in self._idle if one.idle_since < limit or not one.is_alive]
            old.sort(key=lambda one: (one.is_alive, -one.own_bytes()))
            spare = len(self._idle) + len(self._lent) - self.kept
            ended = [
                one
                for position, one in enumerate(old)
                if position < spare or not one.is_alive or one.own_bytes() > one.base_bytes + _SLIM_BYTES
            ]
            for worker in ended:
                self._idle.remove(worker)
        for worker in ended:
            worker.end()
        if ended:
            self.warm()
