"""What an answer says to a browser: a page that was let in may read it, no other may (CORS).

MiniStack allows every page (`*`). Here the Origin that was let in is named instead, and preflights are answered, except
for data planes whose own CORS configuration answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_aws.gateway.protocols import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping

    from local_aws.gateway.asgi import Message, Send

_PREFIX = b"access-control-"
_ALLOW_ORIGIN = b"access-control-allow-origin"
_METHODS = "GET, POST, PUT, DELETE, HEAD, OPTIONS, PATCH"
_MAX_AGE_SECONDS = 600


def is_preflight(scope: MutableMapping[str, Any]) -> bool:
    """Return whether a browser asks what a page may send."""
    names = {name for name, _ in scope["headers"]}
    return scope["method"] == "OPTIONS" and {b"origin", b"access-control-request-method"} <= names


def preflight_answer(scope: MutableMapping[str, Any]) -> Answer:
    """Return the answer to a preflight of a page that was let in; its Origin is named by `for_page`."""
    asked = next(
        (value for name, value in scope["headers"] if name == b"access-control-request-headers"), b""
    )
    headers = [
        ("access-control-allow-methods", _METHODS),
        ("access-control-max-age", str(_MAX_AGE_SECONDS)),
        ("content-length", "0"),
    ]
    if asked:
        headers.append(("access-control-allow-headers", asked.decode("latin-1")))
    if any(name == b"access-control-request-private-network" for name, _ in scope["headers"]):
        headers.append(("access-control-allow-private-network", "true"))
    return Answer(204, tuple(headers), b"")


def for_page(send: Send, origin: bytes | None, requested: bytes, *, own_cors: bool) -> Send:
    """Return `send` with the CORS headers of every answer put right.

    `own_cors`: the answer is of a data plane with a CORS configuration, whose decision stays.
    """

    async def rewritten(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {
                **message,
                "headers": _headers(message.get("headers", ()), origin, requested, own_cors),
            }
        await send(message)

    return rewritten


def _headers(
    headers: Iterable[tuple[bytes, bytes]], origin: bytes | None, requested: bytes, own_cors: bool
) -> list[tuple[bytes, bytes]]:
    said = [(name, value) for name, value in headers if name.lower().startswith(_PREFIX)]
    kept = [(name, value) for name, value in headers if not name.lower().startswith(_PREFIX)]
    if origin is None:
        return kept
    named = {name.lower(): value for name, value in said}
    if own_cors and named.get(_ALLOW_ORIGIN) not in (b"*", origin):
        return kept
    for name, value in named.items():
        if name == _ALLOW_ORIGIN or name == b"access-control-expose-headers":
            continue
        if value != b"*":
            kept.append((name, value))
        elif name == b"access-control-allow-headers" and requested:
            kept.append((name, requested))
        elif name == b"access-control-allow-methods":
            kept.append((name, _METHODS.encode("ascii")))
    exposed = sorted({name.lower() for name, _ in kept if not name.lower().startswith(_PREFIX)})
    if exposed:
        kept.append((b"access-control-expose-headers", b", ".join(exposed)))
    return [*kept, (_ALLOW_ORIGIN, origin), (b"vary", b"Origin")]
