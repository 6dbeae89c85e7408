"""The answer of DescribeDeliveryStream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_aws.firehose.destination import plain
from local_aws.firehose.stream import DESTINATION_ID, DIRECT_PUT

if TYPE_CHECKING:
    from local_aws.firehose.stream import DeliveryStream


def describe(stream: DeliveryStream, now: float, after_destination_id: str | None = None) -> dict[str, Any]:
    """Give the member `DeliveryStreamDescription`; a stream has one destination, so paging ends after it.

    Measured: both the plain and the extended S3 description are there, whichever was created.
    """
    description: dict[str, Any] = {
        "DeliveryStreamName": stream.name,
        "DeliveryStreamARN": stream.arn,
        "DeliveryStreamStatus": stream.status(now),
        "DeliveryStreamType": stream.kind,
        "VersionId": str(stream.version),
        "CreateTimestamp": stream.created_at,
        "LastUpdateTimestamp": stream.updated_at,
        "Destinations": [],
        "HasMoreDestinations": False,
    }
    source = _source(stream)
    if source:
        description["Source"] = source
    if stream.kind == DIRECT_PUT:
        description["DeliveryStreamEncryptionConfiguration"] = _encryption(stream, now)
    if after_destination_id is None or after_destination_id < DESTINATION_ID:
        description["Destinations"] = [
            {
                "DestinationId": DESTINATION_ID,
                "S3DestinationDescription": plain(stream.destination),
                "ExtendedS3DestinationDescription": dict(stream.destination),
            }
        ]
    return description


def _source(stream: DeliveryStream) -> dict[str, Any]:
    if stream.kind != DIRECT_PUT:
        # AWS rule: reading starts at this instant, reference 1.1.
        return {
            "KinesisStreamSourceDescription": {**stream.source, "DeliveryStartTimestamp": stream.created_at}
        }
    return {"DirectPutSourceDescription": dict(stream.source)} if stream.source else {}


def _encryption(stream: DeliveryStream, now: float) -> dict[str, Any]:
    encryption = stream.encryption
    described: dict[str, Any] = {"Status": encryption.status(now)}
    if encryption.enabled:
        described["KeyType"] = encryption.key_type
        described["KeyARN"] = encryption.key_arn
    return described
