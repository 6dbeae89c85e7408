"""Random numbers: one independent stream for each field, all from one seed.

A stream gives the same numbers however many are drawn at a time, so a run's records do not depend on the size of
the blocks in which they were made.
"""

from __future__ import annotations

import hashlib
import random
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Fragments = NDArray[np.object_]
"""A column of encoded JSON values: an array of ``bytes``."""

EXACT_INTEGERS = 1 << 53
"""A uniform double has 53 random bits; a wider range would have values that never come."""


_ROUNDS_UP_FROM = 1 << 50
"""Below this, a number from [0, 1) times the limit never rounds up to the limit itself."""


class Stream:
    """The random numbers of one field."""

    def __init__(self, seed: int, name: str) -> None:
        self._generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(_entropy(seed, name))))

    def uniform(self, count: int) -> Floats:
        """Draw ``count`` numbers from [0, 1)."""
        return self._generator.random(count)

    def below(self, limit: int | Integers, count: int) -> Integers:
        """Draw ``count`` integers from 0 to ``limit`` - 1; ``limit`` may differ for each."""
        drawn = (self._generator.random(count) * limit).astype(np.int64)
        if isinstance(limit, int) and limit > _ROUNDS_UP_FROM:
            return np.minimum(drawn, limit - 1)
        return drawn

    def blocks(self, count: int, size: int) -> NDArray[np.uint8]:
        """Draw ``count`` rows of ``size`` random bytes; ``size`` is a multiple of 8."""
        # random_raw and not bytes(): the latter throws half-used words away, so block sizes would show.
        raw: Any = self._generator.bit_generator.random_raw(count * size // 8)
        words = np.asarray(raw, dtype="<u8")
        return words.view(np.uint8).reshape(count, size)


def python_random(seed: int, name: str) -> random.Random:
    """Make the standard library's kind of random source for one field, for tools that want that."""
    return random.Random(int.from_bytes(_digest(seed, name), "big"))


def _digest(seed: int, name: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{name}".encode()).digest()


def _entropy(seed: int, name: str) -> list[int]:
    digest = _digest(seed, name)
    return [int.from_bytes(digest[i : i + 4], "big") for i in range(0, 32, 4)]
