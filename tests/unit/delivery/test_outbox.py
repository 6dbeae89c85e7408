"""Objects that wait for S3's word."""

from __future__ import annotations

import dataclasses
import errno
import logging
import os
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.delivery.errors import JournalError
from local_aws.delivery.objects import DeliveryObject
from local_aws.delivery.ordinals import as_ordinals
from local_aws.delivery.outbox import Outbox

if TYPE_CHECKING:
    from pathlib import Path

ITEM = DeliveryObject(
    bucket="lake",
    key="data/né\n=1/orders",
    body=b"first\nsecond\n\x00\xff",
    sink="main",
    finished={"s0": as_ordinals([3, 5, 8]), "s1": as_ordinals([0])},
    version=3,
    content_encoding="gzip",
    kms_key_arn="arn:aws:kms:us-east-1:000000000000:key/k",
    records=4,
    source_bytes=99,
    oldest_ms=1783944000000,
)


def plain(item: DeliveryObject) -> dict[str, Any]:
    finished = {shard: ordinals.tolist() for shard, ordinals in item.finished.items()}
    return {f.name: getattr(item, f.name) for f in dataclasses.fields(item)} | {"finished": finished}


def test_what_is_stored_comes_back(tmp_path: Path) -> None:
    Outbox(tmp_path / "outbox").store(ITEM)
    ((_, again),) = Outbox(tmp_path / "outbox").pending()
    assert plain(again) == plain(ITEM)


def test_objects_come_back_in_the_order_of_storing(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    for number in range(12):
        outbox.store(dataclasses.replace(ITEM, key=str(number)))
    again = Outbox(tmp_path)
    again.store(dataclasses.replace(ITEM, key="12"))
    assert [item.key for _, item in again.pending()] == [str(number) for number in range(13)]


def test_what_is_removed_stays_away(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    path = outbox.store(ITEM)
    outbox.remove(path)
    outbox.remove(path)
    assert list(Outbox(tmp_path).pending()) == []


def test_an_unfinished_file_is_no_object(tmp_path: Path) -> None:
    (tmp_path / "0000000001.object.new").write_bytes(b'{"bucket": "lake"')
    assert list(Outbox(tmp_path).pending()) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[10:], lambda b: b"", lambda b: b"{}\n" + b])
def test_a_damaged_file_is_set_aside_and_named(
    tmp_path: Path, damage: Any, caplog: pytest.LogCaptureFixture
) -> None:
    outbox = Outbox(tmp_path)
    path = outbox.store(ITEM)
    path.write_bytes(damage(path.read_bytes()))
    with caplog.at_level(logging.ERROR):
        assert list(Outbox(tmp_path).pending()) == []
    assert path.with_suffix(".damaged").exists()
    assert path.stem in caplog.text


def test_a_full_disk_is_an_error_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("local_aws.durable.os.fsync", full)
    with pytest.raises(JournalError, match="No space left on device"):
        Outbox(tmp_path).store(ITEM)
    assert list(tmp_path.iterdir()) == []
