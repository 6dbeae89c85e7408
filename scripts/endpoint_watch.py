"""Calls off a Terraform whose local AWS has ended: by itself it would try to reach it for many minutes."""

from __future__ import annotations

import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

# One that listens never refuses, however busy it is; a few refusals in a row are no restart's short gap.
_REFUSALS = 5
_PAUSE_SECONDS = 1.0
# A called-off Terraform ends what it has begun and writes its state; that takes no longer when nobody answers.
_GRACE_SECONDS = 30.0


@contextmanager
def watching(
    endpoint: str | None,
    process: subprocess.Popen[str],
    pause_seconds: float = _PAUSE_SECONDS,
    grace_seconds: float = _GRACE_SECONDS,
) -> Iterator[threading.Event]:
    """Watch ``endpoint`` while the process runs; give an event that is set when the process was called off.

    Without an endpoint, on AWS itself, nothing is watched.
    """
    gone, over = threading.Event(), threading.Event()

    def watch(address: tuple[str, int]) -> None:
        refusals = 0
        while not over.wait(pause_seconds):
            refusals = refusals + 1 if _refuses(address) else 0
            if refusals == _REFUSALS:
                gone.set()
                process.send_signal(signal.SIGINT)
                if not over.wait(grace_seconds):
                    process.kill()
                return

    if endpoint is None:
        yield gone
        return
    parts = urlsplit(endpoint)
    watcher = threading.Thread(target=watch, args=((parts.hostname or "", parts.port or 80),))
    watcher.start()
    try:
        yield gone
    finally:
        over.set()
        watcher.join()


def _refuses(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=1).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False  # slow is not gone
    return False
