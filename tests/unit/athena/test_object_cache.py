"""Objects kept as files: fetched once, by version, within a limit."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from local_aws.athena.object_cache import ObjectCache
from local_aws.athena.storage import StoredObject
from local_aws.clients import LOCAL_CREDENTIALS, Credentials

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


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


def test_beyond_the_limit_the_least_recently_used_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store: Any = Store()
    clock = iter(range(100))
    monkeypatch.setattr("local_aws.athena.object_cache.time.time", lambda: float(next(clock)))
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
    assert not held[0].exists()
