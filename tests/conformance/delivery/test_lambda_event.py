"""Reference 2.1 to 2.3: what the transform function is given, and when."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from local_aws.delivery.config import MIB
from local_aws.delivery.intake import Chunk
from local_aws.delivery.kinesis import user_records
from local_aws.delivery.kinesis_api import SourceRecord
from tests.unit.delivery import kpl_samples
from tests.unit.delivery.support import (
    ERROR_PREFIX,
    NOON_MS,
    SHARD,
    STREAM_ARN,
    Rig,
    RunLater,
    decoded,
    describe,
    lambda_processor,
    processing,
    sequence,
)

if TYPE_CHECKING:
    from pathlib import Path

WITH_FUNCTION = processing(lambda_processor(BufferIntervalInSeconds="10"))


def test_2_1_the_event_of_a_kinesis_source(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**WITH_FUNCTION))
    rig.put(b"Hello World")
    rig.drain()
    (event,) = rig.function.events
    invocation = event.pop("invocationId")
    assert [len(part) for part in invocation.split("-")] == [8, 4, 4, 4, 12]
    assert event == {
        "sourceKinesisStreamArn": STREAM_ARN,
        "deliveryStreamArn": "arn:aws:firehose:us-east-1:000000000000:deliverystream/orders",
        "region": "us-east-1",
        "records": [
            {
                "data": "SGVsbG8gV29ybGQ=",
                "recordId": sequence(0) + "000000",
                "approximateArrivalTimestamp": NOON_MS,
                "kinesisRecordMetadata": {
                    "shardId": SHARD,
                    "partitionKey": "key-0",
                    "approximateArrivalTimestamp": NOON_MS,
                    "sequenceNumber": sequence(0),
                    "subsequenceNumber": 0,
                },
            }
        ],
    }


def test_2_1_the_event_of_a_direct_put_stream_has_no_kinesis_members(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(kinesis=False, **WITH_FUNCTION))
    rig.put(b"Hello World")
    rig.drain()
    (event,) = rig.function.events
    assert set(event) == {"invocationId", "deliveryStreamArn", "region", "records"}
    (record,) = event["records"]
    assert set(record) == {"recordId", "approximateArrivalTimestamp", "data"}


def test_vector_11_a_kpl_aggregate_of_three_is_three_records(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**WITH_FUNCTION))
    good = kpl_samples.aggregate([("k0", b"zero"), ("k1", b"one"), ("k0", b"two")])
    corrupt = good[:-1] + bytes([good[-1] ^ 1])
    records = [SourceRecord(data, sequence(i), "outer", NOON_MS) for i, data in enumerate((good, corrupt))]
    rig.offer(Chunk(SHARD, user_records(SHARD, records), sequence(1)))
    rig.drain()
    (event,) = rig.function.events
    seen = [
        (
            decoded(r),
            r["kinesisRecordMetadata"]["partitionKey"],
            r["kinesisRecordMetadata"]["subsequenceNumber"],
        )
        for r in event["records"]
    ]
    assert seen == [(b"zero", "k0", 0), (b"one", "k1", 1), (b"two", "k0", 2), (corrupt, "outer", 0)]
    assert {r["kinesisRecordMetadata"]["sequenceNumber"] for r in event["records"][:3]} == {sequence(0)}
    assert [r["recordId"][-6:] for r in event["records"]] == ["000000", "000001", "000002", "000000"]


def test_2_3_a_batch_is_sent_at_its_size(tmp_path: Path) -> None:
    parameters = {"BufferSizeInMBs": "0.2", "BufferIntervalInSeconds": "900"}
    rig = Rig(tmp_path, describe(**processing(lambda_processor(**parameters))))
    rig.put(*[b"x" * 50_000] * 9)
    sizes = [sum(len(base64.b64decode(r["data"])) for r in event["records"]) for event in rig.function.events]
    assert sizes == [200_000, 200_000]
    assert rig.position()[1] == 0


def test_2_3_a_batch_that_has_its_size_waits_for_no_further_record(tmp_path: Path) -> None:
    parameters = {"BufferSizeInMBs": "1", "BufferIntervalInSeconds": "900"}
    rig = Rig(tmp_path, describe(**processing(lambda_processor(**parameters))))
    rig.put(b"a" * MIB)
    rig.put(b"b", b"c" * (MIB - 2))
    assert len(rig.function.events) == 1
    rig.put(b"d", b"e" * (2 * MIB), b"f")
    sent = [[decoded(record)[:1] for record in event["records"]] for event in rig.function.events]
    assert sent == [[b"a"], [b"b", b"c", b"d"], [b"e"]]
    rig.wait(900)
    assert decoded(rig.function.events[-1]["records"][0]) == b"f"


def test_1_6_a_record_that_no_event_can_hold_is_not_held_back(tmp_path: Path) -> None:
    parameters = {"BufferSizeInMBs": "3", "BufferIntervalInSeconds": "900"}
    rig = Rig(
        tmp_path, describe(ErrorOutputPrefix=ERROR_PREFIX, **processing(lambda_processor(**parameters)))
    )
    rig.put(b"x" * 5_000_000)
    rig.wait(60)
    assert [document["errorCode"] for document in rig.documents()] == ["Lambda.InvocationFailure"]


def test_2_3_a_batch_is_sent_at_its_age(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**WITH_FUNCTION))
    rig.put(b"a")
    rig.wait(5)
    rig.put(b"b")
    rig.wait(4.9)
    assert rig.function.events == []
    rig.wait(0.1)
    assert [[decoded(r) for r in event["records"]] for event in rig.function.events] == [[b"a", b"b"]]


def test_2_3_no_event_is_larger_than_6_mb(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**processing(lambda_processor(BufferSizeInMBs="3"))))
    rig.put(*[b"x"] * 30_000)
    rig.drain()
    assert len(rig.function.events) > 1
    assert sum(len(event["records"]) for event in rig.function.events) == 30_000
    assert rig.documents() == []


def test_1_7_at_most_five_invocations_are_outstanding_for_a_shard(tmp_path: Path) -> None:
    later = RunLater()
    description = describe(**processing(lambda_processor(BufferIntervalInSeconds="0")))
    rig = Rig(tmp_path, description, submit=later)
    for number in range(8):
        rig.put(b"%d" % number)
    assert len(later.waiting) == 5
    assert not rig.pipeline.wants(SHARD)
    later.run()
    rig.wait(0)
    assert len(later.waiting) == 5
    rig.put(b"other shard", shard="shardId-000000000001")
    assert len(later.waiting) == 6


def test_7_the_destination_clock_starts_when_transformed_data_comes_back(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**WITH_FUNCTION))
    rig.put(b"a")
    rig.wait(60)
    assert rig.names() == []
    rig.wait(10)
    assert rig.body("lake/") == b"a"
