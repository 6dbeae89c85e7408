"""Rules for server-side encryption of the stream itself; AWS rule: reference 1.2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_aws.firehose.errors import invalid_argument
from local_aws.firehose.stream import DIRECT_PUT

if TYPE_CHECKING:
    from collections.abc import Mapping

_CUSTOMER_KEY = "CUSTOMER_MANAGED_CMK"


def check_source(kind: str) -> None:
    """Refuse encryption where the source has its own."""
    if kind != DIRECT_PUT:
        raise invalid_argument(
            "Server side encryption from firehose is only allowed for direct put delivery streams and "
            "database as a source delivery streams"
        )


def check(settings: Mapping[str, Any], region: str) -> None:
    """Check a DeliveryStreamEncryptionConfigurationInput."""
    key_arn = settings.get("KeyARN")
    if settings["KeyType"] == _CUSTOMER_KEY:
        if key_arn is None:
            raise invalid_argument("KeyARN has to be specified when KeyType is CUSTOMER_MANAGED_CMK")
        if key_arn.split(":")[3] != region:
            raise invalid_argument(
                "Cross-region keys are not allowed for SSE. Please provide CMKs in the same region as firehose"
            )
    elif key_arn is not None:
        raise invalid_argument("KeyARN cannot be specified when KeyType is AWS_OWNED_CMK")
