"""What happens when MiniStack fails on a request: it is told as what it is, a failure of the local AWS.

MiniStack answers every unexpected exception with one document (`InternalError`) and writes the exception to its log;
some of its services answer `InternalFailure` themselves. Requests have been checked by then. A text inside of them may
still be none that can be read (a document, a file's name): only that is the caller's mistake. Anything else that comes
again with the same request is not implemented (501, which no client sends again), and what may pass is an internal
failure (500). Both name the operation, and are in the log.
"""

from __future__ import annotations

import binascii
import errno
import json
import logging
import zipfile
import zlib
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import orjson

from local_aws.gateway.asgi import ClientGoneError, send_answer
from local_aws.gateway.service import ApiError
from local_aws.gateway.unanswered import NOT_IMPLEMENTED

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from local_aws.gateway.asgi import AsgiApp, Message, Receive, Send
    from local_aws.gateway.protocols import Answer

_log = logging.getLogger(__name__)

_INTERNAL = "InternalError"
# What services of MiniStack answer where they failed.
_FAILURES = frozenset({_INTERNAL, "InternalFailure", "InternalFailureException", "InternalServerError"})
_SERVER_ERROR = 500
_FAILED = (_SERVER_ERROR, 503)
# What reading a text raises that is no text of its kind; RecursionError is one that is nested too deep.
_UNREADABLE = (
    ET.ParseError,
    RecursionError,
    UnicodeError,
    binascii.Error,
    json.JSONDecodeError,
    zipfile.BadZipFile,
    zlib.error,
)
_NULL_IN_NAME = "embedded null"
# What passes, or is of this machine: the same request may be answered later.
_PASSING = (MemoryError, OSError, RuntimeError)
_NAMES_FILES_REFUSE = frozenset({"ENAMETOOLONG", "EINVAL", "EISDIR", "ENOTDIR", "EILSEQ"})
_raised: ContextVar[list[BaseException] | None] = ContextVar("raised", default=None)


class _Witness(logging.Handler):
    """Notes the exception that MiniStack writes to its log while it handles a request."""

    def emit(self, record: logging.LogRecord) -> None:
        found = _raised.get()
        if found is not None and record.exc_info and record.exc_info[1] is not None:
            found.append(record.exc_info[1])


class Failures:
    """Stands between the gateway and `behind`."""

    def __init__(self, behind: AsgiApp) -> None:
        self._behind = behind
        logger = logging.getLogger("ministack")
        if not any(isinstance(one, _Witness) for one in logger.handlers):
            logger.addHandler(_Witness(logging.ERROR))

    async def pass_on(
        self,
        write: Callable[[ApiError], Answer],
        operation: str | None,
        scope: MutableMapping[str, Any],
        receive: Receive,
        send: Send,
    ) -> None:
        """Let `behind` answer; a failure is answered by `write`, in the protocol of the request.

        `operation` is None where the API is not known: then `behind` may tell of failures that are not its own.
        """
        raised: list[BaseException] = []
        _raised.set(raised)
        held = _Held(send, frozenset({_INTERNAL}) if operation is None else _FAILURES)
        name = operation or f"{scope['method']} {scope['path']:.200}"
        try:
            await self._behind(scope, receive, held.send)
        except ClientGoneError:
            return
        except ApiError as error:
            await held.answer(write(error))
            return
        except Exception as error:
            await held.answer(write(_told(name, error, str(error))))
            return
        if held.failure is not None:
            await held.answer(write(_told(name, raised[-1] if raised else None, held.failure)))


class _Held:
    """Passes an answer on, but keeps a failure back until it is known whose mistake it is."""

    def __init__(self, send: Send, failures: frozenset[str]) -> None:
        self._send = send
        self._failures = failures
        self._started = False
        self._kept: list[Message] | None = None
        self.failure: str | None = None

    async def send(self, message: Message) -> None:
        if not self._started and message["type"] == "http.response.start":
            self._started = True
            if message["status"] in _FAILED:
                self._kept = [message]
                return
        if self._kept is None:
            await self._send(message)
            return
        self._kept.append(message)
        if not message.get("more_body", False):
            kept, self._kept = self._kept, None
            self.failure = _failure_text(b"".join(one.get("body", b"") for one in kept[1:]), self._failures)
            if self.failure is None:
                for one in kept:
                    await self._send(one)
            else:
                self._started = False

    async def answer(self, reply: Answer) -> None:
        """Answer instead, unless an answer has begun already."""
        if not self._started:
            await send_answer(self._send, reply)


def _failure_text(body: bytes, failures: frozenset[str]) -> str | None:
    """Return the message of an answer that tells of one of `failures`, in JSON or XML; None for any other answer."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _failure_text_in_xml(body, failures)
    if not isinstance(content, dict) or content.get("__type", content.get("code")) not in failures:
        return None
    return str(content.get("message") or content.get("Message") or "")


def _failure_text_in_xml(body: bytes, failures: frozenset[str]) -> str | None:
    try:
        document = ET.fromstring(body)  # noqa: S314 (it is MiniStack's own)
    except ET.ParseError:
        return None
    texts = {one.tag.rpartition("}")[2]: one.text or "" for one in document.iter()}
    return texts.get("Message", "") if texts.get("Code") in failures else None


def _told(name: str, raised: BaseException | None, message: str) -> ApiError:
    """Return the error that a failure on an operation is answered with, and write the failure to the log."""
    told = f"{type(raised).__name__}: {message:.200}" if raised is not None else f"{message:.200}"
    if raised is not None and _is_unreadable(raised):
        _log.warning("MiniStack could not read a text of %s", name, exc_info=raised)
        return ApiError("ValidationException", f"A text in the request cannot be read ({told})")
    _log.error("MiniStack failed on %s: %s", name, told, exc_info=raised)
    where = f"The local AWS failed on {name} ({told})"
    if isinstance(raised, _PASSING) and not isinstance(raised, NotImplementedError):
        return ApiError("InternalFailure", f"{where}. Its log has the details.", _SERVER_ERROR)
    return ApiError(
        "NotImplemented",
        f"{where}. The request fits the API's model, but is not implemented here as it was asked; "
        "the log has the details.",
        NOT_IMPLEMENTED,
    )


def _is_unreadable(raised: BaseException) -> bool:
    if isinstance(raised, OSError):
        return errno.errorcode.get(raised.errno or 0) in _NAMES_FILES_REFUSE
    if isinstance(raised, ValueError) and str(raised).startswith(_NULL_IN_NAME):
        return True
    return isinstance(raised, _UNREADABLE)
