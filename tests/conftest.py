"""Fixtures that every test may use; `tests/gateway_fixture.py` describes them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.gateway_fixture import LocalAws, start_local_aws

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# The same examples in each run, and no verdict by the clock: a busy machine pauses for seconds.
settings.register_profile(
    "everywhere", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("everywhere")

# Files that are the work of one process for minutes: begun last, the other processes would wait for them.
_BEGUN_FIRST = (
    "tests/e2e/test_lake.py",
    "tests/unit/terraform/test_modules.py",
    "tests/unit/terraform/test_stacks.py",
    "tests/e2e/",
    "tests/integration/gateway/",
    "tests/conformance/athena/",
    "tests/integration/",
    "tests/conformance/model/",
    "tests/faults/",
)

_GAVE_WAY = pytest.StashKey[bool]()
_LESS_URGENT = 5


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their argument: what packs them may write the time into them, and names must not change."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest files first where several processes share the work (`-n`); else all stays as written."""
    if not hasattr(config, "workerinput"):
        return

    def rank(item: pytest.Item) -> int:
        starts = (n for n, start in enumerate(_BEGUN_FIRST) if item.nodeid.startswith(start))
        return next(starts, len(_BEGUN_FIRST))

    items.sort(key=rank)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give the longest file more of the processor than the rest, which would wait for it in the end."""
    config = item.config
    if hasattr(config, "workerinput") and not item.nodeid.startswith(_BEGUN_FIRST[0]):
        if not config.stash.get(_GAVE_WAY, False):
            os.nice(_LESS_URGENT)
        config.stash[_GAVE_WAY] = True


def _instance(state_dir: Path, *, delivery: bool) -> Iterator[LocalAws]:
    instance = start_local_aws(state_dir, delivery=delivery)
    try:
        yield instance
    finally:
        instance.close()


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    yield from _instance(tmp_path_factory.mktemp("local-aws") / "state", delivery=False)


@pytest.fixture(scope="session")
def local_aws_delivering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    yield from _instance(tmp_path_factory.mktemp("local-aws-delivering") / "state", delivery=True)


@pytest.fixture
def make_local_aws(tmp_path: Path) -> Iterator[Callable[..., LocalAws]]:
    made: list[LocalAws] = []

    def make(*, delivery: bool = False) -> LocalAws:
        instance = start_local_aws(tmp_path / f"state-{len(made)}", delivery=delivery)
        made.append(instance)
        return instance

    try:
        yield make
    finally:
        for instance in made:
            instance.close()
