"""Takes a buffer to S3: encode, name, put into the outbox, write."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local_aws.delivery.ledger import BACKUP, MAIN
from local_aws.delivery.objects import DeliveryObject, object_id, object_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local_aws.delivery.buffers import Buffer
    from local_aws.delivery.config import DeliveryConfig, S3Target
    from local_aws.delivery.encoding import Encoded, Encoder
    from local_aws.delivery.error_documents import Rejects
    from local_aws.delivery.ordinals import Ordinals
    from local_aws.delivery.outbox import Outbox
    from local_aws.delivery.prefix import PrefixEvaluator
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
        self, config: DeliveryConfig, channels: Mapping[str, Channel], outbox: Outbox, writer: ObjectWriter
    ) -> None:
        self._config = config
        self._channels = channels
        self._outbox = outbox
        self._writer = writer

    def deliver(self, kind: str, buffer: Buffer) -> Delivered:
        """Write the object of `buffer` and return when S3 has it.

        Raises `StoppedError` when the stream is stopped before, `JournalError` when the outbox cannot be written.
        """
        channel = self._channels[kind]
        identity = object_id(self._config.arn, self._config.created_ms, kind, buffer.key, buffer.batches)
        encoded = channel.encoder.encode(buffer.batches, identity)
        if encoded.body is None or encoded.oldest_ms is None:
            return Delivered(kind, buffer, None, None, encoded.rejects, encoded.finished)
        item = self._object(channel, buffer, encoded, encoded.body, encoded.oldest_ms, identity)
        path = self._outbox.store(item)
        self._writer.put(item)
        return Delivered(kind, buffer, item, path, encoded.rejects)

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
