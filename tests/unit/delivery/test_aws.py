"""Whatever an endpoint answers, a call of the engine ends in an answer or in one of botocore's errors (fault 10)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from local_aws.delivery.aws import EngineClients, UnparsableAnswerError


class _Garbage(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 64 * 1024

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        server = self.server
        assert isinstance(server, GarbageServer)
        status, content = server.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


class GarbageServer(ThreadingHTTPServer):
    answer: tuple[int, bytes] = (200, b"")


@pytest.fixture(scope="module")
def server() -> Iterator[GarbageServer]:
    server = GarbageServer(("127.0.0.1", 0), _Garbage)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def clients(server: GarbageServer) -> Iterator[EngineClients]:
    clients = EngineClients(f"http://127.0.0.1:{server.server_address[1]}", "us-east-1")
    yield clients
    clients.close()


@pytest.mark.parametrize(
    "content", [b"\x00\xff<<<", b"\xff", b"[1", b'{"Shards": 7}', b'{"Shards": [[]]}', b"{}", b""]
)
def test_an_answer_that_cannot_be_parsed(
    server: GarbageServer, clients: EngineClients, content: bytes
) -> None:
    server.answer = (200, content)
    with pytest.raises(BotoCoreError) as raised:
        clients.client("kinesis").list_shards(StreamName="s")["Shards"]
    assert isinstance(raised.value, UnparsableAnswerError)
    assert "list_shards" in str(raised.value)


def test_a_good_answer_and_an_error_stay_what_they_are(server: GarbageServer, clients: EngineClients) -> None:
    server.answer = (200, b'{"Shards": []}')
    kinesis = clients.client("kinesis")
    assert kinesis.list_shards(StreamName="s")["Shards"] == []
    server.answer = (400, b'{"__type": "ResourceNotFoundException", "message": "no"}')
    with pytest.raises(ClientError) as raised:
        kinesis.list_shards(StreamName="s")
    assert raised.value.response["Error"]["Code"] == "ResourceNotFoundException"
    with pytest.raises(kinesis.exceptions.ResourceNotFoundException):
        kinesis.list_shards(StreamName="s")


def test_an_endpoint_that_is_away_stays_what_it_is() -> None:
    away = EngineClients("http://127.0.0.1:9", "us-east-1")
    with pytest.raises(EndpointConnectionError):
        away.client("kinesis").list_shards(StreamName="s")
    away.close()


def test_other_members_of_a_client_are_passed_through(clients: EngineClients) -> None:
    kinesis = clients.client("kinesis")
    assert kinesis.meta.region_name == "us-east-1"
    assert kinesis.can_paginate("list_shards")
