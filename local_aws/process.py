"""Starting, finding and stopping an instance from the outside."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local_aws import orphans, running
from local_aws.clients import LOCAL_CREDENTIALS
from local_aws.config import REPOSITORY_DIR
from local_aws.errors import ProcessError
from local_aws.gateway import ending, saving

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from local_aws.config import Settings

_POLL_SECONDS = 0.05
_PROBE_TIMEOUT_SECONDS = 2.0
_LOG_LIMIT_BYTES = 10 * 1024 * 1024
_LOG_TAIL_LINES = 15
_RESET_TIMEOUT_SECONDS = 120.0
_LAST_GRACE_SECONDS = 2.0


@dataclass(frozen=True)
class Started:
    """What `up` found or made."""

    pid: int
    endpoint: str
    seconds: float
    already_running: bool
    # What to know of the end of the one before, when that was not an orderly stop.
    recovered: str | None = None


@dataclass(frozen=True)
class Stopped:
    """What `down` did: the gateway's pid (None: nothing ran), the processes it had to kill, and what was not done."""

    pid: int | None
    seconds: float
    killed: tuple[int, ...]
    problems: tuple[str, ...] = ()


def up(settings: Settings, timeout_seconds: float = 60.0) -> Started:
    """Start an instance in the background and wait until it answers; one that runs already is a success.

    Raises `ProcessError` when the port is taken, when the process ends at once, or after the time limit.
    """
    begun = time.monotonic()
    found = running.find(settings)
    if found is not None:
        instance, process = found
        if instance.port != settings.port:
            raise ProcessError(
                f"an instance with the state folder {settings.state_dir} runs already, on port "
                f"{instance.port} (pid {instance.pid}); stop it first: STREAMLAKE_PORT={instance.port} make down"
            )
        _wait_until_healthy(settings, process, timeout_seconds)
        return Started(instance.pid, instance.endpoint, time.monotonic() - begun, already_running=True)
    refusal = running.port_is_free(settings)
    if refusal is not None:
        raise ProcessError(running.port_taken_message(settings, refusal))
    child = _spawn(settings)
    _wait_until_healthy(settings, psutil.Process(child.pid), timeout_seconds, child)
    recovered = (health(settings) or {}).get("recovered")
    seconds = time.monotonic() - begun
    return Started(child.pid, settings.endpoint, seconds, already_running=False, recovered=recovered)


def down(settings: Settings, timeout_seconds: float = 120.0) -> Stopped:
    """Stop the instance of this state folder: it flushes, saves and ends; past the time limit it is killed.

    Leaves no process behind: the delivery engine's and the functions' processes are checked too.
    """
    begun = time.monotonic()
    found = running.find(settings)
    if found is None:
        left = orphans.find(settings)
        _end(left)
        seconds = time.monotonic() - begun
        return Stopped(None, seconds, tuple(one.pid for one in left), tuple(unsaved(settings)))
    instance, gateway = found
    family = [gateway, *_children(gateway)]
    gateway.terminate()
    if _wait([gateway], timeout_seconds):
        family += _children(gateway)
    leftover = _wait(family, _LAST_GRACE_SECONDS)
    leftover += [one for one in orphans.find(settings) if one not in leftover]
    _end(leftover)
    running.remove(settings)
    killed = tuple(process.pid for process in leftover)
    seconds = time.monotonic() - begun
    problems = ending.read(settings)
    if problems is None:
        problems = [
            f"the local AWS ended without a word of what it saved; its log ends with\n{_log_tail(settings)}"
        ]
    return Stopped(instance.pid, seconds, killed, tuple(problems))


def unsaved(settings: Settings) -> list[str]:
    """Return what to know of an instance that does not run any more and did not save everything when it ended."""
    if not saving.was_in_use(settings):
        return []
    ended = ending.read(settings)
    how = "; ".join(ended) if ended else "it was killed"
    return [f"the local AWS did not save everything when it ended ({how}): make up says what is there"]


def reset(settings: Settings) -> float:
    """Empty the instance of this state folder, running or not; return how many seconds that took.

    Raises `ProcessError` when the instance refuses or does not answer.
    """
    begun = time.monotonic()
    found = running.find(settings)
    if found is None:
        with running.locked(settings):
            empty(settings, keep=(settings.run_dir, settings.logs_dir))
        return time.monotonic() - begun
    request = AWSRequest("POST", f"{found[0].endpoint}/_local_aws/reset")
    key = Credentials(LOCAL_CREDENTIALS.access_key_id, LOCAL_CREDENTIALS.secret_access_key)
    SigV4Auth(key, "local-aws", settings.region).add_auth(request)
    asked = urllib.request.Request(  # noqa: S310 - the address is always http to this machine
        str(request.url), method="POST", headers=dict(request.headers.items())
    )
    try:
        with urllib.request.urlopen(asked, timeout=_RESET_TIMEOUT_SECONDS) as response:  # noqa: S310 - see above
            response.read()
    except OSError as error:
        raise ProcessError(f"the local AWS at {found[0].endpoint} was not reset: {error}") from error
    return time.monotonic() - begun


def empty(settings: Settings, keep: Collection[Path]) -> None:
    """Remove what is in the state folder, except the folders `keep`."""
    for entry in settings.state_dir.iterdir():
        if entry in keep:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def health(settings: Settings) -> dict[str, Any] | None:
    """Give what the instance on this port says of itself, or None if nothing of ours answers there."""
    try:
        with urllib.request.urlopen(  # noqa: S310 - the address is always http to this machine
            f"{settings.endpoint}/_local_aws/health", timeout=_PROBE_TIMEOUT_SECONDS
        ) as response:
            content = json.loads(response.read())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and "state_dir" in content else None


def _spawn(settings: Settings) -> subprocess.Popen[bytes]:
    settings.logs_dir.mkdir(parents=True, exist_ok=True)
    log_path = settings.logs_dir / "gateway.log"
    _rotate(log_path)
    with log_path.open("ab") as log_file:
        return subprocess.Popen(
            [sys.executable, "-m", "local_aws", "serve"],
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=log_file,
            env={**os.environ, **settings.to_environment()},
            cwd=REPOSITORY_DIR,
            # Its own session: a Ctrl+C in the terminal that started it does not reach it.
            start_new_session=True,
        )


def _wait_until_healthy(
    settings: Settings,
    process: psutil.Process,
    timeout_seconds: float,
    child: subprocess.Popen[bytes] | None = None,
) -> None:
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        content = health(settings)
        if content is not None and content["pid"] == process.pid:
            return
        if (child is not None and child.poll() is not None) or not _is_alive(process):
            raise ProcessError(f"the local AWS ended at once; its log ends with\n{_log_tail(settings)}")
        time.sleep(_POLL_SECONDS)
    if child is not None:
        child.kill()
        child.wait()
    raise ProcessError(
        f"the local AWS did not answer at {settings.endpoint} within {timeout_seconds:.0f} s; "
        f"its log ends with\n{_log_tail(settings)}"
    )


def _log_tail(settings: Settings) -> str:
    path = settings.logs_dir / "gateway.log"
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    return "\n".join([f"  {line}" for line in lines[-_LOG_TAIL_LINES:]] or ["  (nothing)"])


def _rotate(path: Path) -> None:
    if path.exists() and path.stat().st_size > _LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".log.1"))


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _wait(processes: list[psutil.Process], timeout_seconds: float) -> list[psutil.Process]:
    """Wait for processes that may not be our children; give those that are alive after the time limit.

    One that has ended but that nobody has reaped yet is not alive.
    """
    deadline = time.monotonic() + timeout_seconds
    while True:
        alive = [process for process in processes if _is_alive(process)]
        if not alive or time.monotonic() >= deadline:
            return alive
        time.sleep(_POLL_SECONDS)


def _end(processes: list[psutil.Process]) -> None:
    for process in processes:
        _kill(process)
    _wait(processes, _LAST_GRACE_SECONDS)


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        # It ended between the look and the kill, which is what was wanted.
        return
