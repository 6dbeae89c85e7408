"""The two ends of an ASGI exchange: a request's body, read whole, and an answer, sent whole."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from local_aws.gateway.protocols import Answer

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

# The largest JSON request is PutRecords: 10 MiB of records (Kinesis reference 4.1), a third more as base64, its frame.
LARGEST_BODY_BYTES = 16 * 1024 * 1024
_PACKED = {b"gzip": 16 + zlib.MAX_WBITS, b"x-gzip": 16 + zlib.MAX_WBITS, b"deflate": zlib.MAX_WBITS}


class ClientGoneError(Exception):
    """The caller closed the connection before its request was complete."""


def too_large(size_bytes: int, most_bytes: int) -> ApiError:
    """Return the error of a body that is larger than its operation can be."""
    return ApiError(
        "RequestEntityTooLargeException",
        f"The request has {size_bytes} bytes; at most {most_bytes} are allowed.",
        status=413,
    )


def check_declared_length(headers: Iterable[tuple[bytes, bytes]], most_bytes: int) -> None:
    """Raise `ApiError` for a request that says itself that its body is too large, before a byte of it is read."""
    for name, value in headers:
        if name == b"content-length" and value.isdigit() and int(value[:20]) > most_bytes:
            raise too_large(int(value[:20]), most_bytes)


async def read_body(receive: Receive, largest_bytes: int = LARGEST_BODY_BYTES) -> bytes:
    """Read a body to its end. Raises `ClientGoneError`, and `ApiError` for one that is too large."""
    chunks: list[bytes] = []
    size_bytes = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        chunk = message.get("body", b"")
        size_bytes += len(chunk)
        if size_bytes > largest_bytes:
            raise too_large(size_bytes, largest_bytes)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def decompressed(body: bytes, encoding: bytes, most_bytes: int = LARGEST_BODY_BYTES) -> bytes:
    """Return a body that was sent with `content-encoding: gzip` or `deflate` unpacked; others as they are.

    Raises `ApiError` for one that is damaged, too large, or packed in another way or more than once.
    """
    packed = encoding.strip().lower()
    if not packed or packed == b"identity":
        return body
    if packed not in _PACKED:
        raise ApiError(
            "SerializationException",
            f"The request has the content-encoding {encoding.decode('latin-1')!r}; gzip and deflate are allowed",
        )
    unpacker = zlib.decompressobj(wbits=_PACKED[packed])
    try:
        content = unpacker.decompress(body, most_bytes)
    except zlib.error as error:
        name = packed.decode()
        raise ApiError("SerializationException", f"The request's body is not {name}: {error}") from error
    if unpacker.unconsumed_tail or not unpacker.eof or unpacker.unused_data:
        raise ApiError(
            "RequestEntityTooLargeException",
            f"The request unpacks to more than {most_bytes} bytes, ends too early, or has bytes after its end.",
            status=413,
        )
    return content


def again(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read once more, then whatever else comes."""
    return replayed([{"type": "http.request", "body": body, "more_body": False}], receive)


def replayed(messages: list[Message], receive: Receive) -> Receive:
    """Return a `receive` that gives these messages first, then whatever else comes."""
    remaining = iter(messages)

    async def next_message() -> Message:
        message = next(remaining, None)
        return await receive() if message is None else message

    return next_message


async def send_answer(send: Send, reply: Answer) -> None:
    """Send an answer, with the date that every answer of AWS has."""
    headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in reply.headers]
    headers.append((b"date", formatdate(usegmt=True).encode("ascii")))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body, "more_body": False})
