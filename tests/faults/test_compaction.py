"""Compaction that is killed at each of its API calls, before the call reaches AWS and after, and is then run again.

Whatever happens: a reader who lists a partition at any moment finds every row, and when a later run is through, every
row stands there once.
"""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lambda_compaction.engine import Engine
from lambda_compaction.manifest import DONE
from lambda_compaction.partitions import Partition
from lambda_compaction.table import read_table
from tests.gateway_fixture import unique
from tests.integration.compaction.lake import CompactedLake, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway_fixture import LocalAws

BEFORE, AFTER = "before", "after"
# How often a query is polled depends on the machine; being killed in it is like being killed after its start.
POLLS = ("get_query_execution",)
CHANGES = ("put_object", "copy_object", "delete_objects", "delete_table", "start_query_execution")


class Killed(BaseException):
    """The process is gone: nothing may catch this."""


@dataclass
class Wire:
    """Counts the API calls and kills at one of them; `watch` looks at the lake at every call."""

    kill_at: int | None = None
    when: str = BEFORE
    watch: Callable[[], None] = lambda: None
    calls: list[str] = field(default_factory=list)

    def call(self, name: str, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        if name in POLLS:
            return function(*arguments, **named)
        position = len(self.calls)
        self.calls.append(name)
        self.watch()
        if position == self.kill_at and self.when == BEFORE:
            raise Killed
        try:
            return function(*arguments, **named)
        finally:
            self.watch()
            if position == self.kill_at:
                raise Killed


@dataclass(frozen=True)
class Client:
    """A boto3 client on the wire."""

    client: Any
    wire: Wire

    def __getattr__(self, name: str) -> Any:
        if name == "get_paginator":
            return lambda operation: Paginator(self.client.get_paginator(operation), operation, self.wire)
        function = getattr(self.client, name)
        return lambda **named: self.wire.call(name, function, **named)


@dataclass(frozen=True)
class Paginator:
    """A paginator on the wire; all its pages count as one call."""

    paginator: Any
    operation: str
    wire: Wire

    def paginate(self, **named: Any) -> Any:
        return self.wire.call(self.operation, lambda: list(self.paginator.paginate(**named)))


@dataclass
class Scene:
    """One partition after another, each with the same content."""

    lake: CompactedLake
    days: Iterator[date] = field(
        default_factory=lambda: (date(2026, 1, 1) + timedelta(days=n) for n in range(300))
    )

    def partition(self) -> tuple[Partition, str]:
        day = next(self.days).isoformat()
        self.lake.deliver(rows(["a", "b"]), day=day)
        self.lake.deliver(rows(["b", "c", "c"]), day=day)
        return Partition(
            f"event_type=account/created_date={day}/", {"event_type": "account", "created_date": day}
        ), day

    def run(self, partition: Partition, wire: Wire) -> str:
        """Compact a partition over a wire; gives the state of its manifest."""
        plain = self.lake.surroundings()
        wired = replace(
            plain,
            athena=Client(plain.athena, wire),
            glue=Client(plain.glue, wire),
            s3=Client(plain.s3, wire),
        )
        engine = Engine(read_table(self.lake.request(), plain), self.lake.request(), wired)
        held = engine.advance(partition)
        if held is None:
            return DONE
        return (engine.finish(held, partition) if held.manifest.state != DONE else held).manifest.state

    def nobody_misses_a_row(self, day: str, expected: set[str]) -> Callable[[], None]:
        def watch() -> None:
            assert set(self.lake.ids(day=day)) == expected

        return watch

    def finish(self, partition: Partition, day: str, expected: set[str]) -> None:
        """Run to the end, as often as it takes, watching; then every row is there once and nothing else is left."""
        watch = self.nobody_misses_a_row(day, expected)
        for _ in range(3):
            assert self.run(partition, Wire(watch=watch)) == DONE
        assert self.lake.ids(day=day) == Counter(expected)
        assert all("compacted-" in key for key in self.lake.keys(self.lake.folder(day=day)))
        glue = self.lake.lake.clients.client("glue")
        tables = glue.get_tables(DatabaseName=self.lake.lake.database)["TableList"]
        assert [table["Name"] for table in tables] == ["events"]
        assert self.lake.staged() == []


@pytest.fixture(scope="module")
def scene(local_aws: LocalAws) -> Scene:
    return Scene(CompactedLake.create(local_aws.clients, unique("compaction-faults")))


@pytest.fixture(scope="module")
def calls(scene: Scene) -> list[str]:
    """The calls of a compaction that nothing disturbs."""
    wire = Wire()
    partition, day = scene.partition()
    scene.run(partition, wire)
    scene.finish(partition, day, set("abc"))
    return wire.calls


def kill_and_run_again(scene: Scene, position: int, when: str) -> None:
    partition, day = scene.partition()
    with pytest.raises(Killed):
        scene.run(partition, Wire(position, when, scene.nobody_misses_a_row(day, set("abc"))))
    scene.finish(partition, day, set("abc"))


def test_the_protocol_is_what_is_written(calls: list[str]) -> None:
    changes = [name for name in calls if name in CHANGES]
    assert changes == [
        "start_query_execution",  # rows of each source
        "put_object",  # merging
        "start_query_execution",  # the temporary table
        "start_query_execution",  # the comparison
        "put_object",  # copying
        "copy_object",
        "start_query_execution",  # rows of each merged object
        "put_object",  # deleting
        "delete_objects",  # the sources
        "delete_objects",  # the temporary objects
        "delete_table",
        "put_object",  # done
    ]


def test_killed_after_each_change(scene: Scene, calls: list[str]) -> None:
    for position, name in enumerate(calls):
        if name in CHANGES and name != "start_query_execution":
            kill_and_run_again(scene, position, AFTER)


@pytest.mark.slow
@pytest.mark.parametrize("when", [BEFORE, AFTER])
def test_killed_at_every_call(scene: Scene, calls: list[str], when: str) -> None:
    for position in range(len(calls)):
        kill_and_run_again(scene, position, when)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_killed_again_and_again_while_objects_arrive(scene: Scene, calls: list[str], seed: int) -> None:
    chance = random.Random(seed)
    partition, day = scene.partition()
    expected = set("abc")
    for attempt in range(8):
        wire = Wire(chance.randrange(len(calls)), chance.choice([BEFORE, AFTER]))
        wire.watch = scene.nobody_misses_a_row(day, expected)
        with suppress(Killed):
            scene.run(partition, wire)
        if chance.random() < 0.5:
            scene.lake.deliver(rows(["a", f"late-{attempt}"]), day=day)
            expected = expected | {f"late-{attempt}"}
    scene.finish(partition, day, expected)


@pytest.mark.parametrize("gone", ["objects", "table"])
def test_lost_temporary_objects_lead_back_to_the_sources(scene: Scene, calls: list[str], gone: str) -> None:
    partition, day = scene.partition()
    with pytest.raises(Killed):
        scene.run(partition, Wire(calls.index("copy_object"), BEFORE))
    lake = scene.lake.lake
    tables = lake.clients.client("glue").get_tables(DatabaseName=lake.database)["TableList"]
    staging = next(table for table in tables if table["Name"].startswith("compaction_events_"))
    for key in scene.lake.staged():
        lake.clients.client("s3").delete_object(Bucket=lake.bucket, Key=key)
    if gone == "table":
        lake.clients.client("glue").delete_table(DatabaseName=lake.database, Name=staging["Name"])
    assert scene.run(partition, Wire(watch=scene.nobody_misses_a_row(day, set("abc")))) == DONE
    assert scene.lake.ids(day=day) == Counter({"a": 1, "b": 2, "c": 2})
    scene.finish(partition, day, set("abc"))
