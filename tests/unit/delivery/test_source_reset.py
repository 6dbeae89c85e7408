"""A source that has lost records, and a process that is killed at any moment before or after: nothing is skipped.

MiniStack's Kinesis keeps records in memory: killed, it comes back empty, in an older state, or with a stream that was
made anew. Each test has three lives of the process. The first reads from a source and is killed at one step; the
source is reset and gets new records; the second life is killed at one step too; the third goes to the end. Then every
record that the source had at the end is in S3, and once.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import pathlib
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from local_aws import durable
from local_aws.delivery import direct_put, journal
from local_aws.delivery.errors import RejectedError
from local_aws.delivery.intake import Chunk, Intake
from local_aws.delivery.kinesis import ShardReader, Troubles
from local_aws.delivery.kinesis_api import ReadAnswer, SourceRecord
from local_aws.delivery.logs import ErrorLog
from local_aws.firehose.spool import SpoolWriter
from tests.unit.delivery.kinesis_server import source
from tests.unit.delivery.support import (
    SHARD,
    ManualClock,
    OneClient,
    Rig,
    ScriptedS3,
    backed_up,
    describe,
    lambda_processor,
    processing,
    sequence,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FIRST, SECOND = range(12), range(100, 110)
CHUNK = 5


class KilledError(BaseException):
    """The process ends here. Not an `Exception`: nothing may catch it."""


@dataclass
class Stream:
    """A Kinesis stream of one shard, in memory; `get_records` gives `CHUNK` records at a time."""

    created: str = "2026-07-13T00:00:00+00:00"
    records: list[SourceRecord] = field(default_factory=list)
    next_number: int = 0
    now_ms: int = 1783944000000

    def put(self, ids: range) -> None:
        for number in ids:
            self.now_ms += 7
            data = json.dumps({"n": number}).encode()
            self.records.append(SourceRecord(data, sequence(self.next_number), "k", self.now_ms))
            self.next_number += 1

    def get_shard_iterator(self, **request: Any) -> dict[str, str]:
        kind, number = request["ShardIteratorType"], request.get("StartingSequenceNumber", "")
        later = {"AT_SEQUENCE_NUMBER": lambda s: s >= number, "AFTER_SEQUENCE_NUMBER": lambda s: s > number}
        wanted: Callable[[str], bool] = later.get(kind, lambda _: True)
        found = [i for i, record in enumerate(self.records) if wanted(record.sequence)]
        return {"ShardIterator": str(found[0] if found else len(self.records))}

    def get_records(self, _arn: str, iterator: str, _limit: int) -> ReadAnswer:
        start = int(iterator)
        if start > len(self.records):
            raise RejectedError("ExpiredIteratorException", "of an earlier stream")
        read = self.records[start : start + CHUNK]
        return ReadAnswer(read, str(start + len(read)), 0)


def emptied(stream: Stream) -> None:
    stream.records.clear()


def rolled_back(stream: Stream) -> None:
    del stream.records[7:]


def rolled_back_to_the_first_chunk(stream: Stream) -> None:
    del stream.records[3:]


def made_anew(stream: Stream) -> None:
    stream.records.clear()
    stream.created = "2026-07-14T00:00:00+00:00"
    stream.now_ms += 60_000


def numbered_from_the_start(stream: Stream) -> None:
    """The same stream by every name and time, but its sequence numbers begin again."""
    stream.records.clear()
    stream.next_number = 0
    stream.now_ms += 1_000


def made_anew_and_numbered_from_the_start(stream: Stream) -> None:
    made_anew(stream)
    stream.next_number = 0


RESETS = [
    emptied,
    rolled_back,
    rolled_back_to_the_first_chunk,
    made_anew,
    numbered_from_the_start,
    made_anew_and_numbered_from_the_start,
]


class Steps:
    """Numbers everything that leaves a trace on the disk or in S3, and ends the process at one of them.

    `where` is `before` the step, `after` it, or `torn`: half of what a file was to get is in it.
    """

    def __init__(self, at: int | None = None, where: str = "before") -> None:
        self._at = at
        self._where = where
        self.count = 0

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        owners: list[tuple[Any, str]] = [
            (journal, "_write_all"),
            (journal, "sync_directory"),
            (durable, "sync_directory"),
            (pathlib.Path, "rename"),
            (pathlib.Path, "replace"),
            (pathlib.Path, "unlink"),
            (ScriptedS3, "put_object"),
        ]
        with pytest.MonkeyPatch.context() as patch:
            for owner, name in owners:
                patch.setattr(owner, name, self._guarded(getattr(owner, name), name))
            yield

    def _guarded(self, step: Callable[..., Any], name: str) -> Callable[..., Any]:
        def guarded(*arguments: Any, **named: Any) -> Any:
            self.count += 1
            if self.count != self._at:
                return step(*arguments, **named)
            if name == "_write_all" and self._where == "torn":
                descriptor, data = arguments
                step(descriptor, data[: len(data) // 2])
            elif self._where == "after":
                step(*arguments, **named)
            raise KilledError

        return guarded


DESCRIPTION = describe(
    Prefix="data/",
    BufferingHints={"SizeInMBs": 64, "IntervalInSeconds": 3},
    **processing(lambda_processor(BufferIntervalInSeconds="0")),
    **backed_up(BufferingHints={"SizeInMBs": 5, "IntervalInSeconds": 9}),
)


class Life:
    """One life of the process against a stream; what it has written stays in `folder` and `s3`."""

    def __init__(self, folder: Path, s3: ScriptedS3, stream: Stream) -> None:
        self.rig = Rig(folder, DESCRIPTION, clock=ManualClock(), s3=s3, source_created=stream.created)
        self.stream = stream

    def run(self) -> None:
        rig = self.rig
        rig.finish_outbox()
        if SHARD not in rig.checkpoint.shards:
            rig.checkpoint.add_shard(SHARD, "TRIM_HORIZON")
        rig.checkpoint.save()
        for chunk in read_all(self.stream, rig):
            rig.offer(chunk)
            rig.wait(2)
        rig.drain()


def read_all(stream: Stream, rig: Rig) -> list[Chunk]:
    """Read, with the engine's own reader, what the stream has behind the checkpoint."""
    chunks: list[Chunk] = []
    stop = threading.Event()

    class Keep(Intake):
        def offer(self, chunk: Chunk) -> None:
            chunks.append(chunk)

    class Api:
        def get_records(self, arn: str, iterator: str, limit: int) -> ReadAnswer:
            answer = stream.get_records(arn, iterator, limit)
            if not answer.records and int(iterator) == len(stream.records) and reader._expected_mark is None:
                stop.set()
            return answer

    api: Any = Api()
    clients: Any = OneClient(stream)
    log = ErrorLog(rig.config, clients, rig.clock)
    reader = ShardReader(
        clients,
        api,
        source(),
        SHARD,
        rig.checkpoint.shards[SHARD].tail,
        Keep(stop),
        rig.clock,
        rig.metrics,
        Troubles(rig.metrics, log),
        stop,
    )
    stop.wait = lambda timeout=None: stop.is_set()  # type: ignore[method-assign]
    reader.run()
    log.close()
    return chunks


def delivered(s3: ScriptedS3, prefix: str) -> Counter[int]:
    found: Counter[int] = Counter()
    decoder = json.JSONDecoder()
    for key, request in s3.objects.items():
        text, position = request["Body"].decode(), 0
        while key.startswith(prefix) and position < len(text):
            item, position = decoder.raw_decode(text, position)
            found[item["n"]] += 1
    return found


def live(folder: Path, s3: ScriptedS3, stream: Stream, steps: Steps) -> bool:
    """Run one life; return whether it came to its end."""
    with steps.watched():
        try:
            Life(folder, s3, stream).run()
        except KilledError:
            return False
    return True


def lives(folder: Path, reset: Callable[[Stream], None], first: Steps, second: Steps) -> Steps:
    """Run the three lives; return the second's steps."""
    stream, s3 = Stream(), ScriptedS3()
    stream.put(FIRST)
    live(folder, s3, stream, first)
    reset(stream)
    stream.put(SECOND)
    live(folder, s3, stream, second)
    more = range(200, 204)
    stream.put(more)
    assert live(folder, s3, stream, Steps())
    wanted = Counter(json.loads(record.data)["n"] for record in stream.records)
    assert set(wanted) >= {*SECOND, *more}
    for prefix in ("lake/data/", "raw/"):
        found = delivered(s3, prefix)
        assert wanted - found == Counter(), f"not delivered to {prefix}"
        assert +Counter({n: found[n] - 1 for n in wanted}) == Counter(), f"delivered twice to {prefix}"
    return second


def all_steps(folder: Path, reset: Callable[[Stream], None]) -> tuple[int, int]:
    first, second = Steps(), Steps()
    lives(folder, reset, first, second)
    assert first.count > 20
    assert second.count > 12
    return first.count, second.count


WHERE = ("before", "torn", "after")


@pytest.mark.parametrize("reset", RESETS)
def test_killed_at_every_step_after_a_reset(tmp_path: Path, reset: Callable[[Stream], None]) -> None:
    """The first life ends in the middle of everything, the second at each of its steps."""
    first_count, second_count = all_steps(tmp_path / "whole", reset)
    middle = itertools.cycle(range(first_count // 3, first_count, 3))
    for at in range(1, second_count + 1):
        for where in WHERE:
            lives(tmp_path / f"{at}-{where}", reset, Steps(next(middle), where), Steps(at, where))


@pytest.mark.slow
@pytest.mark.parametrize("reset", RESETS)
def test_killed_at_every_pair_of_steps(tmp_path: Path, reset: Callable[[Stream], None]) -> None:
    first_count, second_count = all_steps(tmp_path / "whole", reset)
    pairs = itertools.product(range(1, first_count + 1), range(1, second_count + 1, 2))
    for number, (first, second) in enumerate(pairs):
        where = WHERE[number % 3]
        lives(tmp_path / str(number), reset, Steps(first, where), Steps(second, where))


def test_killed_again_and_again_while_the_source_loses_records(tmp_path: Path) -> None:
    """A reset before each life, and each life ends a little later than the one before."""
    stream, s3 = Stream(), ScriptedS3()
    for number in range(60):
        rolled_back(stream) if number % 3 else emptied(stream)
        stream.put(range(1000 * number, 1000 * number + 9))
        live(tmp_path, s3, stream, Steps(3 + number, WHERE[number % 3]))
    last = range(10**6, 10**6 + 9)
    stream.put(last)
    assert live(tmp_path, s3, stream, Steps())
    wanted = {json.loads(record.data)["n"] for record in stream.records}
    assert wanted <= set(delivered(s3, "lake/data/"))
    assert wanted <= set(delivered(s3, "raw/"))


@pytest.mark.parametrize("loss", ["lost", "older copy"])
def test_a_spool_that_is_lost(tmp_path: Path, loss: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Direct-PUT records: the spool comes back empty, or as it was some time ago."""
    # The writers of this test follow each other in milliseconds.
    monkeypatch.setattr("local_aws.firehose.spool._GAP", 1 << 10)
    state, spool, s3 = tmp_path / "state", tmp_path / "spool", ScriptedS3()
    description = describe(
        kinesis=False, Prefix="data/", BufferingHints={"SizeInMBs": 64, "IntervalInSeconds": 3}
    )

    def put(ids: range) -> None:
        writer = SpoolWriter(spool)
        writer.append([json.dumps({"n": number}).encode() for number in ids], 1)
        writer.close()

    def read(*, to_the_end: bool) -> None:
        rig = Rig(state, description, s3=s3)
        rig.finish_outbox()
        shards = rig.checkpoint.shards
        account = shards.get(direct_put.SHARD_ID) or rig.checkpoint.add_shard(direct_put.SHARD_ID, "START")
        rig.checkpoint.save()
        stop, chunks = threading.Event(), list[Chunk]()

        class Keep(Intake):
            def offer(self, chunk: Chunk) -> None:
                chunks.append(chunk)

        reader = direct_put.SpoolSource(spool, account.tail, Keep(stop), stop)
        while reader._read():
            pass
        for chunk in chunks:
            rig.offer(chunk)
        rig.wait(3)
        if to_the_end:
            rig.drain()

    put(range(5))
    copy = {path.name: path.read_bytes() for path in spool.iterdir()}
    read(to_the_end=True)
    put(range(10, 15))
    read(to_the_end=False)
    for path in spool.iterdir():
        path.unlink()
    if loss == "older copy":
        for name, content in copy.items():
            (spool / name).write_bytes(content)
    for new in (range(20, 27), range(30, 32)):
        put(new)
        read(to_the_end=False)
    read(to_the_end=True)
    assert delivered(s3, "lake/data/") == Counter([*range(5), *range(10, 15), *range(20, 27), 30, 31])
