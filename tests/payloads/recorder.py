"""A proxy between a client and the gateway that keeps every request as it was sent, and how it was answered."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# Belong to one of the two connections and not to the request.
_OF_THE_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "expect"})
_TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class Sent:
    """One request: `target` is path and query as on the wire, names of headers are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    status: int = 0

    def __str__(self) -> str:
        return f"{self.method} {self.target}"


class Recorder(ThreadingHTTPServer):
    """Passes requests on to `port` of this machine; `sent` has them in the order of their answers."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target_port = port
        self.sent: list[Sent] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that ends leaves its connections broken; nothing to report."""


@contextmanager
def recorder(port: int) -> Iterator[Recorder]:
    """Run a recorder for the gateway at `port` for as long as the block lasts."""
    made = Recorder(port)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield made
    finally:
        made.shutdown()
        made.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 64 * 1024

    def _pass(self) -> None:
        proxy = self.server
        assert isinstance(proxy, Recorder)
        body = self._body()
        headers = {
            name: value for name, value in self.headers.items() if name.lower() not in _OF_THE_CONNECTION
        }
        headers["Content-Length"] = str(len(body))
        upstream = http.client.HTTPConnection("127.0.0.1", proxy.target_port, timeout=_TIMEOUT_SECONDS)
        try:
            upstream.request(self.command, self.path, body, headers)
            answer = upstream.getresponse()
            content = answer.read()
        finally:
            upstream.close()
        lower = {name.lower(): value for name, value in self.headers.items()}
        proxy.sent.append(Sent(self.command, self.path, lower, body, answer.status))
        self._answer(answer, content)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = _pass  # noqa: N815 - http.server looks for these

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            """Trailers say nothing that is checked here."""
        return b"".join(chunks)

    def _answer(self, answer: http.client.HTTPResponse, content: bytes) -> None:
        self.send_response_only(answer.status)
        has_no_body = self.command == "HEAD" or answer.status in (204, 304)
        for name, value in answer.getheaders():
            if name.lower() not in _OF_THE_CONNECTION and (has_no_body or name.lower() != "content-length"):
                self.send_header(name, value)
        if not has_no_body:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Stay silent."""
