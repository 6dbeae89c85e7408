"""What is done to a record before the transform: decompress it, take log messages out of it, split it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local_aws.delivery import cloudwatch_logs, decompression
from local_aws.delivery.deaggregate import split
from local_aws.delivery.records import RecordBatch

if TYPE_CHECKING:
    from local_aws.delivery.config import Processing


@dataclass(slots=True)
class Unpacked:
    """The records that go on, and by index the error type, code and message of those that do not."""

    records: RecordBatch
    failed: dict[int, tuple[str, str, str]] = field(default_factory=dict)


def unpack(source: RecordBatch, processing: Processing) -> Unpacked:
    """Give the records that `source` holds; the same bytes and settings always give the same.

    Pieces of one source record count its sub-sequence numbers on, so that (sequence, sub-sequence) names one.
    """
    if not (processing.decompress or processing.extract_log_messages or processing.deaggregation):
        # A batch of its own: ordinals of the two numberings differ, the other columns are shared.
        made = source.with_data(source.data)
        made.partition_keys = source.partition_keys
        return Unpacked(made)
    unpacked = Unpacked(RecordBatch(source.shard_id))
    counts: Counter[str] = Counter()
    for i, data in enumerate(source.data):
        sequence = source.sequences[i]
        try:
            pieces = _pieces(data, processing)
        except decompression.DecompressionError as error:
            failure = (decompression.OUTPUT_TYPE, decompression.CODE, str(error))
            unpacked.failed[len(unpacked.records)] = failure
            pieces = [data]
        except cloudwatch_logs.ExtractionError as error:
            failure = (cloudwatch_logs.OUTPUT_TYPE, cloudwatch_logs.CODE, str(error))
            unpacked.failed[len(unpacked.records)] = failure
            pieces = [data]
        for piece in pieces:
            unpacked.records.append(
                piece, 0, source.arrivals_ms[i], sequence, counts[sequence], source.partition_keys[i]
            )
            counts[sequence] += 1
    return unpacked


def _pieces(data: bytes, processing: Processing) -> list[bytes]:
    if processing.decompress:
        data = decompression.decompress(data)
    if processing.extract_log_messages:
        data = cloudwatch_logs.messages(data)
    return [data] if processing.deaggregation is None else split(data, processing.deaggregation)
