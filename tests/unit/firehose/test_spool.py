"""Direct-PUT records survive between acknowledgement and delivery."""

from __future__ import annotations

import errno
import os
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_aws.firehose.spool import SpoolError, SpoolFullError, SpoolReader, SpoolWriter

if TYPE_CHECKING:
    from pathlib import Path


def read_all(folder: Path, position: int = 0, **limits: int) -> list[tuple[int, bytes]]:
    reader = SpoolReader(folder)
    found: list[tuple[int, bytes]] = []
    while True:
        batch = reader.read(position, **limits)
        if not batch.records:
            return found
        found += [(record.arrival_ms, record.data) for record in batch.records]
        position = batch.next_position


def segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.spool"))


def test_what_is_appended_is_read_in_order_with_arrival_and_position(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path / "s")
    positions = writer.append([b"a", b"", b"ccc"], 1000) + writer.append([b"d"], 2000)
    batch = SpoolReader(tmp_path / "s").read(0)
    assert [(one.position, one.arrival_ms, one.data) for one in batch.records] == [
        (positions[0], 1000, b"a"),
        (positions[1], 1000, b""),
        (positions[2], 1000, b"ccc"),
        (positions[3], 2000, b"d"),
    ]
    assert SpoolReader(tmp_path / "s").read(positions[2]).records == batch.records[2:]
    assert SpoolReader(tmp_path / "s").read(batch.next_position).records == ()
    writer.close()


def test_a_folder_that_is_not_there_is_an_empty_spool(tmp_path: Path) -> None:
    batch = SpoolReader(tmp_path / "none").read(0)
    assert batch.records == ()
    assert batch.next_position == 0


def test_limits_of_one_read(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path / "s")
    writer.append([b"x" * 100] * 50, 1)
    writer.close()
    assert len(SpoolReader(tmp_path / "s").read(0, max_records=7).records) == 7
    assert len(SpoolReader(tmp_path / "s").read(0, max_bytes=1000).records) == 10
    assert len(read_all(tmp_path / "s", max_records=7)) == 50


def test_segments_are_begun_and_removed_behind_a_checkpoint(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    writer = SpoolWriter(folder, segment_bytes=200)
    positions = [writer.append([b"x" * 90], number)[0] for number in range(20)]
    assert len(segments(folder)) > 5
    assert [arrival for arrival, _ in read_all(folder)] == list(range(20))
    reader = SpoolReader(folder)
    assert reader.discard_before(positions[10]) > 0
    assert [arrival for arrival, _ in read_all(folder, positions[10])] == list(range(10, 20))
    reader.discard_before(reader.end_position() + 1)
    assert len(segments(folder)) == 1, "the segment that is being written stays"
    writer.append([b"last"], 99)
    assert read_all(folder, reader.end_position() - 16 - 4)[-1] == (99, b"last")
    writer.close()


@pytest.mark.parametrize("cut_bytes", [1, 15, 17, 40])
def test_a_torn_tail_is_left_out_and_a_new_writer_goes_on_behind_it(tmp_path: Path, cut_bytes: int) -> None:
    folder = tmp_path / "s"
    writer = SpoolWriter(folder)
    writer.append([b"good" * 10, b"torn" * 10], 1)
    writer.close()
    path = segments(folder)[0]
    path.write_bytes(path.read_bytes()[:-cut_bytes])
    reader = SpoolReader(folder)
    before = reader.read(0)
    assert [one.data for one in before.records] == [b"good" * 10]
    again = SpoolWriter(folder)
    again.append([b"later"], 2)
    after = reader.read(before.next_position)
    assert [one.data for one in after.records] == [b"later"]
    again.close()


def test_a_flipped_bit_is_never_delivered(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    writer = SpoolWriter(folder)
    writer.append([b"first", b"second"], 1)
    writer.close()
    path = segments(folder)[0]
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert read_all(folder) == [(1, b"first")]


def test_a_position_is_never_given_twice_even_when_the_disk_lost_the_tail(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    writer = SpoolWriter(folder)
    writer.append([b"kept"], 1)
    lost = writer.append([b"seen by the reader, lost by the disk"], 1)
    writer.close()
    path = segments(folder)[0]
    path.write_bytes(path.read_bytes()[: lost[0]])
    again = SpoolWriter(folder)
    fresh = again.append([b"after the crash"], 2)
    assert fresh[0] > lost[0] + 1000
    assert SpoolReader(folder).read(lost[0] + 52).records[0].data == b"after the crash"
    again.close()


def test_a_full_spool_refuses(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path / "s", segment_bytes=100, limit_bytes=900)
    for number in range(9):
        writer.append([b"x" * 90], number)
    with pytest.raises(SpoolFullError, match="is the delivery engine running"):
        writer.append([b"x" * 90], 9)
    assert len(read_all(tmp_path / "s")) == 9
    writer.close()


def test_a_disk_that_refuses_is_an_error_and_the_spool_stays_readable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "s"
    writer = SpoolWriter(folder)
    writer.append([b"before"], 1)
    real_write = os.write

    def torn_write(descriptor: int, data: bytes) -> int:
        if len(data) > 10:
            return real_write(descriptor, bytes(data[:10]))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("local_aws.firehose.spool.os.write", torn_write)
    with pytest.raises(SpoolError, match="No space left"):
        writer.append([b"x"], 2)
    monkeypatch.undo()
    writer.append([b"after"], 3)
    assert read_all(folder) == [(1, b"before"), (3, b"after")]
    writer.close()


def test_nothing_is_acknowledged_that_could_not_be_synchronised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = SpoolWriter(tmp_path / "s")
    writer.append([b"before"], 1)

    def refuse(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("local_aws.firehose.spool.os.fdatasync", refuse)
    with pytest.raises(SpoolError, match="could not be synchronised"):
        writer.append([b"x"], 2)
    monkeypatch.undo()
    writer.append([b"after"], 3)
    assert len(segments(tmp_path / "s")) == 2, "nothing is written behind bytes that may be lost"
    writer.close()


def test_many_threads_append_while_one_reads(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    writer = SpoolWriter(folder, segment_bytes=4000)
    done = threading.Event()
    seen: list[bytes] = []

    def read() -> None:
        reader, position = SpoolReader(folder), 0
        while True:
            finished = done.is_set()
            batch = reader.read(position, max_records=13)
            seen.extend(one.data for one in batch.records)
            position = batch.next_position
            if finished and not batch.records:
                return

    def write(thread: int) -> None:
        for number in range(40):
            writer.append([f"{thread}-{number}-{part}".encode() for part in range(3)], number)

    reading = threading.Thread(target=read)
    writing = [threading.Thread(target=write, args=(thread,)) for thread in range(6)]
    for one in (reading, *writing):
        one.start()
    for one in writing:
        one.join()
    done.set()
    reading.join()
    writer.close()
    assert len(seen) == len(set(seen)) == 6 * 40 * 3
    for thread in range(6):
        mine = [one for one in seen if one.startswith(f"{thread}-".encode())]
        assert mine == [f"{thread}-{number}-{part}".encode() for number in range(40) for part in range(3)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    batches=st.lists(st.lists(st.binary(max_size=50), min_size=1, max_size=5), max_size=8),
    segment_bytes=st.integers(50, 400),
    max_records=st.integers(1, 6),
    reopen=st.booleans(),
)
def test_whatever_is_appended_is_read_once(
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[list[bytes]],
    segment_bytes: int,
    max_records: int,
    reopen: bool,
) -> None:
    folder = tmp_path_factory.mktemp("spool") / "s"
    writer = SpoolWriter(folder, segment_bytes=segment_bytes)
    for batch in batches:
        writer.append(batch, 7)
        if reopen:
            writer.close()
    writer.close()
    expected = [(7, data) for batch in batches for data in batch]
    assert read_all(folder, max_records=max_records) == expected
