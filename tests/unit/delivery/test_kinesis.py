"""Reading a shard when Kinesis does not answer as hoped (faults 10, 14, 15), and handing over what was read."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from local_aws.clients import Clients
from local_aws.delivery.errors import RejectedError, StoppedError, UnavailableError
from local_aws.delivery.intake import Intake
from local_aws.delivery.kinesis import list_shards, next_limit, user_records
from local_aws.delivery.kinesis_api import RecordsApi
from local_aws.delivery.ledger import Position
from local_aws.delivery.marks import mark
from local_aws.delivery.records import RecordBatch
from tests.unit.delivery.kinesis_server import (
    START,
    FakeKinesis,
    ReadAll,
    Reply,
    error,
    fake_kinesis,
    records,
    source,
)
from tests.unit.delivery.support import SHARD, STREAM_ARN, source_chunk


@pytest.fixture(scope="module")
def server() -> Iterator[FakeKinesis]:
    with fake_kinesis() as server:
        yield server


@pytest.fixture
def kinesis(server: FakeKinesis) -> FakeKinesis:
    server.requests, server.answers = [], {}
    return server


def test_records_are_read_to_the_end_of_the_shard(kinesis: FakeKinesis) -> None:
    read = ReadAll(kinesis, START, records(1, 2), records(), records(3, iterator=None))
    assert read.data == [b"1", b"2", b"3"]
    first, last = read.chunks
    assert (first.last_sequence, first.ended) == ("2", False)
    assert (last.last_sequence, last.ended) == ("3", True)
    assert first.records.arrivals_ms == [1783944001125, 1783944002125]
    assert first.records.partition_keys == ["k1", "k2"]


@pytest.mark.parametrize(
    "trouble",
    [
        error("ProvisionedThroughputExceededException"),
        error("ResourceNotFoundException"),
        error("KMSThrottlingException"),
        error("InternalFailure", 500),
        (503, b""),
        (200, b"<html>not JSON</html>"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b'{"Records": [{"Data": "??"}]}'),
        (400, b"{}"),
    ],
)
def test_10_15_whatever_kinesis_answers_reading_goes_on(kinesis: FakeKinesis, trouble: Reply) -> None:
    read = ReadAll(kinesis, START, records(1), *[trouble] * 3, records(2, iterator=None))
    assert read.data == [b"1", b"2"]
    pauses = [seconds for seconds in read.waits[1:] if seconds]
    assert pauses == [0.25, 0.5, 1.0]


def test_an_unknown_sequence_number_is_looked_for_from_the_start(
    kinesis: FakeKinesis, caplog: pytest.LogCaptureFixture
) -> None:
    def iterator(request: dict[str, Any]) -> Any:
        known = request["ShardIteratorType"] == "TRIM_HORIZON"
        return {"ShardIterator": "first"} if known else error("InvalidArgumentException")

    with caplog.at_level(logging.WARNING):
        original = kinesis.answers
        kinesis.answers = _Fixed(original, GetShardIterator=iterator)
        read = ReadAll(
            kinesis,
            Position("AT_TIMESTAMP", after_sequence="9"),
            records(8, 9, 10),
            records(11, iterator=None),
        )
    assert read.data == [b"10", b"11"]
    assert "no longer has the record 9" in caplog.text


def stopped_behind(number: int) -> Position:
    """Where reading goes on when it stopped behind the record of this number (see `records`)."""
    arrival_ms = 1783944000125 + 1000 * number
    expected = mark(b"%d" % number, str(number), arrival_ms)
    return Position("AT_TIMESTAMP", str(number), 5, 5, after_arrival_ms=arrival_ms, after_mark=expected)


def asked_for(kinesis: FakeKinesis) -> list[str]:
    return [
        body["ShardIteratorType"] for operation, body in kinesis.requests if operation == "GetShardIterator"
    ]


def test_reading_goes_on_behind_the_record_it_stopped_behind(kinesis: FakeKinesis) -> None:
    read = ReadAll(kinesis, stopped_behind(2), records(2, 3), records(4, iterator=None))
    assert read.data == [b"3", b"4"]
    assert asked_for(kinesis) == ["AT_SEQUENCE_NUMBER"]


def test_that_record_may_come_late(kinesis: FakeKinesis) -> None:
    read = ReadAll(kinesis, stopped_behind(2), records(behind=9), records(2, 3), records(4, iterator=None))
    assert read.data == [b"3", b"4"]


@pytest.mark.parametrize(
    ("found", "all_there_is", "expected"),
    [
        pytest.param(records(7), records(7, 8, iterator=None), [b"7", b"8"], id="it expired"),
        pytest.param(records(), records(7, iterator=None), [b"7"], id="the source was emptied"),
        pytest.param(records(), records(3, 4, 7, iterator=None), [b"7"], id="the source was rolled back"),
    ],
)
def test_without_that_record_the_shard_is_searched_for_what_is_new(
    kinesis: FakeKinesis, found: Any, all_there_is: Any, expected: list[bytes]
) -> None:
    read = ReadAll(kinesis, stopped_behind(5), found, all_there_is)
    assert read.data == expected
    assert asked_for(kinesis) == ["AT_SEQUENCE_NUMBER", "TRIM_HORIZON"]


def test_sequence_numbers_that_began_again_are_new_records(kinesis: FakeKinesis) -> None:
    """Another record has the number behind which to go on, and the others have lower ones."""
    begun_again = records(1, 5, iterator=None)
    for record in begun_again["Records"]:
        record["ApproximateArrivalTimestamp"] += 1000
    read = ReadAll(kinesis, stopped_behind(5), begun_again | {"NextShardIterator": "n"}, begun_again)
    assert read.data == [b"1", b"5"]


class _Fixed(dict[str, Any]):
    """Answers of which some cannot be replaced."""

    def __init__(self, others: dict[str, Any], **fixed: Any) -> None:
        super().__init__(others | fixed)
        self._fixed = frozenset(fixed)

    def __setitem__(self, key: str, value: Any) -> None:
        if key not in self._fixed:
            super().__setitem__(key, value)


def test_an_endpoint_that_is_away_is_unavailable() -> None:
    api = RecordsApi(Clients("http://127.0.0.1:9", "us-east-1"))
    with pytest.raises(UnavailableError):
        api.get_records(STREAM_ARN, "iterator", 10)


def test_a_refusal_has_its_code(kinesis: FakeKinesis) -> None:
    kinesis.answers["GetRecords"] = lambda _: error("ExpiredIteratorException")
    with pytest.raises(RejectedError) as raised:
        kinesis.api.get_records(STREAM_ARN, "iterator", 10)
    assert (raised.value.code, raised.value.message) == ("ExpiredIteratorException", "injected")


def test_shards_and_their_parents_over_pages(kinesis: FakeKinesis) -> None:
    def answer(request: dict[str, Any]) -> Any:
        hashes: dict[str, Any] = {"HashKeyRange": {"StartingHashKey": "0", "EndingHashKey": "1"}}
        sequences: dict[str, Any] = {"SequenceNumberRange": {"StartingSequenceNumber": "1"}}
        if request.get("NextToken") == "more":
            child: dict[str, Any] = {"ShardId": "s2", "ParentShardId": "s0", "AdjacentParentShardId": "s1"}
            return {"Shards": [child | hashes | sequences]}
        parents = [{"ShardId": name} | hashes | sequences for name in ("s0", "s1")]
        return {"Shards": parents, "NextToken": "more"}

    kinesis.answers["ListShards"] = answer
    found = list_shards(kinesis.clients, source())
    assert [(shard.shard_id, shard.parents) for shard in found] == [
        ("s0", ()),
        ("s1", ()),
        ("s2", ("s0", "s1")),
    ]


def test_a_chunk_waits_until_the_last_one_is_taken() -> None:
    stop = threading.Event()
    intake = Intake(stop)
    intake.offer(source_chunk([b"a"], 0))
    second = threading.Thread(target=intake.offer, args=(source_chunk([b"b"], 1),))
    second.start()
    assert intake.take(lambda _: False) == []
    (first,) = intake.take(lambda shard: shard == SHARD)
    second.join(5)
    assert not second.is_alive()
    (following,) = intake.take(lambda _: True)
    assert (first.records.data, following.records.data) == ([b"a"], [b"b"])
    assert intake.wake.is_set()


def test_waiting_to_hand_over_ends_with_the_stream() -> None:
    stop = threading.Event()
    intake = Intake(stop)
    intake.offer(source_chunk([b"a"], 0))
    stop.set()
    with pytest.raises(StoppedError):
        intake.offer(source_chunk([b"b"], 1))


def test_an_empty_answer_makes_no_records() -> None:
    assert user_records(SHARD, []) == RecordBatch(SHARD)


@pytest.mark.parametrize(
    ("limit", "sizes_bytes", "expected"),
    [
        (10, [], 10),
        (10, [250] * 10, 100),
        (10_000, [250] * 10_000, 10_000),
        (10_000, [5_000] * 10_000, 2_097),
        (10, [10 * 1024 * 1024] * 10, 1),
        (1, [0], 10),
    ],
)
def test_as_many_records_are_asked_for_as_10_mib_hold(
    limit: int, sizes_bytes: list[int], expected: int
) -> None:
    assert next_limit(limit, sizes_bytes) == expected
