"""Pools: values that are slow to make, made once and drawn many times.

A pool fills as far as it is used: the first draws pick from a small part of it and every draw opens some more, so
ten events need a handful of names and a million have all of them. How much is open depends only on how many values
the field has drawn, which keeps runs with the same seed the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import orjson

from producer.generation.streams import Fragments, Integers

POOL_SIZE = 4096
_OPEN_AT_FIRST = 16
_OPENED_BY_A_DRAW = 2

Make = Callable[[random.Random], object]
"""Makes one valid value from a random source."""


class Pool:
    """Up to ``size`` values of one kind, as encoded JSON; may serve several fields."""

    def __init__(self, make: Make, source: random.Random, size: int = POOL_SIZE) -> None:
        self._make = make
        self._source = source
        self._size = size
        self._values = np.empty(size, dtype=object)
        self._filled = 0

    def open_sizes(self, first: int, count: int) -> Integers:
        """Return how many values are open to the draws numbered ``first`` to ``first + count - 1`` of a field."""
        draws = np.arange(first, first + count, dtype=np.int64)
        return np.minimum(_OPEN_AT_FIRST + _OPENED_BY_A_DRAW * draws, self._size)

    def values(self, open_sizes: Integers) -> Fragments:
        """Return the values, filled as far as these draws can reach."""
        needed = int(open_sizes[-1]) if len(open_sizes) else 0
        while self._filled < needed:
            self._values[self._filled] = orjson.dumps(self._make(self._source))
            self._filled += 1
        return self._values

    def fresh(self, count: int) -> Fragments:
        """Make ``count`` new values that are not kept."""
        made = np.empty(count, dtype=object)
        for index in range(count):
            made[index] = orjson.dumps(self._make(self._source))
        return made
