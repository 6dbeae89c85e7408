"""What tells a source record from every other, so that a record is known again by what it is and not by its number.

A number says which record was read as the how manyth. That is enough only as long as the source still has what it
had: one that was emptied, rolled back to an older state or made anew under the same name gives the same numbers to
other records. A mark is a checksum over a record's sequence number, arrival and data. The marks of what was read are
durable before anything of it is decided (see `checkpoint`), and reading compares them.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import TYPE_CHECKING

import numpy as np

from local_aws.delivery.errors import JournalError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from local_aws.delivery.records import RecordBatch

    MarkArray = NDArray[np.uint32]

_STORED = np.dtype("<u4")


def mark(data: bytes, sequence: str, arrival_ms: int) -> int:
    """Return the mark of one source record."""
    return zlib.crc32(data, zlib.crc32(f"{sequence} {arrival_ms} ".encode()))


def marks_of(batch: RecordBatch) -> MarkArray:
    """Return the marks of source records, as they were read."""
    columns = zip(batch.data, batch.sequences, batch.arrivals_ms, strict=True)
    return np.fromiter((mark(*one) for one in columns), dtype=np.uint32, count=len(batch))


def encode(marks: MarkArray) -> str:
    """Return marks as the journal keeps them."""
    return base64.b64encode(marks.astype(_STORED).tobytes()).decode("ascii")


def decode(text: str) -> MarkArray:
    """Read what `encode` returned. Raises `JournalError` when it is something else."""
    try:
        return np.frombuffer(base64.b64decode(text, validate=True), dtype=_STORED).astype(np.uint32)
    except (ValueError, binascii.Error) as error:
        raise JournalError(f"marks of records cannot be read: {error}") from error


class Marks:
    """The marks of the source records from the ordinal `base` on, without a gap. Four bytes for each."""

    def __init__(self, base: int = 0) -> None:
        self.base = base
        self._values = np.zeros(0, dtype=np.uint32)
        self._used = 0

    @property
    def end(self) -> int:
        """The ordinal behind the last one that has a mark."""
        return self.base + self._used

    def known(self, first: int, marks: MarkArray) -> int:
        """Return how many of `marks`, the first of which has the ordinal `first`, are those that are known."""
        if not self.base <= first <= self.end:
            return 0
        before = self._values[first - self.base : self._used][: len(marks)]
        different = np.flatnonzero(before != marks[: len(before)])
        return int(different[0]) if len(different) else len(before)

    def replace(self, first: int, marks: MarkArray) -> None:
        """Put `marks` in the place of everything from the ordinal `first` on.

        Behind a gap they tell nothing, since nothing says what lies in between: they are left out.
        """
        if not self.base <= first <= self.end:
            return
        start = first - self.base
        needed = start + len(marks)
        if needed > len(self._values):
            grown = np.zeros(max(needed, 2 * len(self._values), 1024), dtype=np.uint32)
            grown[:start] = self._values[:start]
            self._values = grown
        self._values[start:needed] = marks
        self._used = needed

    def advance(self, base: int) -> None:
        """Forget everything below `base`."""
        if base <= self.base:
            return
        step = min(base - self.base, self._used)
        self._values = self._values[step : self._used].copy()
        self._used -= step
        self.base = base

    def members(self) -> MarkArray:
        """Return the marks from `base` on."""
        return self._values[: self._used]
