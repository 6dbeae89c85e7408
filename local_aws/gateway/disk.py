"""What is stored must stay stored: writes are refused before the disk is full, and when MiniStack could not make one.

Below a reserve of free space every call that stores something is refused with an error that SDKs try again; what reads,
deletes and ends goes on, so that somebody can make room. The reserve is for the engine's checkpoints, for the spools
and for saving what MiniStack holds in memory, none of which can be refused.

MiniStack answers 200 when it could not write an object, and says so in its log only (measured: the object is served
from memory until the process ends, so asking for it proves nothing). That line is heard here, and the answer becomes an
error.
"""

from __future__ import annotations

import logging
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from local_aws.gateway.asgi import ClientGoneError, again, read_body, send_answer
from local_aws.gateway.refusals import refusal
from local_aws.gateway.routing import RPC_PATH
from local_aws.gateway.service import ApiError
from local_aws.gateway.unsigned import is_form

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from pathlib import Path

    from local_aws.gateway.asgi import AsgiApp, Message, Receive, Send

_log = logging.getLogger(__name__)

MIB = 1024 * 1024
_UNAVAILABLE = 503
# Operations that read, delete or end something, and those that hand out credentials or run a function.
_GOES_ON = re.compile(
    r"(Abort|Assume|BatchDelete|BatchGet|Cancel|ChangeMessageVisibility|Close|Decode|Decrypt|Delete|Deregister|Describe"
    r"|Detach|Disable|Discover|Encrypt|End|Filter|Generate|Get|Head|Invoke|List|Lookup|Predict|Purge|Query|Receive|Remove"
    r"|Resolve|Scan|Search|Select|Sign|Simulate|Stop|SubscribeToShard|Terminate|Test|Unsubscribe|Untag|Validate|Verify)"
    r"([A-Z]|$)"
)
_LARGEST_FORM_BYTES = 1024 * 1024
# The names that the services' own models have for it; SDKs try both again, as they do any 503.
_CODES = {b"Firehose_": "ServiceUnavailableException", b"Logs_": "ServiceUnavailableException"}
_MINISTACK_LOGGERS = ("s3", "persistence")
_NOT_WRITTEN = re.compile(r"failed to (persist|save)|error getting state", re.IGNORECASE)


class WriteFailures(logging.Handler):
    """Hears of what MiniStack could not write to the disk: a count, and the last messages."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.count = 0
        self.last = ""

    def listen(self) -> None:
        """Begin to hear."""
        for name in _MINISTACK_LOGGERS:
            logging.getLogger(name).addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Take in one line of the log."""
        text = record.getMessage()
        if _NOT_WRITTEN.search(text):
            self.count += 1
            self.last = text


@dataclass(frozen=True)
class Reserve:
    """The free space below which nothing more is stored in `folder`; 0 bytes switches it off."""

    folder: Path
    reserve_bytes: int

    def refusal(self, coming_bytes: int = 0) -> str | None:
        """Return why `coming_bytes` more are not stored, None when they are."""
        found = os.statvfs(self.folder)
        free_bytes = found.f_bavail * found.f_frsize
        if not self.reserve_bytes or free_bytes - coming_bytes >= self.reserve_bytes:
            return None
        return (
            f"The disk of {self.folder} has {free_bytes // MIB} MiB free and {self.reserve_bytes // MIB} MiB are kept "
            f"in reserve: nothing more is stored ({coming_bytes} bytes were to come). Make room there, delete objects, "
            "or set STREAMLAKE_DISK_RESERVE_MIB; then try again."
        )


class DiskReserve:
    """Stands before an ASGI application and refuses what would store something below the reserve."""

    def __init__(self, app: AsgiApp, reserve: Reserve) -> None:
        self._app = app
        self._reserve = reserve
        self._was_short = False

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Handle one connection event, as ASGI defines it."""
        if scope["type"] == "http" and not scope["path"].startswith("/_"):
            reason = self._reserve.refusal(_content_length(scope))
            self._note(reason)
            if reason is not None:
                try:
                    stores, receive = await _stores(scope, receive)
                    if stores:
                        await _drain(receive)
                        await send_answer(send, refusal(_unavailable(scope, reason), scope))
                        return
                except ClientGoneError:
                    return
                except ApiError as error:
                    await send_answer(send, refusal(error, scope))
                    return
        await self._app(scope, receive, send)

    def _note(self, reason: str | None) -> None:
        is_short = reason is not None
        if is_short and not self._was_short:
            _log.error("%s", reason)
        self._was_short = is_short


class CheckedWrites:
    """Stands before MiniStack: an answer to a call during which something could not be written is an error.

    Calls that run at the same moment hear of each other's failures; being tried again does them no harm.
    """

    def __init__(self, app: AsgiApp, failures: WriteFailures) -> None:
        self._app = app
        self._failures = failures

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Handle one connection event, as ASGI defines it."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        before = self._failures.count
        is_refused = False

        async def checked(message: Message) -> None:
            nonlocal is_refused
            if (
                message["type"] == "http.response.start"
                and message["status"] < 300
                and self._failures.count != before
            ):
                is_refused = True
                text = f"What was sent could not be written to the disk: {self._failures.last}"
                _log.error("%s %s: %s", scope["method"], scope["path"], text)
                await send_answer(send, refusal(_unavailable(scope, text), scope))
            if not is_refused:
                await send(message)

        await self._app(scope, receive, checked)


def _unavailable(scope: MutableMapping[str, Any], text: str) -> ApiError:
    target = _header(scope, b"x-amz-target")
    code = next((code for start, code in _CODES.items() if target.startswith(start)), "ServiceUnavailable")
    return ApiError(code, text, _UNAVAILABLE)


async def _stores(scope: MutableMapping[str, Any], receive: Receive) -> tuple[bool, Receive]:
    """Return whether a request would store something, and from where its body is to be read now."""
    target = _header(scope, b"x-amz-target").decode("latin-1").rpartition(".")[2]
    rpc = RPC_PATH.fullmatch(scope["path"])
    operation = target or (rpc[2] if rpc else "")
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    if not operation and is_form(scope):
        body = await read_body(receive, _LARGEST_FORM_BYTES)
        receive = again(body, receive)
        operation = dict(parse_qsl(body.decode("latin-1"))).get("Action", "")
    operation = operation or query.get("Action", "")
    if operation:
        return _GOES_ON.match(operation) is None, receive
    if scope["method"] in ("GET", "HEAD", "DELETE", "OPTIONS"):
        return False, receive
    # DeleteObjects and SelectObjectContent are POSTs; so are invocations of functions.
    goes_on = (
        "delete" in query or "select" in query or scope["path"].endswith(("/invocations", "/invoke-async"))
    )
    return not goes_on, receive


async def _drain(receive: Receive) -> None:
    """Let a caller finish sending: one that is cut off reads no answer."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        if not message.get("more_body", False):
            return


def _content_length(scope: MutableMapping[str, Any]) -> int:
    text = _header(scope, b"content-length")
    return int(text) if text.isdigit() else 0


def _header(scope: MutableMapping[str, Any], wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")
