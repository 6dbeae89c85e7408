"""Where records come from: made by a generator, or read from a file."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import BinaryIO, Protocol

import orjson

from producer.clock import EventClock
from producer.errors import ProducerError
from producer.generation.generator import RECORD_END, Generator
from producer.records import Records, partition_key


class Source(Protocol):
    """Gives the records of a run."""

    def take(self, count: int) -> Records:
        """Return the next records, at most ``count``; none at all is the end."""
        ...


class GeneratedSource:
    """Records that are made up; it never ends."""

    def __init__(self, generator: Generator, clock: EventClock) -> None:
        self._generator = generator
        self._clock = clock
        self._made = 0

    def take(self, count: int) -> Records:
        """Make the next records."""
        first, self._made = self._made, self._made + count
        return self._generator.draw(self._clock.times(first, count))


class FileSource:
    """Records from a file, one on each line, sent as they are."""

    def __init__(self, path: str, key_field: str) -> None:
        """Open the file.

        :param path: of the file; ``-`` is standard input.
        :param key_field: the field that is the partition key. A record in which it cannot be found gets a key of its
            own bytes: it is sent too, judging it is the transform's part.
        :raises ProducerError: the file cannot be read.
        """
        self._key_field = key_field
        self._path = path
        try:
            self._file: BinaryIO = sys.stdin.buffer if path == "-" else Path(path).open("rb")  # noqa: SIM115 - read until the run ends
        except OSError as error:
            raise ProducerError(f"--from-file {path}: {error.strerror or error}") from error

    def take(self, count: int) -> Records:
        """Read the next records; empty lines are skipped."""
        payloads: list[bytes] = []
        for line in () if self._file.closed else self._file:
            if line.strip():
                payloads.append(line if line.endswith(RECORD_END) else line + RECORD_END)
            if len(payloads) == count:
                break
        else:
            self._file.close()
        return Records([self._key(payload) for payload in payloads], payloads)

    def _key(self, payload: bytes) -> str:
        try:
            return partition_key(orjson.loads(payload)[self._key_field])
        except (ValueError, TypeError, LookupError):
            return hashlib.sha256(payload).hexdigest()
