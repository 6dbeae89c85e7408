"""The time that records carry."""

from __future__ import annotations

import time
from typing import Protocol

import numpy as np

from producer.generation.streams import Floats


class EventClock(Protocol):
    """Tells the time of each record of a run."""

    def times(self, first: int, count: int) -> Floats:
        """Return the times (Unix seconds) of the records numbered ``first`` to ``first + count - 1``."""
        ...


class SystemClock:
    """Records happen when they are made."""

    def times(self, first: int, count: int) -> Floats:
        """Return now, once for each record."""
        return np.full(count, time.time())


class SteadyClock:
    """Records happen from a given moment on, at a steady rate; without a rate all at that moment."""

    def __init__(self, start_time: float, rate_per_second: float | None = None) -> None:
        self._start_time = start_time
        self._rate_per_second = rate_per_second

    def times(self, first: int, count: int) -> Floats:
        """Return the times at which records with these numbers are due."""
        if self._rate_per_second is None:
            return np.full(count, self._start_time)
        return self._start_time + np.arange(first, first + count) / self._rate_per_second
