"""Records on their way to the stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAX_KEY_CHARACTERS = 256
"""AWS rule: a partition key has 1 to 256 characters, reference 11.1."""


@dataclass(frozen=True, slots=True)
class Records:
    """Some records: the partition key and the bytes of each, in two sequences of the same length.

    Two sequences and not one of pairs: both are made, sliced and measured as a whole.
    """

    keys: Sequence[str]
    payloads: Sequence[bytes]

    def __len__(self) -> int:
        return len(self.payloads)

    def slice(self, start: int, end: int) -> Records:
        """Return the records from ``start`` up to and without ``end``."""
        return Records(self.keys[start:end], self.payloads[start:end])

    def pick(self, indexes: Sequence[int]) -> Records:
        """Return the records at some indexes, in their order."""
        return Records([self.keys[i] for i in indexes], [self.payloads[i] for i in indexes])


def partition_key(value: object) -> str:
    """Turn a value into a partition key that Kinesis takes: never empty, never too long."""
    return str(value)[:MAX_KEY_CHARACTERS] or "-"
