"""Tells the supervisor, once a second and through a pipe, that the engine moves, and how each delivery stream does.

A pipe, not a file: a full disk must not make a living engine look dead. A line is never waited for; when the supervisor
does not read, lines are left out.
"""

from __future__ import annotations

import logging
import os
import threading
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable

_LOG = logging.getLogger(__name__)
DESCRIPTOR_VARIABLE = "STREAMLAKE_HEARTBEAT_FD"
INTERVAL_SECONDS = 1.0


def start(report: Callable[[], dict[str, Any]]) -> None:
    """Send what `report` returns for as long as the process lives; without a supervisor, do nothing."""
    text = os.environ.get(DESCRIPTOR_VARIABLE, "")
    if not text.isdecimal():
        return
    descriptor = int(text)
    os.set_blocking(descriptor, False)

    def beat() -> None:
        pause = threading.Event()
        while _send(descriptor, report()):
            pause.wait(INTERVAL_SECONDS)

    threading.Thread(target=beat, name="heartbeat", daemon=True).start()


def _send(descriptor: int, report: dict[str, Any]) -> bool:
    """Write one line; return whether somebody may still read."""
    try:
        os.write(descriptor, orjson.dumps(report, option=orjson.OPT_APPEND_NEWLINE))
    except BlockingIOError:
        _LOG.debug("the supervisor does not read")
    except OSError as error:
        _LOG.warning("the supervisor is gone: %s", error)
        return False
    return True
