"""What is refused below the reserve of disk space, in which words, and what goes on."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.gateway.disk import CheckedWrites, DiskReserve, Reserve, WriteFailures

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from pathlib import Path

TOO_MUCH = 1 << 62
FORM = {b"content-type": b"application/x-www-form-urlencoded"}


def request(
    target: str = "", method: str = "POST", path: str = "/", query: bytes = b"", **more: Any
) -> dict[str, Any]:
    headers = more.get("headers", {}) | ({b"x-amz-target": target.encode()} if target else {})
    scope = {"type": "http", "method": method, "path": path, "query_string": query}
    return scope | {"headers": list(headers.items())}


def asked(application: Any, scope: dict[str, Any], body: bytes = b"") -> tuple[int, bytes]:
    """Return status and body of the answer; the body of the request comes in two parts."""
    parts = [{"type": "http.request", "body": body[:3], "more_body": True}]
    parts.append({"type": "http.request", "body": body[3:], "more_body": False})
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> Any:
        return parts.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(application(scope, receive, send))
    assert not parts
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


async def behind(_scope: Any, receive: Any, send: Any) -> None:
    body = b""
    while True:
        message = await receive()
        body += message["body"]
        if not message["more_body"]:
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"passed " + body})


@pytest.mark.parametrize(
    ("scope", "body", "code"),
    [
        (request(method="PUT", path="/bucket/key"), b"data", b"<Code>ServiceUnavailable</Code>"),
        (request(method="PUT", path="/bucket"), b"", b"<Code>ServiceUnavailable</Code>"),
        (request(path="/bucket/key", query=b"uploads"), b"", b"<Code>ServiceUnavailable</Code>"),
        (request("Kinesis_20131202.PutRecords"), b"{}", b'"__type":"ServiceUnavailable"'),
        (request("Firehose_20150804.PutRecordBatch"), b"{}", b'"ServiceUnavailableException"'),
        (request("Logs_20140328.PutLogEvents"), b"{}", b'"ServiceUnavailableException"'),
        (request("AmazonSQS.SendMessage"), b"{}", b'"ServiceUnavailable"'),
        (request("AWSGlue.CreateTable"), b"{}", b'"ServiceUnavailable"'),
        (request("AmazonAthena.StartQueryExecution"), b"{}", b'"ServiceUnavailable"'),
        (request(headers=FORM), b"Action=Publish&Message=m", b"<Code>ServiceUnavailable</Code>"),
        (request(path="/2015-03-31/functions"), b"{}", b'"message"'),
    ],
    ids=str,
)
def test_what_stores_something_is_refused_below_the_reserve(
    tmp_path: Path, scope: dict[str, Any], body: bytes, code: bytes
) -> None:
    status, answer = asked(DiskReserve(behind, Reserve(tmp_path, TOO_MUCH)), scope, body)
    assert status == 503
    assert code in answer
    for words in (str(tmp_path), f"{TOO_MUCH >> 20} MiB", "STREAMLAKE_DISK_RESERVE_MIB"):
        assert words.encode() in answer


@pytest.mark.parametrize(
    ("scope", "body"),
    [
        (request(method="GET", path="/bucket/key"), b""),
        (request(method="HEAD", path="/bucket/key"), b""),
        (request(method="DELETE", path="/bucket/key"), b""),
        (request(path="/bucket", query=b"delete"), b"<Delete/>"),
        (request("Kinesis_20131202.GetRecords"), b"{}"),
        (request("Kinesis_20131202.DeleteStream"), b"{}"),
        (request("AWSGlue.BatchDeletePartition"), b"{}"),
        (request("AmazonSQS.ReceiveMessage"), b"{}"),
        (request(headers=FORM), b"Action=AssumeRole&RoleArn=r"),
        (request(headers=FORM), b"Action=DeleteQueue"),
        (request(path="/2015-03-31/functions/transform/invocations"), b"{}"),
        (request(method="GET", path="/_local_aws/health"), b""),
    ],
    ids=str,
)
def test_what_reads_deletes_or_lends_credentials_goes_on(
    tmp_path: Path, scope: dict[str, Any], body: bytes
) -> None:
    assert asked(DiskReserve(behind, Reserve(tmp_path, TOO_MUCH)), scope, body) == (200, b"passed " + body)


@pytest.mark.parametrize(("reserve", "status"), [(0, 200), (1, 200), (TOO_MUCH, 503)])
def test_the_reserve_is_a_setting(tmp_path: Path, reserve: int, status: int) -> None:
    scope = request("Kinesis_20131202.PutRecord")
    assert asked(DiskReserve(behind, Reserve(tmp_path, reserve)), scope, b"{}")[0] == status


def test_what_is_to_come_counts(tmp_path: Path) -> None:
    scope = request(method="PUT", path="/bucket/key", headers={b"content-length": b"%d" % (1 << 60)})
    status, answer = asked(DiskReserve(behind, Reserve(tmp_path, 1)), scope, b"data")
    assert (status, b"%d bytes were to come" % (1 << 60) in answer) == (503, True)


@pytest.mark.parametrize(
    ("logger", "text", "status"),
    [
        ("s3", "Failed to persist S3 object lake/key: [Errno 28] No space left on device", 503),
        ("s3", "Failed to persist S3 object version lake/key: [Errno 28]", 503),
        ("persistence", "Persistence: failed to save kinesis: [Errno 28]", 503),
        ("s3", "Failed to read persisted S3 object lake/key", 200),
        ("sqs", "Failed to persist", 200),
    ],
)
def test_a_write_that_ministack_could_not_make_is_an_error(logger: str, text: str, status: int) -> None:
    failures = WriteFailures()
    failures.listen()

    async def failing(scope: Any, receive: Any, send: Any) -> None:
        logging.getLogger(logger).warning(text)
        await behind(scope, receive, send)

    try:
        scope = request("AmazonSQS.SendMessage")
        found, answer = asked(CheckedWrites(failing, failures), scope, b"{}")
        assert found == status
        if status != 200:
            assert text in json.loads(answer)["message"]
        assert asked(CheckedWrites(behind, failures), scope, b"{}")[0] == 200
    finally:
        for name in ("s3", "persistence"):
            logging.getLogger(name).removeHandler(failures)
