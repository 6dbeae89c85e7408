"""What a request asks for as a whole: the kind of stream, its source, and exactly one destination."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_aws.firehose.errors import invalid_argument
from local_aws.firehose.stream import DIRECT_PUT, KINESIS_SOURCE

if TYPE_CHECKING:
    from collections.abc import Mapping

_S3_KINDS = ("ExtendedS3Destination", "S3Destination")
_OTHER_KINDS = (
    "RedshiftDestination",
    "ElasticsearchDestination",
    "AmazonopensearchserviceDestination",
    "AmazonOpenSearchServerlessDestination",
    "SplunkDestination",
    "HttpEndpointDestination",
    "SnowflakeDestination",
)
# Reference 8. Where it will go: rules for it in this package beside `s3`, and in the engine a channel of its own
# beside the ones in `delivery.sink`, behind the same transform and buffers.
_LATER_KINDS = ("IcebergDestination",)


def check_name(name: str) -> None:
    """Refuse the two names that the model allows and that cannot be a folder's."""
    if name in (".", ".."):
        raise invalid_argument(
            f"DeliveryStreamName is {name!r}; the local Firehose allows any name but . and .."
        )


def stream_kind(parameters: Mapping[str, Any]) -> str:
    """Give the delivery stream's type after checking that its source is there and can be read.

    AWS rule: a Kinesis source needs its configuration; for direct PUT one is ignored.
    """
    kind = str(parameters.get("DeliveryStreamType", DIRECT_PUT))
    if kind not in (DIRECT_PUT, KINESIS_SOURCE):
        raise invalid_argument(
            f"DeliveryStreamType is {kind}; the local Firehose reads {DIRECT_PUT} and {KINESIS_SOURCE} only."
        )
    if kind == KINESIS_SOURCE and "KinesisStreamSourceConfiguration" not in parameters:
        raise invalid_argument(
            "KinesisSourceStreamConfig is mandatory for KinesisStreamAsSource stream type."
        )
    return kind


def source(parameters: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Give the source's description, without the start timestamp."""
    member = "DirectPutSourceConfiguration" if kind == DIRECT_PUT else "KinesisStreamSourceConfiguration"
    return dict(parameters.get(member, {}))


def s3_settings(parameters: Mapping[str, Any], suffix: str) -> Mapping[str, Any]:
    """Give the one S3 destination of a request; `suffix` is `Configuration` or `Update`.

    Raises `ApiError` InvalidArgumentException when there is none or more than one, and for the kinds of
    destination that are not delivered to locally.
    """
    kinds = (*_S3_KINDS, *_OTHER_KINDS, *_LATER_KINDS)
    given = [kind + suffix for kind in kinds if kind + suffix in parameters]
    if len(given) != 1:
        raise invalid_argument("Exactly one destination configuration is supported for a Firehose")
    allowed = " and ".join(kind + suffix for kind in _S3_KINDS)
    if given[0].removesuffix(suffix) in _OTHER_KINDS:
        raise invalid_argument(f"{given[0]} is given; the local Firehose delivers to S3 only: {allowed}.")
    if given[0].removesuffix(suffix) in _LATER_KINDS:
        raise invalid_argument(
            f"{given[0]} is given; the local Firehose does not deliver to Iceberg tables yet, only to S3: {allowed}."
        )
    settings: Mapping[str, Any] = parameters[given[0]]
    return settings
