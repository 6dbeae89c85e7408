"""What a worker does to itself before it touches anything of a user's."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import resource
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_OOM_SCORE = Path("/proc/self/oom_score_adj")
_FIRST_TO_GO = "1000"


def protect(parent_pid: int, scratch_bytes: int) -> None:
    """Bind this process to its parent, make it the first that the kernel ends for want of memory, bound its files."""
    os.umask(0o077)
    if sys.platform == "linux":
        # A statement can hold the interpreter for good: only the kernel can then end an orphan at once.
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if _OOM_SCORE.exists():
            _OOM_SCORE.write_text(_FIRST_TO_GO, encoding="ascii")
    if os.getppid() != parent_pid:
        raise SystemExit(1)  # the parent has ended in the meantime
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file that is too long is an error of writing
    resource.setrlimit(resource.RLIMIT_FSIZE, (scratch_bytes, scratch_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))


def end_after(seconds: float) -> None:
    """End this process in so many seconds, whatever it is doing then; a last resort where the parent cannot."""
    faulthandler.dump_traceback_later(seconds, exit=True)


def end_no_more() -> None:
    """Take back `end_after`."""
    faulthandler.cancel_dump_traceback_later()
