"""Waiting for what another process or thread does: the one way to do it in tests.

A machine that is busy may pause for many seconds, so the time limit is there to end a run that hangs, not to measure.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT_SECONDS = 120.0


def wait_until(
    condition: Callable[[], object],
    what: str,
    limit_seconds: float = LIMIT_SECONDS,
    pause_seconds: float = 0.05,
) -> None:
    """Return as soon as `condition` holds; `what` is what the failure says did not come."""
    deadline = time.monotonic() + limit_seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {limit_seconds:.0f} s: {what}"
        time.sleep(pause_seconds)
