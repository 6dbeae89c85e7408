"""Killed at any point, a delivery stream loses no record and shows none twice.

Every step that leaves a trace outside the process (the disk, S3) is numbered over a whole run; then the run is
repeated, and killed before and after each of them in turn.
"""

from __future__ import annotations

import base64
import io
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ConnectionClosedError

from tests.unit.delivery.support import (
    ERROR_PREFIX,
    SHARD,
    ManualClock,
    Rig,
    ScriptedS3,
    backed_up,
    converting,
    decoded,
    describe,
    lambda_processor,
    ok,
    partitioned,
    processing,
    processor,
    source_chunk,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RECORDS = 24
SHARDS = (SHARD, "shardId-000000000001")


class KilledError(BaseException):
    """The process ends here. Not an `Exception`: nothing may catch it."""


class Killer:
    """Counts the steps that leave a trace, and kills at the chosen one, before or after it is done."""

    def __init__(self, at: int | None = None, *, after: bool = False) -> None:
        self.at = at
        self.after = after
        self.count = 0

    def guard(self, owner: Any, name: str) -> None:
        step: Callable[..., Any] = getattr(owner, name)

        def guarded(*arguments: Any, **named: Any) -> Any:
            self.count += 1
            if self.at == self.count and not self.after:
                raise KilledError
            result = step(*arguments, **named)
            if self.at == self.count:
                raise KilledError
            return result

        setattr(owner, name, guarded)

    def watch(self, rig: Rig) -> None:
        self.guard(rig.s3, "put_object")
        self.guard(rig.outbox, "store")
        self.guard(rig.outbox, "remove")
        journal = rig.checkpoint._journal
        self.guard(journal, "append")
        self.guard(journal, "rotate")


def transform(event: dict[str, Any]) -> Any:
    """Drops every seventh record and fails every fifth."""
    answers = []
    for record in event["records"]:
        item = json.loads(decoded(record))
        if item["n"] % 7 == 6:
            answers.append({"recordId": record["recordId"], "result": "Dropped"})
        elif item["n"] % 5 == 4:
            answers.append({"recordId": record["recordId"], "result": "ProcessingFailed"})
        else:
            item["bad"] = "text" if item["n"] % 11 == 10 else 1
            answers.append(ok(record, json.dumps(item).encode() + b"\n", k=f"k{item['n'] % 3}"))
    return {"records": answers}


def run(
    folder: Path, description: dict[str, Any], clock: ManualClock, s3: ScriptedS3, killer: Killer
) -> None:
    """One life of the process: finish what the last one left, read on from the checkpoint, stop in order."""
    rig = Rig(folder, description, handler=transform, clock=clock, s3=s3, columns=COLUMNS)
    original = s3.put_object
    try:
        killer.watch(rig)
        rig.finish_outbox()
        for shard in SHARDS:
            if shard not in rig.checkpoint.shards:
                rig.checkpoint.add_shard(shard, "TRIM_HORIZON")
        rig.checkpoint.save()
        cursors = {shard: _cursor(rig, shard) for shard in SHARDS}
        # Chunks of another size in each life: what a restart reads at once does not follow the first reading.
        size = 7 + killer.count % 5
        while any(cursor < RECORDS for cursor in cursors.values()):
            for shard in SHARDS:
                first = cursors[shard]
                if first >= RECORDS:
                    continue
                chunk = [record(shard, n) for n in range(first, min(first + size, RECORDS))]
                arrivals = [clock.start_ms + n for n in range(first, first + len(chunk))]
                rig.offer(source_chunk(chunk, first, shard, arrivals))
                cursors[shard] += len(chunk)
                rig.wait(3)
        rig.drain()
    finally:
        s3.put_object = original  # type: ignore[method-assign]


def _cursor(rig: Rig, shard: str) -> int:
    after = rig.checkpoint.shards[shard].position.after_sequence
    return 0 if after is None else int(after[-6:]) + 1


def record(shard: str, number: int) -> bytes:
    return json.dumps({"n": number, "shard": shard}).encode()


COLUMNS = [
    {"Name": "n", "Type": "int"},
    {"Name": "shard", "Type": "string"},
    {"Name": "bad", "Type": "int"},
]
HINTS: dict[str, Any] = {"BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 10}}


def plain() -> dict[str, Any]:
    function = processing(lambda_processor(BufferIntervalInSeconds="2"))
    backup = backed_up(BufferingHints={"SizeInMBs": 5, "IntervalInSeconds": 17})
    return describe(Prefix="data/", ErrorOutputPrefix=ERROR_PREFIX, **HINTS, **function, **backup)


def partitioned_and_converted() -> dict[str, Any]:
    function = processing(lambda_processor(BufferIntervalInSeconds="2"))
    backup = backed_up(BufferingHints={"SizeInMBs": 5, "IntervalInSeconds": 17})
    prefix = "data/!{partitionKeyFromLambda:k}/"
    return describe(**HINTS, **partitioned(prefix), **converting(), **function, **backup)


def expected_outcomes() -> tuple[Counter[tuple[str, int]], Counter[tuple[str, int]]]:
    """Give the (shard, number) of what is delivered without conversion, and of what fails in the function."""
    good: Counter[tuple[str, int]] = Counter()
    failed: Counter[tuple[str, int]] = Counter()
    for shard in SHARDS:
        for n in range(RECORDS):
            if n % 7 == 6:
                continue
            (failed if n % 5 == 4 else good)[shard, n] += 1
    return good, failed


def delivered(s3: ScriptedS3) -> tuple[Counter[tuple[str, int]], Counter[tuple[str, int]]]:
    good: Counter[tuple[str, int]] = Counter()
    failed: Counter[tuple[str, int]] = Counter()
    for key, request in s3.objects.items():
        body = request["Body"]
        if key.startswith("lake/errors/"):
            for line in body.splitlines():
                item = json.loads(base64.b64decode(json.loads(line)["rawData"]))
                failed[item["shard"], item["n"]] += 1
        elif key.endswith(".parquet"):
            for row in pq.read_table(io.BytesIO(body)).to_pylist():
                good[row["shard"], row["n"]] += 1
        elif key.startswith("lake/data/"):
            for line in body.splitlines():
                item = json.loads(line)
                good[item["shard"], item["n"]] += 1
    return good, failed


def in_backup(s3: ScriptedS3) -> Counter[bytes]:
    parts: Counter[bytes] = Counter()
    for key, request in s3.objects.items():
        if key.startswith("raw/"):
            for part in request["Body"].split(b"}"):
                parts[part + b"}"] += 1
    del parts[b"}"]
    return parts


def check(s3: ScriptedS3, *, converted: bool) -> None:
    good, failed = expected_outcomes()
    if converted:
        misfits = {key: count for key, count in good.items() if key[1] % 11 == 10}
        good.subtract(misfits)
        good = +good
        failed.update(misfits)
    assert delivered(s3) == (good, failed)
    assert in_backup(s3) == Counter(record(shard, n) for shard in SHARDS for n in range(RECORDS))


def count_steps(folder: Path, description: dict[str, Any], *, converted: bool) -> int:
    killer, s3 = Killer(), ScriptedS3()
    run(folder, description, ManualClock(), s3, killer)
    check(s3, converted=converted)
    return killer.count


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("converted", "stride"),
    [
        pytest.param(False, 1, id="plain"),
        pytest.param(True, 3, id="converted"),
        pytest.param(True, 1, id="converted-all", marks=pytest.mark.slow),
    ],
)
def test_killed_at_every_step(tmp_path: Path, converted: bool, stride: int, after: bool) -> None:
    description = partitioned_and_converted() if converted else plain()
    steps = count_steps(tmp_path / "whole", description, converted=converted)
    assert steps > 25
    for at in range(1, steps + 1, stride):
        folder, clock, s3 = tmp_path / str(at), ManualClock(), ScriptedS3()
        with pytest.raises(KilledError):
            run(folder, description, clock, s3, Killer(at, after=after))
        clock.advance(1)
        run(folder, description, clock, s3, Killer())
        check(s3, converted=converted)


@pytest.mark.parametrize("distance", [3, 5, 8, 13])
def test_killed_again_and_again(tmp_path: Path, distance: int) -> None:
    description, clock, s3 = partitioned_and_converted(), ManualClock(), ScriptedS3()
    for life in range(200):
        try:
            run(tmp_path, description, clock, s3, Killer(distance + life // 3, after=life % 2 == 0))
        except KilledError:
            clock.advance(1)
            continue
        break
    else:
        raise AssertionError("never got to the end")
    assert life >= 3
    check(s3, converted=True)


def test_the_response_of_s3_is_lost(tmp_path: Path) -> None:
    """S3 has written, but the caller does not learn it: the repetition overwrites."""
    s3 = ScriptedS3()
    put_object, lost = s3.put_object, []

    def deaf(**request: Any) -> Any:
        put_object(**request)
        if request["Key"] not in lost:
            lost.append(request["Key"])
            raise ConnectionClosedError(endpoint_url="http://127.0.0.1:1")
        return {}

    s3.put_object = deaf  # type: ignore[method-assign]
    run(tmp_path, plain(), ManualClock(), s3, Killer())
    check(s3, converted=False)
    assert len(s3.puts) == 2 * len(s3.objects)


def test_another_answer_of_the_function_after_a_crash_doubles_nothing(tmp_path: Path) -> None:
    """An object that was begun is finished as it was, whatever the function says the second time."""
    prefix = "data/!{partitionKeyFromLambda:k}/"
    description = describe(**HINTS, **partitioned(prefix), **processing(lambda_processor()))
    s3 = ScriptedS3()
    first = Rig(
        tmp_path, description, s3=s3, handler=lambda e: {"records": [ok(r, k="first") for r in e["records"]]}
    )
    killer = Killer(2)
    killer.guard(first.s3, "put_object")
    killer.guard(first.outbox, "store")
    first.put(b"a", b"b")
    with pytest.raises(KilledError):
        first.drain()
    del s3.put_object
    second = Rig(
        tmp_path, description, s3=s3, handler=lambda e: {"records": [ok(r, k="second") for r in e["records"]]}
    )
    second.finish_outbox()
    second.put(b"a", b"b", b"c")
    second.drain()
    assert second.body("lake/data/first/") == b"ab"
    assert second.body("lake/data/second/") == b"c"


def test_de_aggregated_pieces_are_accounted_for_one_by_one(tmp_path: Path) -> None:
    """One source record lands in two partitions; one of them is delivered before the crash."""
    description = describe(
        **HINTS,
        **partitioned("data/!{partitionKeyFromQuery:k}/"),
        **processing(
            processor("RecordDeAggregation", SubRecordType="JSON"),
            processor("MetadataExtraction", MetadataExtractionQuery="{k:.k}", JsonParsingEngine="JQ-1.6"),
        ),
    )
    s3, clock = ScriptedS3(), ManualClock()
    source = [b'{"k":"a","n":1}{"k":"b","n":2}', b'{"k":"b","n":3}{"k":"a","n":4}']
    first = Rig(tmp_path, description, s3=s3, clock=clock)
    first.put(b'{"k":"a","n":0}')
    first.wait(5)
    first.offer(source_chunk(source, 1))
    first.wait(5)
    assert first.body("lake/data/a/") == b'{"k":"a","n":0}{"k":"a","n":1}{"k":"a","n":4}'
    assert first.names("lake/data/b/") == []
    second = Rig(tmp_path, description, s3=s3, clock=clock)
    assert second.position()[0] is not None
    second.offer(source_chunk(source, 1))
    second.drain()
    assert second.body("lake/data/b/") == b'{"k":"b","n":2}{"k":"b","n":3}'
    assert second.body("lake/data/a/") == b'{"k":"a","n":0}{"k":"a","n":1}{"k":"a","n":4}'


def test_expired_records_do_not_hide_others(tmp_path: Path) -> None:
    """While the process was away the source dropped records: what is left is all delivered."""
    description = describe(**HINTS, **partitioned("data/!{partitionKeyFromLambda:k}/"), **processing(
        lambda_processor(BufferIntervalInSeconds="0")
    ))  # fmt: skip
    s3, clock = ScriptedS3(), ManualClock()

    def by_content(event: dict[str, Any]) -> Any:
        return {"records": [ok(r, k=decoded(r).decode()[0]) for r in event["records"]]}

    first = Rig(tmp_path, description, s3=s3, clock=clock, handler=by_content)
    first.put(b"b0")
    first.wait(5)
    first.offer(source_chunk([b"a1", b"c2", b"b3"], 1))
    first.wait(5)
    assert first.body("lake/data/b/") == b"b0b3"
    second = Rig(tmp_path, description, s3=s3, clock=clock, handler=by_content)
    second.offer(source_chunk([b"c2", b"b3", b"a4", b"a5"], 2))
    second.drain()
    assert second.body("lake/data/c/") == b"c2"
    assert second.body("lake/data/a/") == b"a4a5"
