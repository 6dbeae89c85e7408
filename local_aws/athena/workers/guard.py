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
_STATUS = Path("/proc/self/status")
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


def bound_memory(extra_bytes: int) -> None:
    """Let the kernel refuse this process more memory than it has now and `extra_bytes`.

    What is reserved counts, used or not: the gateway, which sees what is used, has the narrower limit. This one is for
    a statement that wants so much at once that nobody could look in between.
    """
    if not _STATUS.exists():
        return
    fields = dict(line.split(":", 1) for line in _STATUS.read_text(encoding="ascii").splitlines())
    now = int(fields["VmData"].split()[0]) * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (now + extra_bytes, now + extra_bytes))


def end_after(seconds: float) -> None:
    """End this process in so many seconds, whatever it is doing then; a last resort where the parent cannot."""
    faulthandler.dump_traceback_later(seconds, exit=True)


def end_no_more() -> None:
    """Take back `end_after`."""
    faulthandler.cancel_dump_traceback_later()
