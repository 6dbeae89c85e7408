"""The gateway's process: one listening socket, one event loop, the engine as a child."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import signal
import socket
import sys
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import psutil

from local_aws import __version__, regions, running
from local_aws.errors import ProcessError
from local_aws.gateway import ending, mending, ministack, saving
from local_aws.gateway.arrival import Arrival
from local_aws.gateway.disk import MIB, CheckedWrites, DiskReserve, Reserve, WriteFailures
from local_aws.gateway.door import Door
from local_aws.gateway.public_objects import PublicObjects
from local_aws.gateway.registry import make_services
from local_aws.gateway.reset import Resettable
from local_aws.gateway.saving import Saver, save_ministack
from local_aws.gateway.stack import make_stack
from local_aws.gateway.supervisor import Supervisor
from local_aws.iam.evaluator import Evaluator

if TYPE_CHECKING:
    from hypercorn.config import Config as HypercornConfig

    from local_aws.config import Settings
    from local_aws.gateway.service import Service

_log = logging.getLogger(__name__)

# Long enough for clients that keep connections between two polls; AWS's own is about as long.
_KEEP_ALIVE_SECONDS = 75
_BACKLOG = 1024
_CHILD_GRACE_SECONDS = 3.0


def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; give the exit code.

    Raises `ProcessError` when the state folder is in use by another instance or the port is taken.
    """
    _configure_logging(settings)
    lock = running.lock_state(settings)
    settings = regions.at_home(settings)
    listener = _listen(settings)
    ministack.prepare(settings)
    mending.mend(settings.ministack_dir / "state")
    _raise_open_files_limit()
    services = make_services(settings)
    started_at = datetime.now(UTC)
    recovered = saving.begin(settings)
    if recovered:
        _log.warning(recovered)
    running.write(settings, running.describe(settings, os.getpid()))
    try:
        for service in services:
            service.start()
        behind = ministack.load()
        problems = asyncio.run(_serve(settings, services, behind, listener, started_at, recovered))
        ending.write(settings, problems)
    finally:
        for service in services:
            service.stop()
        _end_children()
        running.remove(settings)
        listener.close()
        lock.close()
    if problems:
        _log.error("stopped, but %s", "; ".join(problems))
        return 1
    _log.info("stopped")
    return 0


async def _serve(
    settings: Settings,
    services: list[Service],
    behind: Any,
    listener: socket.socket,
    started_at: datetime,
    recovered: str | None,
) -> list[str]:
    """Serve until a signal; return what could not be done at the end."""
    from hypercorn.asyncio import serve as hypercorn_serve

    supervisor = Supervisor(settings) if settings.delivery_enabled else None
    reserve = Reserve(settings.state_dir, settings.disk_reserve_mib * MIB)
    failures = WriteFailures()
    failures.listen()
    problems: list[str] = []

    def health() -> dict[str, Any]:
        present = [
            *(supervisor.problems() if supervisor else ()),
            *(text for text in (saver.problem, reserve.refusal()) if text),
        ]
        return {
            "status": "degraded" if present else "ok",
            "problems": present,
            "version": __version__,
            "ministack_version": ministack.version(),
            "pid": os.getpid(),
            "endpoint": settings.endpoint,
            "state_dir": str(settings.state_dir),
            "region": settings.region,
            "account_id": settings.account_id,
            "auth": settings.auth,
            "started_at": started_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "services": [service.name for service in services],
            "recovered": recovered,
            "delivery": supervisor.health() if supervisor else {"state": "disabled"},
        }

    saver = Saver(partial(save_ministack, failures=failures))
    checked = CheckedWrites(behind, failures)
    answering = Resettable(
        settings,
        services,
        behind,
        partial(make_services, settings),
        lambda made: make_stack(settings, made, checked, health, saver.note),
        supervisor,
        _end_children,
    )
    stop_asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stop_asked.set)

    failed_before: list[int] = []

    async def until_stopped() -> None:
        # The server has begun to listen when hypercorn starts to wait here, and it goes on serving until this
        # returns: the engine needs it for its last flush.
        saver.start()
        if supervisor is not None:
            await supervisor.start()
        _log.info("serving at %s, state in %s", settings.endpoint, settings.state_dir)
        await stop_asked.wait()
        _log.info("stopping")
        if supervisor is not None:
            undelivered = await supervisor.stop()
            problems.extend([undelivered] if undelivered else [])
        await saver.stop()
        failed_before.append(failures.count)

    public = PublicObjects(behind, Evaluator(settings.account_id), settings.region)
    door = Door(
        DiskReserve(answering, reserve),
        settings,
        public.allow,
        answering.verified_root if settings.auth else None,
    )
    serving: Any = Arrival(door)
    await hypercorn_serve(serving, _hypercorn_config(listener), shutdown_trigger=until_stopped, mode="asgi")
    answering.close()
    # MiniStack has saved everything by now, or has said in its log what it could not.
    if failed_before and failures.count == failed_before[0]:
        saving.end(settings)
    else:
        problems.append(
            f"what MiniStack holds in memory is not saved ({failures.last}): what is deployed is as it was saved last "
            f"in {settings.ministack_dir / 'state'}, and records in Kinesis that were not delivered are gone"
        )
    return problems


def _hypercorn_config(listener: socket.socket) -> HypercornConfig:
    from hypercorn.config import Config

    config = Config()
    # Hypercorn closes the descriptor it is given; ours stays for as long as this process is alive.
    config.bind = [f"fd://{os.dup(listener.fileno())}"]
    config.keep_alive_timeout = _KEEP_ALIVE_SECONDS
    # Its default closes a connection after 1,000 requests, which a busy client sees as an error.
    config.keep_alive_max_requests = sys.maxsize
    config.backlog = _BACKLOG
    config.loglevel = "WARNING"
    return config


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.bind_host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.bind_host, settings.port))
        # Bound sockets that nobody listens on do not stop a second instance from binding too.
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise ProcessError(running.port_taken_message(settings, error)) from error
    return listener


def _end_children() -> None:
    """End the worker processes in which MiniStack runs functions, and whatever else we have started."""
    children = psutil.Process().children(recursive=True)
    for child in children:
        _signal(child, signal.SIGTERM)
    _, alive = psutil.wait_procs(children, timeout=_CHILD_GRACE_SECONDS)
    for child in alive:
        _log.warning("process %d did not end by itself: killed", child.pid)
        _signal(child, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=_CHILD_GRACE_SECONDS)


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        _log.debug("process %d has ended by itself", process.pid)


def _raise_open_files_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _configure_logging(settings: Settings) -> None:
    logging.basicConfig(
        level=logging.DEBUG if settings.log_level == "DEBUG" else logging.WARNING,
        format="%(asctime)s - %(levelname)s - %(name)s - %(message)s",
        stream=sys.stderr,
    )
    logging.getLogger("local_aws").setLevel(settings.log_level)
