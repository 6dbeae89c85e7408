"""Starts the processes that run queries, and talks to them (see `worker`)."""

from __future__ import annotations

import contextlib
import json
import os
import select
import struct
import subprocess
import sys
import threading
import weakref
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    Answer = tuple[dict[str, str] | None, str | None]

_ROOT = Path(__file__).resolve().parents[2]
_START = "import sys; sys.path.insert(0, sys.argv[1]); from local_aws.jq16.worker import main; main()"
_FRAME = struct.Struct(">I")
_LOOK_SECONDS = 0.25
_REMEMBERED = 256


class QueryError(ValueError):
    """The query does not compile, or not within its limits."""


class WorkerDiedError(Exception):
    """The worker is gone, for no reason that a query or a record has: another one may do the work."""


class StoppedWorkError(Exception):
    """The work was given up because somebody asked for it."""


class JqWorker:
    """One process with one compiled query. Used by one thread.

    Raises `QueryError` when the query does not compile. `stop` ends the waiting for an answer.
    """

    def __init__(self, query: str, stop: threading.Event | None = None) -> None:
        self._stop = stop or threading.Event()
        # No environment and no folder of ours: jq must find nothing. -I: Python neither.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _START, str(_ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
        )
        self._end = weakref.finalize(self, _end, self._process)
        problem = self._ask(query.encode("utf-8"))
        if problem:
            self.close()
            raise QueryError(problem.decode("utf-8", "replace"))

    def keys(self, records: Sequence[bytes]) -> list[Answer]:
        """Return for each record its keys, or None and why it has none.

        Raises `WorkerDiedError`, and `StoppedWorkError` when `stop` was set while the worker was at it.
        """
        lengths = json.dumps(list(map(len, records))).encode()
        answers = json.loads(self._ask(b"".join((lengths, b"\n", *records))))
        return [(keys, problem) for keys, problem in answers]

    def close(self) -> None:
        """End the process."""
        self._end()

    def _ask(self, frame: bytes) -> bytes:
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 - it is a pipe
        try:
            stdin.write(_FRAME.pack(len(frame)) + frame)
            stdin.flush()
        except OSError as error:
            raise WorkerDiedError(f"the jq worker takes no more work: {error}") from error
        return self._receive(_FRAME.unpack(self._receive(_FRAME.size))[0])

    def _receive(self, size: int) -> bytes:
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101 - it is a pipe
        received = bytearray()
        # Not `select`, which takes no descriptor beyond 1,023: a gateway with many connections has those.
        waiting = select.poll()
        waiting.register(stdout, select.POLLIN)
        while len(received) < size:
            if not waiting.poll(_LOOK_SECONDS * 1000):
                if self._stop.is_set():
                    self.close()
                    raise StoppedWorkError("the jq worker was given up")
                continue
            part = os.read(stdout.fileno(), size - len(received))
            if not part:
                self.close()
                raise WorkerDiedError(f"the jq worker ended with {self._process.returncode}")
            received += part
        return bytes(received)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        # What was written into the pipe and not taken is of no use any more.
        with contextlib.suppress(OSError):
            assert pipe is not None  # noqa: S101 - both are pipes
            pipe.close()


@lru_cache(maxsize=_REMEMBERED)
def problem_of(query: str) -> str | None:
    """Return why jq cannot compile `query`, or None; found out in a process with limits."""
    try:
        JqWorker(query).close()
    except QueryError as error:
        return str(error)
    return None
