"""One engine at a time: a living one is waited for, one that hangs is killed."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from local_aws.config import REPOSITORY_DIR
from local_aws.delivery.sole import hold

if TYPE_CHECKING:
    from pathlib import Path

_HOLDER = """
import pathlib, sys, threading
from local_aws.delivery.sole import hold
lock = hold(pathlib.Path(sys.argv[1]), threading.Event())
print("held", flush=True)
threading.Event().wait(float(sys.argv[2]))
"""


def holder(path: Path, seconds: float) -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(path), str(seconds), "deliver"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY_DIR,
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "held\n"
    return started


def test_an_engine_that_ends_is_waited_for(tmp_path: Path) -> None:
    with holder(tmp_path / "engine.lock", 0.5) as before:
        lock = hold(tmp_path / "engine.lock", threading.Event(), 60)
        assert lock is not None
        assert before.wait(10) == 0
        lock.close()


def test_one_that_does_not_end_is_killed(tmp_path: Path) -> None:
    with holder(tmp_path / "engine.lock", 600) as before:
        lock = hold(tmp_path / "engine.lock", threading.Event(), 0.2)
        assert lock is not None
        assert before.wait(10) == -9
        lock.close()


def test_waiting_ends_with_the_process(tmp_path: Path) -> None:
    first = hold(tmp_path / "engine.lock", threading.Event())
    assert first is not None
    stop = threading.Event()
    stop.set()
    assert hold(tmp_path / "engine.lock", stop) is None
    first.close()
