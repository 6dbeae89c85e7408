"""Attempts of one call: carried out once, answered each time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from local_aws.gateway.repeats import RepeatedCalls

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from local_aws.gateway.asgi import Message, Receive, Send


class Application:
    """Answers with a number that grows with each call; `failing` answers are errors; waits for `gate`."""

    def __init__(self, failing: int = 0) -> None:
        self.calls = 0
        self.failing = failing
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        self.calls += 1
        number = self.calls
        await self.gate.wait()
        status = 500 if number <= self.failing else 200
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": str(number).encode(), "more_body": False})


async def call(
    app: RepeatedCalls,
    identity: str | None = "one",
    target: str = "Logs.CreateLogGroup",
    key: str = "AKIA1",
    service: str = "logs",
    **other: str,
) -> tuple[int, bytes]:
    scope = f"{key}/20261121/us-east-1/{service}/aws4_request"
    headers = [(b"authorization", f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0".encode())]
    if target:
        headers.append((b"x-amz-target", target.encode()))
    if "content_type" in other:
        headers.append((b"content-type", other["content_type"].encode()))
    if identity is not None:
        headers.append((b"amz-sdk-invocation-id", identity.encode()))
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    place = {"method": other.get("method", "POST"), "path": other.get("path", "/")}
    await app({"type": "http", "headers": headers, **place}, receive, send)
    return sent[0]["status"], sent[1]["body"]


def test_a_second_attempt_gets_the_first_ones_answer() -> None:
    async def run() -> None:
        app = RepeatedCalls(Application())
        assert [await call(app), await call(app), await call(app, "two")] == [
            (200, b"1"),
            (200, b"1"),
            (200, b"2"),
        ]
        assert await call(app, key="AKIA2") == (200, b"3")

    asyncio.run(run())


def test_an_attempt_waits_for_the_one_before_it() -> None:
    async def run() -> None:
        inner = Application()
        inner.gate.clear()
        app = RepeatedCalls(inner)
        attempts = [asyncio.create_task(call(app)) for _ in range(3)]
        await asyncio.sleep(0)
        inner.gate.set()
        assert await asyncio.gather(*attempts) == [(200, b"1")] * 3
        assert inner.calls == 1

    asyncio.run(run())


def test_what_failed_is_tried_again() -> None:
    async def run() -> None:
        app = RepeatedCalls(Application(failing=1))
        assert [await call(app), await call(app)] == [(500, b"1"), (200, b"2")]

    asyncio.run(run())


def test_other_calls_are_what_they_are() -> None:
    async def run() -> None:
        app = RepeatedCalls(Application())
        assert [await call(app, target="Kinesis_20131202.PutRecords") for _ in range(2)] == [
            (200, b"1"),
            (200, b"2"),
        ]
        assert [await call(app, None) for _ in range(2)] == [(200, b"3"), (200, b"4")]

    asyncio.run(run())


def test_only_the_latest_calls_are_remembered() -> None:
    async def run() -> None:
        inner = Application()
        app = RepeatedCalls(inner)
        for number in range(600):
            await call(app, str(number))
        assert await call(app, "599") == (200, b"600")
        assert await call(app, "0") == (200, b"601")

    asyncio.run(run())


FORM = "application/x-www-form-urlencoded; charset=utf-8"


def test_other_protocols_are_known() -> None:
    async def run() -> None:
        app = RepeatedCalls(Application())
        for identity, request in enumerate(
            (
                {"service": "iam", "content_type": FORM},
                {"service": "lambda", "path": "/2015-03-31/functions"},
                {"service": "scheduler", "path": "/schedules/daily"},
            )
        ):
            first = await call(app, str(identity), "", **request)
            assert await call(app, str(identity), "", **request) == first, request

    asyncio.run(run())


def test_reading_and_invoking_are_carried_out_each_time() -> None:
    async def run() -> None:
        app = RepeatedCalls(Application())
        for request in (
            {"service": "lambda", "path": "/2015-03-31/functions/f/invocations"},
            {"service": "lambda", "path": "/2015-03-31/functions", "method": "GET"},
            {"service": "s3", "path": "/bucket/key"},
        ):
            first = await call(app, "one", "", **request)
            assert await call(app, "one", "", **request) != first, request

    asyncio.run(run())
