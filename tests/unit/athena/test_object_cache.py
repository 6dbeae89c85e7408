"""Objects kept as files: fetched once, by version, within a limit."""

from __future__ import annotations

import io
import itertools
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from local_aws.athena.object_cache import ObjectCache
from local_aws.athena.storage import StoredObject
from local_aws.clients import LOCAL_CREDENTIALS, Credentials
from local_aws.config import REPOSITORY_DIR


class Store:
    """An S3 that counts how often an object is fetched."""

    def __init__(self, credentials: Credentials = LOCAL_CREDENTIALS) -> None:
        self.credentials = credentials
        self.fetched: list[str] = []

    def client(self, _: str) -> Store:
        return self

    def get_object(self, *, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        self.fetched.append(Key)
        return {"Body": _Body(b"x" * 10)}


class _Body(io.BytesIO):
    def iter_chunks(self, size: int) -> Any:
        return iter(lambda: self.read(size), b"")


def _object(key: str, etag: str = "1") -> StoredObject:
    return StoredObject("b", key, 10, etag, "")


def _nothing() -> None:
    return None


def test_an_object_is_fetched_once_for_each_version(tmp_path: Path) -> None:
    store: Any = Store()
    cache = ObjectCache(tmp_path, tmp_path)
    for etag in ("1", "1", "2"):
        with cache.holding(store, [(_object("k", etag), "dt=1/")], _nothing) as paths:
            assert paths[0].read_bytes() == b"x" * 10
            assert paths[0].parent.name == "dt=1"
    assert store.fetched == ["k", "k"]


def test_what_one_has_fetched_is_not_given_to_another(tmp_path: Path) -> None:
    cache = ObjectCache(tmp_path, tmp_path)
    stores: list[Any] = [Store(), Store(Credentials("other", "secret"))]
    for store in stores:
        with cache.holding(store, [(_object("k"), "")], _nothing):
            pass
    assert [store.fetched for store in stores] == [["k"], ["k"]]


def test_what_is_there_is_used_after_a_restart(tmp_path: Path) -> None:
    store: Any = Store()
    for _ in range(2):
        with ObjectCache(tmp_path, tmp_path).holding(store, [(_object("k"), "")], _nothing):
            pass
    assert store.fetched == ["k"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a minute pass between two looks at the time."""
    minutes = itertools.count(time.time_ns(), 60 * 10**9)
    monkeypatch.setattr("local_aws.athena.object_cache.time.time_ns", lambda: next(minutes))


@pytest.mark.usefixtures("clock")
def test_beyond_the_limit_the_least_recently_used_go(tmp_path: Path) -> None:
    store: Any = Store()
    cache = ObjectCache(tmp_path, tmp_path, limit_bytes=20)
    for key in ("a", "b", "a", "c"):
        with cache.holding(store, [(_object(key), "")], _nothing):
            pass
    assert len(list(tmp_path.rglob("*.parquet"))) == 2
    with cache.holding(store, [(_object("a"), "")], _nothing):
        pass
    assert store.fetched == ["a", "b", "c"]


def test_what_is_in_use_stays(tmp_path: Path) -> None:
    store: Any = Store()
    cache = ObjectCache(tmp_path, tmp_path, limit_bytes=5)
    with cache.holding(store, [(_object("a"), "")], _nothing) as held:
        with cache.holding(store, [(_object("b"), "")], _nothing):
            pass
        assert held[0].exists()
    with cache.holding(store, [(_object("c"), "")], _nothing):
        pass
    assert not held[0].exists()


_HOLDER = """
import sys
from pathlib import Path
from tests.unit.athena.test_object_cache import Store, _nothing, _object
from local_aws.athena.object_cache import ObjectCache

folder = Path(sys.argv[1])
with ObjectCache(folder, folder).holding(Store(), [(_object("a"), "")], _nothing) as held:
    print(held[0], flush=True)
    sys.stdin.read()
"""


def test_what_another_process_uses_stays_until_it_has_ended(tmp_path: Path) -> None:
    store: Any = Store()
    cache = ObjectCache(tmp_path, tmp_path, limit_bytes=5)
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=REPOSITORY_DIR,
        text=True,
    ) as other:
        assert other.stdout is not None
        held = Path(other.stdout.readline().strip())
        with cache.holding(store, [(_object("b"), "")], _nothing):
            pass
        assert held.exists()
        other.kill()  # it cannot tell that it is done
    with cache.holding(store, [(_object("c"), "")], _nothing):
        pass
    assert not held.exists()


def test_processes_that_fetch_and_remove_at_once_never_miss_a_file(tmp_path: Path) -> None:
    caches = [ObjectCache(tmp_path, tmp_path, limit_bytes=25) for _ in range(4)]

    def use(number: int) -> int:
        store: Any = Store()
        seen = 0
        for turn in range(60):
            wanted = [(_object(str((number + turn + extra) % 7)), "") for extra in range(2)]
            with caches[number].holding(store, wanted, _nothing) as paths:
                seen += sum(len(path.read_bytes()) for path in paths)
        return seen

    with ThreadPoolExecutor(len(caches)) as pool:
        assert list(pool.map(use, range(len(caches)))) == [60 * 2 * 10] * len(caches)
    assert not [path for path in tmp_path.rglob("*") if path.suffix == ".part"]
