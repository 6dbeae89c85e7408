from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from local_aws.firehose.store import StreamStore
from local_aws.firehose.stream import DIRECT_PUT, DeliveryStream, Encryption

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def stream(name: str) -> DeliveryStream:
    return DeliveryStream(
        name=name,
        arn=f"arn:aws:firehose:us-east-1:000000000000:deliverystream/{name}",
        kind=DIRECT_PUT,
        created_at=1000.0,
        active_at=1001.0,
        destination={"BucketARN": "arn:aws:s3:::b", "BufferingHints": {"SizeInMBs": 5}},
        encryption=Encryption(True, "AWS_OWNED_CMK", None, 1002.0),
        tags={"größe": "1"},
    )


def loaded(folder: Path, clock: Clock) -> StreamStore:
    store = StreamStore(folder, clock)
    store.load()
    return store


def test_streams_survive_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    store = loaded(tmp_path / "streams", clock)
    store.put(stream("b"))
    store.put(stream("a"))
    store.put(replace(stream("a"), version=2))
    again = loaded(tmp_path / "streams", clock)
    assert again.all() == [replace(stream("a"), version=2), stream("b")]
    assert again.get("none") is None


def test_states_follow_the_clock(tmp_path: Path) -> None:
    clock = Clock()
    store = loaded(tmp_path / "streams", clock)
    store.put(stream("a"))
    found = store.get("a")
    assert found is not None
    assert (found.status(1000.9), found.encryption.status(1000.9)) == ("CREATING", "ENABLING")
    assert (found.status(1001), found.encryption.status(1002)) == ("ACTIVE", "ENABLED")
    store.put(replace(found, gone_at=1005.0))
    deleting = store.get("a")
    assert deleting is not None
    assert deleting.status(clock()) == "DELETING"
    clock.now = 1005.0
    assert store.get("a") is None
    assert loaded(tmp_path / "streams", clock).all() == []
    assert list((tmp_path / "streams").iterdir()) == []


def test_a_deletion_that_was_interrupted_is_finished_after_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    store = loaded(tmp_path / "streams", clock)
    store.put(replace(stream("a"), gone_at=1005.0))
    clock.now = 2000.0
    assert loaded(tmp_path / "streams", clock).all() == []


def test_an_unreadable_file_is_left_alone_and_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    folder = tmp_path / "streams"
    loaded(folder, clock).put(stream("good"))
    (folder / "torn.json").write_text('{"name": "to')
    (folder / "newer.json").write_text('{"name": "newer", "encryption": {}, "from": "a later version"}')
    (folder / "good.json.new").write_text("left by a crash")
    assert [one.name for one in loaded(folder, clock).all()] == ["good"]
    assert "torn.json" in caplog.text
    assert "newer.json" in caplog.text
    assert (folder / "torn.json").exists()
