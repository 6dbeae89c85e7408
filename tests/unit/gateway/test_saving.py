"""What is saved when: by the calls that change something, and no oftener than it pays."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local_aws.config import Settings
from local_aws.gateway import saving
from local_aws.gateway.saving import KINESIS, OTHERS, Saver, changed_part

SIGNED_S3 = (b"authorization", b"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, x")


def request(
    target: str = "", method: str = "POST", path: str = "/", *more: tuple[bytes, bytes]
) -> dict[str, Any]:
    headers = [*more, *([(b"x-amz-target", target.encode())] if target else [])]
    return {"type": "http", "method": method, "path": path, "headers": headers}


@pytest.mark.parametrize(
    ("scope", "part"),
    [
        (request("Kinesis_20131202.CreateStream"), KINESIS),
        (request("Kinesis_20131202.AddTagsToStream"), KINESIS),
        (request("Kinesis_20131202.PutRecords"), None),
        (request("Kinesis_20131202.GetRecords"), None),
        (request(path="/service/Kinesis_20131202/operation/DeleteStream"), KINESIS),
        (request("AWSGlue.CreateTable"), OTHERS),
        (request("AWSGlue.BatchGetPartition"), None),
        (request("Logs_20140328.PutLogEvents"), None),
        (request("Logs_20140328.PutRetentionPolicy"), OTHERS),
        (request("TrentService.CreateKey"), OTHERS),
        (request(), OTHERS),  # a form, such as IAM's
        (request(path="/2015-03-31/functions"), OTHERS),
        (request("", "GET", "/2015-03-31/functions"), None),
        (request(path="/2015-03-31/functions/transform/invocations"), None),
        (request("", "PUT", "/bucket", SIGNED_S3), OTHERS),
        (request("", "PUT", "/bucket/a/key", SIGNED_S3), None),
        (request("", "DELETE", "/bucket/", SIGNED_S3), OTHERS),
    ],
    ids=str,
)
def test_calls_that_change_what_is_deployed_are_told_from_those_that_read_or_carry_data(
    scope: dict[str, Any], part: str | None
) -> None:
    assert changed_part(scope) == part


def test_changes_of_one_moment_are_saved_together_and_saving_takes_a_twentieth_of_the_time() -> None:
    saved: list[frozenset[str]] = []
    times: Iterator[float] = iter([0.0, 2.0, 10.0, 10.0])

    async def scene() -> tuple[float, float]:
        saver = Saver(saved.append, lambda: next(times))
        saver.note(request("AWSGlue.CreateTable"))
        saver.note(request("AWSGlue.GetTable"))
        saver.note(request("Kinesis_20131202.CreateStream"))
        slow = saver.save_now()
        saver.note(request("AWSGlue.DeleteTable"))
        return slow, saver.save_now()

    slow, quick = asyncio.run(scene())
    assert saved == [{OTHERS, KINESIS}, {OTHERS}]
    assert slow / (slow + 2.0) == pytest.approx(0.95)
    assert 0 < quick < 1


def test_a_saver_saves_what_it_is_told_of_and_ends_when_asked() -> None:
    async def scene() -> list[frozenset[str]]:
        saved: list[frozenset[str]] = []
        done = asyncio.Event()

        def save(parts: frozenset[str]) -> None:
            saved.append(parts)
            done.set()

        saver = Saver(save)
        saver.start()
        saver.note(request("AWSGlue.CreateTable"))
        await asyncio.wait_for(done.wait(), 60)
        await saver.stop()
        return saved

    assert asyncio.run(scene()) == [{OTHERS}]


def test_a_folder_left_without_an_orderly_stop_is_said_to_be_so_with_what_to_do(tmp_path: Path) -> None:
    settings = replace(Settings(), state_dir=tmp_path)
    (settings.ministack_dir / "state").mkdir(parents=True)
    assert saving.begin(settings) is None
    assert "nothing had been saved" in (saving.begin(settings) or "")
    (settings.ministack_dir / "state" / "glue.json").write_text("{}", encoding="utf-8")
    said = saving.begin(settings) or ""
    assert "what was deployed is as of" in said
    assert "make deploy" in said
    saving.end(settings)
    assert saving.begin(settings) is None


def test_what_could_not_be_saved_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    saved: list[frozenset[str]] = []
    failures = [OSError("no space left")]

    def save(parts: frozenset[str]) -> None:
        if failures:
            raise failures.pop()
        saved.append(parts)

    async def scene() -> float:
        saver = Saver(save)
        saver.note(request("AWSGlue.CreateTable"))
        pause = saver.save_now()
        saver.note(request("Kinesis_20131202.CreateStream"))
        saver.save_now()
        return pause

    assert asyncio.run(scene()) == saving._RETRY_SECONDS
    assert saved == [{OTHERS, KINESIS}]
    assert "no space left" in caplog.text
