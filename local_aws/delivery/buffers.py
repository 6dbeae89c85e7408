"""Buffers: records wait here until their buffer is large enough or old enough for an object.

AWS rule: delivered at SizeInMBs before compression or IntervalInSeconds after the first record, whichever
comes first; one buffer for each shard, with dynamic partitioning one for each evaluated prefix
(reference 7). Which records share a buffer is the caller's choice: the key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from local_aws.delivery.clock import Clock
    from local_aws.delivery.config import Hints
    from local_aws.delivery.records import RecordBatch

Key: TypeAlias = tuple[str, ...]


@dataclass(slots=True)
class Buffer:
    """Records that will share an object. `opened_at` is on the steady clock, `oldest_ms` the earliest arrival."""

    key: Key
    opened_at: float
    oldest_ms: int
    batches: list[RecordBatch] = field(default_factory=list)
    size_bytes: int = 0
    memory_bytes: int = 0
    records: int = 0

    def _add(self, batch: RecordBatch, size_bytes: int) -> None:
        self.batches.append(batch)
        self.size_bytes += size_bytes
        self.memory_bytes += batch.memory_bytes
        self.records += len(batch)
        self.oldest_ms = min(self.oldest_ms, *batch.arrivals_ms) if len(batch) else self.oldest_ms


class Buffers:
    """All open buffers of one kind. Used by one thread."""

    def __init__(self, hints: Hints, clock: Clock) -> None:
        self._hints = hints
        self._clock = clock
        self._open: dict[Key, Buffer] = {}
        self._full: list[Buffer] = []

    def __len__(self) -> int:
        """How many buffers are open."""
        return len(self._open)

    def __contains__(self, key: Key) -> bool:
        return key in self._open

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is buffered."""
        return not (self._open or self._full)

    @property
    def held_bytes(self) -> int:
        """Memory of everything that is buffered."""
        return sum(b.memory_bytes for b in self._open.values()) + sum(b.memory_bytes for b in self._full)

    @property
    def oldest_ms(self) -> int | None:
        """The earliest arrival among all buffered records."""
        return min((b.oldest_ms for b in (*self._open.values(), *self._full)), default=None)

    @property
    def deadline(self) -> float | None:
        """When the next buffer is due by age, on the steady clock."""
        if self._full:
            return self._clock.steady_seconds()
        opened = min((b.opened_at for b in self._open.values()), default=None)
        return None if opened is None else opened + self._hints.interval_seconds

    def add(self, key: Key, batch: RecordBatch) -> None:
        """Put records into the buffer of `key`, opening it and closing full ones as needed."""
        limit = self._hints.size_bytes
        size = batch.data_bytes
        while len(batch):
            buffer = self._open.get(key)
            if buffer is None:
                buffer = Buffer(key, self._clock.steady_seconds(), batch.arrivals_ms[0])
                self._open[key] = buffer
            if buffer.size_bytes + size < limit:
                buffer._add(batch, size)
                return
            count, taken = _fitting(batch, limit - buffer.size_bytes)
            buffer._add(batch.cut(0, count), taken)
            self._full.append(self._open.pop(key))
            batch = batch.cut(count, len(batch))
            size -= taken

    def take_due(self) -> list[Buffer]:
        """Remove and give the buffers that have reached their size or age."""
        due, self._full = self._full, []
        latest = self._clock.steady_seconds() - self._hints.interval_seconds
        for key in [key for key, buffer in self._open.items() if buffer.opened_at <= latest]:
            due.append(self._open.pop(key))
        return due

    def keys(self) -> set[Key]:
        """Give the keys of the open buffers."""
        return set(self._open)

    def largest(self) -> Buffer | None:
        """Give the open buffer that holds most memory."""
        return max(self._open.values(), key=lambda buffer: buffer.memory_bytes, default=None)

    def take(self, key: Key) -> Buffer:
        """Remove and give the open buffer of `key`, before its time."""
        return self._open.pop(key)

    def take_all(self) -> list[Buffer]:
        """Remove and give everything."""
        taken = [*self._full, *self._open.values()]
        self._full, self._open = [], {}
        return taken


def _fitting(batch: RecordBatch, room_bytes: int) -> tuple[int, int]:
    """Give how many records fill `room_bytes` (at least one), and their bytes."""
    taken = 0
    for index, data in enumerate(batch.data):
        taken += len(data)
        if taken >= room_bytes:
            return index + 1, taken
    return len(batch), taken
