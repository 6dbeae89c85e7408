"""A delivery stream as the control plane keeps it: immutable, replaced as a whole by every change."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

DIRECT_PUT = "DirectPut"
KINESIS_SOURCE = "KinesisStreamAsSource"
DESTINATION_ID = "destinationId-000000000001"


@dataclass(frozen=True)
class Encryption:
    """Server-side encryption of the stream itself; `settled_at` (epoch seconds) ends ENABLING or DISABLING."""

    enabled: bool = False
    key_type: str | None = None
    key_arn: str | None = None
    settled_at: float = 0.0

    def status(self, now: float) -> str:
        """Give the status that the API reports at `now`."""
        if self.enabled:
            return "ENABLED" if now >= self.settled_at else "ENABLING"
        return "DISABLED" if now >= self.settled_at else "DISABLING"


@dataclass(frozen=True)
class DeliveryStream:
    """One delivery stream; all instants are epoch seconds.

    `destination` is the API's ExtendedS3DestinationDescription with every default filled in, `source` the
    source's description without its start timestamp. `active_at` ends CREATING, `gone_at` ends DELETING.
    """

    name: str
    arn: str
    kind: str
    created_at: float
    active_at: float
    destination: Mapping[str, Any]
    source: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1
    updated_at: float | None = None
    gone_at: float | None = None
    encryption: Encryption = field(default_factory=Encryption)
    tags: Mapping[str, str] = field(default_factory=dict)

    def status(self, now: float) -> str:
        """Give the status that the API reports at `now`."""
        if self.gone_at is not None:
            return "DELETING"
        return "ACTIVE" if now >= self.active_at else "CREATING"

    def is_gone(self, now: float) -> bool:
        """Tell whether the stream has been deleted by `now`."""
        return self.gone_at is not None and now >= self.gone_at

    def to_json(self) -> dict[str, Any]:
        """Give what `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> DeliveryStream:
        """Read what `to_json` gave; raises `TypeError` for members that this version does not know."""
        return cls(**{**content, "encryption": Encryption(**content["encryption"])})
