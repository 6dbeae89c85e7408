"""How records are numbered behind the processors that take source records apart, also when these change.

Main ordinals (see `ledger`) count what decompression, message extraction and de-aggregation make of the source.
An update may change these processors while some of the pieces that the version before had made are delivered and
others are not, for example because the process was killed. What that version had begun keeps its numbers: records
are taken apart as before up to the newest finished one, and the new way behind it. So no piece that is delivered
comes again inside a whole record, and no whole record is taken for finished because a piece of it was.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from local_aws.delivery.config import Deaggregation
from local_aws.delivery.records import RecordBatch
from local_aws.delivery.unpack import Unpacked, unpack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local_aws.delivery.config import Processing


@dataclass(frozen=True)
class Numbering:
    """What decides how many records a source record becomes."""

    decompress: bool = False
    extract_log_messages: bool = False
    deaggregation: Deaggregation | None = None

    @classmethod
    def of(cls, processing: Processing) -> Numbering:
        """Give the numbering of a delivery stream with these processors."""
        return cls(processing.decompress, processing.extract_log_messages, processing.deaggregation)

    def to_json(self) -> dict[str, Any]:
        """Give the members as the journal keeps them."""
        split: dict[str, str | None] | None = None
        if self.deaggregation is not None:
            delimiter = self.deaggregation.delimiter
            split = {"at": None if delimiter is None else base64.b64encode(delimiter).decode("ascii")}
        return {"decompress": self.decompress, "messages": self.extract_log_messages, "split": split}

    @classmethod
    def from_json(cls, members: Mapping[str, Any]) -> Numbering:
        """Read what `to_json` gave."""
        deaggregation = None
        if members["split"] is not None:
            at = members["split"]["at"]
            deaggregation = Deaggregation(None if at is None else base64.b64decode(at))
        return cls(bool(members["decompress"]), bool(members["messages"]), deaggregation)


@dataclass(frozen=True)
class Earlier:
    """A numbering that still holds for source records of which the first main ordinal is below `until`."""

    until: int
    numbering: Numbering


def kept(earlier: Sequence[Earlier], before: Numbering, first: int, end: int) -> tuple[Earlier, ...]:
    """Give the numberings that hold from the main ordinal `first` on after `before` was replaced.

    Behind `end` nothing is finished, so nothing there needs its number.
    """
    return cut_off((*earlier, Earlier(end, before)), first, end)


def cut_off(earlier: Sequence[Earlier], first: int, end: int) -> tuple[Earlier, ...]:
    """Return the numberings that hold from `first` on when the main ordinals from `end` on are given anew."""
    made: list[Earlier] = []
    for one in earlier:
        until = min(one.until, end)
        if until > (made[-1].until if made else first):
            made.append(Earlier(until, one.numbering))
    return tuple(made)


def unpack_numbered(
    source: RecordBatch,
    first: int,
    earlier: Sequence[Earlier],
    numbering: Numbering,
    largest_bytes: int | None,
) -> Unpacked:
    """Unpack `source`, of which the first record gets the main ordinal `first`, each part by what holds for it.

    User records of one KPL aggregate go together: they share a sequence number, in which pieces are counted on.
    """
    earlier = [one for one in earlier if first < one.until]
    if not earlier:
        return unpack(source, numbering, largest_bytes)
    together = Unpacked(RecordBatch(source.shard_id))
    for start, stop in _aggregates(source.sequences):
        number = first + len(together.records)
        holds = next((one.numbering for one in earlier if number < one.until), numbering)
        together.extend(unpack(source.cut(start, stop), holds, largest_bytes))
    return together


def whole_aggregates(sequences: Sequence[str], count: int) -> int:
    """Return how many of the first `count` records are left without those of an aggregate that reaches beyond."""
    while 0 < count < len(sequences) and sequences[count] == sequences[count - 1]:
        count -= 1
    return count


def _aggregates(sequences: Sequence[str]) -> list[tuple[int, int]]:
    starts = [i for i, sequence in enumerate(sequences) if i == 0 or sequence != sequences[i - 1]]
    return list(pairwise([*starts, len(sequences)]))
