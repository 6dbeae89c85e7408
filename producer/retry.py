"""When to send again, and when to stop."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class RetryPolicy:
    """How long and how often records are sent again.

    ``attempts`` counts requests in a row in which none of a batch's records was acknowledged; ``seconds`` runs from a
    batch's first request. ``first_contact_seconds`` is the patience with an address where nothing ever answered.
    """

    attempts: int = 50
    seconds: float = 120.0
    first_pause_seconds: float = 0.05
    longest_pause_seconds: float = 5.0
    first_contact_seconds: float = 10.0

    def pause_seconds(self, fruitless: int, source: random.Random) -> float:
        """Return how long to wait after so many fruitless requests in a row (at least 1).

        Exponential with full jitter: anything from nothing to the bound, so that senders that were refused
        together do not come back together.
        """
        bound = min(self.longest_pause_seconds, self.first_pause_seconds * 2.0 ** min(fruitless - 1, 30))
        return source.uniform(0.0, bound)
