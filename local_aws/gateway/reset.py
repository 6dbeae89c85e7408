"""A whole reset: afterwards the local AWS is as if it had just been started with an empty state folder.

Nothing is told to forget. What holds state is ended, the state folder is emptied, and everything is made anew, as at a
start: a service that is added later is reset without a line of its own. Requests that arrive meanwhile are told to try
again (503, which every SDK does by itself) until the old state is gone, and wait while the new is made.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

import orjson

from local_aws import process, regions
from local_aws.gateway.asgi import send_answer
from local_aws.gateway.protocols import Answer
from local_aws.gateway.refusals import refusal
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from local_aws.config import Settings
    from local_aws.gateway.asgi import AsgiApp, Message, Receive, Send
    from local_aws.gateway.service import Service
    from local_aws.gateway.signatures import Signature
    from local_aws.gateway.stack import Stack
    from local_aws.gateway.supervisor import Supervisor

_log = logging.getLogger(__name__)

PATH = "/_local_aws/reset"
# What is being answered may finish; a function may run for a quarter of an hour, and is not waited for that long.
_GRACE_SECONDS = 5.0
_MINISTACKS_RESET = "/_ministack/reset"


class Resettable:
    """An ASGI application whose `Stack` is thrown away and made anew by `POST /_local_aws/reset`.

    `services` is the list that the process stops at its end: it always has the services that are running.
    """

    def __init__(
        self,
        settings: Settings,
        services: list[Service],
        behind: AsgiApp,
        make_services: Callable[[], list[Service]],
        make_stack: Callable[[list[Service]], Stack],
        supervisor: Supervisor | None,
        end_functions: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._services = services
        self._behind = behind
        self._make_services = make_services
        self._make_stack = make_stack
        self._supervisor = supervisor
        self._end_functions = end_functions
        self._stack = make_stack(services)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._resetting = asyncio.Lock()
        self._is_ending = False
        self._is_made = asyncio.Event()
        self._is_made.set()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Handle one connection event, as ASGI defines it."""
        if scope["type"] == "lifespan":
            await self._stack.app(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == PATH:
            await self._asked(scope, send)
        elif scope["type"] == "http" and self._is_ending:
            error = ApiError(
                "ServiceUnavailableException", "The local AWS is being reset; try again.", status=503
            )
            await send_answer(send, refusal(error, scope))
        else:
            await self._is_made.wait()
            await self._tracked(self._stack.app(scope, receive, send))

    async def verified_root(
        self, scope: MutableMapping[str, Any], receive: Receive, signature: Signature
    ) -> Receive:
        """Verify root's signature with the guard of today's stack (see `Guard.verified_root`)."""
        guard = self._stack.guard
        return receive if guard is None else await guard.verified_root(scope, receive, signature)

    async def reset(self) -> float:
        """Empty everything; return how many seconds that took."""
        async with self._resetting:
            begun = time.monotonic()
            self._is_ending = True
            self._is_made.clear()
            try:
                await self._end()
            finally:
                # Also after a failure: what is left is served again, and the caller is told.
                self._is_ending = False
                await self._make_anew()
            seconds = time.monotonic() - begun
            _log.warning("everything was reset, in %.1f s", seconds)
            return seconds

    async def _make_anew(self) -> None:
        try:
            self._services[:] = await asyncio.to_thread(self._started)
            self._stack = self._make_stack(self._services)
        finally:
            self._is_made.set()
        if self._supervisor is not None:
            await self._supervisor.start()

    def close(self) -> None:
        """Wait for the requests that are being handled and end."""
        self._stack.close()

    async def _asked(self, scope: MutableMapping[str, Any], send: Send) -> None:
        if scope["method"] != "POST":
            error = ApiError("MethodNotAllowed", f"{PATH} takes POST, not {scope['method']}.", status=405)
            await send_answer(send, refusal(error, scope))
            return
        seconds = await self.reset()
        body = orjson.dumps({"reset": "done", "seconds": round(seconds, 3)}, option=orjson.OPT_APPEND_NEWLINE)
        headers = (("content-type", "application/json"), ("content-length", str(len(body))))
        await send_answer(send, Answer(200, headers, body))

    async def _tracked(self, handling: Awaitable[None]) -> None:
        task = asyncio.current_task()
        if task is None:
            await handling
            return
        self._tasks.add(task)
        try:
            await handling
        finally:
            self._tasks.discard(task)

    async def _end(self) -> None:
        if self._supervisor is not None:
            # What it holds would be delivered to buckets that are about to go.
            await self._supervisor.stop(flush=False)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_GRACE_SECONDS)
        left = tuple(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await asyncio.to_thread(self._stopped)
        await _reset_ministack(self._behind)
        await asyncio.to_thread(self._end_functions)
        await asyncio.to_thread(self._emptied)

    def _stopped(self) -> None:
        self._stack.close()
        for service in self._services:
            service.stop()

    def _started(self) -> list[Service]:
        services = self._make_services()
        for service in services:
            service.start()
        return services

    def _emptied(self) -> None:
        settings = self._settings
        # What this run is (lock, process ids, scratch space), its logs, and what MiniStack has emptied itself.
        # Which Region is at home stays as well: the services are made for it.
        home = settings.state_dir / regions.NOTE
        process.empty(settings, keep=(settings.run_dir, settings.logs_dir, settings.ministack_dir, home))


async def _reset_ministack(behind: AsgiApp) -> None:
    """Let MiniStack empty its services and its files; from outside this path is not there."""
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": _MINISTACKS_RESET,
        "raw_path": _MINISTACKS_RESET.encode("ascii"),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1")],
        "client": ("127.0.0.1", 0),
    }
    statuses: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await behind(scope, receive, send)
    if statuses != [200]:
        raise RuntimeError(f"MiniStack answered {statuses} to its reset")
