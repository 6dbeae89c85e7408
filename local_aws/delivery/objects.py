"""An object on its way to S3, and how it is named.

AWS rule: `<prefix><stream>-<version>-<yyyy>-<MM>-<dd>-<HH>-<mm>-<ss>-<uuid><extension>`, reference 3.5. The UUID
derives from the stream and from which records of which shard the object holds, so the same records make the same
name.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from local_aws.delivery.ordinals import Ordinals
    from local_aws.delivery.records import RecordBatch

CONTENT_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class DeliveryObject:
    """Bytes with everything that PutObject needs, and the records that are finished once they are written.

    `finished` has sorted record numbers by shard; `sink` says in which numbering (see `ledger`).
    """

    bucket: str
    key: str
    body: bytes
    sink: str
    finished: Mapping[str, Ordinals]
    version: int
    content_encoding: str | None = None
    kms_key_arn: str | None = None
    records: int = 0
    source_bytes: int = 0
    oldest_ms: int = 0


def object_id(
    stream_arn: str, created_ms: int, sink: str, key: Sequence[str], batches: Iterable[RecordBatch]
) -> str:
    """Give the UUID of an object: the same for the same records of the same stream.

    `key` is the buffer's: two partitions may share their first and last source record.
    """
    spans: dict[str, list[str]] = {}
    for batch in batches:
        if not len(batch):
            continue
        first = f"{batch.sequences[0]}.{batch.subsequences[0]}"
        last = f"{batch.sequences[-1]}.{batch.subsequences[-1]}"
        spans.setdefault(batch.shard_id, [first, last])[1] = last
    text = "|".join(
        [
            *(stream_arn, str(created_ms), sink),
            *(f"{len(part)}:{part}" for part in key),
            *(f"{shard_id}:{first}-{last}" for shard_id, (first, last) in spans.items()),
        ]
    )
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


def object_name(
    stream_name: str, version: int, instant_ms: int, time_zone: str, identity: str, extension: str
) -> str:
    """Give the part of the key behind the prefix; `instant_ms` is the oldest arrival in the object."""
    moment = local_time(instant_ms, time_zone)
    return f"{stream_name}-{version}-{moment:%Y-%m-%d-%H-%M-%S}-{identity}{extension}"


def local_time(instant_ms: int, time_zone: str) -> datetime:
    """Give an instant in epoch milliseconds as the wall clock of `time_zone` (IANA name) shows it."""
    zone = UTC if time_zone == "UTC" else ZoneInfo(time_zone)
    return datetime.fromtimestamp(instant_ms / 1000, tz=zone)
