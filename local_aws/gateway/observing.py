"""Looking on while requests pass: what was asked and answered, for whoever counts it. Nothing is held up or changed."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from local_aws.clients import BEHIND_HEADER

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping, Sequence
    from typing import Any

    from local_aws.gateway.asgi import Message, Receive, Send
    from local_aws.gateway.routing import Scope

_log = logging.getLogger(__name__)

_BEHIND = BEHIND_HEADER.encode("ascii")
# Larger bodies are not kept; whoever counts does without.
_LARGEST_KEPT_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Head:
    """A request as its signature, path and headers (names in lower case) tell it; `service` is the signature's."""

    service: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    region: str = ""


@dataclass(frozen=True)
class Exchange:
    """A request and its answer; bodies are None where nobody asked for them or they were too large."""

    head: Head
    status: int
    answer_headers: Mapping[str, str]
    began_at: float
    took_seconds: float
    request: bytes | None
    answer: bytes | None


@runtime_checkable
class Observer(Protocol):
    """A service that looks on; `observed` is called in a thread of its own, one exchange after the other."""

    def observes(self, head: Head) -> bool:
        """Tell whether a request is of interest."""

    def wants_bodies(self, head: Head) -> bool:
        """Tell whether what is said about it stands in its bodies."""

    def observed(self, exchange: Exchange) -> None:
        """Take note of an exchange that is over."""


class Observation:
    """Stands beside the gateway's application and tells `observers` what passes."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._observers = observers
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="observers")

    def of(self, signed: Scope | None, scope: MutableMapping[str, Any]) -> _Watch | None:
        """Give the watch over a request that somebody wants to see, None for all others."""
        if signed is None or not self._observers:
            return None
        if any(name == _BEHIND for name, _ in scope["headers"]):
            return None
        head = Head(
            signed.service,
            scope["method"],
            scope["path"],
            scope.get("query_string", b"").decode("latin-1"),
            {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            signed.region,
        )
        interested = [one for one in self._observers if one.observes(head)]
        if not interested:
            return None
        return _Watch(head, any(one.wants_bodies(head) for one in interested))

    def over(self, watch: _Watch) -> None:
        """Tell the observers about an exchange; one that got no answer is not told."""
        exchange = watch.exchange()
        if exchange is not None:
            self._thread.submit(self._tell, exchange)

    def close(self) -> None:
        """Wait until everything is told."""
        self._thread.shutdown(wait=True)

    def _tell(self, exchange: Exchange) -> None:
        for observer in self._observers:
            try:
                if observer.observes(exchange.head):
                    observer.observed(exchange)
            except Exception:
                _log.exception("%s %s could not be counted", exchange.head.method, exchange.head.path)


class _Watch:
    """Keeps what passes of one exchange."""

    def __init__(self, head: Head, with_bodies: bool) -> None:
        self._head = head
        self._request: list[bytes] | None = [] if with_bodies else None
        self._answer: list[bytes] | None = [] if with_bodies else None
        self._status = 0
        self._answer_headers: dict[str, str] = {}
        self._began_at, self._began_steady = time.time(), time.monotonic()
        self._ended_steady: float | None = None

    def receiving(self, receive: Receive) -> Receive:
        """Give `receive` with a look at what comes."""

        async def watched() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                self._request = _kept(self._request, message.get("body", b""))
            return message

        return watched

    def sending(self, send: Send) -> Send:
        """Give `send` with a look at what goes."""

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._status = message["status"]
                self._answer_headers = {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in message.get("headers", ())
                }
            elif message["type"] == "http.response.body":
                self._answer = _kept(self._answer, message.get("body", b""))
                if not message.get("more_body", False):
                    self._ended_steady = time.monotonic()
            await send(message)

        return watched

    def exchange(self) -> Exchange | None:
        """Give what has passed, None when no whole answer was given."""
        if self._ended_steady is None:
            return None
        return Exchange(
            self._head,
            self._status,
            self._answer_headers,
            self._began_at,
            self._ended_steady - self._began_steady,
            None if self._request is None else b"".join(self._request),
            None if self._answer is None else b"".join(self._answer),
        )


def _kept(chunks: list[bytes] | None, chunk: bytes) -> list[bytes] | None:
    if chunks is None or sum(map(len, chunks)) + len(chunk) > _LARGEST_KEPT_BYTES:
        return None
    chunks.append(chunk)
    return chunks
