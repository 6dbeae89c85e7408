"""The source backup: every record as it was read, in a bucket of its own.

AWS rule: all untransformed records, also those that are later dropped or fail, concurrently with delivery, with
hints, prefix and compression of its own, joined without a delimiter; KPL aggregates are taken apart first,
reference 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_aws.delivery.buffers import Buffers
    from local_aws.delivery.ordinals import Window
    from local_aws.delivery.records import RecordBatch


def keep(buffers: Buffers, source: RecordBatch, finished: Window) -> int:
    """Buffer those of the `source` records that are not in the backup yet; give how many these are."""
    if not len(source):
        return 0
    wanted = finished.unfinished(source.ordinals[0], len(source))
    kept = source if wanted is None else source.take(wanted)
    buffers.add((source.shard_id,), kept)
    return len(kept)
