"""The supervisor with small stand-ins for the engine."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

from local_aws.config import Settings
from local_aws.gateway.supervisor import Patience, Supervisor
from tests.waiting import LIMIT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

_QUICK = Patience(first_restart_seconds=0.05, longest_restart_seconds=0.2)
_UNTIL_TERM = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("up", flush=True)
time.sleep(600)
"""
_DEAF = _UNTIL_TERM.replace("lambda *_: sys.exit(0)", "signal.SIG_IGN")
_CRASH = "import sys; sys.exit(3)"


def run(
    tmp_path: Path, source: str, test: Callable[[Supervisor], Awaitable[None]], patience: Patience = _QUICK
) -> str:
    """Run `test` with a supervised process; give what the process has printed."""
    settings = Settings(state_dir=tmp_path)

    async def body() -> None:
        supervisor = Supervisor(settings, (sys.executable, "-c", source), patience)
        await supervisor.start()
        try:
            await test(supervisor)
        finally:
            await supervisor.stop()

    asyncio.run(body())
    return (settings.logs_dir / "delivery.log").read_text()


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def test_a_running_process_is_reported_and_stopped(tmp_path: Path) -> None:
    async def test(supervisor: Supervisor) -> None:
        await until(lambda: "up" in (tmp_path / "logs" / "delivery.log").read_text())
        health = supervisor.health()
        assert health["state"] == "running"
        assert health["restarts"] == 0
        await supervisor.stop()
        assert supervisor.health()["state"] == "stopped"
        assert supervisor.health()["last_exit_code"] == 0
        assert supervisor.health()["pid"] is None

    assert run(tmp_path, _UNTIL_TERM, test) == "up\n"


def test_a_crashing_process_is_started_again_with_growing_pauses(tmp_path: Path) -> None:
    async def test(supervisor: Supervisor) -> None:
        begun = time.monotonic()
        await until(lambda: supervisor.health()["restarts"] == 3)
        assert time.monotonic() - begun >= 0.05 + 0.1 + 0.2
        assert supervisor.health()["last_exit_code"] == 3

    run(tmp_path, _CRASH, test)


def test_a_stop_during_the_pause_before_a_restart(tmp_path: Path) -> None:
    async def test(supervisor: Supervisor) -> None:
        await until(lambda: supervisor.health()["state"] == "restarting")
        await asyncio.wait_for(supervisor.stop(), LIMIT_SECONDS)
        assert supervisor.health()["restarts"] == 0

    run(tmp_path, _CRASH, test, Patience(first_restart_seconds=10 * LIMIT_SECONDS))


def test_a_process_that_does_not_end_is_killed(tmp_path: Path) -> None:
    async def test(supervisor: Supervisor) -> None:
        await until(lambda: "up" in (tmp_path / "logs" / "delivery.log").read_text())
        await supervisor.stop()
        assert supervisor.health()["last_exit_code"] == -9

    run(tmp_path, _DEAF, test, Patience(flush_seconds=0.3))
