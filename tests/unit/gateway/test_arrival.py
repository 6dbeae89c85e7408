"""How much a request may bring, and how long it may take to."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.gateway.arrival import LARGEST_OBJECT_BYTES, Arrival, punctual
from local_aws.gateway.asgi import decompressed
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from local_aws.gateway.asgi import Receive

    Message = MutableMapping[str, Any]


def arriving(*chunks: tuple[float, bytes]) -> Receive:
    """Return a `receive` whose messages come after so many seconds each."""
    waiting = list(chunks)

    async def receive() -> Message:
        pause, body = waiting.pop(0)
        await asyncio.sleep(pause)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    return receive


async def _received(receive: Receive) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        body += message["body"]
        if not message["more_body"]:
            return body


def received(receive: Receive) -> bytes:
    return asyncio.run(_received(receive))


def test_what_stands_still_is_given_up() -> None:
    with pytest.raises(ApiError, match="no byte came") as caught:
        received(punctual(arriving((0, b"a"), (60, b"b")), idle_seconds=0.05))
    assert (caught.value.code, caught.value.status) == ("RequestTimeout", 408)


def test_what_trickles_is_given_up() -> None:
    drops = [(0.02, b"a")] * 50
    with pytest.raises(ApiError, match="bytes came in"):
        received(punctual(arriving(*drops), idle_seconds=5, window_seconds=0.1))


def test_what_makes_progress_is_waited_for() -> None:
    parts = [(0.02, b"x" * 5000)] * 20
    assert len(received(punctual(arriving(*parts), idle_seconds=5, window_seconds=0.1))) == 100_000


def test_what_is_larger_than_any_object() -> None:
    with pytest.raises(ApiError) as caught:
        received(punctual(arriving((0, b"abc"), (0, b"def")), most_bytes=5))
    assert caught.value.status == 413


def test_a_length_that_is_too_large_is_refused_before_the_body_comes() -> None:
    sent: list[Message] = []

    async def never(*_: Any) -> Any:
        raise AssertionError("was reached")

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-length", str(LARGEST_OBJECT_BYTES + 1).encode())]
    scope = {"type": "http", "path": "/b/k", "method": "PUT", "query_string": b"", "headers": headers}
    asyncio.run(Arrival(never)(scope, never, send))
    assert sent[0]["status"] == 413
    assert b"EntityTooLarge" in sent[1]["body"]


@pytest.mark.parametrize(
    ("encoding", "pack"), [(b"gzip", gzip.compress), (b"deflate", zlib.compress), (b"GZIP", gzip.compress)]
)
def test_packed_bodies(encoding: bytes, pack: Any) -> None:
    assert decompressed(pack(b"abc"), encoding) == b"abc"


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        (b"gzip", gzip.compress(b"\0" * (17 << 20)), 413),
        (b"deflate", zlib.compress(b"\0" * (17 << 20)), 413),
        (b"gzip", gzip.compress(b"a") + gzip.compress(b"b"), 413),
        (b"gzip", b"\x1f\x8b\x08", 413),
        (b"gzip", b"abc", 400),
        (b"zstd", b"abc", 400),
        (b"gzip, gzip", gzip.compress(gzip.compress(b"abc")), 400),
        (b"br", b"abc", 400),
    ],
)
def test_packed_bodies_that_are_refused(encoding: bytes, body: bytes, status: int) -> None:
    with pytest.raises(ApiError) as caught:
        decompressed(body, encoding)
    assert caught.value.status == status
