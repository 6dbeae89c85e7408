"""What is running: the record an instance leaves in its state folder, and who else holds a port.

A process is known by its id together with its start time, so that an id which the system has given to another
process since then is never taken for ours.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING

import psutil

from local_aws.durable import write_json
from local_aws.errors import ProcessError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local_aws.config import Settings

# psutil gives start times as floats that differ in the last digits between readings on some systems.
_SAME_START_SECONDS = 0.05


@dataclass(frozen=True)
class Instance:
    """One gateway process: its id, when it started (epoch seconds), and where it listens."""

    pid: int
    create_time: float
    port: int
    endpoint: str


def describe(settings: Settings, pid: int) -> Instance:
    """Describe the process `pid` as an instance with these settings."""
    return Instance(pid, psutil.Process(pid).create_time(), settings.port, settings.endpoint)


def write(settings: Settings, instance: Instance) -> None:
    """Leave the record of a running instance in its state folder."""
    write_json(_record(settings), asdict(instance))


def remove(settings: Settings) -> None:
    """Take the record away; without one, nothing happens."""
    _record(settings).unlink(missing_ok=True)


def find(settings: Settings) -> tuple[Instance, psutil.Process] | None:
    """Give the instance that runs on this state folder, or None; a record of a dead one is removed."""
    instance = _read(_record(settings))
    if instance is None:
        return None
    process = alive(instance.pid, instance.create_time)
    if process is None:
        remove(settings)
        return None
    return instance, process


def alive(pid: int, create_time: float) -> psutil.Process | None:
    """Give the process with this id and start time if it is (still) alive."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - create_time) < _SAME_START_SECONDS
        if same and process.status() != psutil.STATUS_ZOMBIE:
            return process
    except psutil.NoSuchProcess:
        return None
    return None


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Hold the state folder: no instance starts meanwhile.

    Raises `ProcessError` when an instance has it.
    """
    lock = lock_state(settings)
    try:
        yield
    finally:
        lock.close()


def lock_state(settings: Settings) -> IO[str]:
    """Take the state folder for this process until the file is closed. Raises `ProcessError`."""
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    # A folder of an earlier version, or one that somebody else has made, may be open to others.
    if settings.state_dir.stat().st_uid == os.getuid():
        settings.state_dir.chmod(0o700)
    lock = (settings.run_dir / "gateway.lock").open("w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise ProcessError(
            f"another instance uses the state folder {settings.state_dir}; "
            "stop it (make down) or set STREAMLAKE_STATE_DIR to another folder"
        ) from error
    return lock


def port_is_free(settings: Settings) -> OSError | None:
    """Give None if the port can be bound, otherwise the reason why not."""
    family = socket.AF_INET6 if ":" in settings.bind_host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.bind_host, settings.port))
        except OSError as error:
            return error
    return None


def port_taken_message(settings: Settings, error: OSError) -> str:
    """Say which port is not to be had, who holds it as far as can be told, and what to do."""
    holder = port_holder(settings.port)
    by = f" by {holder.name()} (pid {holder.pid})" if holder else f" ({error.strerror})"
    return (
        f"port {settings.port} on {settings.bind_host} is taken{by}; "
        "stop that program, or choose another port with STREAMLAKE_PORT"
    )


def port_holder(port: int) -> psutil.Process | None:
    """Give the process that listens on `port`, or None if there is none or the system does not tell."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        return None
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port:
            return _process(connection.pid)
    return None


def _process(pid: int | None) -> psutil.Process | None:
    if pid is None:
        return None
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def _record(settings: Settings) -> Path:
    return settings.run_dir / "gateway.json"


def _read(path: Path) -> Instance | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Instance(
            int(content["pid"]), float(content["create_time"]), int(content["port"]), str(content["endpoint"])
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        # No record, or one torn by a crash: the lock on the state folder decides, not this file.
        return None
