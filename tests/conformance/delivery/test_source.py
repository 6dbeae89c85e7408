"""Reference 1 and 11.4: what is read from the source, from where, in which order, and what goes with large records."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.delivery.ledger import Position
from tests.unit.delivery import kpl_samples
from tests.unit.delivery.kinesis_server import START, FakeKinesis, ReadAll, error, fake_kinesis, records
from tests.unit.delivery.support import (
    ERROR_PREFIX,
    SHARD,
    STREAM_ARN,
    Rig,
    RunLater,
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
    from pathlib import Path

MIB = 1024 * 1024
BY_KEY = {
    **partitioned("k=!{partitionKeyFromQuery:k}/"),
    **processing(processor("MetadataExtraction", MetadataExtractionQuery="{k: .k}")),
}
TOO_LARGE = "lake/errors/partitioning-failed/"


@pytest.fixture(scope="module")
def server() -> Iterator[FakeKinesis]:
    with fake_kinesis() as server:
        yield server


@pytest.fixture
def kinesis(server: FakeKinesis) -> FakeKinesis:
    server.requests, server.answers = [], {}
    return server


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        (START, {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": 1783944000}),
        (Position("TRIM_HORIZON"), {"ShardIteratorType": "TRIM_HORIZON"}),
        (
            Position("AT_TIMESTAMP", after_sequence="17"),
            {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": "17"},
        ),
    ],
)
def test_1_1_where_reading_starts(kinesis: FakeKinesis, position: Position, expected: dict[str, Any]) -> None:
    ReadAll(kinesis, position, records(iterator=None))
    operation, request = kinesis.requests[0]
    assert operation == "GetShardIterator"
    assert request == {"StreamARN": STREAM_ARN, "ShardId": SHARD, **expected}


def test_1_2_once_a_second_but_without_a_rest_when_behind(kinesis: FakeKinesis) -> None:
    read = ReadAll(kinesis, START, records(1, behind=5000), records(2), records(iterator=None))
    assert read.waits == [0.2, 1.0]


def test_a_read_asks_for_more_when_the_last_one_brought_little(kinesis: FakeKinesis) -> None:
    ReadAll(kinesis, START, records(1, behind=5000), records(2), records(iterator=None))
    assert [request["Limit"] for name, request in kinesis.requests if name == "GetRecords"] == [10, 100, 1000]


def test_11_1_an_expired_iterator_is_replaced_behind_the_last_record(kinesis: FakeKinesis) -> None:
    read = ReadAll(
        kinesis, START, records(1, 2), error("ExpiredIteratorException"), records(3, iterator=None)
    )
    assert read.data == [b"1", b"2", b"3"]
    iterators = [request for name, request in kinesis.requests if name == "GetShardIterator"]
    assert iterators[1]["StartingSequenceNumber"] == "2"


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "LimitExceededException"])
def test_1_2_throttled_reading_is_repeated_without_limit_and_counted(kinesis: FakeKinesis, code: str) -> None:
    read = ReadAll(kinesis, START, records(1), *[error(code)] * 12, records(2, iterator=None))
    assert read.data == [b"1", b"2"]
    counted = {one["MetricName"]: one["StatisticValues"] for one in read.metrics.take()}
    assert counted["ThrottledGetRecords"]["Sum"] == 12
    assert [name for name, _ in kinesis.requests].count("GetShardIterator") == 1


def test_1_3_an_aggregate_that_is_put_directly_stays_as_it_is(tmp_path: Path) -> None:
    together = kpl_samples.aggregate([("k", b"one"), ("k", b"two")])
    rig = Rig(tmp_path, describe(kinesis=False, Prefix="data/", **processing(lambda_processor())))
    rig.put(together)
    rig.drain()
    (event,) = rig.function.events
    assert [decoded(record) for record in event["records"]] == [together]
    assert rig.body("lake/data/") == together


def test_1_4_rows_of_a_shard_stay_in_order(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(Prefix="data/", **processing(lambda_processor(BufferSizeInMBs="0.2"))))
    for first in range(0, 3000, 100):
        rig.put(*[b"%04d%s\n" % (n, b"x" * 300) for n in range(first, first + 100)])
    rig.drain()
    assert len(rig.function.events) > 1
    assert [int(line[:4]) for line in rig.body("lake/data/").splitlines()] == list(range(3000))


def test_11_4_a_shard_that_has_ended_keeps_nothing_back(tmp_path: Path) -> None:
    later = RunLater()
    rig = Rig(tmp_path, describe(Prefix="data/", **processing(lambda_processor())), submit=later)
    rig.put(b"last of the parent")
    assert later.waiting == []
    rig.offer(source_chunk([], 1, ended=True))
    assert len(later.waiting) == 1
    assert not rig.pipeline.has_passed_transform(SHARD)
    later.run()
    rig.wait(0)
    assert rig.pipeline.has_passed_transform(SHARD)


@pytest.mark.parametrize("conversion", [False, True])
def test_1_6_large_records_are_delivered(tmp_path: Path, conversion: bool) -> None:
    settings: dict[str, Any] = {"Prefix": "data/", "ErrorOutputPrefix": ERROR_PREFIX}
    rig = Rig(
        tmp_path,
        describe(**settings, **(converting() if conversion else {})),
        columns=[{"Name": "k", "Type": "string"}],
    )
    rig.put(b'{"k":"%b"}' % (b"x" * (10 * MIB - 8)))
    rig.drain()
    assert len(rig.names("lake/data/")) == 1
    assert rig.names("lake/errors/") == []


@pytest.mark.parametrize("more", [(), (processor("RecordDeAggregation", SubRecordType="JSON"),)])
def test_1_6_large_records_and_dynamic_partitioning_do_not_go_together(
    tmp_path: Path, more: tuple[dict[str, Any], ...]
) -> None:
    extraction = processor("MetadataExtraction", MetadataExtractionQuery="{k: .k}")
    rig = Rig(tmp_path, describe(**(BY_KEY | processing(*more, extraction))))
    largest = b'{"k":"a"}' + b" " * (MIB - 9)
    rig.put(b'{"k":"a"}', largest, largest + b" ", b'{"k":"b"}')
    rig.drain()
    (document,) = rig.documents(TOO_LARGE)
    assert base64.b64decode(document["rawData"]) == largest + b" "
    assert document["errorCode"] == "DynamicPartitioning.RecordTooLarge"
    assert [name.partition("orders-")[0] for name in rig.names("lake/k")] == ["lake/k=a/", "lake/k=b/"]
    assert rig.position()[1] == 4


def test_2_2_metadata_for_iceberg_tables_means_nothing_to_s3(tmp_path: Path) -> None:
    def handler(event: dict[str, Any]) -> Any:
        table = {"destinationDatabaseName": "d", "destinationTableName": "t", "operation": "delete"}
        return {"records": [ok(record) | {"metadata": {"otfMetadata": table}} for record in event["records"]]}

    rig = Rig(tmp_path, describe(Prefix="data/", **processing(lambda_processor())), handler=handler)
    rig.put(b"a")
    rig.drain()
    assert rig.body("lake/data/") == b"a"
