"""One worker as the gateway sees it: its process, the conversation with it, its memory and its files."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psutil

from local_aws.athena.workers.channel import Channel
from local_aws.athena.workers.errors import ChannelClosedError, WorkerError
from local_aws.config import REPOSITORY_DIR
from local_aws.parent import PARENT_PID_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local_aws.athena.workers.limits import Limits
    from local_aws.config import Settings

_READY_SECONDS = 60.0
_END_SECONDS = 2.0
# The rest of the gateway's environment is nothing that a statement could need: it may hold keys.
_PASSED_ON = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TMPDIR", "VIRTUAL_ENV")


@dataclass
class WorkerProcess:
    """A process that has been started. `scratch` is its own folder and goes with it."""

    popen: subprocess.Popen[bytes]
    channel: Channel
    scratch: Path
    idle_since: float = field(default_factory=time.monotonic)
    base_bytes: int = 0
    _process: psutil.Process = field(init=False)

    def __post_init__(self) -> None:
        self._process = psutil.Process(self.popen.pid)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self.popen.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended."""
        return self.popen.poll() is None

    def own_bytes(self) -> int:
        """Return the memory that the process holds for itself; what others could use too (libraries) is left out."""
        try:
            memory = self._process.memory_info()
        except psutil.Error:
            return 0
        return int(memory.rss - getattr(memory, "shared", 0))

    def scratch_bytes(self) -> int:
        """Return the size of the files that the process has made."""
        total = 0
        for folder, _, names in os.walk(self.scratch):
            for name in names:
                try:
                    total += os.stat(os.path.join(folder, name)).st_size  # noqa: PTH116, PTH118
                except FileNotFoundError:
                    continue  # it was removed in between
        return total

    def kill(self) -> None:
        """End the process at once and wait for it; its files stay until `clean`."""
        if self.is_alive:
            self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()
        self.channel.close()

    def end(self) -> None:
        """End a process that runs nothing, and remove its files."""
        self.channel.close()
        try:
            self.popen.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self.clean()

    def clean(self) -> None:
        """Remove the files of a process that has ended."""
        shutil.rmtree(self.scratch, ignore_errors=True)


def start_worker(settings: Settings, limits: Limits, command: str = "athena-worker") -> WorkerProcess:
    """Start a worker and wait until it can take a statement; raises `WorkerError` when it does not come up.

    On Linux the worker ends together with the thread that calls this.
    """
    scratch = settings.athena_dir / "scratch" / uuid.uuid4().hex
    scratch.mkdir(parents=True, mode=0o700)
    ours, theirs = socket.socketpair()
    with theirs:
        popen = _spawn(settings, theirs, command)
    worker = WorkerProcess(popen, Channel(ours), scratch)
    begin = {
        "parent_pid": os.getpid(),
        "folder": str(settings.athena_dir),
        "scratch": str(scratch),
        "threads": limits.threads,
        "memory_bytes": limits.memory_bytes,
        "engine_bytes": limits.engine_bytes,
        "scratch_bytes": limits.scratch_bytes,
        "endpoint": settings.endpoint,
        "region": settings.region,
    }
    try:
        worker.channel.send(begin)
        ready = worker.channel.receive(_READY_SECONDS)
    except ChannelClosedError as error:
        worker.kill()
        worker.clean()
        raise WorkerError(
            f"a process for Athena's statements ended at once with code {popen.returncode};"
            f" see {settings.logs_dir / 'athena.log'}"
        ) from error
    if ready is None:
        worker.kill()
        worker.clean()
        raise WorkerError(
            f"a process for Athena's statements was not ready within {_READY_SECONDS:g} s;"
            f" see {settings.logs_dir / 'athena.log'}"
        )
    worker.base_bytes = worker.own_bytes()
    worker.idle_since = time.monotonic()
    return worker


def start_reader(settings: Settings, limits: Limits) -> WorkerProcess:
    """Start a process that reads statements and runs none."""
    return start_worker(settings, limits, "athena-reader")


def _spawn(settings: Settings, connection: socket.socket, command: str) -> subprocess.Popen[bytes]:
    settings.logs_dir.mkdir(parents=True, exist_ok=True)
    with (settings.logs_dir / "athena.log").open("ab") as log_file:
        return subprocess.Popen(
            [sys.executable, "-m", "local_aws", command],
            stdin=connection.fileno(),
            stdout=log_file,
            stderr=log_file,
            env=_environment(os.environ, settings),
            cwd=REPOSITORY_DIR,
            start_new_session=True,
        )


def _environment(environment: Mapping[str, str], settings: Settings) -> dict[str, str]:
    kept = {name: environment[name] for name in _PASSED_ON if name in environment}
    own = {PARENT_PID_VARIABLE: str(os.getpid()), "AWS_EC2_METADATA_DISABLED": "true"}
    return {**kept, **settings.to_environment(), **own}
