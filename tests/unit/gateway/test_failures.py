"""What MiniStack raises, told apart: the caller's mistake, and what is broken here."""

from __future__ import annotations

import asyncio
import errno
import logging
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from local_aws.gateway.failures import Failures
from local_aws.gateway.protocols import JSON

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    Message = MutableMapping[str, Any]


def answered(raised: BaseException, *, caught: bool) -> tuple[int, dict[str, Any]]:
    """Return what a caller gets when MiniStack raises, or `caught` it and answers as it does."""
    sent: list[Message] = []

    async def behind(_scope: Any, _receive: Any, send: Any) -> None:
        if not caught:
            raise raised
        try:
            raise raised
        except Exception as error:
            logging.getLogger("ministack").exception("failed")
            body = orjson.dumps({"__type": "InternalError", "message": str(error)})
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("nothing is received")

    scope = {"method": "POST", "path": "/"}
    asyncio.run(Failures(behind).pass_on(lambda error: JSON.error(None, error), scope, receive, send))
    return sent[0]["status"], orjson.loads(sent[1]["body"])


@pytest.mark.parametrize("caught", [True, False])
@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (KeyError("Name"), 400, "ValidationException"),
        (ValueError("embedded null byte"), 400, "ValidationException"),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"), 400, "ValidationException"),
        (AttributeError("'list' object has no attribute 'get'"), 400, "ValidationException"),
        (RecursionError("too deep"), 400, "ValidationException"),
        (OSError(errno.ENAMETOOLONG, "File name too long"), 400, "ValidationException"),
        (OSError(errno.ENOSPC, "No space left on device"), 500, "InternalFailure"),
        (MemoryError(), 500, "InternalFailure"),
        (RuntimeError("no loop"), 500, "InternalFailure"),
    ],
)
def test_by_what_was_raised(raised: BaseException, status: int, code: str, caught: bool) -> None:
    found, body = answered(raised, caught=caught)
    assert (found, body["__type"]) == (status, code)


def test_other_answers_pass_as_they_are() -> None:
    sent: list[Message] = []
    given = [
        {"type": "http.response.start", "status": 500, "headers": [(b"a", b"b")]},
        {"type": "http.response.body", "body": b"<Error/>"},
    ]

    async def behind(_scope: Any, _receive: Any, send: Any) -> None:
        for message in given:
            await send(message)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"method": "GET", "path": "/"}
    asyncio.run(Failures(behind).pass_on(lambda error: JSON.error(None, error), scope, None, send))  # type: ignore[arg-type]
    assert sent == given
