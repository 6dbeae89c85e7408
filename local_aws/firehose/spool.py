"""Direct-PUT records between the API that acknowledges them and the engine that delivers them.

A spool is a folder of segment files, only ever appended to. A position is a number that grows along the whole
spool: a segment's name is the position of its first byte, so the position of a record is the segment's plus
its offset. Each record is a frame: length, checksum, arrival time, data.

Writer and reader are in different processes. What makes that safe, and safe against crashes:

- The writer acknowledges only what it has synchronised to the disk.
- A writer never appends to a segment of an earlier writer: it begins a new one, some way further on. So a frame
  torn by a crash stays the last of its segment, and a position that the reader has seen before the crash
  is never given to another record, even when the disk has lost what was not synchronised.
- That holds also when the whole spool is lost or an older copy of it is put back: a writer's first segment begins at
  a number made of the time, which runs faster than bytes can be written and than writers can follow each other.
- The reader takes a broken frame in the last segment for one that is being written, and in any other for the
  end of that segment.
"""

from __future__ import annotations

import itertools
import logging
import os
import struct
import threading
import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_aws.durable import sync_directory

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_log = logging.getLogger(__name__)

SEGMENT_BYTES = 64 * 1024 * 1024
# More than a crashed writer can have handed out without synchronising it.
_GAP = 1 << 30
# A new writer in less than an eighth of a second after the one before would outrun the time by its gap.
_POSITIONS_IN_A_NANOSECOND = 8
_HEADER = struct.Struct("<IIQ")
_ARRIVAL = struct.Struct("<Q")
_SUFFIX = ".spool"


class SpoolError(Exception):
    """A record could not be made durable."""


class SpoolFullError(SpoolError):
    """The spool holds as much as it may: nothing is delivering."""


@dataclass(frozen=True, slots=True)
class SpoolRecord:
    """One record: where it is, when it arrived (epoch milliseconds), and its bytes."""

    position: int
    arrival_ms: int
    data: bytes


@dataclass(frozen=True, slots=True)
class SpoolBatch:
    """Records in the order of arrival, and the position from which to go on reading."""

    records: tuple[SpoolRecord, ...]
    next_position: int


class SpoolWriter:
    """Appends records to the spool in `folder`; safe to use from many threads, but from one process only."""

    def __init__(
        self, folder: Path, segment_bytes: int = SEGMENT_BYTES, limit_bytes: int = 8 * 1024**3
    ) -> None:
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._limit_bytes = limit_bytes
        self._append_lock = threading.Lock()
        self._sync_lock = threading.Lock()
        self._descriptor = -1
        self._segment_start = 0
        self._written = 0
        self._synced = 0

    def append(self, records: Sequence[bytes], arrival_ms: int) -> list[int]:
        """Make `records` durable and give their positions; threads that wait for the disk share its turns.

        Raises `SpoolFullError` above the limit and `SpoolError` when the disk refuses.
        """
        frames, lengths = _frames(records, arrival_ms)
        with self._append_lock:
            start = self._write(frames)
            end = self._written
        self._sync(end)
        positions = []
        for length in lengths:
            positions.append(start)
            start += length
        return positions

    def close(self) -> None:
        """Close the segment; a later append begins a new one."""
        with self._append_lock, self._sync_lock:
            self._end_segment()

    def _write(self, frames: bytes) -> int:
        try:
            if self._descriptor < 0 or self._written - self._segment_start >= self._segment_bytes:
                self._begin_segment()
            start = self._written
            remaining = memoryview(frames)
            while remaining:
                remaining = remaining[os.write(self._descriptor, remaining) :]
        except OSError as error:
            # The frame may be torn now; only a fresh segment keeps what follows readable.
            with self._sync_lock:
                self._end_segment()
            raise SpoolError(f"the spool {self._folder} could not be written: {error}") from error
        self._written = start + len(frames)
        return start

    def _sync(self, end: int) -> None:
        with self._sync_lock:
            if self._synced >= end:
                return
            written = self._written
            if self._descriptor >= 0 and end > self._segment_start and self._try_to_sync():
                self._synced = written
                return
            # What the disk has refused once may be lost although the next call succeeds: never write on there.
            self._drop_segment()
        raise SpoolError(f"the spool {self._folder} could not be synchronised to the disk")

    def _begin_segment(self) -> None:
        continuing = self._descriptor >= 0
        if continuing:
            with self._sync_lock:
                self._end_segment()
        is_new = not self._folder.exists()
        self._folder.mkdir(parents=True, exist_ok=True)
        segments = _segments(self._folder)
        held_bytes = sum(_size(path) for _, path in segments)
        if held_bytes >= self._limit_bytes:
            raise SpoolFullError(
                f"the spool {self._folder} holds {held_bytes} bytes, at most {self._limit_bytes} are allowed; "
                "is the delivery engine running?"
            )
        start = self._written
        if not continuing:
            last = max((first + _size(path) for first, path in segments), default=0)
            start = max(max(start, last) + _GAP, time.time_ns() * _POSITIONS_IN_A_NANOSECOND)
        path = self._folder / f"{start:020d}{_SUFFIX}"
        with self._sync_lock:
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
            self._segment_start = self._written = start
        sync_directory(self._folder)
        if is_new:
            sync_directory(self._folder.parent)

    def _end_segment(self) -> None:
        if self._descriptor >= 0 and self._try_to_sync():
            self._synced = self._written
        self._drop_segment()

    def _try_to_sync(self) -> bool:
        try:
            os.fdatasync(self._descriptor)
        except OSError:
            _log.exception("the spool %s could not be synchronised to the disk", self._folder)
            return False
        return True

    def _drop_segment(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class SpoolReader:
    """Reads the spool in `folder` from any position; a folder that is not there is an empty spool."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, position: int, max_records: int = 10_000, max_bytes: int = 4 * 1024 * 1024) -> SpoolBatch:
        """Give up to `max_records` records and about `max_bytes` bytes from `position` on (0: the oldest).

        At the end of the spool the batch is empty; ask again later with its `next_position`.
        """
        records: list[SpoolRecord] = []
        left_bytes = max_bytes
        segments = _segments(self._folder)
        for index, (start, path) in enumerate(segments):
            is_last = index == len(segments) - 1
            if not is_last and position >= segments[index + 1][0]:
                continue
            position = max(position, start)
            found, position, ended = _read_segment(
                path, start, position, max_records - len(records), left_bytes
            )
            records += found
            left_bytes -= sum(len(record.data) for record in found)
            if not ended or is_last or len(records) >= max_records or left_bytes <= 0:
                break
            position = segments[index + 1][0]
        return SpoolBatch(tuple(records), position)

    def end_position(self) -> int:
        """Give the position behind everything that is in the spool now."""
        segments = _segments(self._folder)
        return segments[-1][0] + _size(segments[-1][1]) if segments else 0

    def discard_before(self, position: int) -> int:
        """Remove the segments that lie wholly before `position`, never the last one; give how many."""
        segments = _segments(self._folder)
        removed = 0
        for (_, path), (next_start, _) in itertools.pairwise(segments):
            if next_start > position:
                break
            path.unlink(missing_ok=True)
            removed += 1
        return removed


def _frames(records: Iterable[bytes], arrival_ms: int) -> tuple[bytes, list[int]]:
    parts: list[bytes] = []
    lengths: list[int] = []
    checksum_start = zlib.crc32(_ARRIVAL.pack(arrival_ms))
    for data in records:
        parts.append(_HEADER.pack(len(data), zlib.crc32(data, checksum_start), arrival_ms))
        parts.append(data)
        lengths.append(_HEADER.size + len(data))
    return b"".join(parts), lengths


def _read_segment(
    path: Path, start: int, position: int, max_records: int, max_bytes: int
) -> tuple[list[SpoolRecord], int, bool]:
    """Give the records from `position` on, where to go on, and whether the segment has nothing more."""
    records: list[SpoolRecord] = []
    read_bytes = 0
    try:
        segment = path.open("rb")
    except FileNotFoundError:
        # Removed since the folder was listed: a checkpoint had passed it.
        return records, position, True
    with segment:
        segment.seek(position - start)
        while len(records) < max_records and read_bytes < max_bytes:
            header = segment.read(_HEADER.size)
            if len(header) < _HEADER.size:
                return records, position, True
            length, checksum, arrival_ms = _HEADER.unpack(header)
            data = segment.read(length)
            if len(data) < length or zlib.crc32(data, zlib.crc32(_ARRIVAL.pack(arrival_ms))) != checksum:
                _log.debug("%s ends with an incomplete frame at position %d", path, position)
                return records, position, True
            records.append(SpoolRecord(position, arrival_ms, data))
            read_bytes += length
            position += _HEADER.size + length
    return records, position, False


def _segments(folder: Path) -> list[tuple[int, Path]]:
    try:
        paths = list(folder.iterdir())
    except FileNotFoundError:
        return []
    return sorted(
        (int(path.stem), path) for path in paths if path.suffix == _SUFFIX and path.stem.isdecimal()
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
