"""Sees to it that one engine at a time works on a state folder.

When a gateway is killed, its engine lives on for some seconds, or, when it hangs, for ever; the engine of the next
gateway would read and write the same checkpoints beside it.
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
from typing import IO, TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    import threading
    from pathlib import Path

_LOG = logging.getLogger(__name__)
# Longer than an engine goes on without its gateway (see `local_aws.parent`).
PATIENCE_SECONDS = 15.0
_POLL_SECONDS = 0.1


def hold(path: Path, stop: threading.Event, patience_seconds: float = PATIENCE_SECONDS) -> IO[str] | None:
    """Return the lock `path`, held until it is closed; wait for an engine that holds it, and kill one that hangs.

    Returns None when `stop` was set first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.open("a+", encoding="utf-8")
    deadline = time.monotonic() + patience_seconds
    while not _try(lock):
        if stop.wait(_POLL_SECONDS):
            lock.close()
            return None
        if time.monotonic() >= deadline:
            _kill_holder(lock)
            deadline = time.monotonic() + patience_seconds
    lock.seek(0)
    lock.truncate()
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _try(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _kill_holder(lock: IO[str]) -> None:
    lock.seek(0)
    text = lock.read()
    if not text.isdecimal():
        return
    try:
        holder = psutil.Process(int(text))
        # The lock is held, so its holder lives; the command tells it from a process that has its number by now.
        if "deliver" in holder.cmdline():
            _LOG.error("the engine before (pid %s) does not end: killed", text)
            holder.kill()
    except psutil.NoSuchProcess:
        _LOG.info("the engine before (pid %s) has ended", text)
