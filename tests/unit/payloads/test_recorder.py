"""The recorder passes everything on as it is, and keeps it."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.payloads.recorder import Recorder, recorder


class Echo(BaseHTTPRequestHandler):
    """Answers with the body that came, by its path in several ways."""

    protocol_version = "HTTP/1.1"

    def _echo(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status = int(self.path.strip("/").partition("?")[0])
        self.send_response(status)
        self.send_header("x-of-the-answer", self.headers.get("x-of-the-request", ""))
        if self.command == "HEAD":
            self.send_header("Content-Length", "12345")
        elif status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_PUT = do_HEAD = do_DELETE = _echo  # noqa: N815 - http.server looks for these names

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def through() -> Iterator[Recorder]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as upstream:
        thread = threading.Thread(target=upstream.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            with recorder(int(upstream.server_address[1])) as made:
                yield made
        finally:
            upstream.shutdown()
            thread.join()


def test_requests_go_both_ways_unchanged_and_are_kept(through: Recorder) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", int(through.server_address[1]))
    seen = []
    for method, target, body in (
        ("PUT", "/200?a=%2F", b"\x00body"),
        ("GET", "/404", b""),
        ("HEAD", "/200", b""),
        ("DELETE", "/204", b""),
        ("PUT", "/200?last", iter([b"in ", b"chunks"])),
    ):
        # All over one connection: an answer that is not whole would spoil the next.
        connection.request(method, target, body, {"X-Of-The-Request": method}, encode_chunked=True)
        answer = connection.getresponse()
        assert answer.headers["x-of-the-answer"] == method
        seen.append((answer.status, answer.headers["Content-Length"], answer.read()))
    connection.close()
    assert seen == [
        (200, "5", b"\x00body"),
        (404, "0", b""),
        (200, "12345", b""),
        (204, None, b""),
        (200, "9", b"in chunks"),
    ]
    kept = [(one.method, one.target, one.body, one.status) for one in through.sent]
    assert kept == [
        ("PUT", "/200?a=%2F", b"\x00body", 200),
        ("GET", "/404", b"", 404),
        ("HEAD", "/200", b"", 200),
        ("DELETE", "/204", b"", 204),
        ("PUT", "/200?last", b"in chunks", 200),
    ]
    assert {one.headers["x-of-the-request"] for one in through.sent} == {"PUT", "GET", "HEAD", "DELETE"}
