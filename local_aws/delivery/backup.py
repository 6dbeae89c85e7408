"""The source backup: every record as it was read, in a bucket of its own.

AWS rule: all untransformed records, also those that are later dropped or fail, concurrently with delivery, with
hints, prefix and compression of its own, joined without a delimiter; KPL aggregates are taken apart first,
reference 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.delivery.buffers import Buffers

if TYPE_CHECKING:
    from local_aws.delivery.clock import Clock
    from local_aws.delivery.config import S3Target
    from local_aws.delivery.records import RecordBatch


class Backup:
    """Buffers the source records of one delivery stream, one buffer for each shard."""

    def __init__(self, target: S3Target, clock: Clock) -> None:
        self.buffers = Buffers(target.hints, clock)

    def add(self, batch: RecordBatch) -> None:
        """Take in records as they were read."""
        self.buffers.add((batch.shard_id,), batch)
