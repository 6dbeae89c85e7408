"""The door of the gateway: what is decided about a request before anything is routed.

In this order, for HTTP and web sockets alike:

1. the host it was sent to and the page that sent it (`local_aws.gateway.visitors`): 403;
2. MiniStack's own paths, in every spelling: 404, but for health (`local_aws.gateway.unsigned`);
3. preflights of pages that were let in are answered (`local_aws.gateway.pages`);
4. a signature that is not whole, or none where an SDK would have signed (`local_aws.gateway.signatures`,
   `local_aws.gateway.unsigned`): 403 in the words of the protocol;
5. where IAM is enforced, the signature of the account's root: MiniStack takes root's word for it, so that AWS's own
   services can act as root behind this door. Everybody else's is verified by whoever answers.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import orjson

from local_aws.gateway import pages, reset, unsigned
from local_aws.gateway.asgi import ClientGoneError, again, read_body, replayed, send_answer
from local_aws.gateway.protocols import Answer
from local_aws.gateway.refusals import refusal
from local_aws.gateway.service import ApiError
from local_aws.gateway.signatures import Signature, signature_of
from local_aws.gateway.visitors import Visitors, origin_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from local_aws.config import Settings
    from local_aws.gateway.asgi import AsgiApp, Receive, Send

    IsPublic = Callable[[MutableMapping[str, Any]], Awaitable[bool]]
    VerifyRoot = Callable[[MutableMapping[str, Any], Receive, Signature], Awaitable[Receive]]

_log = logging.getLogger(__name__)

_FORM_FIELDS = (b'name="x-amz-signature"', b'name="signature"')
# A form's fields come before its file.
_FORM_FIELDS_BYTES = 128 * 1024
_UNSIGNED = ApiError(
    "MissingAuthenticationTokenException",
    "Request is missing Authentication Token: sign it with any key pair, for example test/test.",
    status=403,
)


class Door:
    """Stands before an ASGI application.

    `is_public` tells of a request to S3 whether everybody may make it; `verify_root` raises `ApiError` for a request
    that names the account's root and is not signed by it, and is None where IAM is not enforced.
    """

    def __init__(
        self, app: AsgiApp, settings: Settings, is_public: IsPublic, verify_root: VerifyRoot | None = None
    ) -> None:
        self._app = app
        self._visitors = Visitors.of(settings)
        self._is_public = is_public
        self._verify_root = verify_root

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Handle one connection event, as ASGI defines it."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        reason = self._visitors.refusal(scope["headers"])
        if reason is not None:
            _log.warning("refused %s %s: %s", scope["method"], scope["path"], reason)
            await send_answer(send, _plain(403, "Forbidden", reason))
            return
        if not scope["path"].startswith("/") or is_ministacks_own(scope["path"]):
            await send_answer(send, _plain(404, "NotFound", f"{scope['path']} is not here."))
            return
        plane = unsigned.data_plane(scope)
        origin = origin_of(scope["headers"])
        requested = _header(scope, b"access-control-request-headers")
        send = pages.for_page(send, origin, requested, own_cors=plane is not None)
        if pages.is_preflight(scope) and plane is None:
            await send_answer(send, pages.preflight_answer(scope))
            return
        try:
            signature = signature_of(scope["headers"], scope["query_string"])
            receive = await self._admitted(signature, plane is not None, scope, receive)
        except ClientGoneError:
            return
        except ApiError as error:
            await send_answer(send, refusal(error, scope))
            return
        await self._app(scope, receive, send)

    async def _admitted(
        self,
        signature: Signature | None,
        is_data_plane: bool,
        scope: MutableMapping[str, Any],
        receive: Receive,
    ) -> Receive:
        """Return what is left of the request to receive. Raises `ApiError` for one that may not pass."""
        if signature is not None:
            if scope["path"] == reset.PATH and origin_of(scope["headers"]) is not None:
                raise ApiError("AccessDeniedException", "A web page may not reset the local AWS.", status=403)
            return (
                receive if self._verify_root is None else await self._verify_root(scope, receive, signature)
            )
        if is_data_plane or unsigned.is_unsigned_operation(scope):
            return receive
        if scope["path"] in unsigned.HEALTH_PATHS and scope["method"] in ("GET", "HEAD"):
            return receive
        if unsigned.is_form(scope):
            body = await read_body(receive)
            if unsigned.is_unsigned_form(body, scope["query_string"]):
                return again(body, receive)
        elif _is_upload_form(scope):
            return await _signed_upload(receive)
        elif await self._is_public(scope):
            return receive
        raise _UNSIGNED

    async def _socket(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        reason = self._visitors.refusal(scope["headers"])
        if reason is None and is_ministacks_own(scope["path"]):
            reason = f"{scope['path']} is not here."
        try:
            signature = signature_of(scope["headers"], scope["query_string"])
            if reason is None and signature is None and unsigned.data_plane(scope) is None:
                reason = _UNSIGNED.message
            elif reason is None and signature is not None and self._verify_root is not None:
                await self._verify_root({**scope, "method": "GET"}, _no_body, signature)
        except ApiError as error:
            reason = error.message
        if reason is None:
            await self._app(scope, receive, send)
            return
        _log.warning("refused a web socket to %s: %s", scope["path"], reason)
        await receive()
        await send({"type": "websocket.close", "code": 1008})


def is_ministacks_own(path: str) -> bool:
    """Return whether a path, however it is spelled, is one of MiniStack's own and not its health."""
    if path in unsigned.HEALTH_PATHS:
        return False
    decoded = path
    while (again_decoded := unquote(decoded)) != decoded:
        decoded = again_decoded
    segments: list[str] = []
    for part in decoded.replace("\\", "/").split("/"):
        segment = part.partition(";")[0].strip().lower()
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    # The first segment as MiniStack reads it, before dot segments are removed, counts as well.
    first = path.lstrip("/").partition("/")[0].lower()
    return first in unsigned.OWN_NAMES or (bool(segments) and segments[0] in unsigned.OWN_NAMES)


def _is_upload_form(scope: MutableMapping[str, Any]) -> bool:
    """Return whether this is S3's upload by an HTML form, whose signature is one of its fields."""
    kind = _header(scope, b"content-type").lower()
    return scope["method"] == "POST" and kind.startswith(b"multipart/form-data")


async def _signed_upload(receive: Receive) -> Receive:
    """Read an upload form up to its signature, which MiniStack verifies; raise `ApiError` when it has none."""
    held = []
    seen = b""
    while len(seen) <= _FORM_FIELDS_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        held.append(message)
        seen += message.get("body", b"")
        if any(field in seen[:_FORM_FIELDS_BYTES].lower() for field in _FORM_FIELDS):
            return replayed(held, receive)
        if not message.get("more_body", False):
            break
    raise _UNSIGNED


async def _no_body() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}


def _header(scope: MutableMapping[str, Any], wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")


def _plain(status: int, kind: str, message: str) -> Answer:
    body = orjson.dumps({"__type": kind, "message": message})
    return Answer(status, (("content-type", "application/json"), ("content-length", str(len(body)))), body)
