"""Faults of clients-and-faults 1 to 8 and 13 to 15 against the delivery engine as a process.

Each run ends with the same question: is every acknowledged record delivered or under the error prefix, none missing,
none twice, and is every record in the backup.
"""

from __future__ import annotations

import random
import resource
import time
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.delivery.status import Status
from tests.faults.engine import EngineProcess
from tests.faults.proxy import GARBLE, LOSE_ANSWER, REFUSE, RESET, THROTTLE, fault_proxy, is_object_write
from tests.integration.delivery.stream import Contents, Pipeline
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway_fixture import LocalAws

pytestmark = pytest.mark.slow

POISON_EVERY = 97
MIB = 1024 * 1024


class Run:
    """A delivery stream, the engine under test, and the ids that were acknowledged."""

    def __init__(self, aws: LocalAws, engine: EngineProcess, **options: int) -> None:
        self.aws = aws
        self.engine = engine
        self.pipeline = Pipeline(aws, **options)
        self.acknowledged = 0

    def put(self, count: int) -> None:
        first = self.acknowledged
        self.pipeline.put(range(first, first + count), poison_every=POISON_EVERY)
        self.acknowledged += count

    def status(self) -> Status:
        status = self.pipeline.status()
        assert status is not None
        return status

    def finish(self, timeout_seconds: float = 240) -> Contents:
        """Wait until everything acknowledged is read, stop the engine in order, and account for every record."""
        wait_until(
            lambda: (s := self.pipeline.status()) is not None and s.records_read >= self.acknowledged,
            "everything is read",
            timeout_seconds,
        )
        assert self.engine.stop() == 0, self.engine.text()[-3000:]
        contents = self.pipeline.contents()
        ids = set(range(self.acknowledged))
        poison = {n for n in ids if n % POISON_EVERY == 0}
        missing = (ids - poison) - set(contents.rows)
        twice = len(contents.rows) - len(set(contents.rows))
        assert (len(missing), twice) == (0, 0)
        assert set(contents.rows) == ids - poison
        assert len(contents.failed) == len(set(contents.failed)) == len(poison)
        backup = contents.ids_in_backup()
        assert sorted(backup) == sorted(ids - poison)
        assert contents.backup.count(b"poison ") == len(poison)
        return contents


@pytest.fixture
def aws(make_local_aws: Callable[..., LocalAws]) -> LocalAws:
    return make_local_aws(delivery=False)


@pytest.fixture
def engine(aws: LocalAws) -> Iterator[EngineProcess]:
    engine = EngineProcess(aws.settings)
    yield engine
    engine.close()


def test_1_killed_at_many_random_points(aws: LocalAws, engine: EngineProcess) -> None:
    random_points = random.Random(20261121)
    run = Run(aws, engine, shards=2)
    for _ in range(25):
        engine.start()
        run.put(400)
        # From before the first read to after several objects: an engine is ready after about a second and a half.
        time.sleep(random_points.uniform(0.5, 6.0))
        engine.kill()
    engine.start()
    contents = run.finish()
    assert contents.data_keys


def test_3_stopped_and_started_in_order(aws: LocalAws, engine: EngineProcess) -> None:
    run = Run(aws, engine, shards=2, interval_seconds=300)
    for _ in range(3):
        engine.start()
        run.put(1000)
        run.pipeline.wait_until_read(run.acknowledged - 500)
        assert engine.stop() == 0
    engine.start()
    run.finish()


def test_4_a_full_disk_stops_with_the_cause_and_loses_nothing(aws: LocalAws, engine: EngineProcess) -> None:
    run = Run(aws, engine)
    run.put(2000)
    engine.start()
    # The largest file the process may write: the checkpoint cannot grow and no object of any size can be kept.
    engine.process.rlimit(resource.RLIMIT_FSIZE, (5000, resource.RLIM_INFINITY))
    wait_until(lambda: (s := run.pipeline.status()) is not None and s.state == "failed", "it stops")
    failure = run.status().failure or ""
    assert "cannot be written" in failure
    assert "File too large" in failure
    engine.process.rlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    run.put(1000)
    run.finish()


@pytest.mark.parametrize("fault", [REFUSE, THROTTLE, RESET, LOSE_ANSWER])
def test_6_7_s3_fails_on_writes(aws: LocalAws, fault: str) -> None:
    with fault_proxy(aws.settings.port) as proxy:
        engine = EngineProcess(aws.settings, proxy.port)
        try:
            run = Run(aws, engine, shards=2)
            dice = random.Random(6)
            proxy.rule = lambda method, path, _: (
                fault
                if is_object_write(method, path) and (proxy.faults[fault] < 5 or dice.random() < 0.5)
                else None
            )
            engine.start()
            for _ in range(5):
                run.put(600)
                time.sleep(1.5)
            run.finish()
            assert proxy.faults[fault] >= 5
        finally:
            engine.close()


@pytest.mark.parametrize("target", ["Kinesis", "AWSGlue", "functions", "Firehose"])
def test_10_15_other_services_fail_or_answer_nonsense(aws: LocalAws, target: str) -> None:
    with fault_proxy(aws.settings.port) as proxy:
        engine = EngineProcess(aws.settings, proxy.port)
        try:
            run = Run(aws, engine, shards=2)
            dice = random.Random(15)
            # A function call that fails counts as an attempt (reference 2.4): only what never arrived is tried
            # without end.
            faults = [RESET] if target == "functions" else [REFUSE, RESET, GARBLE]

            def rule(_method: str, path: str, headers: dict[str, str]) -> str | None:
                if target not in headers.get("x-amz-target", "") and target not in path:
                    return None
                # The first calls in any case: Glue is not asked often.
                is_hit = sum(proxy.faults.values()) < 4 or dice.random() < 0.4
                return dice.choice(faults) if is_hit else None

            proxy.rule = rule
            engine.start()
            for _ in range(5):
                run.put(600)
                time.sleep(1.5)
            run.finish()
            assert sum(proxy.faults.values()) >= 3
        finally:
            engine.close()


def test_8_13_s3_is_down_for_long(aws: LocalAws) -> None:
    limit_mib = 16
    with fault_proxy(aws.settings.port) as proxy:
        engine = EngineProcess(aws.settings, proxy.port, buffer_mib=limit_mib)
        try:
            run = Run(aws, engine)
            engine.start()
            run.put(500)
            wait_until(lambda: run.pipeline.contents().rows, "the first rows")
            before_mib = engine.process.memory_info().rss / MIB
            proxy.rule = lambda method, path, _: REFUSE if is_object_write(method, path) else None
            run.put(120_000)
            highest = 0.0
            wait_until(lambda: run.status().held_bytes >= limit_mib * MIB, "as much is held as may be")
            wait_until(lambda: proxy.faults[REFUSE] > 5, "S3 refuses")
            for _ in range(200):
                highest = max(highest, engine.process.memory_info().rss / MIB)
                time.sleep(0.1)
            status = run.status()
            assert status.held_bytes < (limit_mib + 8) * MIB
            assert status.records_read < run.acknowledged
            assert highest < before_mib + 5 * limit_mib + 60
            assert not [key for key in run.pipeline.contents().error_keys if "processing-failed" not in key]
            proxy.rule = lambda *_: None
            run.finish()
        finally:
            engine.close()


def test_14_shards_split_and_merge(aws: LocalAws, engine: EngineProcess) -> None:
    """Records keep coming between the reshardings, and the engine is stopped and started between them.

    Nothing is unread during one, and the engine is not killed: measured, MiniStack forgets what a shard holds when
    it is split or merged, so that this is lost for every consumer.
    """
    run = Run(aws, engine, shards=1)
    kinesis: Any = aws.clients.client("kinesis")
    engine.start()
    for reshard in (_split, _merge, _split):
        for _ in range(5):
            run.put(200)
            time.sleep(0.2)
        run.pipeline.wait_until_read(run.acknowledged)
        reshard(kinesis, run.pipeline.stream)
        run.put(200)
        run.pipeline.wait_until_read(run.acknowledged)
        assert engine.stop() == 0
        engine.start()
    run.finish()
    assert "is gone from the stream" in engine.text()


def _open_shards(kinesis: Any, stream: str) -> list[dict[str, Any]]:
    shards = kinesis.list_shards(StreamName=stream)["Shards"]
    return [s for s in shards if not s["SequenceNumberRange"].get("EndingSequenceNumber")]


def _active(kinesis: Any, stream: str) -> bool:
    summary = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
    return bool(summary["StreamStatus"] == "ACTIVE")


def _split(kinesis: Any, stream: str) -> None:
    (shard,) = _open_shards(kinesis, stream)
    middle = str(
        (int(shard["HashKeyRange"]["StartingHashKey"]) + int(shard["HashKeyRange"]["EndingHashKey"])) // 2
    )
    kinesis.split_shard(StreamName=stream, ShardToSplit=shard["ShardId"], NewStartingHashKey=middle)
    wait_until(lambda: _active(kinesis, stream), "the split is done")


def _merge(kinesis: Any, stream: str) -> None:
    first, second = _open_shards(kinesis, stream)
    kinesis.merge_shards(
        StreamName=stream, ShardToMerge=first["ShardId"], AdjacentShardToMerge=second["ShardId"]
    )
    wait_until(lambda: _active(kinesis, stream), "the merge is done")
