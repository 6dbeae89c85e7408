"""Firehose events for tests: the recorded shapes, and new ones around given records."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from lambda_transform.handler import answer
from lambda_transform.transform import Transform
from tests.unit.contract.contracts import SHIPPED

NOW_SECONDS = 1_795_000_000
EVENTS_DIRECTORY = Path(__file__).with_name("events")

EVENT = {
    "event_uuid": "3f1b05d2-6c5a-4b07-9d0e-1f2a3b4c5d6e",
    "event_name": "lesson:started",
    "created_at": 1664028820,
    "user_id": 42,
    "lesson_id": 7,
    "course_id": 3,
    "platform": "web",
    "session_id": "9b2e6f70-1122-4334-8556-6778899aabbc",
}
CUSTOMER = {
    "uuid": "0c7e0d4f-444d-4f1c-9a5a-6d0c5b36a91b",
    "event_date": "2022-09-24T14:19:45Z",
    "status": "Active",
    "name": "José",
    "last_name": "Nuñez",
    "email": "jose@example.com",
    "phone": "+34 600 000 000",
}


def transform(dataset: str = "events") -> Transform:
    """Make the transform of a shipped dataset, its clock at NOW_SECONDS."""
    made = Transform(SHIPPED[dataset])
    made.set_clock(NOW_SECONDS)
    return made


def recorded(name: str) -> Any:
    """Read a recorded event."""
    return json.loads((EVENTS_DIRECTORY / f"{name}.json").read_text("utf-8"))


def event_of(*records: bytes) -> dict[str, Any]:
    """Make the event of a Kinesis source (reference 2.1) that holds these records."""
    return {
        **recorded("kinesis"),
        "records": [
            {
                "data": base64.b64encode(data).decode(),
                "recordId": f"{number:056d}000000",
                "approximateArrivalTimestamp": NOW_SECONDS * 1000 + number,
            }
            for number, data in enumerate(records)
        ],
    }


def encoded(**changes: Any) -> bytes:
    """Make the bytes of a valid event with some members changed; a member set to `...` is left out."""
    return json.dumps({k: v for k, v in {**EVENT, **changes}.items() if v is not ...}).encode()


def answered(*records: bytes, dataset: str = "events") -> list[dict[str, Any]]:
    """Let the handler answer an event that holds these records."""
    return answer(transform(dataset), event_of(*records), now_seconds=NOW_SECONDS)["records"]


def line_of(record: dict[str, Any]) -> dict[str, Any]:
    """Read the line of an answered record."""
    data = base64.b64decode(record["data"])
    assert data.endswith(b"}\n")
    assert data.count(b"\n") == 1
    found: dict[str, Any] = json.loads(data)
    return found
