"""Calls that a client repeats because it did not get the answer.

AWS's clients give all attempts of one call the same id (`amz-sdk-invocation-id`). The Go SDK, and so Terraform's
provider, sometimes closes its own connection between the head and the body of an answer (aws-sdk-go-v2 issue 2737;
about one call in five thousand here, where an answer takes a millisecond) and then attempts the call again. It was
carried out the first time: the second attempt would hear that what it creates exists already, and a deployment would
fail that has done all it should. Here a creating call that succeeded gives its answer again to the further attempts
of the same call; one that is still being carried out is waited for.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from local_aws.gateway.asgi import AsgiApp, Message, Receive, Send

_log = logging.getLogger(__name__)

# Enough for all that a deployment creates at a time.
_REMEMBERED = 512
_LARGEST_ANSWER_BYTES = 64 * 1024
_HEADERS = (b"amz-sdk-invocation-id", b"x-amz-target", b"authorization", b"content-type")
# Services that create by a plain POST.
_REST_SERVICES = (b"lambda", b"scheduler", b"quicksight")

Outcome = list["Message"]


class RepeatedCalls:
    """Stands before an ASGI application and lets each creating call through once."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app
        self._calls: OrderedDict[bytes, asyncio.Future[Outcome | None]] = OrderedDict()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Handle one connection event, as ASGI defines it."""
        call = _creating_call(scope)
        if call is None:
            await self._app(scope, receive, send)
            return
        earlier = self._calls.get(call)
        outcome = None if earlier is None else await earlier
        if outcome is not None:
            _log.info(
                "%s is attempted again: it gets its first answer", call.split(b"\0")[1].decode("latin-1")
            )
            for message in outcome:
                await send(message)
            return
        await self._carry_out(call, scope, receive, send)

    async def _carry_out(
        self, call: bytes, scope: MutableMapping[str, Any], receive: Receive, send: Send
    ) -> None:
        future: asyncio.Future[Outcome | None] = asyncio.get_running_loop().create_future()
        self._calls[call] = future
        while len(self._calls) > _REMEMBERED:
            self._calls.popitem(last=False)
        sent: Outcome = []

        async def remembered(message: Message) -> None:
            sent.append(message)
            await send(message)

        try:
            await self._app(scope, receive, remembered)
        finally:
            future.set_result(sent if _is_whole_success(sent) else None)


def _creating_call(scope: MutableMapping[str, Any]) -> bytes | None:
    """Give the id of a call that may create something, None for any other request."""
    if scope["type"] != "http":
        return None
    found = {name: value for name, value in scope["headers"] if name in _HEADERS}
    call: bytes | None = found.get(b"amz-sdk-invocation-id")
    authorization: bytes = found.get(b"authorization", b"")
    if not call or not (name := _creating_name(scope, found, authorization)):
        return None
    # What somebody else is answered is nobody's business: the key is a part of the id.
    return b"\0".join((call, name, authorization.partition(b"/")[0]))


def _creating_name(
    scope: MutableMapping[str, Any], found: dict[bytes, bytes], authorization: bytes
) -> bytes | None:
    """Give what a call that may create something is called in the log, by the protocol of its service."""
    if scope["method"] != "POST":
        return None
    target = found.get(b"x-amz-target", b"")
    if target:
        return target if target.rpartition(b".")[2].startswith(b"Create") else None
    path: bytes = scope["path"].encode()
    service = (authorization.split(b"/") + [b""] * 4)[3]
    # The action of the query protocol stands in the body; every action may have its answer again.
    if found.get(b"content-type", b"").startswith(b"application/x-www-form-urlencoded"):
        return service + path
    return path if service in _REST_SERVICES and not path.endswith(b"/invocations") else None


def _is_whole_success(sent: Outcome) -> bool:
    if not sent or not 200 <= sent[0].get("status", 0) < 300:
        return False
    size_bytes = sum(len(message.get("body", b"")) for message in sent)
    return size_bytes <= _LARGEST_ANSWER_BYTES and not sent[-1].get("more_body", False)
