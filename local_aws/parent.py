"""Ends a child process when the process that started it is gone."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# Tells a process which gateway has started it.
PARENT_PID_VARIABLE = "STREAMLAKE_PARENT_PID"
_POLL_SECONDS = 0.5


def end_with_parent(
    parent_pid: int, grace_seconds: float = 10.0, exit_now: Callable[[int], None] = os._exit
) -> None:
    """Watch from a thread whether `parent_pid` is still our parent; when not, stop this process.

    It gets SIGTERM first, and `grace_seconds` later, since what it would flush to may be gone with the parent,
    it ends without further ado.
    """

    def watch() -> None:
        while os.getppid() == parent_pid:
            time.sleep(_POLL_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(grace_seconds)
        exit_now(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
