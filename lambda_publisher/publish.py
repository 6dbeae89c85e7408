"""Puts records into a stream until each one is taken, or attempts and time are over."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

# AWS rule: a call of PutRecords takes 500 records and 5 MiB with their partition keys, a record 1 MiB (reference 11.1).
_RECORDS_PER_CALL = 500
_BYTES_PER_CALL = 5 * 1024**2
MAX_RECORD_BYTES = 1024**2

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0
_ATTEMPTS = 8


def _unlimited() -> float:
    return float("inf")


@dataclass(frozen=True)
class Stream:
    """A Kinesis stream and how patiently records are put into it. ``remaining_seconds`` is the time that is left."""

    client: Any
    name: str
    sleep: Callable[[float], None] = time.sleep
    remaining_seconds: Callable[[], float] = _unlimited


@dataclass
class Outcome:
    """How many records were taken, how many entries were sent again, and the error codes of those never taken."""

    sent: int = 0
    retried: int = 0
    failed: dict[str, int] = field(default_factory=dict)

    @property
    def failed_count(self) -> int:
        """Return how many records were never taken."""
        return sum(self.failed.values())


def put(records: Sequence[bytes], stream: Stream) -> Outcome:
    """Put records; each has a random partition key, so that all shards get their share.

    Only what was not taken is sent again. A record can arrive twice when an answer is lost; its unique key tells.
    """
    outcome = Outcome()
    for batch in _batches(records):
        _put_batch(batch, stream, outcome)
    return outcome


def _batches(records: Sequence[bytes]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    size = 0
    for data in records:
        entry = {"Data": data, "PartitionKey": uuid.uuid4().hex}
        entry_size = len(data) + len(entry["PartitionKey"])
        if batch and (len(batch) == _RECORDS_PER_CALL or size + entry_size > _BYTES_PER_CALL):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += entry_size
    if batch:
        yield batch


def _put_batch(batch: list[dict[str, Any]], stream: Stream, outcome: Outcome) -> None:
    pause_seconds = _FIRST_PAUSE_SECONDS
    for attempt in range(1, _ATTEMPTS + 1):
        answers = stream.client.put_records(StreamName=stream.name, Records=batch)["Records"]
        refused = [
            (entry, answer["ErrorCode"])
            for entry, answer in zip(batch, answers, strict=True)
            if answer.get("ErrorCode")
        ]
        outcome.sent += len(batch) - len(refused)
        if not refused:
            return
        pause = random.uniform(pause_seconds / 2, pause_seconds)  # noqa: S311 - apart from others, not secret
        if attempt == _ATTEMPTS or stream.remaining_seconds() < pause + 1:
            for _, code in refused:
                outcome.failed[code] = outcome.failed.get(code, 0) + 1
            return
        outcome.retried += len(refused)
        batch = [entry for entry, _ in refused]
        stream.sleep(pause)
        pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)
