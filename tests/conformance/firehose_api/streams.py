"""Small delivery streams for the conformance tests, made and refused through the API."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tests.gateway_fixture import unique
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.gateway_fixture import LocalAws

ROLE_ARN = "arn:aws:iam::000000000000:role/delivery"
LAMBDA_ARN = "arn:aws:lambda:us-east-1:000000000000:function:transform:$LATEST"
DESTINATION_ID = "destinationId-000000000001"
ERRORS = "errors/!{firehose:error-output-type}/"
HINTS_64 = {"SizeInMBs": 64, "IntervalInSeconds": 60}


def plain(**settings: Any) -> dict[str, Any]:
    """Give an S3 destination with `settings`; a setting of None is left out."""
    together = {"RoleARN": ROLE_ARN, "BucketARN": "arn:aws:s3:::lake", **settings}
    return {name: value for name, value in together.items() if value is not None}


def processor(kind: str, **parameters: str) -> dict[str, Any]:
    """Give one processor."""
    given = [{"ParameterName": name, "ParameterValue": value} for name, value in parameters.items()]
    return {"Type": kind, "Parameters": given} if given else {"Type": kind}


def processing(*processors: dict[str, Any], enabled: bool = True) -> dict[str, Any]:
    """Give a ProcessingConfiguration."""
    return {"Enabled": enabled, "Processors": list(processors)}


def partitioned(**settings: Any) -> dict[str, Any]:
    """Give an S3 destination with dynamic partitioning by a key from the transform."""
    usual = {
        "Prefix": "data/kind=!{partitionKeyFromLambda:kind}/",
        "ErrorOutputPrefix": ERRORS,
        "BufferingHints": HINTS_64,
        "DynamicPartitioningConfiguration": {"Enabled": True},
        "ProcessingConfiguration": processing(processor("Lambda", LambdaArn=LAMBDA_ARN)),
    }
    return plain(**{**usual, **settings})


def queried(query: str, prefix: str, *more: dict[str, Any]) -> dict[str, Any]:
    """Give an S3 destination with dynamic partitioning by a jq query."""
    extraction = processor("MetadataExtraction", MetadataExtractionQuery=query, JsonParsingEngine="JQ-1.6")
    return partitioned(Prefix=prefix, ProcessingConfiguration=processing(extraction, *more))


def conversion(table: Mapping[str, str], **settings: Any) -> dict[str, Any]:
    """Give a DataFormatConversionConfiguration to Parquet with `settings`; None leaves a member out."""
    usual = {
        "SchemaConfiguration": {"RoleARN": ROLE_ARN, **table},
        "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
        "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}},
    }
    return {name: value for name, value in {**usual, **settings}.items() if value is not None}


def make(local_aws: LocalAws, settings: Mapping[str, Any] | None = None, **parameters: Any) -> str:
    """Create a delivery stream and give its name; it can be described at once, the rest needs `make_active`."""
    name = unique("stream")
    local_aws.unchecked("firehose").create_delivery_stream(
        DeliveryStreamName=name,
        ExtendedS3DestinationConfiguration=copy.deepcopy(dict(settings or plain())),
        **parameters,
    )
    return name


def make_active(local_aws: LocalAws, settings: Mapping[str, Any] | None = None, **parameters: Any) -> str:
    """Create a delivery stream, wait until it is ACTIVE and give its name."""
    name = make(local_aws, settings, **parameters)
    wait_for(local_aws, name, "ACTIVE")
    return name


def describe(local_aws: LocalAws, name: str) -> dict[str, Any]:
    answer = local_aws.clients.client("firehose").describe_delivery_stream(DeliveryStreamName=name)
    return dict(answer["DeliveryStreamDescription"])


def destination(local_aws: LocalAws, name: str) -> dict[str, Any]:
    """Give the ExtendedS3DestinationDescription of a stream."""
    found: dict[str, Any] = describe(local_aws, name)["Destinations"][0]["ExtendedS3DestinationDescription"]
    return found


def wait_for(local_aws: LocalAws, name: str, status: str) -> None:
    wait_until(lambda: describe(local_aws, name)["DeliveryStreamStatus"] == status, f"{name} is {status}")


def update(local_aws: LocalAws, name: str, version: str | None = None, **settings: Any) -> None:
    """Update the destination; without `version`, the present one."""
    local_aws.unchecked("firehose").update_destination(
        DeliveryStreamName=name,
        CurrentDeliveryStreamVersionId=version or describe(local_aws, name)["VersionId"],
        DestinationId=DESTINATION_ID,
        ExtendedS3DestinationUpdate=settings,
    )


def refusal(call: Callable[[], Any]) -> tuple[str, str]:
    """Give code and message of the error with which `call` is answered."""
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    raise AssertionError("the call was not refused")


def refused(local_aws: LocalAws, settings: Mapping[str, Any], **parameters: Any) -> str:
    """Give the message with which the creation of a stream is refused as an invalid argument."""
    code, message = refusal(lambda: make(local_aws, settings, **parameters))
    assert code == "InvalidArgumentException", message
    return message
