"""A proxy between the delivery engine and the gateway that lets requests fail in every way that networks do."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# What a rule may answer: None lets the request pass.
REFUSE, THROTTLE, RESET, LOSE_ANSWER, GARBLE = "500", "429", "reset", "lose answer", "garble"

Rule = Callable[[str, str, dict[str, str]], str | None]

_ERRORS = {
    REFUSE: (500, b"<Error><Code>InternalError</Code><Message>injected</Message></Error>"),
    THROTTLE: (429, b"<Error><Code>SlowDown</Code><Message>injected</Message></Error>"),
    GARBLE: (200, b"\x00\xff<<< this is no answer"),
}


def pass_all(_method: str, _path: str, _headers: dict[str, str]) -> str | None:
    return None


class FaultProxy(ThreadingHTTPServer):
    """Passes requests on to `port` as `rule` says; counts the faults."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target_port = port
        self.rule: Rule = pass_all
        self.faults: Counter[str] = Counter()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is killed leaves its connections broken; nothing to report."""


@contextmanager
def fault_proxy(port: int) -> Iterator[FaultProxy]:
    proxy = FaultProxy(port)
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 64 * 1024

    def _pass(self) -> None:
        proxy = self.server
        assert isinstance(proxy, FaultProxy)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = proxy.rule(self.command, self.path, {k.lower(): v for k, v in self.headers.items()})
        if fault is not None:
            proxy.faults[fault] += 1
        if fault in _ERRORS:
            self._answer(*_ERRORS[fault], [("Content-Type", "application/xml")])
            return
        if fault == RESET:
            self._reset()
            return
        upstream = http.client.HTTPConnection("127.0.0.1", proxy.target_port, timeout=60)
        try:
            upstream.request(self.command, self.path, body, dict(self.headers.items()))
            response = upstream.getresponse()
            content = response.read()
        finally:
            upstream.close()
        if fault == LOSE_ANSWER:
            self._reset()
            return
        self._answer(response.status, content, response.getheaders())

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass  # noqa: N815 - http.server looks for these names

    def _answer(self, status: int, content: bytes, headers: list[tuple[str, str]]) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _reset(self) -> None:
        self.close_connection = True
        # Closing with a zero linger sends RST: the client sees its connection reset, not an orderly end.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


def is_object_write(method: str, path: str) -> bool:
    """Tell whether a request is a PutObject (path style: bucket and key)."""
    return method == "PUT" and path.strip("/").count("/") >= 1
