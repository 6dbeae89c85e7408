"""What of each shard is finished: the low-water mark below which nothing is outstanding, and the set above it.

Records of a shard are numbered in reading order, twice: source ordinals count user records as they were read
(the backup writes these), main ordinals count what record de-aggregation makes of them (the data and error
objects hold these). The numbers come out the same when a shard is read again from a position, because a
position carries both counters and everything between the source and them is deterministic.

Reading goes in chunks (one GetRecords answer). A chunk is finished when none of its records is outstanding in
any sink; the position of the shard is the start of its first unfinished chunk.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from local_aws.delivery.numbering import Earlier, Numbering, kept
from local_aws.delivery.ordinals import Window, decode, encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.delivery.ordinals import Ordinals

MAIN = "main"
BACKUP = "backup"
SINKS = (MAIN, BACKUP)


@dataclass(frozen=True)
class Position:
    """A place in a shard between two Kinesis records.

    `after_sequence` is the sequence number of the record before it, None at the very start, where `start` says
    which iterator finds it; `next_sequence` is that of the record behind it, None when that was not read yet.
    `ended` means that the shard is closed and nothing of it is outstanding.
    """

    start: str
    after_sequence: str | None = None
    next_sequence: str | None = None
    source_ordinal: int = 0
    main_ordinal: int = 0
    ended: bool = False

    def to_json(self) -> dict[str, Any]:
        """Give the members as the journal keeps them."""
        return {
            "start": self.start,
            "after": self.after_sequence,
            "next": self.next_sequence,
            "source": self.source_ordinal,
            "main": self.main_ordinal,
            "ended": self.ended,
        }

    @classmethod
    def from_json(cls, members: Mapping[str, Any]) -> Position:
        """Read what `to_json` gave."""
        return cls(
            str(members["start"]),
            members["after"],
            members["next"],
            int(members["source"]),
            int(members["main"]),
            bool(members["ended"]),
        )


@dataclass(slots=True)
class _Chunk:
    first: Position
    outstanding: int


@dataclass(slots=True)
class ShardLedger:
    """The account of one shard; `earlier` are the numberings of versions before this one (see `numbering`)."""

    position: Position
    finished: dict[str, Window] = field(default_factory=dict)
    read_to_end: bool = False
    earlier: tuple[Earlier, ...] = ()
    _tail: Position = field(init=False)
    _chunks: deque[_Chunk] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._tail = self.position
        self.finished.setdefault(MAIN, Window(self.position.main_ordinal))
        self.finished.setdefault(BACKUP, Window(self.position.source_ordinal))

    @property
    def tail(self) -> Position:
        """Where the next chunk starts."""
        return self._tail

    @property
    def outstanding(self) -> int:
        """Records that are read and not finished, counted once for each sink."""
        return sum(chunk.outstanding for chunk in self._chunks)

    def meet(self, first_sequence: str) -> bool:
        """Tell whether reading goes on with the record that was behind `tail` when it was read before.

        If not (the source has dropped records meanwhile), the numbers of what was finished mean nothing any more
        and are forgotten.
        """
        expected = self._tail.next_sequence
        if expected is None or expected == first_sequence:
            return True
        self.finished = {MAIN: Window(self._tail.main_ordinal), BACKUP: Window(self._tail.source_ordinal)}
        self.earlier = ()
        return False

    def renumber(self, before: Numbering) -> None:
        """Note that records are numbered anew from here on; what was begun keeps the numbers of `before`."""
        self.earlier = kept(self.earlier, before, self.position.main_ordinal, self.finished[MAIN].end)

    def admit(
        self, first_sequence: str, last_sequence: str, source_count: int, main_count: int, outstanding: int
    ) -> None:
        """Take in a chunk that starts at `tail`: how many records it has, and how many are to be finished."""
        self._chunks.append(_Chunk(replace(self._tail, next_sequence=first_sequence), outstanding))
        self._tail = Position(
            start=self._tail.start,
            after_sequence=last_sequence,
            source_ordinal=self._tail.source_ordinal + source_count,
            main_ordinal=self._tail.main_ordinal + main_count,
        )
        self._advance()

    def end(self) -> None:
        """Note that the shard is closed and read to its end."""
        self.read_to_end = True
        self._advance()

    def complete(self, sink: str, ordinals: Ordinals) -> None:
        """Note that the records `ordinals` (sorted) need nothing more from `sink`."""
        if not len(ordinals):
            return
        self.finished[sink].add(ordinals)
        firsts = np.fromiter(
            (c.first.main_ordinal if sink == MAIN else c.first.source_ordinal for c in self._chunks),
            dtype=np.int64,
            count=len(self._chunks),
        )
        owners = np.searchsorted(firsts, ordinals, side="right") - 1
        for index, count in zip(*np.unique(owners, return_counts=True), strict=True):
            self._chunks[int(index)].outstanding -= int(count)
        self._advance()

    def _advance(self) -> None:
        while self._chunks and self._chunks[0].outstanding == 0:
            self._chunks.popleft()
        position = self._chunks[0].first if self._chunks else self._tail
        if not self._chunks and self.read_to_end:
            position = replace(position, ended=True)
        self.position = position
        self.finished[MAIN].advance(position.main_ordinal)
        self.finished[BACKUP].advance(position.source_ordinal)

    def to_json(self) -> dict[str, Any]:
        """Give the account as the journal keeps it."""
        done = {sink: window.members() for sink, window in self.finished.items()}
        return {
            "position": self.position.to_json(),
            "finished": {sink: encode(members) for sink, members in done.items() if len(members)},
            "earlier": [[one.until, one.numbering.to_json()] for one in self.earlier],
        }

    @classmethod
    def from_json(cls, members: Mapping[str, Any]) -> ShardLedger:
        """Read what `to_json` gave."""
        made = cls(Position.from_json(members["position"]))
        for sink, encoded in members["finished"].items():
            made.finished[sink].add(decode(encoded))
        made.earlier = tuple(
            Earlier(int(until), Numbering.from_json(numbering))
            for until, numbering in members.get("earlier", ())
        )
        return made

    def restore(self, position: Position) -> None:
        """Set the position while the journal is being read, before anything is admitted."""
        self.position = self._tail = position
        self.finished[MAIN].advance(position.main_ordinal)
        self.finished[BACKUP].advance(position.source_ordinal)
