"""How many records are made, and when."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

LONGEST_CHUNK_RECORDS = 20_000
"""Records made at a time when nothing holds them back: 40 full requests, enough to share each kind's fixed costs."""
LARGEST_CHUNK_BYTES = 16 * 1024 * 1024
_FIRST_CHUNK_RECORDS = 50
"""Made first, to learn how long records are."""
_PACED_CHUNK_SECONDS = 0.25
_BURST_SECONDS = 1.0
# 0.1 s at 10 a second is one record, whatever binary fractions say.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Plan:
    """What a person asked for: so many records, for so long, so fast; None is no limit."""

    amount: int | None = None
    duration_seconds: float | None = None
    rate_per_second: float | None = None


class Pacer:
    """Says when to make how many records: a token bucket with an end.

    The first record may go at once. The bucket holds a second's worth of tokens, so that a stream that was away for
    a while is not flooded when it comes back.
    """

    def __init__(
        self,
        plan: Plan,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        """Start the run now.

        :param clock: tells seconds.
        :param wait: waits for some seconds and answers whether the run is to end (default: never).
        """
        self._rate = plan.rate_per_second
        self._clock = clock
        self._wait = wait or threading.Event().wait
        self._filled_at = clock()
        self._ends_at = math.inf if plan.duration_seconds is None else self._filled_at + plan.duration_seconds
        self._tokens = 1.0
        self._taken = 0
        self._last = _last_record(plan)
        self._longest_chunk = LONGEST_CHUNK_RECORDS
        if self._rate is not None:
            self._longest_chunk = max(1, min(self._longest_chunk, int(self._rate * _PACED_CHUNK_SECONDS)))
        self._chunk = min(self._longest_chunk, _FIRST_CHUNK_RECORDS)

    @property
    def paced(self) -> bool:
        """Whether there is a rate to keep."""
        return self._rate is not None

    def learn(self, record_bytes: int) -> None:
        """Say how long a record was, so that what is made at a time fits into memory."""
        self._chunk = max(1, min(self._longest_chunk, LARGEST_CHUNK_BYTES // max(1, record_bytes)))

    def take(self) -> int:
        """Wait until records are due and return how many; 0 is the end of the run."""
        wanted = int(min(self._chunk, self._last - self._taken))
        if wanted <= 0:
            return 0
        due = self._take_paced(wanted, self._rate) if self._rate is not None else self._take_unpaced(wanted)
        self._taken += due
        return due

    def _take_unpaced(self, wanted: int) -> int:
        return wanted if self._clock() < self._ends_at and not self._wait(0) else 0

    def _take_paced(self, wanted: int, rate: float) -> int:
        if self._taken == 0:
            wanted = 1
        while True:
            now = self._clock()
            self._fill(min(now, self._ends_at), rate)
            if now >= self._ends_at:
                # Late, but these were due before the end.
                wanted = min(wanted, int(self._tokens + _ROUNDING))
            missing = wanted - self._tokens
            if missing <= _ROUNDING:
                self._tokens -= wanted
                return wanted
            if self._wait(missing / rate):
                return 0

    def _fill(self, now: float, rate: float) -> None:
        most = max(1.0, rate * _BURST_SECONDS, float(self._longest_chunk))
        self._tokens = min(most, self._tokens + max(0.0, now - self._filled_at) * rate)
        self._filled_at = max(now, self._filled_at)


def _last_record(plan: Plan) -> float:
    """Return how many records the plan allows in all."""
    amount = math.inf if plan.amount is None else plan.amount
    if plan.duration_seconds is None or plan.rate_per_second is None:
        return amount
    return min(amount, math.ceil(plan.rate_per_second * plan.duration_seconds - _ROUNDING))
