"""Reading a shard: from where, how often, and what when Kinesis does not answer as hoped (faults 10, 14, 15)."""

from __future__ import annotations

import base64
import json
import logging
import threading
from collections.abc import Iterator
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.clients import Clients
from local_aws.delivery.config import KinesisSource, parse
from local_aws.delivery.errors import RejectedError, StoppedError, UnavailableError
from local_aws.delivery.intake import Chunk, Intake
from local_aws.delivery.kinesis import ShardReader, list_shards, user_records
from local_aws.delivery.kinesis_api import RecordsApi
from local_aws.delivery.ledger import Position
from local_aws.delivery.metrics import Metrics
from local_aws.delivery.records import RecordBatch
from tests.unit.delivery.support import SHARD, STREAM_ARN, ManualClock, describe, source_chunk

if TYPE_CHECKING:
    from collections.abc import Callable

Reply = tuple[int, bytes]


class FakeKinesis(ThreadingHTTPServer):
    """Answers each operation by a function that tests set; unknown operations fail the test by their answer."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Callable[[dict[str, Any]], Any]] = {}

    @cached_property
    def api(self) -> RecordsApi:
        return RecordsApi(self.clients)

    @cached_property
    def clients(self) -> Clients:
        return Clients(f"http://127.0.0.1:{self.server_address[1]}", "us-east-1")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # The head and the body of an answer in one packet: two would wait for each other for 40 ms.
    wbufsize = 64 * 1024

    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, FakeKinesis)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 ")
        server.requests.append((operation, body))
        answer = server.answers[operation](body)
        status, content = answer if isinstance(answer, tuple) else (200, json.dumps(answer).encode())
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


@pytest.fixture(scope="module")
def server() -> Iterator[FakeKinesis]:
    server = FakeKinesis()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.api.close()
    server.clients.close()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def kinesis(server: FakeKinesis) -> FakeKinesis:
    server.requests, server.answers = [], {}
    return server


def error(code: str, status: int = 400) -> Reply:
    return status, json.dumps({"__type": f"com.amazonaws.kinesis#{code}", "message": "injected"}).encode()


def records(*numbers: int, behind: int = 0, iterator: str | None = "next") -> dict[str, Any]:
    answer: dict[str, Any] = {
        "Records": [
            {
                "Data": base64.b64encode(b"%d" % n).decode(),
                "SequenceNumber": str(n),
                "PartitionKey": f"k{n}",
                "ApproximateArrivalTimestamp": 1783944000.125 + n,
            }
            for n in numbers
        ],
        "MillisBehindLatest": behind,
    }
    return answer | ({"NextShardIterator": iterator} if iterator else {})


def source() -> KinesisSource:
    found = parse(describe()).source
    assert found is not None
    return found


class ReadAll:
    """Runs a reader against scripted answers until the shard ends, and keeps what it hands over."""

    def __init__(self, kinesis: FakeKinesis, position: Position, *answers: Any) -> None:
        script = list(answers)
        kinesis.answers["GetShardIterator"] = lambda _: {"ShardIterator": "first"}
        kinesis.answers["GetRecords"] = lambda _: script.pop(0)
        self.waits: list[float | None] = []
        self.chunks: list[Chunk] = []
        self.clock = ManualClock()
        outer = self

        class Stop(threading.Event):
            def wait(self, timeout: float | None = None) -> bool:
                outer.waits.append(timeout)
                return self.is_set()

        class Keep(Intake):
            def offer(self, chunk: Chunk) -> None:
                outer.chunks.append(chunk)

        stop = Stop()
        reader = ShardReader(
            kinesis.clients,
            kinesis.api,
            source(),
            SHARD,
            position,
            Keep(stop),
            self.clock,
            Metrics("orders", self.clock),
            stop,
        )
        reader.run()

    @property
    def data(self) -> list[bytes]:
        return [data for chunk in self.chunks for data in chunk.records.data]


START = Position("AT_TIMESTAMP")


def test_records_are_read_to_the_end_of_the_shard(kinesis: FakeKinesis) -> None:
    read = ReadAll(kinesis, START, records(1, 2), records(), records(3, iterator=None))
    assert read.data == [b"1", b"2", b"3"]
    first, last = read.chunks
    assert (first.first_sequence, first.last_sequence, first.ended) == ("1", "2", False)
    assert (last.first_sequence, last.last_sequence, last.ended) == ("3", "3", True)
    assert first.records.arrivals_ms == [1783944001125, 1783944002125]
    assert first.records.partition_keys == ["k1", "k2"]


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
    assert [request["Limit"] for name, request in kinesis.requests if name == "GetRecords"] == [10_000] * 3


def test_14_an_expired_iterator_is_replaced_behind_the_last_record(kinesis: FakeKinesis) -> None:
    read = ReadAll(
        kinesis, START, records(1, 2), error("ExpiredIteratorException"), records(3, iterator=None)
    )
    assert read.data == [b"1", b"2", b"3"]
    iterators = [request for name, request in kinesis.requests if name == "GetShardIterator"]
    assert iterators[1]["StartingSequenceNumber"] == "2"


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
    assert "does not know the sequence number 9" in caplog.text


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
