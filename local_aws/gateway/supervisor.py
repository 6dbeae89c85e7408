"""Keeps the delivery engine running in a process of its own, and ends it in an orderly way."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.config import REPOSITORY_DIR

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from local_aws.config import Settings

_log = logging.getLogger(__name__)

PARENT_PID_VARIABLE = "STREAMLAKE_PARENT_PID"


@dataclass(frozen=True)
class Patience:
    """How long the supervisor waits: between restarts, and for the last flush."""

    first_restart_seconds: float = 0.5
    longest_restart_seconds: float = 30.0
    # A process that ran this long was healthy: the next restart is quick again.
    settled_seconds: float = 60.0
    flush_seconds: float = 60.0


class Supervisor:
    """Starts `command`, restarts it with growing pauses when it ends by itself, stops it on demand."""

    def __init__(
        self, settings: Settings, command: tuple[str, ...] | None = None, patience: Patience | None = None
    ) -> None:
        self._settings = settings
        self._command = command or (sys.executable, "-m", "local_aws", "deliver")
        self._patience = patience or Patience()
        self._process: Process | None = None
        self._stopping = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None
        self._restarts = 0
        self._last_exit_code: int | None = None
        self._state = "starting"
        self._started_at = 0.0

    async def start(self) -> None:
        """Start the process and the watch over it, again after a `stop`."""
        self._stopping.clear()
        await self._spawn()
        self._watch = asyncio.create_task(self._keep_running(), name="delivery-supervisor")

    async def stop(self, *, flush: bool = True) -> None:
        """Ask the process to flush and end, wait for it, and kill it if it takes too long; or kill it at once."""
        self._stopping.set()
        process = self._process
        if process is not None and process.returncode is None and not flush:
            process.kill()
            await process.wait()
        elif process is not None and process.returncode is None:
            self._state = "flushing"
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), self._patience.flush_seconds)
            except TimeoutError:
                _log.error(
                    "the delivery engine (pid %d) had not flushed after %.0f s: killed; what it had not "
                    "delivered is read again at the next start",
                    process.pid,
                    self._patience.flush_seconds,
                )
                process.kill()
                await process.wait()
        if self._watch is not None:
            await self._watch
        self._state = "stopped"

    def health(self) -> dict[str, Any]:
        """Give the engine's state for the health endpoint."""
        running = self._process is not None and self._process.returncode is None
        return {
            "state": self._state,
            "pid": self._process.pid if running and self._process else None,
            "uptime_seconds": round(time.monotonic() - self._started_at, 1) if running else None,
            "restarts": self._restarts,
            "last_exit_code": self._last_exit_code,
        }

    async def _spawn(self) -> None:
        environment = {
            **os.environ,
            **self._settings.to_environment(),
            PARENT_PID_VARIABLE: str(os.getpid()),
        }
        self._settings.logs_dir.mkdir(parents=True, exist_ok=True)
        with (self._settings.logs_dir / "delivery.log").open("ab") as log_file:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log_file,
                stderr=log_file,
                env=environment,
                cwd=REPOSITORY_DIR,
                # A Ctrl+C in the terminal reaches the gateway alone, which then asks for the last flush.
                start_new_session=True,
            )
        self._started_at = time.monotonic()
        self._state = "running"
        _log.info("delivery engine started (pid %d)", self._process.pid)

    async def _keep_running(self) -> None:
        pause_seconds = self._patience.first_restart_seconds
        while self._process is not None:
            self._last_exit_code = await self._process.wait()
            if self._stopping.is_set():
                _log.info("delivery engine ended with code %d", self._last_exit_code)
                return
            if time.monotonic() - self._started_at >= self._patience.settled_seconds:
                pause_seconds = self._patience.first_restart_seconds
            self._state = "restarting"
            _log.error(
                "the delivery engine ended with code %d; starting it again in %.1f s (its log: %s)",
                self._last_exit_code,
                pause_seconds,
                self._settings.logs_dir / "delivery.log",
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause_seconds)
            if self._stopping.is_set():
                return
            pause_seconds = min(2 * pause_seconds, self._patience.longest_restart_seconds)
            self._restarts += 1
            await self._spawn()
