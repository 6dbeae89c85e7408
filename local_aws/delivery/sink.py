"""Takes a buffer to S3: encode, name, put into the outbox, write."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from local_aws.delivery.encoding import CONVERSION_CODE, ErrorEncoder
from local_aws.delivery.error_documents import (
    INTERNAL_CODE,
    PROCESSING_FAILED,
    Reason,
    conversion_failed,
    processing_failed,
)
from local_aws.delivery.ledger import BACKUP, MAIN
from local_aws.delivery.objects import DeliveryObject, object_id, object_name
from local_aws.delivery.quarantine import Stage, isolate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from local_aws.delivery.buffers import Buffer
    from local_aws.delivery.clock import Clock
    from local_aws.delivery.config import DeliveryConfig, S3Target
    from local_aws.delivery.encoding import Encoded, Encoder
    from local_aws.delivery.error_documents import Rejects
    from local_aws.delivery.ordinals import Ordinals
    from local_aws.delivery.outbox import Outbox
    from local_aws.delivery.prefix import PrefixEvaluator
    from local_aws.delivery.records import RecordBatch
    from local_aws.delivery.s3 import ObjectWriter

DATA = "data"
ERRORS = "errors"


@dataclass(frozen=True)
class Channel:
    """Objects of one kind: `data`, `errors` or `backup`, where they go and how they are made."""

    kind: str
    target: S3Target
    prefixes: PrefixEvaluator
    encoder: Encoder


@dataclass(slots=True)
class Delivered:
    """What became of a buffer: the object (None when nothing was left for one) and the records that failed.

    `finished` has the record numbers by shard that are done with although there is no object.
    """

    kind: str
    buffer: Buffer
    item: DeliveryObject | None
    path: Path | None
    rejects: list[Rejects]
    finished: Mapping[str, Ordinals] = field(default_factory=dict)

    @property
    def sink(self) -> str:
        """In which numbering the records count (see `ledger`)."""
        return _sink(self.kind)


class Sink:
    """Delivers the buffers of one stream; `deliver` may be called from several threads."""

    def __init__(
        self,
        config: DeliveryConfig,
        channels: Mapping[str, Channel],
        outbox: Outbox,
        writer: ObjectWriter,
        clock: Clock,
    ) -> None:
        self._config = config
        self._clock = clock
        self._channels = channels
        self._outbox = outbox
        self._writer = writer

    def deliver(self, kind: str, buffer: Buffer) -> list[Delivered]:
        """Write the object of `buffer` and return when S3 has it.

        Records that no object can be made of are rejected; what is left may be several objects then. Raises
        `StoppedError` when the stream is stopped before, `JournalError` when the outbox cannot be written.
        """
        channel = self._channels[kind]
        data = [one for batch in buffer.batches for one in batch.data]
        isolated = isolate(
            Stage.OBJECT, data, lambda indices: self._make(channel, buffer, _select(buffer.batches, indices))
        )
        made = [one for _, one in isolated.parts]
        rejects: list[Rejects] = []
        for index, text in isolated.failed.items():
            batches = _select(buffer.batches, (index,))
            if kind == DATA:
                rejects.append(self._rejected(batches[0], text))
            else:
                # An error document or a backup has nowhere else to go: it is written alone, as it is.
                made.append(self._make(replace(channel, encoder=ErrorEncoder()), buffer, batches))
        delivered = [self._write(kind, buffer, encoded, item) for encoded, item in made]
        if rejects:
            delivered.append(Delivered(kind, buffer, None, None, rejects))
        return delivered

    def _make(
        self, channel: Channel, buffer: Buffer, batches: Sequence[RecordBatch]
    ) -> tuple[Encoded, DeliveryObject | None]:
        """Return the object of some records of a buffer; changes nothing."""
        identity = object_id(self._config.arn, self._config.created_ms, channel.kind, buffer.key, batches)
        encoded = channel.encoder.encode(batches, identity)
        if encoded.body is None or encoded.oldest_ms is None:
            return encoded, None
        return encoded, self._object(channel, buffer, encoded, encoded.body, encoded.oldest_ms, identity)

    def _write(self, kind: str, buffer: Buffer, encoded: Encoded, item: DeliveryObject | None) -> Delivered:
        if item is None:
            return Delivered(kind, buffer, None, None, encoded.rejects, encoded.finished)
        path = self._outbox.store(item)
        self._writer.put(item)
        return Delivered(kind, buffer, item, path, encoded.rejects)

    def _rejected(self, records: RecordBatch, text: str) -> Rejects:
        now_ms = self._clock.now_ms()
        conversion = self._config.conversion
        if conversion is None:
            reason = Reason(INTERNAL_CODE, text, 1, now_ms)
            return processing_failed(PROCESSING_FAILED, records, [reason], None)
        reason = Reason(CONVERSION_CODE, text, 1, now_ms)
        return conversion_failed(records, [reason], conversion.schema, self._config.arn.split(":")[4])

    def _prefix(self, channel: Channel, buffer: Buffer, oldest_ms: int) -> str:
        if channel.kind == ERRORS:
            return channel.prefixes.error_prefix(oldest_ms, buffer.key[0])
        # Without dynamic partitioning the buffer's key is its shard, which no prefix can name.
        values = buffer.key if channel.prefixes.partition_keys else ()
        return channel.prefixes.prefix(oldest_ms, values)

    def _object(
        self, channel: Channel, buffer: Buffer, encoded: Encoded, body: bytes, oldest_ms: int, identity: str
    ) -> DeliveryObject:
        """Name the object. AWS rule: by the oldest record that is in it, not one that failed, reference 3.1."""
        target = channel.target
        name = object_name(
            self._config.name,
            self._config.version,
            oldest_ms,
            target.time_zone,
            identity,
            encoded.extension,
        )
        return DeliveryObject(
            bucket=target.bucket,
            key=self._prefix(channel, buffer, oldest_ms) + name,
            body=body,
            sink=_sink(channel.kind),
            finished=encoded.finished,
            version=self._config.version,
            content_encoding=encoded.content_encoding,
            kms_key_arn=target.kms_key_arn,
            records=encoded.records,
            source_bytes=buffer.size_bytes,
            oldest_ms=oldest_ms,
        )


def _sink(kind: str) -> str:
    return BACKUP if kind == BACKUP else MAIN


def _select(batches: Sequence[RecordBatch], indices: Sequence[int]) -> Sequence[RecordBatch]:
    """Return the records at `indices`, which count through all batches, in their batches."""
    if len(indices) == sum(map(len, batches)):
        return batches
    wanted = set(indices)
    selected: list[RecordBatch] = []
    start = 0
    for batch in batches:
        ours = [i for i in range(len(batch)) if start + i in wanted]
        if ours:
            selected.append(batch.take(ours))
        start += len(batch)
    return selected
