"""A Kinesis that tests script, and a reader of one shard against it."""

from __future__ import annotations

import base64
import json
import threading
from contextlib import contextmanager
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from local_aws.clients import Clients
from local_aws.delivery.config import KinesisSource, parse
from local_aws.delivery.intake import Chunk, Intake
from local_aws.delivery.kinesis import ShardReader, Troubles
from local_aws.delivery.kinesis_api import RecordsApi
from local_aws.delivery.ledger import Position
from local_aws.delivery.logs import ErrorLog
from local_aws.delivery.metrics import Metrics
from tests.unit.delivery.support import SHARD, ManualClock, describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


@contextmanager
def fake_kinesis() -> Iterator[FakeKinesis]:
    """Run one, with nothing to answer yet."""
    server = FakeKinesis()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.api.close()
        server.clients.close()
        server.shutdown()
        server.server_close()
        thread.join()


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
    """Runs a reader against scripted answers until the shard ends, and keeps what it hands over.

    `destination` are settings of the delivery stream.
    """

    def __init__(self, kinesis: FakeKinesis, position: Position, *answers: Any, **destination: Any) -> None:
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
        config = parse(describe(**destination))
        self.metrics = Metrics("orders", self.clock)
        log = ErrorLog(config, kinesis.clients, self.clock)
        reader = ShardReader(
            kinesis.clients,
            kinesis.api,
            source(),
            SHARD,
            position,
            Keep(stop),
            self.clock,
            self.metrics,
            Troubles(self.metrics, log),
            stop,
        )
        reader.run()
        log.close()

    @property
    def data(self) -> list[bytes]:
        return [data for chunk in self.chunks for data in chunk.records.data]


START = Position("AT_TIMESTAMP")
