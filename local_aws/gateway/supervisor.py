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

import orjson

from local_aws.config import REPOSITORY_DIR
from local_aws.delivery.heartbeat import DESCRIPTOR_VARIABLE
from local_aws.parent import PARENT_PID_VARIABLE

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Callable

    from local_aws.config import Settings

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long the supervisor waits: between restarts, and for the last flush."""

    first_restart_seconds: float = 0.5
    longest_restart_seconds: float = 30.0
    # A process that ran this long was healthy: the next restart is quick again.
    settled_seconds: float = 60.0
    flush_seconds: float = 60.0
    # Without a heartbeat for so long it is said to be stalled, and later it is killed and started again.
    stalled_seconds: float = 10.0
    hung_seconds: float = 30.0
    # The first heartbeat of a process may take its time: a busy machine loads libraries slowly.
    first_beat_seconds: float = 120.0
    # A stream's thread, or the engine's look at its streams, that does not move for so long hangs.
    idle_seconds: float = 180.0
    last_words_seconds: float = 3.0


class _Pulse(asyncio.Protocol):
    """Cuts what comes through the pipe into lines."""

    def __init__(self, heard: Callable[[bytes], None]) -> None:
        self._heard = heard
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        """Take in a part of the stream of lines."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._heard(line)


def _trouble(stream: dict[str, Any]) -> str | None:
    """Return what is wrong with one delivery stream, by its part of the heartbeat."""
    if stream["failure"]:
        times = f" ({stream['restarts']} restarts)" if stream["restarts"] else ""
        return f"{stream['name']} has stopped and is started again{times}: {stream['failure']}"
    if stream["trouble"]:
        return f"{stream['name']} waits: {stream['trouble']}"
    return None


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
        self._beat: dict[str, Any] | None = None
        self._beat_at = 0.0
        self._heart: asyncio.Task[None] | None = None
        self._transport: asyncio.ReadTransport | None = None

    async def start(self) -> None:
        """Start the process and the watch over it, again after a `stop`."""
        self._stopping.clear()
        await self._spawn()
        self._watch = asyncio.create_task(self._keep_running(), name="delivery-supervisor")
        self._heart = asyncio.create_task(self._end_the_hung(), name="delivery-heart")

    async def stop(self, *, flush: bool = True) -> str | None:
        """Ask the process to flush and end, wait for it, and kill it if it takes too long; or kill it at once.

        Returns what it could not do, None when everything that it held is delivered.
        """
        self._stopping.set()
        if self._heart is not None:
            self._heart.cancel()
        problem = await self._end(flush=flush)
        if self._watch is not None:
            await self._watch
        if self._transport is not None:
            self._transport.close()
        self._state = "stopped"
        return problem

    async def _end(self, *, flush: bool) -> str | None:
        process, again = self._process, "what it had not delivered is read again at the next start"
        if process is None or process.returncode is not None:
            return f"the delivery engine was not running (exit code {self._last_exit_code}): {again}"
        if not flush:
            process.kill()
            await process.wait()
            return None
        seconds = self._patience.last_words_seconds if self._stall() else self._patience.flush_seconds
        self._state = "flushing"
        process.terminate()
        try:
            code = await asyncio.wait_for(process.wait(), seconds)
        except TimeoutError:
            problem = f"the delivery engine (pid {process.pid}) had not flushed after {seconds:.0f} s: killed; {again}"
            _log.error("%s", problem)
            process.kill()
            await process.wait()
            return problem
        if code:
            return f"the delivery engine could not deliver everything (exit code {code}): {again}"
        return None

    def problems(self) -> list[str]:
        """Return what is wrong with the engine and its streams now, in a sentence each."""
        stall = self._stall()
        if stall is not None:
            return [f"the delivery engine is stalled: {stall}"]
        if self._state not in ("running", "flushing"):
            code = self._last_exit_code
            return [
                f"the delivery engine is {self._state}" + ("" if code is None else f" (exit code {code})")
            ]
        return [text for stream in self._streams() if (text := _trouble(stream))]

    def _streams(self) -> list[dict[str, Any]]:
        return [] if self._beat is None else self._beat.get("streams", [])

    def _stall(self) -> str | None:
        """Return why the engine does not move, None when it does or does not run."""
        if self._state != "running":
            return None
        silent_seconds = time.monotonic() - (self._started_at if self._beat is None else self._beat_at)
        allowed = self._patience.first_beat_seconds if self._beat is None else self._patience.stalled_seconds
        if silent_seconds > allowed:
            return f"it has not been heard of for {silent_seconds:.0f} s"
        beat = self._beat or {}
        if beat.get("polled_seconds_ago", 0) > self._patience.idle_seconds:
            return f"it has not looked at its streams for {beat['polled_seconds_ago']:.0f} s"
        for stream in self._streams():
            if (stream["idle_seconds"] or 0) > self._patience.idle_seconds:
                return f"{stream['name']} has not moved for {stream['idle_seconds']:.0f} s"
        return None

    async def _end_the_hung(self) -> None:
        """Kill a process that has stalled for long; the watch starts it again."""
        stalled_since: float | None = None
        grace_seconds = self._patience.hung_seconds - self._patience.stalled_seconds
        while True:
            await asyncio.sleep(min(1.0, self._patience.stalled_seconds / 4))
            stall, now = self._stall(), time.monotonic()
            if stall is None or self._process is None:
                stalled_since = None
                continue
            stalled_since = now if stalled_since is None else stalled_since
            if now - stalled_since >= grace_seconds and self._process.returncode is None:
                _log.error("the delivery engine (pid %d) hangs (%s): killed", self._process.pid, stall)
                self._process.kill()
                stalled_since = None

    def health(self) -> dict[str, Any]:
        """Give the engine's state for the health endpoint."""
        running = self._process is not None and self._process.returncode is None
        return {
            "state": "stalled" if self._stall() else self._state,
            "heartbeat_seconds_ago": round(time.monotonic() - self._beat_at, 1) if self._beat else None,
            "streams": self._streams(),
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
        reading, writing = os.pipe()
        environment[DESCRIPTOR_VARIABLE] = str(writing)
        with (
            (self._settings.logs_dir / "delivery.log").open("ab") as log_file,
            os.fdopen(writing, "wb") as kept,
        ):
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log_file,
                stderr=log_file,
                env=environment,
                cwd=REPOSITORY_DIR,
                pass_fds=(kept.fileno(),),
                # A Ctrl+C in the terminal reaches the gateway alone, which then asks for the last flush.
                start_new_session=True,
            )
        self._started_at = time.monotonic()
        self._beat = None
        self._state = "running"
        if self._transport is not None:
            self._transport.close()
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.connect_read_pipe(
            lambda: _Pulse(self._heard), os.fdopen(reading, "rb", buffering=0)
        )
        _log.info("delivery engine started (pid %d)", self._process.pid)

    def _heard(self, line: bytes) -> None:
        try:
            beat = orjson.loads(line)
        except ValueError:
            # The last line of a process that was killed while it wrote.
            return
        if isinstance(beat, dict):
            self._beat, self._beat_at = beat, time.monotonic()

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
