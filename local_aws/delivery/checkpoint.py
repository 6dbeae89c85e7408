"""What is remembered between two runs, so that a crash at any moment loses nothing and doubles nothing.

The scheme has four parts:

1. Before any record of a chunk can be decided, the journal knows what was read: the marks of the records and the
   numbers they got (`read`). Records that are read again get the same numbers only if they are the same records;
   from the first that is another one on (the source was emptied, rolled back, made anew), what is noted as finished
   is forgotten, in the journal too, before the new ones are decided.
2. `outbox`: before an object is sent to S3, its bytes, its key and the numbers of the records in it are written
   to a local file. From then on the object is decided: a restart sends the same bytes to the same key.
3. This module's journal: once S3 has confirmed the object, the numbers of its records are noted as finished,
   then the outbox file is removed.
4. The position of each shard: the place below which every record is finished for every sink. It is journalled
   with each object, and reading starts there again.

A restart first sends what is in the outbox, then reads each shard from its position; records that the
journal has as finished are skipped, one by one, for that sink only. All others are in no object that
was ever begun, so it does not matter that they meet in other groups than before. Killed
- before the outbox file is complete: no object was begun, its records are read again;
- between outbox and S3, or between S3 and the journal: the same bytes go to the same key;
- between journal and removal: the same once more, and the numbers are finished twice, which is no change.

The Lambda function may see a record again; what it says the second time counts only if the first
answer had not got as far as the outbox.

Every change of these accounts is in the journal before it has an effect outside: what is forgotten (`begin`, `read`),
what is finished (`complete`), what is numbered in another way (`adopt`), and a shard that begins, ends or is opened
again (`save`, before its next record is taken in).

Memory is five bytes for each record between the position and the newest one that was read; disk is about as much.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from local_aws.delivery import marks as record_marks
from local_aws.delivery.journal import Journal
from local_aws.delivery.ledger import Position, ShardLedger
from local_aws.delivery.numbering import Numbering
from local_aws.delivery.ordinals import decode, encode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local_aws.delivery.marks import MarkArray
    from local_aws.delivery.ordinals import Ordinals

_LOG = logging.getLogger(__name__)
_FORMAT = 1


class Checkpoint:
    """The accounts of all shards of one delivery stream, and their journal. Used by one thread."""

    def __init__(self, directory: Path) -> None:
        """Load what the folder has; an empty or unreadable folder means a stream that was never read.

        `source_created` tells one Kinesis stream from a later one of the same name: sequence numbers of the
        first mean nothing in the second.
        """
        self.shards: dict[str, ShardLedger] = {}
        self.source_created: str | None = None
        self._numbering: Numbering | None = None
        self._journal = Journal(directory)
        self._saved: dict[str, Position] = {}
        entries = self._journal.load()
        for entry in entries:
            self._apply(entry)
        self._saved = {shard_id: shard.position for shard_id, shard in self.shards.items()}

    def begin(self, source_created: str | None) -> None:
        """Write the first snapshot of this run, forgetting all shards if the source is another one by now.

        Raises `JournalError` when the disk does not take it.
        """
        if self.source_created is not None and self.source_created != source_created:
            _LOG.warning(
                "the source was created anew (%s, before %s): its shards are read from their start",
                source_created,
                self.source_created,
            )
            self.shards.clear()
            self._saved.clear()
        self.source_created = source_created
        self._journal.rotate(self._snapshot())

    def adopt(self, numbering: Numbering) -> None:
        """Note how this run numbers records, after the outbox is empty and before anything is admitted.

        Raises `JournalError` when the disk does not take it.
        """
        before = self._numbering
        if before == numbering:
            return
        if before is not None:
            for shard in self.shards.values():
                shard.renumber(before)
        self._numbering = numbering
        self._journal.rotate(self._snapshot())

    def add_shard(self, shard_id: str, start: str) -> ShardLedger:
        """Begin the account of a shard that is read for the first time, from the iterator type `start`.

        `save` must follow before any object of the shard is begun.
        """
        shard = ShardLedger(Position(start))
        self.shards[shard_id] = shard
        return shard

    def read(self, shard_id: str, known: int, main_count: int, marks: MarkArray) -> bool:
        """Note durably what was read behind the tail of a shard: records with `marks`, `known` of them read before.

        The known ones make `main_count` main records. Returns whether records with these numbers had been finished,
        which therefore were others: that they were finished is forgotten. Raises `JournalError` when the disk does
        not take it.
        """
        shard = self.shards[shard_id]
        source, main = shard.tail.source_ordinal + known, shard.tail.main_ordinal + main_count
        forgets = shard.has_finished_from(source, main)
        shard.number_anew(source, main, marks[known:])
        self._write(
            {
                "type": "read",
                "shard": shard_id,
                "source": source,
                "main": main,
                "marks": record_marks.encode(marks[known:]),
                "positions": self._moved(),
            }
        )
        return forgets

    def complete(self, sink: str, finished: Mapping[str, Ordinals]) -> None:
        """Note durably that the records of one object (sorted numbers by shard) are finished in `sink`.

        Raises `JournalError` when the disk does not take it.
        """
        for shard_id, ordinals in finished.items():
            self.shards[shard_id].complete(sink, ordinals)
        ids = {shard_id: encode(ordinals) for shard_id, ordinals in finished.items() if len(ordinals)}
        self._write({"type": "done", "sink": sink, "ids": ids, "positions": self._moved()})

    def restore_finished(self, sink: str, finished: Mapping[str, Ordinals]) -> None:
        """Note durably that records of an earlier run's object are finished; nothing was admitted yet.

        Those of shards that are unknown by now, because the source was created anew, have no number any more.
        """
        finished = {shard_id: done for shard_id, done in finished.items() if shard_id in self.shards}
        for shard_id, ordinals in finished.items():
            self.shards[shard_id].finished[sink].add(ordinals)
        ids = {shard_id: encode(ordinals) for shard_id, ordinals in finished.items() if len(ordinals)}
        self._write({"type": "done", "sink": sink, "ids": ids, "positions": {}})

    def discard(self, sink: str, shard_id: str, ordinals: Ordinals) -> None:
        """Note that records are finished without an object (dropped by the transform); not journalled."""
        self.shards[shard_id].complete(sink, ordinals)

    def save(self) -> None:
        """Write the positions that moved since they were last written."""
        moved = self._moved()
        if moved:
            self._write({"type": "positions", "positions": moved})

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()

    def _moved(self) -> dict[str, Any]:
        moved = {i: s.position for i, s in self.shards.items() if self._saved.get(i) != s.position}
        self._saved.update(moved)
        return {shard_id: position.to_json() for shard_id, position in moved.items()}

    def _write(self, entry: Mapping[str, Any]) -> None:
        if self._journal.wants_rotation:
            self._journal.rotate(self._snapshot())
        else:
            self._journal.append(entry)

    def _snapshot(self) -> dict[str, Any]:
        return {
            "type": "snapshot",
            "format": _FORMAT,
            "source_created": self.source_created,
            "numbering": None if self._numbering is None else self._numbering.to_json(),
            "shards": {shard_id: shard.to_json() for shard_id, shard in self.shards.items()},
        }

    def _apply(self, entry: Mapping[str, Any]) -> None:
        match entry["type"]:
            case "snapshot":
                self.source_created = entry["source_created"]
                numbering = entry.get("numbering")
                self._numbering = None if numbering is None else Numbering.from_json(numbering)
                self.shards = {i: ShardLedger.from_json(s) for i, s in entry["shards"].items()}
            case "done":
                self._restore_positions(entry["positions"])
                for shard_id, encoded in entry["ids"].items():
                    if shard_id in self.shards:
                        self.shards[shard_id].finished[entry["sink"]].add(decode(encoded))
            case "read":
                self._restore_positions(entry["positions"])
                if entry["shard"] in self.shards:
                    self.shards[entry["shard"]].number_anew(
                        entry["source"], entry["main"], record_marks.decode(entry["marks"])
                    )
            case "positions":
                self._restore_positions(entry["positions"])
            case other:
                _LOG.warning("the checkpoint has an entry of the unknown type %r", other)

    def _restore_positions(self, positions: Mapping[str, Any]) -> None:
        for shard_id, members in positions.items():
            position = Position.from_json(members)
            shard = self.shards.setdefault(shard_id, ShardLedger(position))
            shard.restore(position)
