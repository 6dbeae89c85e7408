"""How much a request may bring, and how long it may take to: the outermost layer of the gateway.

Headers have limits of the server's own: 16 KiB, and as long as an idle connection (`server`).
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from local_aws.gateway.asgi import check_declared_length, send_answer, too_large
from local_aws.gateway.refusals import refusal
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from local_aws.gateway.asgi import AsgiApp, Message, Receive, Send

# AWS rule: the largest object of one PUT. Only S3 has bodies that are larger than what is read whole.
LARGEST_OBJECT_BYTES = 5 * 1024**3
# Nothing waits for ever for the rest of a body: not for its next byte, and not for one that trickles. An upload over
# any real network is faster than this.
_IDLE_SECONDS = 30.0
_WINDOW_SECONDS = 60.0
_LEAST_BYTES_IN_WINDOW = 4096


class Arrival:
    """Stands before an ASGI application and bounds what it receives."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Handle one connection event, as ASGI defines it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            check_declared_length(scope["headers"], LARGEST_OBJECT_BYTES)
        except ApiError as error:
            await send_answer(send, refusal(error, scope))
            return
        await self._app(scope, punctual(receive), send)


def punctual(
    receive: Receive,
    *,
    most_bytes: int = LARGEST_OBJECT_BYTES,
    idle_seconds: float = _IDLE_SECONDS,
    window_seconds: float = _WINDOW_SECONDS,
) -> Receive:
    """Return `receive` with limits for the body.

    Raises `ApiError`: RequestTimeout when it stands still or trickles, and what `too_large` says. After the body's end
    it waits as long as it likes: then only the end of the connection is to come.
    """
    # Only the time that is spent waiting for the caller counts.
    waited_seconds = 0.0
    window_bytes = size_bytes = 0
    complete = False

    async def received() -> Message:
        nonlocal waited_seconds, window_bytes, size_bytes, complete
        if complete:
            return await receive()
        began = time.monotonic()
        try:
            message = await asyncio.wait_for(receive(), idle_seconds)
        except TimeoutError as error:
            raise _timed_out(f"no byte came for {idle_seconds:.0f} seconds") from error
        complete = not message.get("more_body", False)
        chunk_bytes = len(message.get("body", b""))
        window_bytes += chunk_bytes
        size_bytes += chunk_bytes
        if size_bytes > most_bytes:
            raise too_large(size_bytes, most_bytes)
        waited_seconds += time.monotonic() - began
        if waited_seconds >= window_seconds:
            if not complete and window_bytes < _LEAST_BYTES_IN_WINDOW:
                raise _timed_out(f"{window_bytes} bytes came in {waited_seconds:.0f} seconds")
            waited_seconds, window_bytes = 0.0, 0
        return message

    return received


def _timed_out(what: str) -> ApiError:
    return ApiError("RequestTimeout", f"The request's body was not received in time: {what}.", status=408)
