"""The two ends of an ASGI exchange: a request's body, read whole, and an answer, sent whole."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from local_aws.gateway.protocols import Answer

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

# The largest request of our services is PutRecordBatch: 4 MiB of data, a third more as base64, and its frame.
_LARGEST_BODY_BYTES = 16 * 1024 * 1024


class ClientGoneError(Exception):
    """The caller closed the connection before its request was complete."""


async def read_body(receive: Receive, largest_bytes: int = _LARGEST_BODY_BYTES) -> bytes:
    """Read a body to its end. Raises `ClientGoneError`, and `ApiError` for one that is too large."""
    chunks: list[bytes] = []
    size_bytes = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        chunk = message.get("body", b"")
        size_bytes += len(chunk)
        if size_bytes <= largest_bytes:
            chunks.append(chunk)
        if not message.get("more_body", False):
            break
    if size_bytes > largest_bytes:
        raise ApiError(
            "RequestEntityTooLargeException",
            f"The request has {size_bytes} bytes; at most {largest_bytes} are allowed.",
            status=413,
        )
    return b"".join(chunks)


def decompressed(body: bytes, encoding: bytes) -> bytes:
    """Unpack a body that was sent with `content-encoding: gzip`; others are given as they are.

    Raises `ApiError` for one that is damaged, too large, or packed in another way.
    """
    if not encoding or encoding == b"identity":
        return body
    if encoding != b"gzip":
        raise ApiError(
            "SerializationException",
            f"The request has the content-encoding {encoding.decode('latin-1')}; gzip is allowed",
        )
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        content = unpacker.decompress(body, _LARGEST_BODY_BYTES)
    except zlib.error as error:
        raise ApiError("SerializationException", f"The request's body is not gzip: {error}") from error
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise ApiError(
            "RequestEntityTooLargeException",
            f"The request unpacks to more than {_LARGEST_BODY_BYTES} bytes, or ends too early.",
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
