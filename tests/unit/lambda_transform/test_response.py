"""The answer stays within what Lambda can return."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from lambda_transform.handler import answer
from lambda_transform.response import MAX_RESPONSE_BYTES, overflowing
from tests.unit.lambda_transform.firehose import NOW_SECONDS, encoded, event_of, transform


def _record(number: int, size: int, result: str = "Ok") -> dict[str, Any]:
    return {
        "recordId": f"{number:062d}",
        "result": result,
        "data": "x" * size,
        **({"metadata": {"partitionKeys": {"event_type": "lesson"}}} if result == "Ok" else {}),
    }


def test_everything_fits() -> None:
    records = [_record(n, 1000) for n in range(100)]
    assert list(overflowing(records)) == []
    assert all(len(record["data"]) == 1000 for record in records)


def test_what_does_not_fit_is_named_and_the_rest_fits() -> None:
    records = [_record(n, 10_000) for n in range(30)]
    out = set(overflowing(records, limit_bytes=200_000))
    assert out == set(range(len(records) - len(out), len(records)))
    answer_bytes = [
        json.dumps({"recordId": r["recordId"], "result": "ProcessingFailed"} if n in out else r)
        for n, r in enumerate(records)
    ]
    assert 185_000 < sum(map(len, answer_bytes)) + 2 * len(records) <= 200_000


def test_small_records_after_a_large_one_still_fit() -> None:
    records = [_record(0, 1000), _record(1, 50_000), _record(2, 1000)]
    assert list(overflowing(records, limit_bytes=20_000)) == [1]


def test_data_of_failed_records_goes_first() -> None:
    """It is not needed: Firehose keeps the source record itself (reference 2.4)."""
    records = [_record(0, 15_000, "ProcessingFailed"), _record(1, 15_000)]
    assert list(overflowing(records, limit_bytes=20_000)) == []
    assert "data" not in records[0]
    assert len(records[1]["data"]) == 15_000


def test_values_outside_ascii_are_counted_as_the_runtime_writes_them() -> None:
    record = _record(0, 10)
    record["metadata"] = {"partitionKeys": {"k": "\U0001f600" * 100}}
    assert list(overflowing([record], limit_bytes=1200)) == [0]
    assert list(overflowing([record], limit_bytes=2000)) == []


def test_batch_that_grows_beyond_the_limit(capsys: pytest.CaptureFixture[str]) -> None:
    """Many quotation marks: the payload text escapes each, so 4 MB in are more than 6 MB out."""
    record = encoded(note='"' * 50_000)
    event = event_of(*[record] * 30, encoded())
    assert len(json.dumps(event)) < 6 * 1024 * 1024
    answered = answer(transform(), event, now_seconds=NOW_SECONDS)
    assert len(json.dumps(answered)) <= MAX_RESPONSE_BYTES + 4096
    results = [record["result"] for record in answered["records"]]
    assert results.count("Ok") > 15
    assert results.count("ProcessingFailed") > 0
    assert results[-1] == "Ok"
    assert [r["recordId"] for r in answered["records"]] == [r["recordId"] for r in event["records"]]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[-1]["reasons"] == {"response_limit": results.count("ProcessingFailed")}
    assert lines[0]["bytes"] == len(record) == len(base64.b64decode(event["records"][0]["data"]))
