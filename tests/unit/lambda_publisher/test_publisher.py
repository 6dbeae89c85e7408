"""The publisher: what it is asked, what it puts, what it answers."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from lambda_publisher.errors import RequestError
from lambda_publisher.publish import Stream, put
from lambda_publisher.request import parse_request

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
DATASETS = ("customers", "events")


def parsed(event: Any, default: str | None = "events") -> Any:
    return parse_request(event, DATASETS, default, lambda: NOW)


@pytest.mark.parametrize(
    ("event", "dataset", "count"),
    [
        ({"event_name": "a:b"}, "events", 1),
        ([{"a": 1}, {"a": 2}], "events", 2),
        ({"dataset": "customers", "events": {"a": 1}}, "customers", 1),
        ({"events": [{"a": 1}, {"a": 2}], "count": 3}, "events", 6),
        # An event may have members of these names; then it is no request.
        ({"dataset": "x", "events": 3, "user": "u"}, "events", 1),
    ],
)
def test_forms_of_a_request(event: Any, dataset: str, count: int) -> None:
    request = parsed(event)
    assert (request.dataset, len(request.events)) == (dataset, count)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"dataset": "clicks", "events": [{"a": 1}]}, "dataset is 'clicks'; there are customers, events"),
        ([], "empty"),
        ({}, "empty dict"),
        ("text", "this is str"),
        ([{"a": 1}, 3], "dict, int"),
        ({"events": [{"a": 1}], "count": 0}, "count is 0"),
        ({"events": [{"a": 1}], "count": True}, "count is True"),
        ({"events": [{"a": 1}], "count": 10**9}, "100000 records in sum"),
        ({"a": "{{nothing}}"}, "no placeholder {{nothing}}; there are: uuid, now, now_iso, date"),
    ],
)
def test_what_cannot_be_understood_is_refused(event: Any, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        parsed(event)
    assert message in str(caught.value)


def test_without_a_default_the_dataset_has_to_be_said() -> None:
    with pytest.raises(RequestError, match="say which"):
        parsed({"a": 1}, default=None)


def test_placeholders_are_filled_anew_in_each_copy() -> None:
    template = {"id": "{{uuid}}", "at": "{{now}}", "in": [{"text": "on {{date}}, {{now_iso}}"}], "n": 7}
    first, second = parsed({"events": template, "count": 2}).events
    assert first["id"] != second["id"]
    assert len(first["id"]) == 36
    assert first["at"] == 1_769_947_200
    assert first["in"] == [{"text": "on 2026-02-01, 2026-02-01T12:00:00Z"}]
    assert first["n"] == 7


class Kinesis:
    """Takes what `refuse` lets through."""

    def __init__(self, refuse: Any = lambda call, data: None) -> None:
        self.refuse = refuse
        self.calls: list[int] = []
        self.taken: Counter[bytes] = Counter()

    def put_records(self, *, StreamName: str, Records: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        assert StreamName == "stream"
        assert len(Records) <= 500
        assert sum(len(entry["Data"]) + len(entry["PartitionKey"]) for entry in Records) <= 5 * 1024**2
        self.calls.append(len(Records))
        answers = []
        for entry in Records:
            code = self.refuse(len(self.calls), entry["Data"])
            if code is None:
                self.taken[entry["Data"]] += 1
            answers.append({"ErrorCode": code, "ErrorMessage": "no"} if code else {"SequenceNumber": "1"})
        return {"Records": answers, "FailedRecordCount": 0}


def test_calls_keep_the_limits_of_kinesis() -> None:
    kinesis = Kinesis()
    records = [b"%d" % n for n in range(1200)] + [bytes(1_000_000) + b"%d" % n for n in range(12)]
    outcome = put(records, Stream(kinesis, "stream"))
    assert (outcome.sent, outcome.retried, outcome.failed) == (1212, 0, {})
    assert kinesis.taken == Counter(records)


def test_only_refused_records_are_sent_again() -> None:
    pauses: list[float] = []
    kinesis = Kinesis(
        lambda call, data: "ProvisionedThroughputExceededException" if call < 3 and int(data) % 2 else None
    )
    records = [b"%d" % n for n in range(10)]
    outcome = put(records, Stream(kinesis, "stream", sleep=pauses.append))
    assert (outcome.sent, outcome.retried, outcome.failed) == (10, 10, {})
    assert kinesis.calls == [10, 5, 5]
    assert kinesis.taken == Counter(records)
    assert len(pauses) == 2
    assert 0.05 <= pauses[0] <= 0.1 <= pauses[1] <= 0.2


@pytest.mark.parametrize(("remaining_seconds", "calls"), [(float("inf"), 8), (0.5, 1)])
def test_what_is_never_taken_is_counted(remaining_seconds: float, calls: int) -> None:
    kinesis = Kinesis(lambda _, data: "InternalFailure" if data == b"bad" else None)
    stream = Stream(kinesis, "stream", lambda _: None, lambda: remaining_seconds)
    outcome = put([b"good", b"bad"], stream)
    assert (outcome.sent, outcome.failed) == (1, {"InternalFailure": 1})
    assert len(kinesis.calls) == calls
    assert json.dumps(outcome.failed)
