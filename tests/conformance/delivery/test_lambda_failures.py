"""Reference 2.4 and 2.5: what becomes of records when the transform function misbehaves."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.delivery.errors import RejectedError
from local_aws.delivery.invoker import Answer
from tests.unit.delivery.support import (
    ERROR_PREFIX,
    FUNCTION_ARN,
    NOON_MS,
    Rig,
    decoded,
    describe,
    lambda_processor,
    ok,
    processing,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FAILED = "lake/errors/processing-failed/"


def deliver(
    folder: Path, handler: Callable[[dict[str, Any]], Any], *records: bytes, **parameters: str
) -> Rig:
    description = describe(
        ErrorOutputPrefix=ERROR_PREFIX, Prefix="data/", **processing(lambda_processor(**parameters))
    )
    rig = Rig(folder, description, handler=handler)
    rig.put(*records)
    rig.drain()
    return rig


def test_vector_5_a_function_that_raises_fails_the_batch_after_four_attempts(tmp_path: Path) -> None:
    rig = deliver(tmp_path, lambda _: Answer(b'{"errorMessage": "boom"}', "Unhandled"), b"a", b"b")
    assert len(rig.function.events) == 4
    documents = rig.documents(FAILED)
    assert [base64.b64decode(d["rawData"]) for d in documents] == [b"a", b"b"]
    assert {d["errorCode"] for d in documents} == {"Lambda.FunctionError"}
    assert {d["attemptsMade"] for d in documents} == {4}
    assert rig.names("lake/data/") == []


def test_vector_6_an_answer_without_records_is_not_repeated(tmp_path: Path) -> None:
    rig = deliver(tmp_path, lambda _: {}, b"a", b"b")
    assert len(rig.function.events) == 1
    documents = rig.documents(FAILED)
    assert [d["errorCode"] for d in documents] == ["Lambda.MissingRecordId"] * 2
    assert {d["attemptsMade"] for d in documents} == {1}


@pytest.mark.parametrize(
    "payload", [b"", b"nonsense", b"[]", b'"text"', b'{"records": 7}', b"null", b"\xff\xfe", b"[" * 100_000]
)
def test_2_4_an_answer_that_is_no_list_of_records_returned_no_id(tmp_path: Path, payload: bytes) -> None:
    rig = deliver(tmp_path, lambda _: Answer(payload, None), b"a")
    assert [d["errorCode"] for d in rig.documents(FAILED)] == ["Lambda.MissingRecordId"]


def test_vector_7_one_ok_one_dropped_one_failed_one_missing(tmp_path: Path) -> None:
    def handler(event: dict[str, Any]) -> Any:
        first, second, third, _ = event["records"]
        return {
            "records": [
                ok(first),
                {"recordId": second["recordId"], "result": "Dropped"},
                {"recordId": third["recordId"], "result": "ProcessingFailed", "data": third["data"]},
            ]
        }

    rig = deliver(tmp_path, handler, b"good", b"unwanted", b"bad", b"forgotten")
    assert rig.body("lake/data/") == b"good"
    documents = rig.documents(FAILED)
    assert [(base64.b64decode(d["rawData"]), d["errorCode"]) for d in documents] == [
        (b"bad", "Lambda.ProcessingFailedStatus"),
        (b"forgotten", "Lambda.MissingRecordId"),
    ]
    assert rig.position()[1] == 4


def one(answer: dict[str, Any]) -> Callable[[dict[str, Any]], Any]:
    """Answer the first record with `answer`, the others as Ok."""

    def handler(event: dict[str, Any]) -> Any:
        first, *others = event["records"]
        return {"records": [{"recordId": first["recordId"], **answer}, *(ok(record) for record in others)]}

    return handler


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"result": "Ok"}, "Lambda.InvalidReturnFormat"),
        ({"result": "Ok", "data": None}, "Lambda.InvalidReturnFormat"),
        ({"result": "Ok", "data": "not base64!"}, "Lambda.JsonMappingException"),
        ({"result": "Ok", "data": "YQ"}, "Lambda.JsonMappingException"),
        ({"result": "Ok", "data": {"a": 1}}, "Lambda.JsonMappingException"),
        ({"result": "Ok", "data": 7}, "Lambda.JsonMappingException"),
        ({"result": "ok", "data": "YQ=="}, "Lambda.InvalidReturnFormat"),
        ({"data": "YQ=="}, "Lambda.InvalidReturnFormat"),
        ({"result": "ProcessingFailed", "data": "YQ=="}, "Lambda.ProcessingFailedStatus"),
    ],
)
def test_2_4_one_bad_record_fails_alone(tmp_path: Path, answer: dict[str, Any], code: str) -> None:
    rig = deliver(tmp_path, one(answer), b"bad", b"good")
    assert rig.body("lake/data/") == b"good"
    assert len(rig.function.events) == 1
    (document,) = rig.documents(FAILED)
    assert (document["errorCode"], document["attemptsMade"]) == (code, 1)
    assert base64.b64decode(document["rawData"]) == b"bad"


def test_2_4_an_id_returned_twice_fails_that_record(tmp_path: Path) -> None:
    def handler(event: dict[str, Any]) -> Any:
        first, second = event["records"]
        return {"records": [ok(first), ok(first), ok(second)]}

    rig = deliver(tmp_path, handler, b"twice", b"once")
    assert rig.body("lake/data/") == b"once"
    assert [d["errorCode"] for d in rig.documents(FAILED)] == ["Lambda.DuplicatedRecordId"]


def test_2_4_invented_ids_are_ignored(tmp_path: Path) -> None:
    def handler(event: dict[str, Any]) -> Any:
        invented = {"recordId": "invented", "result": "Ok", "data": "YQ=="}
        return {"records": [invented, {"result": "Ok"}, 7, *(ok(record) for record in event["records"])]}

    rig = deliver(tmp_path, handler, b"a", b"b")
    assert rig.body("lake/data/") == b"ab"
    assert rig.names(FAILED) == []


def test_2_4_dropped_leaves_no_trace(tmp_path: Path) -> None:
    def handler(event: dict[str, Any]) -> Any:
        return {"records": [{"recordId": r["recordId"], "result": "Dropped"} for r in event["records"]]}

    rig = deliver(tmp_path, handler, b"a", b"b")
    assert rig.names() == []
    assert rig.position()[1] == 2


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("Lambda.InvokeAccessDenied", "not authorized"),
        ("Lambda.ResourceNotFound", "no such function"),
        ("Lambda.InvokeLimitExceeded", "rate exceeded"),
    ],
)
def test_2_4_a_refused_call_is_repeated_then_fails_the_batch(tmp_path: Path, code: str, message: str) -> None:
    def handler(_: dict[str, Any]) -> Any:
        raise RejectedError(code, message)

    rig = deliver(tmp_path, handler, b"a", NumberOfRetries="2")
    assert len(rig.function.events) == 3
    assert [(d["errorCode"], d["attemptsMade"]) for d in rig.documents(FAILED)] == [(code, 3)]


def test_2_4_a_function_time_out_has_its_own_code(tmp_path: Path) -> None:
    payload = b'{"errorMessage": "2026-07-13T12:00:00Z 1f Task timed out after 3.00 seconds"}'
    rig = deliver(tmp_path, lambda _: Answer(payload, "Unhandled"), b"a", NumberOfRetries="0")
    assert [(d["errorCode"], d["attemptsMade"]) for d in rig.documents(FAILED)] == [
        ("Lambda.FunctionTimedOut", 1)
    ]


def test_2_4_a_failure_that_passes_is_no_failure(tmp_path: Path) -> None:
    answers = [Answer(b"{}", "Unhandled")] * 3

    def handler(event: dict[str, Any]) -> Any:
        return answers.pop() if answers else {"records": [ok(record) for record in event["records"]]}

    rig = deliver(tmp_path, handler, b"a")
    assert rig.body("lake/data/") == b"a"
    assert len(rig.stop.waits) == 3


def test_2_4_the_attempts_before_the_answer_are_counted(tmp_path: Path) -> None:
    answers = [Answer(b"{}", "Unhandled")] * 2

    def handler(event: dict[str, Any]) -> Any:
        failed = [
            {"recordId": record["recordId"], "result": "ProcessingFailed"} for record in event["records"]
        ]
        return answers.pop() if answers else {"records": failed}

    rig = deliver(tmp_path, handler, b"a")
    assert [(d["errorCode"], d["attemptsMade"]) for d in rig.documents(FAILED)] == [
        ("Lambda.ProcessingFailedStatus", 3)
    ]


def test_2_3_an_answer_of_more_than_6_mb_fails_like_an_error_of_the_function(tmp_path: Path) -> None:
    rig = deliver(tmp_path, lambda _: Answer(b" " * (6 * 1024 * 1024 + 1), None), b"a")
    assert len(rig.function.events) == 4
    assert [d["errorCode"] for d in rig.documents(FAILED)] == ["Lambda.FunctionError"]


def test_1_6_a_record_that_no_event_can_hold_fails_without_a_call(tmp_path: Path) -> None:
    rig = deliver(
        tmp_path, lambda event: {"records": [ok(r) for r in event["records"]]}, b"x" * 5_000_000, b"a"
    )
    assert [len(decoded(r)) for event in rig.function.events for r in event["records"]] == [1]
    (document,) = rig.documents(FAILED)
    assert document["errorCode"] == "Lambda.InvocationFailure"
    assert rig.body("lake/data/") == b"a"


def test_2_5_the_document_has_the_members_of_2026_in_their_order(tmp_path: Path) -> None:
    rig = deliver(tmp_path, one({"result": "ProcessingFailed"}), b"source")
    (key,) = rig.names(FAILED)
    assert "." not in key.removeprefix(FAILED)
    request = rig.s3.objects[key]
    assert "ContentEncoding" not in request
    lines = request["Body"].splitlines(keepends=True)
    assert len(lines) == 1
    assert lines[0].endswith(b"}\n")
    assert list(json.loads(lines[0]).items()) == [
        ("rawData", base64.b64encode(b"source").decode()),
        ("errorCode", "Lambda.ProcessingFailedStatus"),
        ("errorMessage", "ProcessingFailed status set for record"),
        ("attemptsMade", 1),
        ("arrivalTimestamp", NOON_MS),
        ("attemptEndingTimestamp", NOON_MS),
        ("lambdaARN", FUNCTION_ARN),
    ]
