"""Reference 7: when a buffer becomes an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.delivery.support import (
    SHARD,
    Rig,
    RunLater,
    backed_up,
    decoded,
    describe,
    lambda_processor,
    ok,
    partitioned,
    processing,
    processor,
)

if TYPE_CHECKING:
    from pathlib import Path

SMALL: dict[str, Any] = {"BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60}}
MIB = 1024 * 1024


def test_vector_13_each_shard_has_its_own_buffer(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe())
    rig.put(b"a", shard="shardId-000000000000")
    rig.put(b"b", shard="shardId-000000000001")
    rig.wait(59)
    assert rig.names() == []
    rig.wait(1)
    assert sorted(rig.s3.objects[key]["Body"] for key in rig.names()) == [b"a", b"b"]


def test_the_age_counts_from_the_first_record(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe())
    rig.wait(50)
    rig.put(b"a")
    rig.wait(30)
    rig.put(b"b")
    rig.wait(29)
    assert rig.names() == []
    rig.wait(1)
    assert rig.body("") == b"ab"


def test_the_size_counts_before_compression(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(CompressionFormat="GZIP", **SMALL))
    rig.put(b"x" * (MIB - 1))
    assert rig.names() == []
    rig.put(b"x")
    (key,) = rig.names()
    assert len(rig.s3.objects[key]["Body"]) < 5000


def test_a_large_chunk_makes_several_objects(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**SMALL))
    rig.put(*[b"x" * 100_000] * 25)
    assert [len(rig.s3.objects[key]["Body"]) for key in rig.names()] == [1_100_000, 1_100_000]
    rig.drain()
    assert sum(len(rig.s3.objects[key]["Body"]) for key in rig.names()) == 2_500_000


def test_a_zero_interval_delivers_at_once(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 0}))
    rig.put(b"a")
    assert rig.body("") == b"a"


def test_no_empty_object_is_written(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe())
    rig.wait(300)
    rig.drain()
    assert rig.s3.puts == []


def test_records_without_a_byte_make_no_object(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(CompressionFormat="GZIP", **backed_up()))
    rig.put(b"", b"")
    rig.wait(60)
    assert rig.s3.puts == []
    assert rig.position()[1] == 2, "they are done with all the same"
    rig.put(b"", b"a")
    rig.wait(60)
    assert rig.body("raw/") == b"a"
    assert rig.position()[1] == 4


def test_with_dynamic_partitioning_shards_share_the_buffer_of_a_prefix(tmp_path: Path) -> None:
    def by_first_letter(event: dict[str, Any]) -> Any:
        return {"records": [ok(r, letter=chr(decoded(r)[0])) for r in event["records"]]}

    description = describe(
        **partitioned("data/!{partitionKeyFromLambda:letter}/"),
        **processing(lambda_processor(BufferIntervalInSeconds="0")),
    )
    rig = Rig(tmp_path, description, handler=by_first_letter)
    rig.put(b"a1", b"b1", b"a2", shard="shardId-000000000000")
    rig.put(b"a3", b"b2", shard="shardId-000000000001")
    rig.wait(60)
    assert len(rig.names()) == 2
    assert rig.body("lake/data/a/") == b"a1a2a3"
    assert rig.body("lake/data/b/") == b"b1b2"


def test_each_partition_has_its_own_clock(tmp_path: Path) -> None:
    description = describe(
        **partitioned("data/!{partitionKeyFromQuery:k}/"),
        **processing(
            processor("MetadataExtraction", MetadataExtractionQuery="{k:.k}", JsonParsingEngine="JQ-1.6")
        ),
    )
    rig = Rig(tmp_path, description)
    rig.put(b'{"k":"a"}')
    rig.wait(30)
    rig.put(b'{"k":"b"}')
    rig.wait(30)
    assert rig.names() == rig.names("lake/data/a/")
    assert len(rig.names()) == 1
    rig.wait(30)
    assert len(rig.names("lake/data/b/")) == 1


def test_memory_is_bounded_whatever_the_hints_say(tmp_path: Path) -> None:
    limit = 4 * MIB
    chunk = 310_000
    rig = Rig(tmp_path, describe(), limit_bytes=limit)
    for _ in range(40):
        rig.put(*[b"x" * 10_000] * 30)
        assert rig.pipeline.held_bytes < limit + chunk
    assert len(rig.names()) >= 2
    rig.drain()
    assert len(rig.body("")) == 40 * 300_000


def test_reading_stops_while_s3_takes_nothing(tmp_path: Path) -> None:
    writers = RunLater()
    rig = Rig(tmp_path, describe(**SMALL), limit_bytes=4 * MIB, write=writers)
    chunks = 0
    while rig.pipeline.wants(SHARD):
        rig.put(*[b"x" * 10_000] * 30)
        chunks += 1
    assert 10 <= chunks <= 15
    assert rig.pipeline.held_bytes < 5 * MIB
    while writers.waiting:
        writers.run()
    rig.wait(0)
    assert rig.pipeline.wants(SHARD)
