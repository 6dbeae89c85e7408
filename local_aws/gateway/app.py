"""The ASGI application: our services first, everything else to MiniStack untouched.

A request that is not ours is handed over before a byte of its body is read, so uploads stream through; so are
web sockets and the server's start and stop events. The few that one of our services looks at first are read whole.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from local_aws.gateway.asgi import (
    LARGEST_BODY_BYTES,
    ClientGoneError,
    again,
    check_declared_length,
    decompressed,
    read_body,
    send_answer,
)
from local_aws.gateway.checking import reading
from local_aws.gateway.completing import completed
from local_aws.gateway.dispatch import Caller, answer, error_answer
from local_aws.gateway.failures import Failures
from local_aws.gateway.observing import Observation, Observer
from local_aws.gateway.protocols import Answer
from local_aws.gateway.refusals import refusal
from local_aws.gateway.routing import Router, as_symmetric, credential_scope
from local_aws.gateway.service import ApiError, ApiRequest
from local_aws.gateway.translation import translation
from local_aws.gateway.unanswered import refusal_of_service

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping, Sequence

    from local_aws.config import Settings
    from local_aws.gateway.asgi import AsgiApp, Receive, Send
    from local_aws.gateway.checking import Reading
    from local_aws.gateway.guard import Guard
    from local_aws.gateway.routing import Route, Scope
    from local_aws.gateway.service import Inspector, Service
    from local_aws.gateway.translation import Translation

OWN_PATHS = "/_local_aws/"
_THREADS_PER_SERVICE = 24
# Larger bodies are checked in a thread, so that others do not wait.
_CHECKED_INLINE_BYTES = 64 * 1024


class GatewayApp:
    """Answers what `services` handle and what is under `/_local_aws/`; the rest goes to `behind`.

    Each service has its own threads, so that one which waits for another never waits for itself. With a `guard`
    every request is signed by somebody who may make it; without one nobody asks. `handled` is told of each request
    that MiniStack has answered.
    """

    def __init__(
        self,
        settings: Settings,
        services: Sequence[Service],
        behind: AsgiApp,
        health: Callable[[], dict[str, Any]],
        guard: Guard | None = None,
        handled: Callable[[MutableMapping[str, Any]], None] = lambda _scope: None,
    ) -> None:
        self._settings = settings
        self._router = Router(services)
        self._behind = behind
        self._health = health
        self._guard = guard
        self._handled = handled
        self._observation = Observation([one for one in services if isinstance(one, Observer)])
        self._failures = Failures(behind)
        self._checks = ThreadPoolExecutor(_THREADS_PER_SERVICE, thread_name_prefix="checks")
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
            await send_answer(send, self._own(scope["path"]))
            return
        authorization = _header(scope, b"authorization")
        signed = credential_scope(authorization, _header(scope, b"x-amz-region-set"), self._settings.region)
        if signed is not None and self._guard is None and authorization.startswith(b"AWS4-ECDSA"):
            scope = {**scope, "headers": as_symmetric(scope["headers"], signed)}
        watch = self._observation.of(signed, scope)
        if watch is None:
            await self._handle(signed, scope, receive, send)
            return
        try:
            await self._handle(signed, scope, watch.receiving(receive), watch.sending(send))
        finally:
            self._observation.over(watch)

    def close(self) -> None:
        """Wait for the requests that are being handled and end the threads."""
        for pool in (self._checks, *self._pools.values()):
            pool.shutdown(wait=True)
        self._observation.close()

    async def _handle(
        self, signed: Scope | None, scope: MutableMapping[str, Any], receive: Receive, send: Send
    ) -> None:
        try:
            route = self._rest_route(signed, scope) or self._router.route(scope["headers"], scope["path"])
        except ApiError as error:
            await send_answer(send, error_answer(error))
            return
        if route is not None:
            await self._answer(route, signed, scope, receive, send)
            return
        unanswered = refusal_of_service(
            _header(scope, b"authorization").decode("latin-1"),
            _header(scope, b"x-amz-target").decode("latin-1"),
        )
        if unanswered is not None:
            await send_answer(send, refusal(unanswered, scope))
            return
        known, operation = reading(signed, scope), None
        if known is not None:
            checked = await self._checked(known, signed, scope, receive, send)
            if checked is None:
                return
            scope, receive, send, operation = checked
        write = partial(refusal, scope=scope) if known is None else known.error
        send = self._completed(signed, scope, send)
        try:
            await self._pass_behind(
                signed, scope, receive, send, partial(self._failures.pass_on, write, operation)
            )
        finally:
            self._handled(scope)

    async def _checked(
        self,
        known: Reading,
        signed: Scope | None,
        scope: MutableMapping[str, Any],
        receive: Receive,
        send: Send,
    ) -> tuple[MutableMapping[str, Any], Receive, Send, str | None] | None:
        """Return a request to MiniStack as it is passed on, with the name of its operation where that is known.

        None for a request that was answered with an error.
        """
        try:
            if known.refusal is not None:
                raise known.refusal
            body = b""
            if known.reads_body:
                check_declared_length(scope["headers"], known.most_bytes)
                body = await read_body(receive, known.most_bytes)
                encoding = _header(scope, b"content-encoding")
                if encoding:
                    body = decompressed(body, encoding, known.most_bytes)
                    scope = _with_body_headers(scope, body)
            check = partial(self._check, known, signed, body)
            if len(body) < _CHECKED_INLINE_BYTES and not self._inspected(known):
                operation, translation = check()
            else:
                operation, translation = await asyncio.get_running_loop().run_in_executor(self._checks, check)
        except ClientGoneError:
            return None
        except ApiError as error:
            await send_answer(send, known.error(error))
            return None
        if translation is not None:
            body, send = translation.body, translation.answering(send)
            scope = _with_body_headers(scope, body, translation.content_type)
        return scope, again(body, receive) if known.reads_body else receive, send, operation

    def _completed(self, signed: Scope | None, scope: MutableMapping[str, Any], send: Send) -> Send:
        # What is not signed in its headers is S3's: presigned, public, or of a website.
        completing = self._router.completing("s3" if signed is None else signed.service)
        host, query = (
            _header(scope, b"host").decode("latin-1"),
            scope.get("query_string", b"").decode("latin-1"),
        )
        if completing is None or not completing.completes(scope["method"], host, scope["path"], query):
            return send
        return completed(send, completing.added_headers)

    def _inspected(self, known: Reading) -> Inspector | None:
        return self._router.inspector(known.service, known.model.name) if known.model is not None else None

    def _check(
        self, known: Reading, signed: Scope | None, body: bytes
    ) -> tuple[str | None, Translation | None]:
        """Check a request by its model, and by the service of ours that looks at it.

        Return the operation's name where it is known, and how CBOR is passed on.
        """
        model, parameters = known.checked(body)
        if model is None:
            return None, None
        inspector = self._inspected(known)
        if inspector is not None:
            region = signed.region if signed else self._settings.region
            key = signed.access_key_id if signed else None
            inspector.inspect(
                ApiRequest(known.service, model.name, parameters, region, self._settings.account_id, key)
            )
        name = f"{model.service_model.service_name}.{model.name}"
        return name, translation(known.reader, model, parameters)

    async def _pass_behind(
        self,
        signed: Scope | None,
        scope: MutableMapping[str, Any],
        receive: Receive,
        send: Send,
        behind: AsgiApp,
    ) -> None:
        if self._guard is None:
            await behind(scope, receive, send)
        elif self._guard.looks_at(signed, scope):
            await self._guard.pass_on(signed, self._guard.over_tls(scope), receive, send, behind)
        else:
            await behind(self._guard.over_tls(scope), receive, send)

    def _rest_route(self, signed: Scope | None, scope: MutableMapping[str, Any]) -> Route | None:
        path: bytes = scope.get("raw_path") or scope["path"].encode()
        query: bytes = scope.get("query_string", b"")
        return self._router.rest_route(
            signed, scope["headers"], scope["method"], path.decode("latin-1"), query.decode("latin-1")
        )

    async def _answer(
        self,
        route: Route,
        signed: Scope | None,
        scope: MutableMapping[str, Any],
        receive: Receive,
        send: Send,
    ) -> None:
        try:
            check_declared_length(scope["headers"], LARGEST_BODY_BYTES)
            body = await read_body(receive)
            caller = self._caller(signed, scope, body)
            content = decompressed(body, _header(scope, b"content-encoding"))
        except ClientGoneError:
            return
        except ApiError as error:
            await send_answer(send, error_answer(error, route.service, route.protocol))
            return
        handle = partial(answer, route.service, route.operation, content, caller, route.protocol)
        loop = asyncio.get_running_loop()
        await send_answer(send, await loop.run_in_executor(self._pools[route.service.name], handle))

    def _caller(self, signed: Scope | None, scope: MutableMapping[str, Any], body: bytes) -> Caller:
        caller = Caller(
            region=signed.region if signed else self._settings.region,
            account_id=self._settings.account_id,
            access_key_id=signed.access_key_id if signed else None,
        )
        return caller if self._guard is None else self._guard.identified(caller, signed, scope, body)

    def _own(self, path: str) -> Answer:
        status, content = 404, {"message": f"{path} is not here; {OWN_PATHS}health is"}
        if path == f"{OWN_PATHS}health":
            status, content = 200, self._health()
        body = orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        headers = (("content-type", "application/json"), ("content-length", str(len(body))))
        return Answer(status, headers, body)


def _header(scope: MutableMapping[str, Any], wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")


def _with_body_headers(
    scope: MutableMapping[str, Any], body: bytes, content_type: str | None = None
) -> MutableMapping[str, Any]:
    """Return the request with the headers of the body that is passed on instead of the one that came."""
    replaced = {b"content-length": str(len(body)).encode("ascii"), b"content-encoding": None}
    if content_type is not None:
        replaced[b"content-type"] = content_type.encode("ascii")
    kept = [(name, value) for name, value in scope["headers"] if name not in replaced]
    new = [(name, value) for name, value in replaced.items() if value is not None]
    return {**scope, "headers": [*kept, *new]}
