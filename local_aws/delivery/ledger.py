"""What of each shard is finished: the low-water mark below which nothing is outstanding, and the set above it.

Records of a shard are numbered in reading order, twice: source ordinals count user records as they were read
(the backup writes these), main ordinals count what record de-aggregation makes of them (the data and error
objects hold these). The numbers come out the same when a shard is read again from a position, because a
position carries both counters and everything between the source and them is deterministic.

Reading goes in chunks (one GetRecords answer). A chunk is finished when none of its records is outstanding in
any sink; the position of the shard is the start of its first unfinished chunk.

A source that has lost records gives the same numbers to others. So each number stands together with the mark of its
record (see `marks`): what is finished counts only as far as reading finds the records that it was noted for.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from local_aws.delivery import marks as record_marks
from local_aws.delivery.marks import Marks
from local_aws.delivery.numbering import Earlier, Numbering, cut_off, kept
from local_aws.delivery.ordinals import Window, decode, encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.delivery.marks import MarkArray
    from local_aws.delivery.ordinals import Ordinals

MAIN = "main"
BACKUP = "backup"
SINKS = (MAIN, BACKUP)


@dataclass(frozen=True)
class Position:
    """A place in a shard between two Kinesis records.

    `after_sequence`, `after_arrival_ms` and `after_mark` are of the record before it, None at the very start, where
    `start` says which iterator finds it. `ended` means that the shard is closed and nothing of it is outstanding.
    """

    start: str
    after_sequence: str | None = None
    source_ordinal: int = 0
    main_ordinal: int = 0
    ended: bool = False
    after_arrival_ms: int | None = None
    after_mark: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the members as the journal keeps them."""
        return {
            "start": self.start,
            "after": self.after_sequence,
            "arrival": self.after_arrival_ms,
            "mark": self.after_mark,
            "source": self.source_ordinal,
            "main": self.main_ordinal,
            "ended": self.ended,
        }

    @classmethod
    def from_json(cls, members: Mapping[str, Any]) -> Position:
        """Read what `to_json` returned."""
        return cls(
            str(members["start"]),
            members["after"],
            int(members["source"]),
            int(members["main"]),
            bool(members["ended"]),
            members.get("arrival"),
            members.get("mark"),
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
    marks: Marks = field(init=False)
    _tail: Position = field(init=False)
    _chunks: deque[_Chunk] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._tail = self.position
        self.marks = Marks(self.position.source_ordinal)
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

    def known(self, marks: MarkArray) -> int:
        """Return how many of the records with these marks, which follow `tail`, were read before."""
        return self.marks.known(self._tail.source_ordinal, marks)

    def has_finished_from(self, source_ordinal: int, main_ordinal: int) -> bool:
        """Return whether anything is noted as finished from these numbers on."""
        ends = self.finished[BACKUP].end > source_ordinal, self.finished[MAIN].end > main_ordinal
        return any(ends)

    def number_anew(self, source_ordinal: int, main_ordinal: int, marks: MarkArray) -> None:
        """Note that the records with `marks` have the numbers from these on.

        What other records with these numbers had finished is forgotten. In the ordinary case there is nothing: the
        numbers were never given before.
        """
        self.marks.replace(source_ordinal, marks)
        self.finished[BACKUP].cut_off(source_ordinal)
        self.finished[MAIN].cut_off(main_ordinal)
        self.earlier = cut_off(self.earlier, self.position.main_ordinal, main_ordinal)

    def reopen(self) -> None:
        """Note that the shard, which had ended, has records again: it is another one, or an older state of it."""
        self.read_to_end = False
        self.position = self._tail = replace(self.position, ended=False)

    def renumber(self, before: Numbering) -> None:
        """Note that records are numbered anew from here on; what was begun keeps the numbers of `before`."""
        self.earlier = kept(self.earlier, before, self.position.main_ordinal, self.finished[MAIN].end)

    def admit(
        self,
        last_sequence: str,
        source_count: int,
        main_count: int,
        outstanding: int,
        last_arrival_ms: int | None = None,
        last_mark: int | None = None,
    ) -> None:
        """Take in a chunk that starts at `tail`: how many records it has, and how many are to be finished."""
        self._chunks.append(_Chunk(self._tail, outstanding))
        self._tail = Position(
            start=self._tail.start,
            after_sequence=last_sequence,
            source_ordinal=self._tail.source_ordinal + source_count,
            main_ordinal=self._tail.main_ordinal + main_count,
            after_arrival_ms=last_arrival_ms,
            after_mark=last_mark,
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
        self._move(position)

    def _move(self, position: Position) -> None:
        self.position = position
        self.marks.advance(position.source_ordinal)
        self.finished[MAIN].advance(position.main_ordinal)
        self.finished[BACKUP].advance(position.source_ordinal)

    def to_json(self) -> dict[str, Any]:
        """Give the account as the journal keeps it."""
        done = {sink: window.members() for sink, window in self.finished.items()}
        return {
            "position": self.position.to_json(),
            "marks": record_marks.encode(self.marks.members()),
            "finished": {sink: encode(members) for sink, members in done.items() if len(members)},
            "earlier": [[one.until, one.numbering.to_json()] for one in self.earlier],
        }

    @classmethod
    def from_json(cls, members: Mapping[str, Any]) -> ShardLedger:
        """Read what `to_json` gave."""
        made = cls(Position.from_json(members["position"]))
        made.marks.replace(made.position.source_ordinal, record_marks.decode(members.get("marks", "")))
        for sink, encoded in members["finished"].items():
            made.finished[sink].add(decode(encoded))
        made.earlier = tuple(
            Earlier(int(until), Numbering.from_json(numbering))
            for until, numbering in members.get("earlier", ())
        )
        return made

    def restore(self, position: Position) -> None:
        """Set the position while the journal is being read, before anything is admitted."""
        self._tail = position
        self._move(position)
