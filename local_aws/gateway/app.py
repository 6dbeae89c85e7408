"""The ASGI application: our services first, everything else to MiniStack untouched.

A request that is not ours is handed over before a byte of its body is read, so uploads stream through; so are
web sockets and the server's start and stop events.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from local_aws.gateway.dispatch import Answer, Caller, answer, error_answer
from local_aws.gateway.routing import Router, credential_scope
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping, Sequence

    from local_aws.config import Settings
    from local_aws.gateway.routing import Route
    from local_aws.gateway.service import Service

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    AsgiApp = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

OWN_PATHS = "/_local_aws/"
_THREADS_PER_SERVICE = 24
# The largest request of our services is PutRecordBatch: 4 MiB of data, a third more as base64, and its frame.
_LARGEST_BODY_BYTES = 16 * 1024 * 1024


class _ClientGoneError(Exception):
    """The caller closed the connection before its request was complete."""


class GatewayApp:
    """Answers what `services` handle and what is under `/_local_aws/`; the rest goes to `behind`.

    Each service has its own threads, so that one which waits for another never waits for itself.
    """

    def __init__(
        self,
        settings: Settings,
        services: Sequence[Service],
        behind: AsgiApp,
        health: Callable[[], dict[str, Any]],
    ) -> None:
        self._settings = settings
        self._router = Router(services)
        self._behind = behind
        self._health = health
        self._pools = {
            one.name: ThreadPoolExecutor(_THREADS_PER_SERVICE, thread_name_prefix=f"api-{one.name}")
            for one in services
        }

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Handle one connection event, as ASGI defines it."""
        if scope["type"] != "http":
            await self._behind(scope, receive, send)
            return
        if scope["path"].startswith(OWN_PATHS):
            await _send(send, self._own(scope["path"]))
            return
        try:
            route = self._router.route(scope["headers"])
        except ApiError as error:
            await _send(send, error_answer(error))
            return
        if route is None:
            await self._behind(scope, receive, send)
            return
        await self._answer(route, scope, receive, send)

    def close(self) -> None:
        """Wait for the requests that are being handled and end the threads."""
        for pool in self._pools.values():
            pool.shutdown(wait=True)

    async def _answer(
        self, route: Route, scope: MutableMapping[str, Any], receive: Receive, send: Send
    ) -> None:
        try:
            body = await _read_body(receive)
        except _ClientGoneError:
            return
        except ApiError as error:
            await _send(send, error_answer(error, route.service))
            return
        handle = partial(answer, route.service, route.operation, body, self._caller(scope))
        loop = asyncio.get_running_loop()
        await _send(send, await loop.run_in_executor(self._pools[route.service.name], handle))

    def _caller(self, scope: MutableMapping[str, Any]) -> Caller:
        authorization = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        signed = credential_scope(authorization)
        return Caller(
            region=signed.region if signed else self._settings.region,
            account_id=self._settings.account_id,
            access_key_id=signed.access_key_id if signed else None,
        )

    def _own(self, path: str) -> Answer:
        status, content = 404, {"message": f"{path} is not here; {OWN_PATHS}health is"}
        if path == f"{OWN_PATHS}health":
            status, content = 200, self._health()
        body = orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        headers = (("content-type", "application/json"), ("content-length", str(len(body))))
        return Answer(status, headers, body)


async def _read_body(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size_bytes = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _ClientGoneError
        chunk = message.get("body", b"")
        size_bytes += len(chunk)
        if size_bytes <= _LARGEST_BODY_BYTES:
            chunks.append(chunk)
        if not message.get("more_body", False):
            break
    if size_bytes > _LARGEST_BODY_BYTES:
        raise ApiError(
            "RequestEntityTooLargeException",
            f"The request has {size_bytes} bytes; at most {_LARGEST_BODY_BYTES} are allowed.",
            status=413,
        )
    return b"".join(chunks)


async def _send(send: Send, reply: Answer) -> None:
    headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in reply.headers]
    headers.append((b"date", formatdate(usegmt=True).encode("ascii")))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body, "more_body": False})
