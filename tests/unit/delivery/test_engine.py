"""Which delivery streams run, and what happens when they change, fail or go away."""

from __future__ import annotations

import itertools
import logging
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.delivery.engine import Engine
from local_aws.delivery.worker import discard_state
from tests.unit.delivery.support import OneClient, client_error, describe

if TYPE_CHECKING:
    from pathlib import Path

    from local_aws.delivery.config import DeliveryConfig


class NotFoundError(Exception):
    """Firehose's ResourceNotFoundException."""


class FakeFirehose:
    """Delivery streams that tests make and change; lists two of them at a time."""

    class exceptions:  # noqa: N801 - as boto3 names it
        ResourceNotFoundException = NotFoundError

    def __init__(self) -> None:
        self.streams: dict[str, dict[str, Any]] = {}
        self.is_away = False

    def list_delivery_streams(self, **request: Any) -> dict[str, Any]:
        if self.is_away:
            raise client_error("InternalFailure", 500)
        names = sorted(self.streams)
        start = request.get("ExclusiveStartDeliveryStreamName")
        rest = [name for name in names if start is None or name > start]
        return {"DeliveryStreamNames": rest[:2], "HasMoreDeliveryStreams": len(rest) > 2}

    def describe_delivery_stream(self, **request: Any) -> dict[str, Any]:
        description = self.streams[request["DeliveryStreamName"]]
        if description["DeliveryStreamStatus"] == "GONE":
            raise NotFoundError
        return {"DeliveryStreamDescription": description}


class FakeWorker:
    """A worker that does as told: flushes at once unless it is stuck."""

    def __init__(
        self, config: DeliveryConfig, _clients: Any, directory: Path, _spool: Path, _limit: int
    ) -> None:
        self.config = config
        self.directory = directory
        self.is_alive = False
        self.is_stuck = False
        self.failure: BaseException | None = None
        self.stops: list[bool] = []
        ALL.append(self)

    def start(self) -> None:
        self.is_alive = True
        self.directory.mkdir(parents=True, exist_ok=True)

    def stop(self, *, flush: bool) -> None:
        self.stops.append(flush)
        if not (flush and self.is_stuck):
            self.is_alive = False

    def join(self, _: float | None = None) -> bool:
        return not self.is_alive


ALL: list[FakeWorker] = []


class Scene:
    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        ALL.clear()
        self.folder = folder
        self.firehose = FakeFirehose()
        self.now = 0.0
        monkeypatch.setattr("local_aws.delivery.engine.time.monotonic", lambda: self.now)
        clients: Any = OneClient(self.firehose)
        make: Any = FakeWorker
        self.engine = Engine(clients, folder, folder / "spool", make_worker=make)

    def add(self, name: str, status: str = "ACTIVE", **more: Any) -> None:
        self.firehose.streams[name] = {**describe(name=name), "DeliveryStreamStatus": status, **more}

    def poll(self, seconds: float = 1.0) -> None:
        self.now += seconds
        self.engine.poll()

    @property
    def running(self) -> list[tuple[str, int]]:
        return sorted((worker.config.name, worker.config.version) for worker in ALL if worker.is_alive)


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    return Scene(tmp_path, monkeypatch)


def test_active_streams_run_over_pages_of_the_list(scene: Scene) -> None:
    for name in "abcde":
        scene.add(name)
    scene.add("new", "CREATING")
    scene.add("old", "DELETING")
    scene.add("just gone", "GONE")
    scene.poll()
    scene.poll()
    assert scene.running == [(name, 1) for name in "abcde"]
    scene.add("new")
    scene.poll()
    assert ("new", 1) in scene.running
    assert len(ALL) == 6


def test_a_firehose_that_is_away_changes_nothing(scene: Scene) -> None:
    scene.add("a")
    scene.poll()
    scene.firehose.is_away = True
    scene.poll()
    assert scene.running == [("a", 1)]


def test_1_7_a_deleted_stream_is_forgotten_with_what_it_held(scene: Scene) -> None:
    scene.add("a")
    scene.add("b")
    scene.poll()
    assert (scene.folder / "a").is_dir()
    del scene.firehose.streams["a"]
    scene.poll()
    assert scene.running == [("b", 1)]
    assert ALL[0].stops == [False]
    assert not (scene.folder / "a").exists()


def test_a_stream_created_anew_under_the_same_name_starts_afresh(scene: Scene) -> None:
    scene.add("a")
    scene.poll()
    first = ALL[0].directory
    created = describe()["CreateTimestamp"] + timedelta(seconds=5)
    scene.add("a", CreateTimestamp=created)
    scene.poll()
    assert ALL[0].stops == [False]
    assert scene.running == [("a", 1)]
    assert ALL[1].directory != first
    assert not first.exists()


def test_the_checkpoint_of_an_earlier_stream_of_the_name_is_removed(scene: Scene) -> None:
    (scene.folder / "a" / "12345").mkdir(parents=True)
    scene.add("a")
    scene.poll()
    assert [path.name for path in (scene.folder / "a").iterdir()] == [str(ALL[0].config.created_ms)]


def test_an_update_flushes_the_old_version_then_runs_the_new(scene: Scene) -> None:
    scene.add("a")
    scene.poll()
    scene.add("a", VersionId="2")
    scene.poll()
    assert ALL[0].stops == [True]
    assert scene.running == [("a", 2)]
    assert ALL[1].directory == ALL[0].directory


def test_an_old_version_that_cannot_deliver_is_given_up_in_time(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.add("a")
    scene.poll()
    ALL[0].is_stuck = True
    scene.add("a", VersionId="2")
    scene.poll()
    scene.poll(20)
    assert scene.running == [("a", 1)]
    with caplog.at_level(logging.WARNING):
        scene.poll(20)
    scene.poll()
    assert ALL[0].stops == [True, False]
    assert scene.running == [("a", 2)]
    assert "version 1 cannot deliver" in caplog.text


def test_a_failed_stream_starts_again_ever_more_slowly_and_alone(scene: Scene) -> None:
    scene.add("a")
    scene.add("b")
    scene.poll()
    starts = []
    for _ in range(200):
        for worker in ALL:
            if worker.config.name == "a" and worker.is_alive:
                starts.append(scene.now)
                worker.is_alive = False
        scene.poll(0.5)
    pauses = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert pauses == sorted(pauses)
    assert pauses[0] <= 2
    assert 20 <= pauses[-1] <= 31
    assert sum(worker.config.name == "b" for worker in ALL) == 1


def test_a_stream_that_cannot_be_run_is_complained_about_once(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.add("a", Destinations=[{"DestinationId": "d", "SplunkDestinationDescription": {}}])
    scene.add("b")
    with caplog.at_level(logging.ERROR):
        scene.poll()
        scene.poll()
    assert scene.running == [("b", 1)]
    assert caplog.text.count("a cannot be run") == 1


@pytest.mark.parametrize("is_stuck", [False, True])
def test_3_at_the_end_everything_is_delivered_or_said_not_to_be(scene: Scene, is_stuck: bool) -> None:
    scene.add("a")
    scene.add("b")
    scene.poll()
    ALL[0].is_stuck = is_stuck
    stop = threading.Event()
    stop.set()
    assert scene.engine.run(stop) is not is_stuck
    assert ALL[0].stops == ([True, False] if is_stuck else [True])
    assert ALL[1].stops == [True]


def test_discarding_what_is_not_there_is_fine(tmp_path: Path) -> None:
    discard_state(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []
