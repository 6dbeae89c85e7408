"""What happened to the records of a run, in integers."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Counts:
    """A moment of a run. At its end ``sent + failed == generated``, always.

    ``sent`` were acknowledged by Kinesis. ``retried`` counts each sending of a record after its first.
    ``possible_duplicates`` counts the records that were sent again although the answer that was lost may have
    acknowledged them. ``throttled`` counts refusals for being too fast, of single records. ``calls`` are requests.
    """

    generated: int = 0
    sent: int = 0
    sent_bytes: int = 0
    retried: int = 0
    failed: int = 0
    possible_duplicates: int = 0
    throttled: int = 0
    calls: int = 0

    @property
    def settled(self) -> bool:
        """Whether every record has come to an end."""
        return self.sent + self.failed == self.generated


class Tally:
    """Counts from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = Counts()

    def add(self, **changes: int) -> None:
        """Add to some of the counts at once."""
        with self._lock:
            now = self._counts
            self._counts = replace(now, **{name: getattr(now, name) + more for name, more in changes.items()})

    def now(self) -> Counts:
        """Return the counts of this moment."""
        with self._lock:
            return self._counts
