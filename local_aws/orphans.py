"""Processes that a gateway of a state folder has started and that have outlived it.

An engine or a worker ends by itself when its gateway is gone, but not one that hangs or was stopped (SIGSTOP).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import psutil

from local_aws.parent import PARENT_PID_VARIABLE

if TYPE_CHECKING:
    from local_aws.config import Settings

_COMMANDS = frozenset({"deliver", "athena-worker", "athena-reader"})


def find(settings: Settings) -> list[psutil.Process]:
    """Return them with their own children; those of other users and other state folders are none of ours."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        try:
            if process.uids().real == os.getuid() and _is_orphan(process, settings):
                found += [process, *process.children(recursive=True)]
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def names(processes: list[psutil.Process]) -> str:
    """Return how a message names them: their process ids."""
    return ", ".join(str(process.pid) for process in processes)


def _is_orphan(process: psutil.Process, settings: Settings) -> bool:
    command = process.cmdline()
    if (
        "local_aws" not in command
        or _COMMANDS.isdisjoint(command)
        or process.status() == psutil.STATUS_ZOMBIE
    ):
        return False
    environment = process.environ()
    parent_pid = environment.get(PARENT_PID_VARIABLE, "")
    is_ours = environment.get("STREAMLAKE_STATE_DIR") == str(settings.state_dir)
    return is_ours and parent_pid.isdecimal() and process.ppid() != int(parent_pid)
