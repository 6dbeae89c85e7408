"""Reads the records that PutRecord and PutRecordBatch put into the spool of a direct-PUT delivery stream.

The spool is one shard. Its positions stand in for sequence numbers, as wide as Kinesis's.

AWS rule: KPL aggregates stay as they are, reference 1.3.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from local_aws.delivery.errors import StoppedError
from local_aws.delivery.intake import Chunk
from local_aws.delivery.records import RecordBatch
from local_aws.firehose.spool import SpoolReader

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from local_aws.delivery.intake import Intake
    from local_aws.delivery.ledger import Position

_LOG = logging.getLogger(__name__)

SHARD_ID = "direct-put"
SPOOL_START = "SPOOL_START"
_INTERVAL_SECONDS = 0.25
_PAUSE_SECONDS = 2.0
_SEQUENCE_DIGITS = 56


class SpoolSource:
    """Reads one spool from a position until stopped."""

    def __init__(self, folder: Path, position: Position, intake: Intake, stop: threading.Event) -> None:
        self._spool = SpoolReader(folder)
        self._position = int(position.after_sequence or 0)
        self._intake = intake
        self._stop = stop

    def run(self) -> None:
        """Read until stopped."""
        try:
            while not self._stop.is_set():
                try:
                    found = self._read()
                except OSError as error:
                    _LOG.warning("the spool cannot be read, trying again: %s", error)
                    self._stop.wait(_PAUSE_SECONDS)
                    continue
                if not found:
                    self._stop.wait(_INTERVAL_SECONDS)
        except StoppedError:
            _LOG.debug("reading the spool stopped")

    def _read(self) -> bool:
        read = self._spool.read(self._position)
        if not read.records:
            return False
        batch = RecordBatch(SHARD_ID)
        for record in read.records:
            sequence = f"{record.position:0{_SEQUENCE_DIGITS}d}"
            batch.append(record.data, 0, record.arrival_ms, sequence, 0, "")
        self._intake.offer(Chunk(SHARD_ID, batch, str(read.next_position)))
        self._position = read.next_position
        return True


def discard_delivered(folder: Path, position: Position) -> None:
    """Remove the parts of the spool that lie wholly before `position`."""
    if position.after_sequence is not None:
        SpoolReader(folder).discard_before(int(position.after_sequence))
