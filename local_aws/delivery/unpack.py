"""What is done to a record before the transform: decompress it, take log messages out of it, split it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local_aws.delivery import cloudwatch_logs, decompression
from local_aws.delivery.deaggregate import split
from local_aws.delivery.error_documents import INTERNAL_CODE, PARTITIONING_FAILED, PROCESSING_FAILED
from local_aws.delivery.partitioning import LARGE_RECORD_CODE
from local_aws.delivery.quarantine import Stage, isolate
from local_aws.delivery.records import RecordBatch

if TYPE_CHECKING:
    from local_aws.delivery.numbering import Numbering


@dataclass(slots=True)
class Unpacked:
    """The records that go on, and by index the error type, code and message of those that do not.

    `inflated` counts what decompression gave, (records, bytes), `damaged` what it could not read.
    """

    records: RecordBatch
    failed: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    inflated: tuple[int, int] = (0, 0)
    damaged: tuple[int, int] = (0, 0)

    def extend(self, other: Unpacked) -> None:
        """Add what was made of the source records behind these."""
        start = len(self.records)
        if self.records.sources or other.records.sources:
            for batch in (self.records, other.records):
                batch.sources = batch.sources or list(batch.data)
        self.records.extend(other.records)
        self.failed |= {start + i: failure for i, failure in other.failed.items()}
        self.inflated = (self.inflated[0] + other.inflated[0], self.inflated[1] + other.inflated[1])
        self.damaged = (self.damaged[0] + other.damaged[0], self.damaged[1] + other.damaged[1])


def unpack(source: RecordBatch, numbering: Numbering, largest_bytes: int | None = None) -> Unpacked:
    """Give the records that `source` holds; the same bytes and settings always give the same.

    Pieces of one source record count its sub-sequence numbers on, so that (sequence, sub-sequence) names one. A
    source record of more than `largest_bytes` fails as it is.
    """
    if not (numbering.decompress or numbering.extract_log_messages or numbering.deaggregation):
        # A batch of its own: ordinals of the two numberings differ, the other columns are shared.
        made = source.with_data(source.data)
        made.partition_keys = source.partition_keys
        failed = {
            i: failure for i, data in enumerate(source.data) if (failure := _excess(data, largest_bytes))
        }
        return Unpacked(made, failed)
    unpacked = Unpacked(RecordBatch(source.shard_id))
    records = unpacked.records
    counts: Counter[str] = Counter()
    for i, data in enumerate(source.data):
        sequence = source.sequences[i]
        failure = _excess(data, largest_bytes)
        pieces = [data]
        if failure is None:
            pieces, failure = _whole_or_pieces(data, numbering, unpacked)
        if failure is not None:
            unpacked.failed[len(records)] = failure
        for piece in pieces:
            records.append(
                piece, 0, source.arrivals_ms[i], sequence, counts[sequence], source.partition_keys[i]
            )
            counts[sequence] += 1
        if numbering.decompress:
            records.sources += [data] * len(pieces)
    return unpacked


def _excess(data: bytes, largest_bytes: int | None) -> tuple[str, str, str] | None:
    if largest_bytes is None or len(data) <= largest_bytes:
        return None
    text = (
        f"The record has {len(data)} bytes; dynamic partitioning takes records of up to {largest_bytes} bytes"
    )
    return PARTITIONING_FAILED, LARGE_RECORD_CODE, text


def _whole_or_pieces(
    data: bytes, numbering: Numbering, unpacked: Unpacked
) -> tuple[list[bytes], tuple[str, str, str] | None]:
    isolated = isolate(Stage.UNPACK, (data,), lambda _: _pieces(data, numbering, unpacked))
    if isolated.failed:
        return [data], (PROCESSING_FAILED, INTERNAL_CODE, isolated.failed[0])
    return isolated.parts[0][1]


def _pieces(
    data: bytes, numbering: Numbering, unpacked: Unpacked
) -> tuple[list[bytes], tuple[str, str, str] | None]:
    """Give what one record holds, or the record itself and why it cannot be opened."""
    content = data
    if numbering.decompress:
        try:
            content = decompression.decompress(data)
        except decompression.DecompressionError as error:
            unpacked.damaged = _counted(unpacked.damaged, data)
            return [data], (decompression.OUTPUT_TYPE, decompression.CODE, str(error))
        unpacked.inflated = _counted(unpacked.inflated, content)
    if numbering.extract_log_messages:
        try:
            content = cloudwatch_logs.messages(content)
        except cloudwatch_logs.ExtractionError as error:
            return [content], (cloudwatch_logs.OUTPUT_TYPE, cloudwatch_logs.CODE, str(error))
    return ([content] if numbering.deaggregation is None else split(content, numbering.deaggregation)), None


def _counted(counted: tuple[int, int], data: bytes) -> tuple[int, int]:
    return counted[0] + 1, counted[1] + len(data)
