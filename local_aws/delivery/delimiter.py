"""AppendDelimiterToRecord: ends each record with a newline (or what the processor names).

AWS rule: after the transform and the choice of partition, reference 5.3; the backup does not get it, reference 6;
records that are converted do not either, reference 0.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_aws.delivery.records import RecordBatch


def append(batch: RecordBatch, delimiter: bytes | None) -> RecordBatch:
    """Give `batch` with `delimiter` behind each record; None gives it as it is."""
    return batch if delimiter is None else batch.with_data([data + delimiter for data in batch.data])
