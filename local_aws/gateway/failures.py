"""What happens when MiniStack raises: the caller's mistake is answered as one, and only what is broken here is a 500.

MiniStack answers every unexpected exception with one document (`InternalError`) and writes the exception to its log.
Requests have been checked by then, so what is left are inputs that no model describes: a document inside a text, a
name that no file can have. An exception that comes of reading or converting a value is of that kind.
"""

from __future__ import annotations

import errno
import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import orjson

from local_aws.gateway.asgi import ClientGoneError, send_answer
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from local_aws.gateway.asgi import AsgiApp, Message, Receive, Send
    from local_aws.gateway.protocols import Answer

_log = logging.getLogger(__name__)

_INTERNAL = "InternalError"
_SERVER_ERROR = 500
# What reading or converting a value raises. SyntaxError is also XML's parse error; RecursionError is deep nesting.
_OF_THE_INPUT = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
)
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
        scope: MutableMapping[str, Any],
        receive: Receive,
        send: Send,
    ) -> None:
        """Let `behind` answer; what it raises is answered by `write`, in the protocol of the request."""
        raised: list[BaseException] = []
        _raised.set(raised)
        held = _Held(send)
        try:
            await self._behind(scope, receive, held.send)
        except ClientGoneError:
            return
        except ApiError as error:
            await held.answer(write(error))
            return
        except Exception as error:
            _log.warning("MiniStack raised for %s %s", scope["method"], scope["path"], exc_info=True)
            await held.answer(write(_as_error(error, str(error))))
            return
        if held.failure is not None:
            await held.answer(write(_as_error(raised[-1] if raised else None, held.failure)))


class _Held:
    """Passes an answer on, but keeps a failure back until it is known whose mistake it is."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._started = False
        self._kept: list[Message] | None = None
        self.failure: str | None = None

    async def send(self, message: Message) -> None:
        if not self._started and message["type"] == "http.response.start":
            self._started = True
            if message["status"] == _SERVER_ERROR:
                self._kept = [message]
                return
        if self._kept is None:
            await self._send(message)
            return
        self._kept.append(message)
        if not message.get("more_body", False):
            kept, self._kept = self._kept, None
            self.failure = _internal_message(b"".join(one.get("body", b"") for one in kept[1:]))
            if self.failure is None:
                for one in kept:
                    await self._send(one)
            else:
                self._started = False

    async def answer(self, reply: Answer) -> None:
        """Answer instead, unless an answer has begun already."""
        if not self._started:
            await send_answer(self._send, reply)


def _internal_message(body: bytes) -> str | None:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(content, dict) or content.get("__type") != _INTERNAL:
        return None
    return str(content.get("message", ""))


def _as_error(raised: BaseException | None, message: str) -> ApiError:
    if raised is not None and _is_of_the_input(raised):
        return ApiError(
            "ValidationException",
            f"The request cannot be handled as it was sent ({type(raised).__name__}: {message:.200})",
        )
    return ApiError("InternalFailure", f"The local AWS failed to handle the request: {message:.200}", 500)


def _is_of_the_input(raised: BaseException) -> bool:
    if isinstance(raised, OSError):
        return errno.errorcode.get(raised.errno or 0) in _NAMES_FILES_REFUSE
    return isinstance(raised, _OF_THE_INPUT)
