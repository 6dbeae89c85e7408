"""Sets of record numbers: which records of a shard are finished, kept small in memory and on disk."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import TYPE_CHECKING

import numpy as np

from local_aws.delivery.errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ordinals = NDArray[np.int64]
    Encoded = tuple[int, str]


def as_ordinals(values: Sequence[int]) -> Ordinals:
    """Give `values` as a sorted array."""
    ordinals = np.array(values, dtype=np.int64)
    ordinals.sort()
    return ordinals


def encode(ordinals: Ordinals) -> Encoded:
    """Write a non-empty sorted set as its first member and a compressed bit map of what follows, in base64."""
    first = int(ordinals[0])
    flags = np.zeros(int(ordinals[-1]) - first + 1, dtype=np.uint8)
    flags[ordinals - first] = 1
    packed = zlib.compress(np.packbits(flags).tobytes(), 1)
    return first, base64.b64encode(packed).decode("ascii")


def decode(encoded: Sequence[int | str]) -> Ordinals:
    """Read what `encode` wrote. Raises `JournalError` when it is something else."""
    try:
        first, text = encoded
        packed = zlib.decompress(base64.b64decode(str(text), validate=True))
        bits = np.unpackbits(np.frombuffer(packed, dtype=np.uint8))
        return np.flatnonzero(bits).astype(np.int64) + int(first)
    except (ValueError, binascii.Error, zlib.error) as error:
        raise JournalError(f"a set of record numbers cannot be read: {error}") from error


class Window:
    """Which record numbers from `base` on are finished; everything below `base` is.

    Takes one byte for each number between `base` and the highest finished one.
    """

    def __init__(self, base: int = 0) -> None:
        self.base = base
        self._flags = np.zeros(0, dtype=np.uint8)
        self._used = 0

    def __len__(self) -> int:
        """How many numbers from `base` on are finished."""
        return int(np.count_nonzero(self._flags[: self._used]))

    @property
    def end(self) -> int:
        """The number behind the highest finished one."""
        return self.base + self._used

    def add(self, ordinals: Ordinals) -> None:
        """Mark sorted `ordinals` as finished; those below `base` already are."""
        wanted = ordinals[np.searchsorted(ordinals, self.base) :] - self.base
        if not len(wanted):
            return
        needed = int(wanted[-1]) + 1
        if needed > len(self._flags):
            grown = np.zeros(max(needed, 2 * len(self._flags), 1024), dtype=np.uint8)
            grown[: self._used] = self._flags[: self._used]
            self._flags = grown
        self._flags[wanted] = 1
        self._used = max(self._used, needed)

    def unfinished(self, first: int, count: int) -> list[int] | None:
        """Give the offsets, in `count` numbers from `first` on, of those not finished; None means all of them."""
        start, stop = first - self.base, first - self.base + count
        if start >= self._used:
            return None
        flags = np.zeros(count, dtype=np.uint8)
        below = min(max(0, -start), count)
        flags[:below] = 1
        known = self._flags[max(0, start) : max(0, min(stop, self._used))]
        flags[below : below + len(known)] = known
        found: list[int] = np.flatnonzero(flags == 0).tolist()
        return None if len(found) == count else found

    def advance(self, base: int) -> None:
        """Forget everything below `base`."""
        step = min(base - self.base, self._used)
        if base <= self.base:
            return
        self._flags = self._flags[step : self._used].copy()
        self._used -= step
        self.base = base

    def cut_off(self, end: int) -> None:
        """Forget everything from `end` on."""
        left = max(0, min(end - self.base, self._used))
        self._flags[left : self._used] = 0
        self._used = left

    def members(self) -> Ordinals:
        """Give the finished numbers from `base` on."""
        return np.flatnonzero(self._flags[: self._used]).astype(np.int64) + self.base
