"""Time as the engine sees it, so that tests move it instead of sleeping."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Two clocks: the wall, for what is written down, and a steady one, for intervals."""

    def now_ms(self) -> int:
        """Epoch milliseconds."""

    def steady_seconds(self) -> float:
        """Seconds on a clock that never jumps; only differences mean something."""


class SystemClock:
    """The machine's clocks."""

    def now_ms(self) -> int:
        """Epoch milliseconds."""
        return time.time_ns() // 1_000_000

    def steady_seconds(self) -> float:
        """Seconds since an arbitrary moment."""
        return time.monotonic()
