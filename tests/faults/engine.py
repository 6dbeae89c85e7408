"""The delivery engine as a process of its own that tests kill, and a record of what must arrive."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil

from local_aws.config import REPOSITORY_DIR, Settings

if TYPE_CHECKING:
    from pathlib import Path


class EngineProcess:
    """`python -m local_aws deliver` against `port`; one at a time."""

    def __init__(self, settings: Settings, port: int | None = None, buffer_mib: int = 256) -> None:
        self.settings = dataclasses.replace(
            settings, port=port or settings.port, delivery_buffer_mib=buffer_mib
        )
        self.log: Path = settings.state_dir / "engine-under-test.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {**os.environ, **self.settings.to_environment()}
        environment.pop("STREAMLAKE_PARENT_PID", None)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "local_aws", "deliver"],
                env=environment,
                cwd=REPOSITORY_DIR,
                stdout=log,
                stderr=log,
            )

    @property
    def process(self) -> psutil.Process:
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask for an orderly end and give the exit code."""
        return self._end(signal.SIGTERM)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def _end(self, number: int) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(timeout=300)

    def text(self) -> str:
        return self.log.read_text()
