"""An append-only file of JSON entries, each with its checksum, that survives a crash at any byte.

A journal is a row of generations, `journal-<n>.log`. The first entry of each is a full snapshot, the others
are changes to it. When a generation has grown, the next is written beside it under a temporary name, made
durable and renamed; the one before is kept as a fallback. A damaged entry is left out and reported: entries
do not build on each other, so those behind it still count.
"""

from __future__ import annotations

import logging
import os
import zlib
from typing import TYPE_CHECKING, Any

import orjson

from local_aws.delivery.errors import JournalError
from local_aws.durable import sync_directory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LOG = logging.getLogger(__name__)
_ROTATE_BYTES = 4 * 1024 * 1024
_GENERATIONS_KEPT = 2


class Journal:
    """The journal in one folder. Used by one thread of one process."""

    def __init__(self, directory: Path, rotate_bytes: int = _ROTATE_BYTES) -> None:
        self._directory = directory
        self._rotate_bytes = rotate_bytes
        self._generation = 0
        self._descriptor: int | None = None
        self._written_bytes = 0

    def load(self) -> list[dict[str, Any]]:
        """Read the newest generation whose snapshot is whole: the snapshot first, then the changes.

        Gives an empty list when there is none. What was damaged is logged, with the file and the line.
        """
        generations = sorted(self._directory.glob("journal-*.log"), reverse=True)
        for path in generations:
            self._generation = max(self._generation, _number(path))
        for path in generations:
            entries, damaged = _read(path)
            if 1 in damaged or not entries:
                _LOG.error("checkpoint %s has no readable snapshot; trying the generation before", path.name)
                continue
            if damaged:
                _LOG.warning(
                    "checkpoint %s: recovered from %d good entries, left out damaged line(s) %s",
                    path.name,
                    len(entries),
                    ", ".join(map(str, damaged)),
                )
            return entries
        if generations:
            _LOG.error("no checkpoint in %s can be read: starting from the start", self._directory)
        return []

    @property
    def wants_rotation(self) -> bool:
        """Tell whether a new snapshot is due, because there is none or the changes have grown."""
        return self._descriptor is None or self._written_bytes > self._rotate_bytes

    def rotate(self, snapshot: Mapping[str, Any]) -> None:
        """Begin a new generation with `snapshot`. Raises `JournalError` when it cannot be written."""
        number = self._generation + 1
        path = self._directory / f"journal-{number:08d}.log"
        temporary = path.with_suffix(".tmp")
        line = _line(snapshot)
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o644)
            try:
                _write_all(descriptor, line)
                temporary.rename(path)
                sync_directory(self._directory)
            except OSError:
                os.close(descriptor)
                raise
        except OSError as error:
            raise JournalError(f"the checkpoint {path} cannot be written: {error}") from error
        self.close()
        self._descriptor, self._generation, self._written_bytes = descriptor, number, 0
        for old in sorted(self._directory.glob("journal-*.log"))[:-_GENERATIONS_KEPT]:
            old.unlink(missing_ok=True)

    def append(self, entry: Mapping[str, Any]) -> None:
        """Add one change and make it durable. Raises `JournalError` when it cannot be written."""
        if self._descriptor is None:
            raise JournalError("a change was to be written before the first snapshot")
        line = _line(entry)
        try:
            _write_all(self._descriptor, line)
        except OSError as error:
            raise JournalError(f"the checkpoint in {self._directory} cannot be written: {error}") from error
        self._written_bytes += len(line)

    def close(self) -> None:
        """Close the file; `load` and `rotate` open it again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _number(path: Path) -> int:
    text = path.stem.rpartition("-")[2]
    return int(text) if text.isdigit() else 0


def _line(entry: Mapping[str, Any]) -> bytes:
    body = orjson.dumps(entry)
    return b"%08x %s\n" % (zlib.crc32(body), body)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    os.fdatasync(descriptor)


def _read(path: Path) -> tuple[list[dict[str, Any]], list[int]]:
    entries: list[dict[str, Any]] = []
    damaged: list[int] = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        if not line:
            continue
        checksum, _, body = line.partition(b" ")
        if checksum != b"%08x" % zlib.crc32(body):
            damaged.append(number)
            continue
        entries.append(orjson.loads(body))
    return entries, damaged
