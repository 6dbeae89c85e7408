"""Journal and checkpoint: what survives damage (fault 5), and that it says which."""

from __future__ import annotations

import errno
import logging
import os
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.delivery.checkpoint import Checkpoint
from local_aws.delivery.errors import JournalError
from local_aws.delivery.journal import Journal
from local_aws.delivery.ordinals import as_ordinals

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, *entries: dict[str, Any]) -> Path:
    journal = Journal(folder)
    journal.rotate({"type": "snapshot", "n": 0})
    for entry in entries:
        journal.append(entry)
    journal.close()
    return max(folder.glob("journal-*.log"))


def loaded(folder: Path) -> list[int]:
    return [entry["n"] for entry in Journal(folder).load()]


def test_an_empty_folder_has_nothing(tmp_path: Path) -> None:
    assert Journal(tmp_path / "none").load() == []


def test_entries_come_back_in_order(tmp_path: Path) -> None:
    written(tmp_path, {"n": 1}, {"n": 2})
    assert loaded(tmp_path) == [0, 1, 2]


@pytest.mark.parametrize("cut", range(1, 24))
def test_a_torn_last_entry_is_left_out(tmp_path: Path, cut: int, caplog: pytest.LogCaptureFixture) -> None:
    path = written(tmp_path, {"n": 1}, {"n": 2, "x": "y"})
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    with caplog.at_level(logging.WARNING):
        numbers = loaded(tmp_path)
    if cut == 1:  # only the newline is missing
        assert numbers == [0, 1, 2]
        return
    assert numbers == [0, 1]
    assert path.name in caplog.text
    assert "damaged line(s) 3" in caplog.text


def test_an_append_after_a_torn_entry_is_not_lost(tmp_path: Path) -> None:
    path = written(tmp_path, {"n": 1})
    path.write_bytes(path.read_bytes()[:-3])
    journal = Journal(tmp_path)
    assert [entry["n"] for entry in journal.load()] == [0]
    journal.rotate({"n": 5})
    journal.append({"n": 6})
    assert loaded(tmp_path) == [5, 6]


def test_a_damaged_entry_in_the_middle_is_left_out_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = written(tmp_path, {"n": 1}, {"n": 2})
    path.write_bytes(path.read_bytes().replace(b'{"n":1}', b'{"n":7}'))
    with caplog.at_level(logging.WARNING):
        assert loaded(tmp_path) == [0, 2]
    assert "damaged line(s) 2" in caplog.text


def test_a_damaged_snapshot_falls_back_to_the_generation_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal(tmp_path)
    journal.rotate({"n": 0})
    journal.append({"n": 1})
    journal.rotate({"n": 10})
    journal.close()
    newest = max(tmp_path.glob("journal-*.log"))
    newest.write_bytes(b"garbage" + newest.read_bytes())
    with caplog.at_level(logging.ERROR):
        assert loaded(tmp_path) == [0, 1]
    assert newest.name in caplog.text


def test_when_nothing_is_readable_it_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = written(tmp_path)
    path.write_bytes(b"\x00" * 100)
    with caplog.at_level(logging.ERROR):
        assert loaded(tmp_path) == []
    assert "starting from the start" in caplog.text


def test_rotation_keeps_two_generations(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(5):
        journal.rotate({"n": number})
    assert len(list(tmp_path.glob("journal-*"))) == 2
    assert loaded(tmp_path) == [4]


def test_a_full_disk_is_an_error_with_the_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path)
    journal.rotate({"n": 0})

    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("local_aws.delivery.journal.os.write", full)
    with pytest.raises(JournalError, match="No space left on device"):
        journal.append({"n": 1})
    with pytest.raises(JournalError, match="No space left on device"):
        journal.rotate({"n": 1})


def test_a_change_needs_a_snapshot(tmp_path: Path) -> None:
    with pytest.raises(JournalError):
        Journal(tmp_path).append({"n": 1})


def two_shards(folder: Path) -> Checkpoint:
    checkpoint = Checkpoint(folder)
    checkpoint.begin("2026-01-01")
    for shard in ("s0", "s1"):
        checkpoint.add_shard(shard, "AT_TIMESTAMP")
    checkpoint.save()
    checkpoint.shards["s0"].admit("10", 10, 10, 10)
    checkpoint.shards["s0"].admit("20", 10, 10, 10)
    checkpoint.shards["s1"].admit("5", 5, 5, 5)
    return checkpoint


def test_a_checkpoint_comes_back(tmp_path: Path) -> None:
    checkpoint = two_shards(tmp_path)
    checkpoint.complete("main", {"s0": as_ordinals(range(10)), "s1": as_ordinals([0, 2, 4])})
    checkpoint.complete("main", {"s0": as_ordinals([15])})
    checkpoint.close()
    again = Checkpoint(tmp_path)
    assert again.source_created == "2026-01-01"
    first, second = again.shards["s0"], again.shards["s1"]
    assert (first.position.after_sequence, first.position.main_ordinal) == ("10", 10)
    assert first.finished["main"].unfinished(10, 10) == [0, 1, 2, 3, 4, 6, 7, 8, 9]
    assert (second.position.after_sequence, second.position.start) == (None, "AT_TIMESTAMP")
    assert second.finished["main"].unfinished(0, 5) == [1, 3]


def test_a_checkpoint_comes_back_after_rotations(tmp_path: Path) -> None:
    checkpoint = two_shards(tmp_path)
    checkpoint._journal = Journal(tmp_path, rotate_bytes=1)
    checkpoint._journal.load()
    for number in range(5):
        checkpoint.complete("main", {"s1": as_ordinals([number])})
        again = Checkpoint(tmp_path)
        expected = None if number == 4 else list(range(number + 1, 5))
        if expected is not None:
            assert again.shards["s1"].finished["main"].unfinished(0, 5) == expected
    assert again.shards["s1"].position.after_sequence == "5"


def test_dropped_records_move_the_position(tmp_path: Path) -> None:
    checkpoint = two_shards(tmp_path)
    checkpoint.discard("main", "s1", as_ordinals(range(5)))
    checkpoint.save()
    checkpoint.close()
    assert Checkpoint(tmp_path).shards["s1"].position.after_sequence == "5"


def test_a_source_created_anew_is_read_from_its_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    two_shards(tmp_path).close()
    again = Checkpoint(tmp_path)
    with caplog.at_level(logging.WARNING):
        again.begin("2026-02-02")
    assert again.shards == {}
    assert "created anew" in caplog.text
    again.close()
    assert Checkpoint(tmp_path).source_created == "2026-02-02"


def test_an_unknown_kind_of_entry_is_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    checkpoint = two_shards(tmp_path)
    checkpoint._journal.append({"type": "from the future"})
    checkpoint.close()
    with caplog.at_level(logging.WARNING):
        assert set(Checkpoint(tmp_path).shards) == {"s0", "s1"}
    assert "from the future" in caplog.text
