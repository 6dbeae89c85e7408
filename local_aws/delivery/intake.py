"""Where the threads that read a source hand over what they read; each waits until its last chunk is taken."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_aws.delivery.errors import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_aws.delivery.records import RecordBatch


@dataclass(slots=True)
class Chunk:
    """One answer of the source, KPL aggregates taken apart.

    `records` have no ordinals yet. `last_sequence` is the one behind which the next chunk starts, None when nothing was
    read. `ended` means that the shard is closed and has nothing more.
    """

    shard_id: str
    records: RecordBatch
    last_sequence: str | None
    millis_behind: int = 0
    ended: bool = False


@dataclass(frozen=True)
class Shard:
    """A shard of the source, the shards it came from, and whether it still takes records."""

    shard_id: str
    parents: tuple[str, ...] = ()
    is_open: bool = True


class Intake:
    """One slot for each shard, so that a slow shard does not hold up the others."""

    def __init__(self, stop: threading.Event) -> None:
        self.wake = threading.Event()
        self._stop = stop
        self._taken = threading.Condition()
        self._slots: dict[str, Chunk] = {}
        self._shards: list[Shard] | None = None

    def offer(self, chunk: Chunk) -> None:
        """Hand over a chunk, waiting while the last one of its shard is still there. Raises `StoppedError`."""
        with self._taken:
            while chunk.shard_id in self._slots:
                if self._stop.is_set():
                    raise StoppedError("reading was given up")
                self._taken.wait(0.5)
            self._slots[chunk.shard_id] = chunk
        self.wake.set()

    def take(self, wanted: Callable[[str], bool]) -> list[Chunk]:
        """Remove and give the chunks of those shards that are `wanted` now."""
        with self._taken:
            taken = [self._slots.pop(shard_id) for shard_id in list(self._slots) if wanted(shard_id)]
            if taken:
                self._taken.notify_all()
        return taken

    def clear(self) -> None:
        """Let go of what was not taken."""
        with self._taken:
            self._slots.clear()
            self._taken.notify_all()

    def announce(self, shards: list[Shard]) -> None:
        """Hand over the present list of shards."""
        with self._taken:
            self._shards = shards
        self.wake.set()

    def take_shards(self) -> list[Shard] | None:
        """Remove and give the newest list of shards, None when there is no newer one."""
        with self._taken:
            shards, self._shards = self._shards, None
        return shards
