"""What MiniStack raises, told apart: the caller's mistake, and what is broken here."""

from __future__ import annotations

import asyncio
import errno
import json
import logging
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from local_aws.gateway.failures import Failures
from local_aws.gateway.protocols import JSON

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    Message = MutableMapping[str, Any]


OPERATION = "servicediscovery.CreatePrivateDnsNamespace"


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
    asyncio.run(
        Failures(behind).pass_on(lambda error: JSON.error(None, error), OPERATION, scope, receive, send)
    )
    return sent[0]["status"], orjson.loads(sent[1]["body"])


@pytest.mark.parametrize("caught", [True, False])
@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (ValueError("embedded null byte"), 400, "ValidationException"),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"), 400, "ValidationException"),
        (json.JSONDecodeError("Expecting value", "x", 0), 400, "ValidationException"),
        (RecursionError("too deep"), 400, "ValidationException"),
        (OSError(errno.ENAMETOOLONG, "File name too long"), 400, "ValidationException"),
        (KeyError("Name"), 501, "NotImplemented"),
        (ValueError("no such thing"), 501, "NotImplemented"),
        (AttributeError("'list' object has no attribute 'get'"), 501, "NotImplemented"),
        (NotImplementedError("later"), 501, "NotImplemented"),
        (OSError(errno.ENOSPC, "No space left on device"), 500, "InternalFailure"),
        (MemoryError(), 500, "InternalFailure"),
        (RuntimeError("no loop"), 500, "InternalFailure"),
    ],
)
def test_by_what_was_raised(raised: BaseException, status: int, code: str, caught: bool) -> None:
    found, body = answered(raised, caught=caught)
    assert (found, body["__type"]) == (status, code)


@pytest.mark.parametrize("raised", [KeyError("Name"), MemoryError("1 TiB")])
def test_a_failure_names_the_operation_and_is_logged(
    raised: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    _, body = answered(raised, caught=True)
    assert body["message"].startswith(
        f"The local AWS failed on {OPERATION} ({type(raised).__name__}: {raised})"
    )
    told = [one for one in caplog.records if one.name == "local_aws.gateway.failures"]
    assert [(one.levelname, OPERATION in one.getMessage()) for one in told] == [("ERROR", True)]
    assert told[0].exc_info is not None
    assert told[0].exc_info[1] is raised


@pytest.mark.parametrize(
    "body",
    [
        b'{"__type": "InternalFailure", "message": "no zone"}',
        b'{"code": "InternalFailureException", "message": "no zone"}',
        b"<Error><Code>InternalFailure</Code><Message>no zone</Message></Error>",
        b'<R xmlns="u"><Error><Code>InternalError</Code><Message>no zone</Message></Error></R>',
    ],
)
@pytest.mark.parametrize("status", [500, 503])
def test_a_failure_that_ministack_tells_itself(body: bytes, status: int) -> None:
    given: list[Message] = [
        {"type": "http.response.start", "status": status, "headers": []},
        {"type": "http.response.body", "body": body[:10], "more_body": True},
        {"type": "http.response.body", "body": body[10:]},
    ]
    sent = passed(given, OPERATION)
    assert sent[0]["status"] == 501
    assert "(no zone)" in orjson.loads(sent[1]["body"])["message"]
    # Where the API is not known, the answer may be that of somebody's own backend.
    if b"InternalError" not in body:
        assert passed(given, None) == given


@pytest.mark.parametrize("operation", [OPERATION, None])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"<Error/>"),
        (503, b'{"__type": "ServiceUnavailable", "message": "the disk is full"}'),
        (500, b"not a document"),
        (200, b'{"__type": "InternalFailure"}'),
    ],
)
def test_other_answers_pass_as_they_are(status: int, body: bytes, operation: str | None) -> None:
    given: list[Message] = [
        {"type": "http.response.start", "status": status, "headers": [(b"a", b"b")]},
        {"type": "http.response.body", "body": body},
    ]
    assert passed(given, operation) == given


def passed(given: list[Message], operation: str | None) -> list[Message]:
    """Return what a caller gets when MiniStack answers with these messages."""
    sent: list[Message] = []

    async def behind(_scope: Any, _receive: Any, send: Any) -> None:
        for message in given:
            await send(message)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"method": "GET", "path": "/"}
    write = Failures(behind).pass_on(lambda error: JSON.error(None, error), operation, scope, None, send)  # type: ignore[arg-type]
    asyncio.run(write)
    return sent
