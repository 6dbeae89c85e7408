"""What one example consists of: a delivery stream, its source, a function, and what happens meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tests.conformance.model.function import Bomb, Treatment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.conformance.model.source import Put

# An afternoon at the end of an hour, so that some buffers reach into the next one.
CREATED_MS = 1_784_041_170_000
STREAM = "orders"
ACCOUNT = "000000000000"
REGION = "us-east-1"
STREAM_ARN = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/source"
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:transform:$LATEST"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/delivery"
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1f3c2f2e-0000-4000-8000-000000000000"
DATABASE, TABLE = "lake", "orders"
LAKE, RAW = "lake-bucket", "raw-bucket"
DIRECT_SHARD = "direct-put"


Ending = Literal["kill", "stop", "flush", "update"]


@dataclass(frozen=True)
class ShardLife:
    """A shard, the shards it came from, when it appears and when it is closed (None: never)."""

    shard_id: str
    parents: tuple[str, ...] = ()
    opened_ms: int = 0
    closed_ms: int | None = None


@dataclass(frozen=True)
class Interruption:
    """What ends a life of the engine: power cut, stop without or with delivering, or an update of the stream."""

    after_seconds: float
    kind: Ending
    update: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Troubles:
    """What services do now and then, by the number of the call: S3 and Kinesis fail, all take their time."""

    s3: Mapping[int, Literal["refused", "lost answer"]] = field(default_factory=dict)
    kinesis: Mapping[int, Literal["throttled", "expired", "unavailable"]] = field(default_factory=dict)
    latencies_ms: tuple[int, ...] = (0,)
    records_per_read: int = 10_000


@dataclass(frozen=True)
class Scenario:
    """One example. `request` is what CreateDeliveryStream gets, `columns` are those of the Glue table."""

    request: Mapping[str, Any]
    puts: tuple[Put, ...]
    shards: tuple[ShardLife, ...]
    columns: tuple[tuple[str, str], ...]
    treatments: Mapping[bytes, Treatment] = field(default_factory=dict)
    bombs: Mapping[bytes, Bomb] = field(default_factory=dict)
    interruptions: tuple[Interruption, ...] = ()
    troubles: Troubles = field(default_factory=Troubles)
    ends_by_age: bool = True
    limit_bytes: int = 256 * 1024 * 1024
    most_partitions: int = 500

    @property
    def is_direct(self) -> bool:
        return bool(self.request["DeliveryStreamType"] == "DirectPut")

    @property
    def is_undisturbed(self) -> bool:
        """Tell whether nothing but the hints decides when an object is written."""
        return (
            not self.interruptions
            and self.limit_bytes >= 64 * 1024 * 1024
            and self.most_partitions >= 500
            and self.troubles == Troubles(records_per_read=self.troubles.records_per_read)
        )
