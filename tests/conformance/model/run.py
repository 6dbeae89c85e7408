"""Takes a scenario through the real control plane and the real engine, on a simulated clock."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from unittest import mock

from local_aws.config import Settings
from local_aws.delivery.config import DeliveryConfig, parse
from local_aws.delivery.status import FILE_NAME, read_status
from local_aws.delivery.worker import Worker
from local_aws.firehose.service import FirehoseService, Pace
from local_aws.gateway.service import ApiRequest
from tests.conformance.model import scenario as names
from tests.conformance.model.function import Function
from tests.conformance.model.simulation import Simulation
from tests.conformance.model.stand_ins import Clients, World

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conformance.model.function import Call
    from tests.conformance.model.scenario import Interruption, Scenario
    from tests.conformance.model.stand_ins import Written

_AT_ONCE = Pace(creating_seconds=0.0, deleting_seconds=0.0, encrypting_seconds=0.0)
_LONGEST_SECONDS = 4 * 3600.0


@dataclass
class Result:
    """What was seen from outside. `destinations` are the S3 settings as requested, by version."""

    objects: list[Written]
    calls: list[Call]
    events: list[dict[str, Any]]
    served_ms: dict[tuple[int, str], int]
    ended_ms: int
    metrics: dict[str, float]
    destinations: dict[int, dict[str, Any]] = field(default_factory=dict)


class NoDependencies:
    """Everything that a delivery stream refers to is there."""

    def check_table(self, _: Any) -> None:
        return

    def check_stream(self, _: Any) -> None:
        return


class ControlPlane:
    """The real Firehose service, without a gateway before it."""

    def __init__(self, folder: Path, simulation: Simulation) -> None:
        dependencies: Any = NoDependencies()
        settings = Settings(state_dir=folder)
        with mock.patch("local_aws.firehose.service.Clients"):
            self._service = FirehoseService(
                settings, _AT_ONCE, dependencies, lambda: (simulation.now_ms() + 0.001) / 1000
            )
        self._service.start()

    def call(self, operation: str, **parameters: Any) -> Any:
        return self._service.handle(
            ApiRequest("firehose", operation, parameters, names.REGION, names.ACCOUNT, None)
        )

    def describe(self) -> dict[str, Any]:
        """Give the description as boto3 gives it: with datetimes."""
        answer = self.call("DescribeDeliveryStream", DeliveryStreamName=names.STREAM)
        description: dict[str, Any] = dict(answer["DeliveryStreamDescription"])
        description["CreateTimestamp"] = _moment(description["CreateTimestamp"])
        source = description.get("Source", {}).get("KinesisStreamSourceDescription")
        if source is not None:
            source["DeliveryStartTimestamp"] = _moment(source["DeliveryStartTimestamp"])
        return description

    def close(self) -> None:
        self._service.stop()


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)


class Life:
    """One worker after the other on the same folder, until everything is delivered."""

    def __init__(self, scenario: Scenario, folder: Path, simulation: Simulation, records: int) -> None:
        self._scenario = scenario
        self._folder = folder
        self._simulation = simulation
        self._records = records
        self._world = World(simulation, scenario)
        self._clients = Clients(self._world, Function(scenario.treatments, scenario.bombs))
        self._control = ControlPlane(folder, simulation)
        self._destinations: dict[int, dict[str, Any]] = {}

    def run(self) -> Result:
        try:
            self._control.call("CreateDeliveryStream", **self._scenario.request)
            self._destinations[1] = dict(self._scenario.request["ExtendedS3DestinationConfiguration"])
            if self._scenario.is_direct:
                self._simulation.spawn("producer", self._produce)
            for interruption in self._scenario.interruptions:
                self._live_until(interruption)
                self._world.life += 1
            self._live_to_the_end()
        finally:
            self._simulation.kill()
            self._control.close()
        function = self._clients.function
        return Result(
            list(self._clients.s3.objects.values()),
            function.calls,
            function.events,
            self._clients.kinesis.served_ms,
            self._ended_ms,
            self._clients.cloudwatch.sums,
            self._destinations,
        )

    def _produce(self) -> None:
        for put in self._scenario.puts:
            self._simulation.sleep((put.at_ms - self._simulation.now_ms()) / 1000)
            self._control.call("PutRecord", DeliveryStreamName=names.STREAM, Record={"Data": put.data})

    def _start(self) -> Worker:
        config: DeliveryConfig = parse(self._control.describe())
        clients: Any = self._clients
        settings = Settings(state_dir=self._folder)
        # What it says of the last life would be taken for this one's.
        (self._state / FILE_NAME).unlink(missing_ok=True)
        worker = Worker(
            config, clients, self._state, settings.spool_dir, self._scenario.limit_bytes, self._simulation
        )
        worker.start()
        return worker

    @property
    def _state(self) -> Path:
        return self._folder / "delivery"

    def _live_until(self, interruption: Interruption) -> None:
        worker = self._start()
        self._simulation.run_until(lambda: not worker.is_alive, interruption.after_seconds)
        assert worker.is_alive, worker.failure
        match interruption.kind:
            case "kill":
                self._simulation.kill()
                if self._scenario.is_direct:
                    raise AssertionError("the producer lives in the gateway, which is not killed")
            case "stop":
                worker.stop(flush=False)
            case "flush":
                worker.stop(flush=True)
            case "update":
                self._update(interruption)
                worker.stop(flush=True)
        assert worker.join(_LONGEST_SECONDS), "the worker does not end"
        assert worker.failure is None, worker.failure

    def _update(self, interruption: Interruption) -> None:
        version = len(self._destinations)
        self._control.call(
            "UpdateDestination",
            DeliveryStreamName=names.STREAM,
            CurrentDeliveryStreamVersionId=str(version),
            DestinationId="destinationId-000000000001",
            ExtendedS3DestinationUpdate=interruption.update,
        )
        self._destinations[version + 1] = {**self._destinations[version], **interruption.update}

    def _live_to_the_end(self) -> None:
        worker = self._start()

        def is_read() -> bool:
            status = read_status(self._state)
            assert worker.is_alive, worker.failure
            return status is not None and status.records_read >= self._records

        def is_delivered() -> bool:
            status = read_status(self._state)
            return is_read() and status is not None and status.records_outstanding == 0

        self._step_until(is_read, "everything is read")
        if self._scenario.ends_by_age:
            self._step_until(is_delivered, "everything is delivered")
        self._ended_ms = self._simulation.now_ms()
        worker.stop(flush=True)
        assert worker.join(_LONGEST_SECONDS), "not everything can be delivered"
        assert worker.failure is None, worker.failure

    def _step_until(self, condition: Any, what: str) -> None:
        for _ in range(int(_LONGEST_SECONDS)):
            if condition():
                return
            self._simulation.run_until(lambda: False, 1.0)
        raise AssertionError(f"never comes: {what}")


def run(scenario: Scenario, folder: Path, records: int) -> Result:
    """Run a scenario from which `records` user records are to be delivered."""
    simulation = Simulation(names.CREATED_MS)
    life_start = simulation.threading
    with ExitStack() as patches:
        for place, stand_in in (
            ("local_aws.delivery.worker.threading", life_start),
            ("local_aws.delivery.intake.threading", life_start),
            ("local_aws.delivery.worker.ThreadPoolExecutor", simulation.executor),
            ("local_aws.delivery.worker.RecordsApi", lambda clients: clients.kinesis),
            ("local_aws.delivery.pipeline.ACTIVE_PARTITIONS", scenario.most_partitions),
            # Nothing here survives the process, and all lives share its memory: these would only cost time.
            ("local_aws.delivery.worker.release_memory", lambda: None),
            ("os.fsync", lambda _: None),
            ("os.fdatasync", lambda _: None),
        ):
            patches.enter_context(mock.patch(place, stand_in))
        return Life(scenario, folder, simulation, records).run()
