"""A small HTTP server that answers PutRecords and misbehaves on request.

No emulator throttles, fails in part or loses an answer, and all of that is what the producer has to survive. The server
remembers what it stored and what it was sent, so that a test can compare ids and not only counts.
"""

from __future__ import annotations

import base64
import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

THROTTLED = "ProvisionedThroughputExceededException"


@dataclass(frozen=True)
class Fault:
    """How one call goes wrong. ``store`` says whether its records are stored before it does."""

    status: int = 200
    code: str | None = None
    refuse: Callable[[int, bytes], str | None] | None = None  # index, data -> error code of that entry
    body: bytes | None = None  # sent as it is instead of an answer
    reset: bool = False
    delay_seconds: float = 0.0
    store: bool = False


Plan = Callable[[int], Fault | None]
"""What happens to the call with a number, counted from 0."""


@dataclass
class KinesisServer:
    """The server's memory."""

    plan: Plan = lambda _call: None
    port: int = 0
    stored: list[bytes] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    calls: list[list[bytes]] = field(default_factory=list)
    streams: set[str] = field(default_factory=set)
    times: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def repeated(self) -> int:
        """How many stored records are copies of another one."""
        return sum(count - 1 for count in Counter(self.stored).values())

    def answer(self, request: dict[str, Any]) -> tuple[Fault, bytes]:
        payloads = [base64.b64decode(entry["Data"]) for entry in request["Records"]]
        with self.lock:
            number = len(self.calls)
            self.calls.append(payloads)
            self.times.append(time.monotonic())
            self.streams.add(request["StreamName"])
            fault = self.plan(number) or Fault(store=True)
            if fault.code is not None:
                body = {"__type": fault.code, "message": f"injected {fault.code}"}
                if fault.store:
                    self._store(request["Records"], payloads, None)
                return fault, json.dumps(body).encode()
            stores = fault.store or fault.refuse is not None
            entries = self._store(request["Records"], payloads, fault.refuse) if stores else []
        failed = sum("ErrorCode" in entry for entry in entries)
        return fault, json.dumps({"FailedRecordCount": failed, "Records": entries}).encode()

    def _store(
        self,
        entries: list[dict[str, Any]],
        payloads: list[bytes],
        refuse: Callable[[int, bytes], str | None] | None,
    ) -> list[dict[str, str]]:
        answers = []
        for index, (entry, payload) in enumerate(zip(entries, payloads, strict=True)):
            code = refuse(index, payload) if refuse else None
            if code is not None:
                answers.append({"ErrorCode": code, "ErrorMessage": "injected"})
                continue
            self.stored.append(payload)
            self.keys.append(entry["PartitionKey"])
            answers.append({"SequenceNumber": str(len(self.stored)), "ShardId": "shardId-000000000000"})
        return answers


@contextmanager
def kinesis_server(plan: Plan = lambda _call: None) -> Iterator[KinesisServer]:
    """Run a server on a free port of this machine."""
    memory = KinesisServer(plan)

    class Handler(_Handler):
        server_memory = memory

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    memory.port = server.server_address[1]
    thread = threading.Thread(target=lambda: server.serve_forever(0.02), daemon=True)
    thread.start()
    try:
        yield memory
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_memory: KinesisServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["X-Amz-Target"] == "Kinesis_20131202.PutRecords"
        fault, answer = self.server_memory.answer(json.loads(body))
        if fault.delay_seconds:
            time.sleep(fault.delay_seconds)
        if fault.reset:
            # Zero linger: the connection ends with RST, not with an orderly end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        self._send(fault, fault.body if fault.body is not None else answer)

    def _send(self, fault: Fault, body: bytes) -> None:
        try:
            self.send_response(fault.status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # the client did not wait for the answer

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True  # reset on purpose above

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        return
