"""The process that runs a query on records. It holds no data but the batch at hand, and sees no environment.

It keeps the compiled query and forks for each batch. The fork has limits of memory and, for each record, of processor
time; the kernel ends it when it exceeds one of them. Then that record has failed, and another fork goes on behind it.

Protocol, on standard input and output: a frame is its length (4 bytes, big-endian) and that many bytes. First comes the
query (UTF-8), answered by an empty frame or by why it cannot be compiled. Every further frame is a batch: a JSON list
of the records' lengths, a newline, the records; the answer is a JSON list of `[keys, problem]`, one for each record.
"""

from __future__ import annotations

import gc
import json
import mmap
import os
import re
import resource
import select
import signal
import struct
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

NOT_JSON = "Non JSON record provided"
NO_OBJECT = "The jq query gave no object"
TOO_DEEP = "The record exceeds the depth limit of jq 1.6, 256 levels"

COMPILE_SECONDS = 2.0
_LOSS_SECONDS = 10.0
_GIVEN_BACK = 0.1
LIMIT_BYTES = 512 * 1024 * 1024
# Processor time is what counts; a fork that gets none, or sleeps, is ended after this time on the clock.
_LONGEST_WAIT_SECONDS = 30.0
_LEAST_SECONDS = 0.01
_LEAST_SECONDS_PER_BYTE = 1e-7
_FLUSH_SECONDS = 0.02
_DEEPEST = 256
_LONGEST_MESSAGE = 1000
_PROGRESS = struct.Struct("q")
_FRAME = struct.Struct(">I")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_BRACKET_OR_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)

Answer = list[Any]


class Budget:
    """The processor time of a record: a tenth of what is left of ten seconds, which failures use up.

    So a record that does not end costs a second when it is the only one, and a query that never ends costs ten
    seconds and then the least for each record: 10 ms, and 100 ms for each MiB, a hundred times what is usual. A tenth
    of the time that passes between batches is given back.
    """

    def __init__(self) -> None:
        self._left_seconds = _LOSS_SECONDS
        self._seen = time.monotonic()

    def begin(self) -> None:
        """Give back what has passed since the last batch began."""
        now = time.monotonic()
        self._left_seconds = min(_LOSS_SECONDS, self._left_seconds + (now - self._seen) * _GIVEN_BACK)
        self._seen = now

    def seconds(self, record: bytes) -> float:
        """Return the time for `record`."""
        return max(_LEAST_SECONDS + _LEAST_SECONDS_PER_BYTE * len(record), self._left_seconds * _GIVEN_BACK)

    def lose(self, seconds: float) -> None:
        """Note that a record has failed after this time."""
        self._left_seconds = max(0.0, self._left_seconds - seconds)


class Query:
    """A compiled query. Raises `ValueError` when it does not compile."""

    def __init__(self, query: str) -> None:
        import jq

        from local_aws.jq16.program import REMOVED, may_be_respelled, programs

        try:
            jq.compile(query)
        except ValueError as error:
            try:
                jq.compile(REMOVED + query)
            except ValueError:
                # What is wrong is told in the query's own lines and columns.
                raise error from None
        self._plain, self._careful = (jq.compile(program) for program in programs(query))
        self._may_be_respelled = may_be_respelled

    def keys(self, record: bytes) -> Answer:
        """Return the keys of one record, or why it has none."""
        try:
            text = record.decode("utf-8")
            if not _is_json(record, text):
                return [None, NOT_JSON]
            if record.count(b"[") + record.count(b"{") > _DEEPEST and _depth(record) > _DEEPEST:
                return [None, TOO_DEEP]
            results = self._results(record, text)
        except UnicodeDecodeError:
            return [None, NOT_JSON]
        except ValueError as error:
            return [None, str(error)[:_LONGEST_MESSAGE]]
        if len(results) != 1 or not isinstance(results[0], dict):
            return [None, NO_OBJECT]
        return [results[0], None]

    def _results(self, record: bytes, text: str) -> list[Any]:
        if not self._may_be_respelled(record):
            results: list[Any] = self._plain.input_text(text).first()
            if len(results) != 1 or not isinstance(results[0], dict):
                return results
            # Most keys are text already; how jq writes other values, only jq knows.
            if all(type(value) is str for value in results[0].values()):
                return results
        found: list[Any] = self._careful.input_text(text).first()
        return found


def _is_json(record: bytes, text: str) -> bool:
    import orjson

    try:
        orjson.loads(record)
    except ValueError:
        # Numbers beyond a double, which jq takes and orjson does not.
        try:
            json.loads(text, parse_int=float, parse_constant=_refuse)
        except (ValueError, RecursionError):
            return False
        return _SURROGATE.search(text) is None
    return True


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _depth(record: bytes) -> int:
    depth = deepest = 0
    for token in _BRACKET_OR_STRING.finditer(record):
        first = token[0][:1]
        if first in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif first != b'"':
            depth -= 1
    return deepest


class _Fork:
    """One fork that answers the records from `start` up to `stop`; `at` is the one that it works on."""

    def __init__(self, query: Query, records: Sequence[bytes], start: int, stop: int, budget: Budget) -> None:
        self._progress = mmap.mmap(-1, _PROGRESS.size)
        self._progress[:] = _PROGRESS.pack(start)
        self._reading, writing = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            _answer(query, records[start:stop], start, budget, self._progress, writing)
            os._exit(0)
        os.close(writing)

    @property
    def at(self) -> int:
        return int(_PROGRESS.unpack(self._progress[:])[0])

    def finish(self) -> tuple[list[Answer], int, int]:
        """Wait for its end; return its answers, the last record that it worked on and the signal that ended it."""
        received = bytearray()
        at, since = self.at, time.monotonic()
        while True:
            if select.select([self._reading], [], [], 0.5)[0]:
                part = os.read(self._reading, 1 << 20)
                if not part:
                    break
                received += part
            if self.at != at:
                at, since = self.at, time.monotonic()
            elif time.monotonic() - since > _LONGEST_WAIT_SECONDS:
                os.kill(self._pid, signal.SIGKILL)
        os.close(self._reading)
        _, status = os.waitpid(self._pid, 0)
        at = self.at
        self._progress.close()
        whole = received.rpartition(b"\n")[0]
        answers = [answer for line in whole.split(b"\n") if line for answer in json.loads(line)]
        return answers, at, os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def _answer(
    query: Query, records: Sequence[bytes], start: int, budget: Budget, progress: mmap.mmap, writing: int
) -> None:
    """Answer records in a fork, which the kernel ends when a limit is exceeded."""
    _limit()
    pending: list[Answer] = []
    flushed = time.monotonic()
    for at, record in enumerate(records, start):
        if pending and time.monotonic() - flushed > _FLUSH_SECONDS:
            _write(writing, pending)
            pending, flushed = [], time.monotonic()
        progress[:] = _PROGRESS.pack(at)
        signal.setitimer(signal.ITIMER_PROF, budget.seconds(record))
        pending.append(query.keys(record))
    signal.setitimer(signal.ITIMER_PROF, 0)
    _write(writing, pending)


def _write(writing: int, answers: list[Answer]) -> None:
    data = json.dumps(answers).encode() + b"\n"
    while data:
        data = data[os.write(writing, data) :]


def _limit() -> None:
    """Take away what a query has no business with: input, output and more memory than it needs."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(query: Query, records: Sequence[bytes], budget: Budget) -> list[Answer]:
    """Return the answer for each record; one that exceeds a limit has failed, alone."""
    budget.begin()
    answers: list[Answer] = []
    failed: dict[int, str] = {}
    while (start := len(answers)) < len(records):
        if start in failed:
            answers.append([None, failed.pop(start)])
            continue
        # What a fork had answered and not sent when it ended is answered again, up to the record that ended it.
        stop = min(failed, default=len(records))
        found, at, ended_by = _Fork(query, records, start, stop, budget).finish()
        answers += found
        if len(answers) < stop:
            seconds = budget.seconds(records[at])
            failed[at] = _exceeded(ended_by, seconds)
            budget.lose(seconds)
    return answers


def _exceeded(ended_by: int, seconds: float) -> str:
    if ended_by == signal.SIGPROF:
        return f"The jq query took more than {seconds:.2g} s of processor time for this record"
    return (
        f"The jq query took more than {LIMIT_BYTES >> 20} MiB of memory for this record, or did not survive it "
        f"(signal {ended_by})"
    )


def compile_query(text: str) -> Query | str:
    """Return the compiled query, or why it cannot be compiled; a fork tries it first, within limits."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        _limit()
        signal.setitimer(signal.ITIMER_PROF, COMPILE_SECONDS)
        os.write(writing, _problem(text).encode("utf-8", "replace")[:_LONGEST_MESSAGE])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        problem = pipe.read().decode("utf-8", "replace")
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return f"compiling it takes more than {COMPILE_SECONDS:g} s or {LIMIT_BYTES >> 20} MiB"
    return problem or Query(text)


def _problem(text: str) -> str:
    try:
        Query(text)
    except (ValueError, RecursionError, MemoryError) as error:
        return str(error) or type(error).__name__
    return ""


def _read(stream: BinaryIO) -> bytes | None:
    header = stream.read(_FRAME.size)
    if len(header) < _FRAME.size:
        return None
    length = _FRAME.unpack(header)[0]
    frame = stream.read(length)
    return frame if len(frame) == length else None


def _send(stream: BinaryIO, frame: bytes) -> None:
    stream.write(_FRAME.pack(len(frame)) + frame)
    stream.flush()


def split(batch: bytes) -> list[bytes]:
    """Return the records of a batch's frame."""
    header, _, data = batch.partition(b"\n")
    records: list[bytes] = []
    start = 0
    for length in json.loads(header):
        records.append(data[start : start + length])
        start += length
    return records


def main() -> None:
    """Serve the protocol until standard input ends."""
    # Python itself may have set LC_CTYPE, and jq reads what the C library has.
    os.environ.clear()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    text = _read(requests)
    if text is None:
        return
    compiled = compile_query(text.decode("utf-8"))
    _send(answers, compiled.encode("utf-8") if isinstance(compiled, str) else b"")
    if isinstance(compiled, str):
        return
    budget = Budget()
    gc.freeze()
    while (batch := _read(requests)) is not None:
        _send(answers, json.dumps(run(compiled, split(batch), budget)).encode())
