"""The process of the delivery engine: finds delivery streams and keeps a worker for each.

Everything comes from public APIs: a stream is started when it is ACTIVE, started anew when its version changes
(after the old version has delivered what it held), and forgotten with its checkpoint when it is deleted.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws import regions
from local_aws.delivery import heartbeat, sole
from local_aws.delivery.aws import EngineClients
from local_aws.delivery.config import MIB, parse
from local_aws.delivery.errors import ConfigError
from local_aws.delivery.pipeline import DEFAULT_LIMIT_BYTES
from local_aws.delivery.release import bound_heaps
from local_aws.delivery.roles import ServiceClients
from local_aws.delivery.worker import Worker, discard_state
from local_aws.iam.services import FIREHOSE, read_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from local_aws.clients import Clients
    from local_aws.config import Settings
    from local_aws.delivery.config import DeliveryConfig

    MakeWorker = Callable[[DeliveryConfig, Clients, Path, Path, int], Worker]

_LOG = logging.getLogger(__name__)
_POLL_SECONDS = 1.0
_FLUSH_SECONDS = 50.0
_UPDATE_FLUSH_SECONDS = 30.0
_GIVE_UP_SECONDS = 10.0
_FIRST_RESTART_SECONDS = 1.0
_LONGEST_RESTART_SECONDS = 30.0
_CONNECTIONS = 64


@dataclass
class _Managed:
    """A stream's worker and, when it failed, when it is started again."""

    worker: Worker
    pause_seconds: float = _FIRST_RESTART_SECONDS
    restart_at: float | None = None
    replacement: DeliveryConfig | None = None
    give_up_at: float | None = field(default=None)
    restarts: int = 0
    last_failure: str | None = None


class Engines:
    """Keeps one engine for each Region that has state; `make` makes that of a Region, not yet polled."""

    def __init__(self, regions: Callable[[], Iterable[str]], make: Callable[[str], Engine]) -> None:
        self._regions = regions
        self._make = make
        self._by_region: dict[str, Engine] = {}
        self._polled_at = time.monotonic()

    def report(self) -> dict[str, Any]:
        """Return how the engines and their streams do, for the heartbeat."""
        return {
            "polled_seconds_ago": round(time.monotonic() - self._polled_at, 1),
            "streams": [one for engine in tuple(self._by_region.values()) for one in engine.report()],
        }

    def run(self, stop: threading.Event) -> bool:
        """Work until `stop` is set, then deliver everything; return whether that was possible in time."""
        while not stop.is_set():
            for region in self._regions():
                if region not in self._by_region:
                    self._by_region[region] = self._make(region)
                self._by_region[region].poll()
            self._polled_at = time.monotonic()
            stop.wait(_POLL_SECONDS)
        with ThreadPoolExecutor(max(1, len(self._by_region))) as lanes:
            return all(list(lanes.map(Engine.flush, self._by_region.values())))


class Engine:
    """Keeps one worker for each active delivery stream of one endpoint."""

    def __init__(
        self,
        clients: Clients,
        state_dir: Path,
        spool_dir: Path,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        make_worker: MakeWorker = Worker,
    ) -> None:
        self._clients = clients
        self._state_dir = state_dir
        self._spool_dir = spool_dir
        self._limit_bytes = limit_bytes
        self._make_worker = make_worker
        self._streams: dict[str, _Managed] = {}
        self._unusable: dict[str, tuple[int, int]] = {}

    def run(self, stop: threading.Event) -> bool:
        """Work until `stop` is set, then deliver everything; tell whether that was possible in time."""
        while not stop.is_set():
            self.poll()
            stop.wait(_POLL_SECONDS)
        return self.flush()

    def report(self) -> list[dict[str, Any]]:
        """Return how each stream does, for the heartbeat."""
        return [
            {**one.worker.report(), "restarts": one.restarts, "last_failure": one.last_failure}
            for one in tuple(self._streams.values())
        ]

    def poll(self) -> None:
        """Look once at the streams that exist and at how their workers are."""
        try:
            descriptions = self._describe()
        except (BotoCoreError, ClientError) as error:
            _LOG.warning("delivery streams cannot be listed: %s", error)
            return
        for name in set(self._streams) - set(descriptions):
            self._forget(name)
        for name, description in descriptions.items():
            self._look_after(name, description)

    def _describe(self) -> dict[str, dict[str, Any]]:
        client: Any = self._clients.client("firehose")
        names: list[str] = []
        request: dict[str, Any] = {"Limit": 1000}
        while True:
            answer = client.list_delivery_streams(**request)
            names += answer["DeliveryStreamNames"]
            if not answer["HasMoreDeliveryStreams"] or not answer["DeliveryStreamNames"]:
                break
            request["ExclusiveStartDeliveryStreamName"] = names[-1]
        descriptions = {}
        for name in names:
            try:
                answer = client.describe_delivery_stream(DeliveryStreamName=name)
            except client.exceptions.ResourceNotFoundException:
                continue
            description = answer["DeliveryStreamDescription"]
            if description["DeliveryStreamStatus"] in ("ACTIVE", "CREATING"):
                descriptions[name] = description
        return descriptions

    def _look_after(self, name: str, description: dict[str, Any]) -> None:
        if description["DeliveryStreamStatus"] != "ACTIVE":
            return
        try:
            config = parse(description)
        except ConfigError as error:
            self._complain_once(name, description, error)
            return
        managed = self._streams.get(name)
        if managed is not None and managed.worker.config.created_ms != config.created_ms:
            self._forget(name)
            managed = None
        if managed is None:
            self._streams[name] = self._start(config)
        elif managed.worker.config.version != config.version:
            self._replace(name, managed, config)
        elif not managed.worker.is_alive:
            self._restart(name, managed, config)

    def _start(self, config: DeliveryConfig) -> _Managed:
        home = self._state_dir / config.name
        if home.is_dir():
            for other in home.iterdir():
                if other.name != str(config.created_ms):
                    _LOG.info("%s was created anew: its earlier checkpoint is removed", config.name)
                    discard_state(other)
        worker = self._make_worker(
            config, self._clients, home / str(config.created_ms), self._spool_dir, self._limit_bytes
        )
        worker.start()
        return _Managed(worker)

    def _replace(self, name: str, managed: _Managed, config: DeliveryConfig) -> None:
        """Bring a stream to its new version: the old one delivers what it holds, in a limited time."""
        now = time.monotonic()
        if managed.give_up_at is None:
            _LOG.info(
                "%s: changing from version %d to %d", name, managed.worker.config.version, config.version
            )
            managed.worker.stop(flush=True)
            managed.give_up_at = now + _UPDATE_FLUSH_SECONDS
        elif managed.worker.is_alive and now >= managed.give_up_at:
            _LOG.warning("%s: version %d cannot deliver; version %d reads again what it held",
                         name, managed.worker.config.version, config.version)  # fmt: skip
            managed.worker.stop(flush=False)
        if not managed.worker.is_alive:
            self._streams[name] = self._start(config)

    def _restart(self, name: str, managed: _Managed, config: DeliveryConfig) -> None:
        now = time.monotonic()
        if managed.restart_at is None:
            managed.restart_at = now + managed.pause_seconds
            _LOG.error("%s: starts again in %.0f s", name, managed.pause_seconds)
        elif now >= managed.restart_at:
            restarted = self._start(config)
            restarted.restarts, restarted.last_failure = managed.restarts + 1, str(managed.worker.failure)
            restarted.pause_seconds = min(2 * managed.pause_seconds, _LONGEST_RESTART_SECONDS)
            self._streams[name] = restarted

    def _forget(self, name: str) -> None:
        """Discard a deleted stream. AWS rule: what it still held is discarded too, reference 1.7."""
        managed = self._streams.pop(name)
        managed.worker.stop(flush=False)
        if not managed.worker.join(_GIVE_UP_SECONDS):
            _LOG.warning("%s was deleted while a call of it hangs", name)
        discard_state(self._state_dir / name)
        _LOG.info("%s was deleted: what it held is discarded", name)

    def flush(self) -> bool:
        """Deliver everything that is held; return whether that was possible in time."""
        _LOG.info("stopping: %d delivery stream(s) deliver what they hold", len(self._streams))
        deadline = time.monotonic() + _FLUSH_SECONDS
        for managed in self._streams.values():
            managed.worker.stop(flush=True)
        all_done = True
        for name, managed in self._streams.items():
            if not managed.worker.join(max(0.0, deadline - time.monotonic())):
                _LOG.error("%s could not deliver everything: the rest is read again at the next start", name)
                managed.worker.stop(flush=False)
                managed.worker.join(5.0)
                all_done = False
        return all_done

    def _complain_once(self, name: str, description: dict[str, Any], error: ConfigError) -> None:
        created_ms = round(description["CreateTimestamp"].timestamp() * 1000)
        identity = (created_ms, int(description["VersionId"]))
        if self._unusable.get(name) != identity:
            self._unusable[name] = identity
            _LOG.error("%s cannot be run: %s", name, error)


def _clients(settings: Settings) -> Clients:
    """Give the engine's clients: where IAM is enforced it is the service Firehose, otherwise the account itself."""
    if not settings.auth:
        return EngineClients(settings.endpoint, settings.region, pool_size=_CONNECTIONS)
    key = read_key(settings, FIREHOSE)
    return ServiceClients(settings.endpoint, settings.region, key, _CONNECTIONS)


def main(settings: Settings) -> int:
    """Run the delivery engine against the gateway of `settings` until SIGTERM.

    Gives 0 when everything held was delivered; when some of it will be read again at the next start, the process
    ends with 1.
    """
    logging.basicConfig(
        level=settings.log_level,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        stream=sys.stderr,
    )
    bound_heaps()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings = regions.at_home(settings)
    limit_bytes = settings.delivery_buffer_mib * MIB

    def engine_of(region: str) -> Engine:
        own = settings.in_region(region)
        own.delivery_dir.mkdir(parents=True, exist_ok=True)
        return Engine(_clients(own), own.delivery_dir, own.spool_dir, limit_bytes)

    engines = Engines(partial(regions.with_state, settings), engine_of)
    heartbeat.start(engines.report)
    _LOG.info("the delivery engine runs against %s", settings.endpoint)
    lock = sole.hold(settings.run_dir / "engine.lock", stop)
    if lock is None:
        return 0
    done = engines.run(stop)
    _LOG.info(
        "the delivery engine ends, %s", "everything is delivered" if done else "not everything is delivered"
    )
    if not done:
        # A call that hangs (a function may take minutes) would keep the interpreter from ending.
        logging.shutdown()
        os._exit(1)
    return 0
