"""Records on their way through the stages, as columns: a row object for each would cost more than the work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# What one buffered record costs besides its bytes: object headers, list slots, its share of the sequence
# number (CPython 3.11, measured with tracemalloc).
RECORD_OVERHEAD_BYTES = 240


@dataclass(slots=True)
class RecordBatch:
    """Records of one shard in reading order; all columns have the same length.

    `ordinals` number the records of a shard in the order of reading (see `checkpoint`), `arrivals_ms` is
    the approximate arrival at the source in epoch milliseconds, `subsequences` count the user records of
    one KPL aggregate from 0. `partition_keys` may be empty: only the transform needs them. `sources` are the
    records as they were read; empty unless an error document must show those in place of `data`.
    """

    shard_id: str
    data: list[bytes] = field(default_factory=list)
    ordinals: list[int] = field(default_factory=list)
    arrivals_ms: list[int] = field(default_factory=list)
    sequences: list[str] = field(default_factory=list)
    subsequences: list[int] = field(default_factory=list)
    partition_keys: list[str] = field(default_factory=list)
    sources: list[bytes] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.data)

    def append(
        self, data: bytes, ordinal: int, arrival_ms: int, sequence: str, subsequence: int, partition_key: str
    ) -> None:
        """Add one record."""
        self.data.append(data)
        self.ordinals.append(ordinal)
        self.arrivals_ms.append(arrival_ms)
        self.sequences.append(sequence)
        self.subsequences.append(subsequence)
        self.partition_keys.append(partition_key)

    def extend(self, other: RecordBatch) -> None:
        """Add all records of `other`, which is of the same shard."""
        self.data += other.data
        self.ordinals += other.ordinals
        self.arrivals_ms += other.arrivals_ms
        self.sequences += other.sequences
        self.subsequences += other.subsequences
        self.partition_keys += other.partition_keys
        self.sources += other.sources

    def take(self, indices: Sequence[int]) -> RecordBatch:
        """Give the records at `indices` as a new batch."""
        if len(indices) == len(self.data):
            return self
        return RecordBatch(
            self.shard_id,
            [self.data[i] for i in indices],
            [self.ordinals[i] for i in indices],
            [self.arrivals_ms[i] for i in indices],
            [self.sequences[i] for i in indices],
            [self.subsequences[i] for i in indices],
            [self.partition_keys[i] for i in indices] if self.partition_keys else [],
            [self.sources[i] for i in indices] if self.sources else [],
        )

    def cut(self, start: int, stop: int) -> RecordBatch:
        """Give the records from `start` up to `stop` as a new batch."""
        return RecordBatch(
            self.shard_id,
            self.data[start:stop],
            self.ordinals[start:stop],
            self.arrivals_ms[start:stop],
            self.sequences[start:stop],
            self.subsequences[start:stop],
            self.partition_keys[start:stop],
            self.sources[start:stop],
        )

    def with_data(self, data: list[bytes]) -> RecordBatch:
        """Give the same records with other bytes, one for each, and without their partition keys."""
        return RecordBatch(
            self.shard_id,
            data,
            self.ordinals,
            self.arrivals_ms,
            self.sequences,
            self.subsequences,
            sources=self.sources,
        )

    @property
    def raw(self) -> list[bytes]:
        """What an error document shows of each record."""
        return self.sources or self.data

    @property
    def data_bytes(self) -> int:
        """Bytes of all records together."""
        return sum(map(len, self.data))

    @property
    def memory_bytes(self) -> int:
        """What the batch holds in memory, about."""
        return self.data_bytes + sum(map(len, self.sources)) + len(self.data) * RECORD_OVERHEAD_BYTES
