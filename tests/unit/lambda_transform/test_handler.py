"""The handler's answers to recorded Firehose events, and to batches with bad records in them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from lambda_transform.errors import EventError
from lambda_transform.handler import answer
from lambda_transform.transform import Transform
from tests.unit.lambda_transform.firehose import (
    NOW_SECONDS,
    answered,
    encoded,
    event_of,
    line_of,
    recorded,
    transform,
)

LOG_LINE = dict[str, Any]


def _log(capsys: pytest.CaptureFixture[str]) -> list[LOG_LINE]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_kinesis_event(capsys: pytest.CaptureFixture[str]) -> None:
    event = recorded("kinesis")
    good, bad = answer(transform(), event, now_seconds=NOW_SECONDS)["records"]
    assert good == {
        "recordId": "49546986683135544286507457936321625675700192471156785154000000",
        "result": "Ok",
        "data": good["data"],
        "metadata": {"partitionKeys": {"event_type": "lesson", "created_date": "2022-09-24"}},
    }
    assert line_of(good) == {
        "event_uuid": "3f1b05d2-6c5a-4b07-9d0e-1f2a3b4c5d6e",
        "event_name": "lesson:started",
        "created_at": 1664028820,
        "created_datetime": "2022-09-24T14:13:40Z",
        "event_type": "lesson",
        "event_subtype": "started",
        "created_date": "2022-09-24",
        "payload": '{"user_id":42,"lesson_id":7,"course_id":3,"platform":"web",'
        '"session_id":"9b2e6f70-1122-4334-8556-6778899aabbc"}',
    }
    assert bad == {
        "recordId": "49546986683135544286507457936321625675700192471156785155000000",
        "result": "ProcessingFailed",
        "data": "SGVsbG8gV29ybGQ=",
    }
    line, summary = _log(capsys)
    assert line == {
        "level": "WARN",
        "message": "record refused",
        "dataset": "events",
        "invocationId": "2b4d1ad9-2f48-94bd-a088-767c317e994a",
        "recordId": "49546986683135544286507457936321625675700192471156785155000000",
        "approximateArrivalTimestamp": 1664028820149,
        "bytes": 11,
        "sha256": "a591a6d40bf42040",
        "reason": "invalid_json",
        "path": "$",
        "detail": "Expecting value (line 1 column 1)",
    }
    assert (summary["records"], summary["failed"], summary["reasons"]) == (2, 1, {"invalid_json": 1})


def test_direct_put_event(capsys: pytest.CaptureFixture[str]) -> None:
    """A direct-PUT event has no stream and no Kinesis metadata; an old sample has text as arrival time."""
    good, bad = answer(transform("customers"), recorded("direct_put"), now_seconds=NOW_SECONDS)["records"]
    assert good["recordId"] == "record1"
    assert "metadata" not in good
    line = line_of(good)
    assert line["event_date"] == "2022-09-24T14:19:45.290Z"
    assert line["name"] == "José"
    assert list(line) == ["uuid", "event_date", "status", "name", "last_name", "email", "phone"]
    assert (bad["recordId"], bad["result"]) == ("record2", "ProcessingFailed")
    assert _log(capsys)[0]["approximateArrivalTimestamp"] == "2022-09-24T14:19:45.291Z"


DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
POISON: dict[str, tuple[bytes, str, str]] = {
    "nan": (encoded(score=float("nan")), "not_finite", "$"),
    "infinity": (encoded(score=float("-inf")), "not_finite", "$"),
    "number beyond double": (encoded()[:-1] + b',"score":1e400}', "not_finite", "$"),
    "lone surrogate, escaped": (
        encoded()[:-1] + rb',"note":{"x":["\ud800"]}}',
        "lone_surrogate",
        "$.note.x[0]",
    ),
    "lone surrogate, low": (encoded()[:-1] + rb',"note":"\uDE00\ud83d"}', "lone_surrogate", "$.note"),
    "lone surrogate in a key": (encoded()[:-1] + rb',"\udfff":1}', "lone_surrogate", "$"),
    "lone surrogate, encoded": (encoded()[:-1] + b',"note":"\xed\xa0\x80"}', "not_utf8", "$"),
    "nul, escaped": (encoded(note="a\0b"), "nul_character", "$.note"),
    "nul, raw": (encoded(note="x").replace(b'"x"', b'"\0"'), "nul_character", "$"),
    "deep objects": (DEEP, "nested_too_deep", "$"),
    "deep arrays": (
        encoded()[:-1] + b',"note":' + b"[" * 9_000 + b"]" * 9_000 + b"}",
        "nested_too_deep",
        "$",
    ),
    "a little too deep": (
        encoded()[:-1] + b',"note":' + b"[" * 64 + b"]" * 64 + b"}",
        "nested_too_deep",
        "$",
    ),
    "5,000-digit integer": (encoded()[:-1] + b',"score":' + b"9" * 5_000 + b"}", "integer_range", "$"),
    "beyond bigint": (encoded()[:-1] + b',"score":9223372036854775808}', "integer_range", "$.score"),
    "below bigint": (encoded(score=[{"x": -(2**63) - 1}]), "integer_range", "$.score[0].x"),
    "beyond bigint, known": (encoded(user_id=2**63), "range", "$.user_id"),
    "4,000-digit integer": (encoded(user_id=10**4_000), "range", "$.user_id"),
    "byte-order mark": (b"\xef\xbb\xbf" + encoded(), "byte_order_mark", "$"),
    "duplicate key": (encoded()[:-1] + b',"user_id":42}', "duplicate_key", "$"),
    "duplicate key, nested": (encoded()[:-1] + b',"note":{"a":1,"\\u0061":1}}', "duplicate_key", "$"),
    "bad UTF-8": (encoded()[:-1] + b',"note":"\xff"}', "not_utf8", "$"),
    "utf-16": (encoded().decode().encode("utf-16"), "not_utf8", "$"),
    "empty": (b"", "empty", "$"),
    "white space": (b" \n\t", "empty", "$"),
    "1 MiB": (encoded(note="x" * 1_048_576), "too_long", "$"),
    "array": (b"[" + encoded() + b"]", "not_an_object", "$"),
    "number": (b"42", "not_an_object", "$"),
    "text": (b'"lesson:started"', "not_an_object", "$"),
    "null": (b"null", "not_an_object", "$"),
    "two records": (encoded() + b"\n" + encoded(), "several_values", "$"),
    "trailing text": (encoded() + b"x", "several_values", "$"),
    "cut off": (encoded()[:-5], "invalid_json", "$"),
    "single quotes": (b"{'a': 1}", "invalid_json", "$"),
    "control character": (encoded(note="x").replace(b'"x"', b'"\n"'), "invalid_json", "$"),
    "unknown type": (encoded(event_name="lesson:burned"), "unknown_variant", "$.event_name"),
    "no type": (encoded(event_name=...), "missing", "$.event_name"),
    "type of another type": (encoded(event_name=7), "type", "$.event_name"),
    "missing field": (encoded(lesson_id=...), "missing", "$.lesson_id"),
    "text for a number": (encoded(user_id="42"), "type", "$.user_id"),
    "true for a number": (encoded(user_id=True), "type", "$.user_id"),
    "null for a number": (encoded(user_id=None), "type", "$.user_id"),
    "milliseconds": (encoded(created_at=1664028820148), "range", "$.created_at"),
    "before the lake": (encoded(created_at=0), "range", "$.created_at"),
    "tomorrow and a second": (encoded(created_at=NOW_SECONDS + 86_401), "future", "$.created_at"),
    "no UUID": (encoded(event_uuid="{3f1b05d2-6c5a-4b07-9d0e-1f2a3b4c5d6e}"), "format", "$.event_uuid"),
    "not in the enum": (encoded(platform="fridge"), "enum", "$.platform"),
    "contradicting date": (encoded(created_date="2022-09-25"), "derived_conflict", "$.created_date"),
    "contradicting type": (encoded(event_type="payment"), "derived_conflict", "$.event_type"),
    "payload of its own": (encoded(payload={"a": 1}), "derived_conflict", "$.payload"),
    "payload that is no object": (encoded(payload="[1]"), "not_an_object", "$.payload"),
    "payload that repeats a field": (encoded(payload='{"user_id":42}'), "derived_conflict", "$.payload"),
    "payload that hides a column": (encoded(payload='{"created_at":1}'), "derived_conflict", "$.payload"),
    "poison inside the payload": (encoded(payload='{"note":NaN}'), "not_finite", "$.payload"),
}


@pytest.mark.parametrize(("poison", "reason", "path"), POISON.values(), ids=POISON)
def test_poison_costs_itself_only(
    poison: bytes, reason: str, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first, failed, last = answered(encoded(user_id=1), poison, encoded(user_id=2))
    assert [first["result"], failed["result"], last["result"]] == ["Ok", "ProcessingFailed", "Ok"]
    assert json.loads(line_of(first)["payload"])["user_id"] == 1
    assert json.loads(line_of(last)["payload"])["user_id"] == 2
    assert base64.b64decode(failed["data"]) == poison
    assert "metadata" not in failed
    line, summary = _log(capsys)
    assert (line["reason"], line["path"]) == (reason, path)
    assert line["recordId"] == failed["recordId"]
    assert line["bytes"] == len(poison)
    assert len(line["detail"]) > 10
    assert len(json.dumps(line)) < 1_500
    assert summary["reasons"] == {reason: 1}


def test_all_poison_in_one_batch(capsys: pytest.CaptureFixture[str]) -> None:
    poison = [data for data, _, _ in POISON.values()]
    records = answered(*[part for data in poison for part in (data, encoded())])
    assert [record["result"] for record in records] == ["ProcessingFailed", "Ok"] * len(poison)
    assert len({record["recordId"] for record in records}) == 2 * len(poison)
    assert _log(capsys)[-1]["failed"] == len(poison)


@pytest.mark.parametrize("data", ["not base64!", "SGVsbG8gV29ybGQ", "é", "SGVs\nbG8=", None, 7])
def test_bad_base64(data: object, capsys: pytest.CaptureFixture[str]) -> None:
    event = event_of(encoded(), encoded())
    event["records"][0]["data"] = data
    bad, good = answer(transform(), event, now_seconds=NOW_SECONDS)["records"]
    assert (bad["result"], good["result"]) == ("ProcessingFailed", "Ok")
    assert bad.get("data") == (data if isinstance(data, str) else None)
    line = _log(capsys)[0]
    assert (line["reason"], line["sha256"]) == ("not_base64", None)


def test_fault_of_the_transform_costs_one_record(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    applied = Transform.apply

    def faulty(self: Transform, data: bytes) -> Any:
        if b'"user_id": 13' in data:
            raise ZeroDivisionError("secret of the record")
        return applied(self, data)

    monkeypatch.setattr(Transform, "apply", faulty)
    results = [record["result"] for record in answered(encoded(), encoded(user_id=13), encoded())]
    assert results == ["Ok", "ProcessingFailed", "Ok"]
    line = _log(capsys)[0]
    assert line["reason"] == "internal"
    assert line["detail"].startswith("ZeroDivisionError at test_handler.py:")
    assert "secret" not in json.dumps(line)


def test_log_is_capped(capsys: pytest.CaptureFixture[str]) -> None:
    answered(*[b"x"] * 250, encoded(), b"")
    lines = _log(capsys)
    assert len(lines) == 101
    assert lines[-1]["message"] == "records refused"
    assert (lines[-1]["records"], lines[-1]["failed"], lines[-1]["logged"]) == (252, 251, 100)
    assert lines[-1]["reasons"] == {"invalid_json": 250, "empty": 1}


def test_good_batch_logs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert [record["result"] for record in answered(encoded(), encoded())] == ["Ok", "Ok"]
    assert capsys.readouterr().out == ""


def test_personal_data_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    answered(
        b'{"uuid":"u","name":"Josephine","email":"josephine at home","phone":"12"}',
        encoded(email="josephine at home"),
        dataset="customers",
    )
    assert "osephine" not in capsys.readouterr().out


def test_empty_batch() -> None:
    assert answered() == []


@pytest.mark.parametrize(
    "event", [None, [], {}, {"records": None}, {"records": {}}, {"event_name": "lesson:started"}]
)
def test_event_that_is_not_firehoses(event: object) -> None:
    with pytest.raises(EventError, match="no list 'records'"):
        answer(transform(), event, now_seconds=NOW_SECONDS)


def test_record_without_id_has_no_answer() -> None:
    event = event_of(encoded(), encoded())
    del event["records"][0]["recordId"]
    event["records"].append("nonsense")
    assert len(answer(transform(), event, now_seconds=NOW_SECONDS)["records"]) == 1
