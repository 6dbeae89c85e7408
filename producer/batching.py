"""Groups records into requests as full as AWS allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from producer.records import Records

MAX_REQUEST_RECORDS = 500
"""AWS rule: PutRecords takes at most 500 records, reference 11.1."""
MAX_REQUEST_BYTES = 5 * 1024 * 1024
"""Half of what AWS allows today (10 MiB, reference 11.1): the limit it had before, which emulators still have."""
MAX_RECORD_BYTES = 1024 * 1024
"""AWS rule: data and partition key of a record together, unless the stream was set to allow more, reference 11.1."""


@dataclass(frozen=True)
class RequestLimits:
    """What fits into one request; sizes count data and partition keys."""

    records: int = MAX_REQUEST_RECORDS
    bytes: int = MAX_REQUEST_BYTES
    record_bytes: int = MAX_RECORD_BYTES


class Batcher:
    """Collects records until a request is full."""

    def __init__(self, limits: RequestLimits | None = None) -> None:
        self._limits = limits or RequestLimits()
        self._clear()

    def add(self, records: Records) -> Iterator[Records]:
        """Take records in, none of them too long for a request, and yield the requests that are full with them."""
        most_records, most_bytes = self._limits.records, self._limits.bytes
        for key, payload in zip(records.keys, records.payloads, strict=True):
            size = record_bytes(key, payload)
            if self._bytes + size > most_bytes or len(self._payloads) == most_records:
                yield self._take()
            self._keys.append(key)
            self._payloads.append(payload)
            self._bytes += size
        if len(self._payloads) == most_records:
            yield self._take()

    def rest(self) -> Records:
        """Take out what has not filled a request yet; may be empty."""
        return self._take()

    def _take(self) -> Records:
        taken = Records(self._keys, self._payloads)
        self._clear()
        return taken

    def _clear(self) -> None:
        self._keys: list[str] = []
        self._payloads: list[bytes] = []
        self._bytes = 0


def record_bytes(key: str, payload: bytes) -> int:
    """Return the size of a record as AWS counts it."""
    return len(payload) + len(key.encode())


def part_too_long(records: Records, limit_bytes: int = MAX_RECORD_BYTES) -> tuple[Records, Records]:
    """Part records into those that Kinesis can take and those that are too long for it."""
    if max(map(len, records.payloads), default=0) + 4 * max(map(len, records.keys), default=0) <= limit_bytes:
        return records, Records([], [])
    sizes = [record_bytes(key, payload) for key, payload in zip(records.keys, records.payloads, strict=True)]
    good = [i for i, size in enumerate(sizes) if size <= limit_bytes]
    bad = [i for i, size in enumerate(sizes) if size > limit_bytes]
    return records.pick(good), records.pick(bad)
