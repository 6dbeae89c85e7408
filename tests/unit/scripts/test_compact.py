"""What `make compact` asks for, and what it prints."""

from __future__ import annotations

import argparse
import json
from typing import Any

import pytest

from lambda_compaction.run import BUSY, COMPACTED, FAILED, SETTLED, Report, Summary
from scripts import compact
from scripts.deployment import Outputs, parse_outputs
from scripts.errors import UsageError

OPTIONS: dict[str, Any] = {
    "dataset": "events",
    "include_open": False,
    "days": None,
    "settle_seconds": 60,
    "grace_seconds": 10,
    "file_mb": 128,
    "output": "table",
}
SUMMARY = Summary(
    "lake.events",
    (
        Report("event_type=order/created_date=2026-02-01", COMPACTED, 12, 1, 40_000, 9_000, 1_200, 1_000),
        Report("event_type=quiz/created_date=2026-02-01", COMPACTED, 3, 2, 5_000, 4_000, 10, 10),
        Report("event_type=video/created_date=2026-02-01", SETTLED),
        Report("event_type=search/created_date=2026-02-01", BUSY, message="another run works on it"),
    ),
    complete=True,
)


@pytest.fixture
def outputs() -> Outputs:
    dataset = {
        "stream_name": "s",
        "stream_arn": "a",
        "delivery_stream_name": "d",
        "delivery_stream_arn": "a",
        "table_name": "events",
        "function_name": "f",
        "data_prefix": "data/events/",
        "error_prefix": "errors/events/",
        "raw_prefix": "events/",
        "data_location": "s3://data/data/events/",
        "error_location": "s3://data/errors/events/",
        "raw_location": "s3://raw/events/",
        "partition_keys": ["event_type", "created_date"],
        "log_group": "l",
    }
    return parse_outputs(
        {
            "target": "local",
            "environment": "local",
            "region": "us-east-1",
            "account_id": "000000000000",
            "endpoint": "http://127.0.0.1:4566",
            "database": "lake",
            "workgroup": "lake",
            "data_bucket": "lake-data",
            "raw_bucket": "raw",
            "results_bucket": "results",
            "datasets": {"events": dataset, "clicks": dataset},
            "named_queries": {},
        }
    )


def options(**changes: Any) -> argparse.Namespace:
    return argparse.Namespace(**{**OPTIONS, **changes})


def test_the_request_follows_from_the_lake_and_the_contract(outputs: Outputs) -> None:
    request = compact.request_for(outputs, options(days=7, include_open=True))
    assert (request.database, request.table, request.workgroup) == ("lake", "events", "lake")
    assert request.unique_key == ("event_uuid", "created_at")
    # The same place as the function's, so that the two know of each other.
    assert request.manifests == "s3://lake-data/compaction/lake/events/"
    assert (request.lookback_days, request.include_open, request.target_file_bytes) == (
        7,
        True,
        128 * 1024**2,
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dataset": "orders"}, "DATASET=orders: not deployed; deployed are: clicks, events"),
        ({"dataset": "clicks"}, "clicks.schema.json"),
        ({"days": 0}, "lookback_days is 0"),
        ({"file_mb": 5000}, "target_file_bytes"),
    ],
)
def test_what_cannot_be_done_is_wrong_use(outputs: Outputs, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        compact.request_for(outputs, options(**changes))
    assert message in str(caught.value)


def test_the_sums(capsys: pytest.CaptureFixture[str]) -> None:
    compact.show(SUMMARY, "table")
    printed = capsys.readouterr().out
    assert (
        "2 of 4 partitions compacted: 15 files -> 3, 45,000 bytes -> 13,000, 200 duplicates removed"
        in printed
    )
    assert "order/2026-02-01" in printed
    assert "12 -> 1" in printed
    assert "video" not in printed


def test_rows_for_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    compact.show(SUMMARY, "json")
    printed = capsys.readouterr()
    rows = json.loads(printed.out)
    assert [row["outcome"] for row in rows] == [COMPACTED, COMPACTED, BUSY]
    assert rows[0]["partition"] == "event_type=order/created_date=2026-02-01"
    assert rows[0]["duplicates"] == "200"
    assert "15 files -> 3" in printed.err


def test_the_document_of_a_run() -> None:
    document = SUMMARY.as_json()
    assert (document["partitions"], document[COMPACTED], document[SETTLED], document[FAILED]) == (4, 2, 1, 0)
    assert (document["files_before"], document["files_after"], document["duplicates"]) == (15, 3, 200)
    assert len(document["details"]) == 3
