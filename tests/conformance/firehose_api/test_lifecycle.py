"""Creating, describing, listing and deleting; reference 1.1, 1.7 and 7."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.firehose_api.streams import (
    DESTINATION_ID,
    ERRORS,
    LAMBDA_ARN,
    ROLE_ARN,
    conversion,
    describe,
    destination,
    make,
    partitioned,
    plain,
    processing,
    processor,
    refusal,
    refused,
)
from tests.gateway_fixture import unique
from tests.unit.firehose.support import PACE_SECONDS

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws
    from tests.unit.firehose.support import Firehose


@pytest.fixture(scope="module")
def stream_arn(local_aws: LocalAws) -> str:
    kinesis = local_aws.clients.client("kinesis")
    name = unique("source")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    return kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]


def from_kinesis(stream_arn: str) -> dict[str, Any]:
    return {
        "DeliveryStreamType": "KinesisStreamAsSource",
        "KinesisStreamSourceConfiguration": {"KinesisStreamARN": stream_arn, "RoleARN": ROLE_ARN},
    }


def test_creation_is_asynchronous(firehose: Firehose) -> None:
    """Reference 1.7: CREATING, then ACTIVE; until then it can be described and nothing else."""
    answer = firehose.create("orders")
    assert answer["DeliveryStreamARN"] == "arn:aws:firehose:us-east-1:000000000000:deliverystream/orders"
    firehose.now += PACE_SECONDS - 0.1
    assert firehose.status("orders") == "CREATING"
    code, message = firehose.refusal("DeleteDeliveryStream", DeliveryStreamName="orders")
    assert (code, "CREATING" in message) == ("ResourceInUseException", True)
    firehose.now += 0.1
    assert firehose.status("orders") == "ACTIVE"


def test_description_with_defaults(local_aws: LocalAws) -> None:
    """Reference 7: 5 MiB and 300 s; both the plain and the extended description are given."""
    before = time.time()
    name = make(local_aws)
    described = describe(local_aws, name)
    assert described["DeliveryStreamType"] == "DirectPut"
    assert described["VersionId"] == "1"
    assert described["DeliveryStreamEncryptionConfiguration"] == {"Status": "DISABLED"}
    assert described["HasMoreDestinations"] is False
    assert "LastUpdateTimestamp" not in described
    assert "Source" not in described
    assert before - 0.001 <= described["CreateTimestamp"].timestamp() <= time.time() + 0.001
    [only] = described["Destinations"]
    expected = {
        "RoleARN": ROLE_ARN,
        "BucketARN": "arn:aws:s3:::lake",
        "Prefix": "",
        "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
        "CompressionFormat": "UNCOMPRESSED",
        "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
        "CloudWatchLoggingOptions": {"Enabled": False},
    }
    assert only["DestinationId"] == DESTINATION_ID
    assert only["S3DestinationDescription"] == expected
    assert only["ExtendedS3DestinationDescription"] == {
        **expected,
        "S3BackupMode": "Disabled",
        "CustomTimeZone": "UTC",
    }


def test_description_echoes_every_option(local_aws: LocalAws, table: dict[str, str]) -> None:
    """Reference 1.7: what Terraform sets it must read back."""
    settings = partitioned(
        Prefix="data/!{partitionKeyFromLambda:kind}/!{timestamp:yyyy}/",
        EncryptionConfiguration={
            "KMSEncryptionConfig": {"AWSKMSKeyARN": "arn:aws:kms:us-east-1:000000000000:key/k"}
        },
        CloudWatchLoggingOptions={"Enabled": True, "LogGroupName": "/fh", "LogStreamName": "d"},
        S3BackupMode="Enabled",
        S3BackupConfiguration=plain(
            BucketARN="arn:aws:s3:::raw",
            Prefix="raw/!{timestamp:yyyy/MM/dd/HH}/",
            ErrorOutputPrefix=ERRORS,
            CompressionFormat="GZIP",
            BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 60},
        ),
        DataFormatConversionConfiguration=conversion(table),
        FileExtension=".parquet",
        CustomTimeZone="Europe/Berlin",
    )
    found = destination(local_aws, make(local_aws, settings))
    for member in (
        "RoleARN",
        "BucketARN",
        "Prefix",
        "ErrorOutputPrefix",
        "BufferingHints",
        "EncryptionConfiguration",
        "CloudWatchLoggingOptions",
        "S3BackupMode",
        "FileExtension",
        "CustomTimeZone",
    ):
        assert found[member] == settings[member]
    assert found["S3BackupDescription"] == {
        **settings["S3BackupConfiguration"],
        "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
        "CloudWatchLoggingOptions": {"Enabled": False},
    }
    assert found["DynamicPartitioningConfiguration"] == {
        "Enabled": True,
        "RetryOptions": {"DurationInSeconds": 300},
    }


def test_a_lambda_processor_is_described_with_its_defaults(local_aws: LocalAws) -> None:
    """Reference 2.3: retries, role, size and interval are filled in."""
    name = make(
        local_aws, plain(ProcessingConfiguration=processing(processor("Lambda", LambdaArn=LAMBDA_ARN)))
    )
    [found] = destination(local_aws, name)["ProcessingConfiguration"]["Processors"]
    assert {one["ParameterName"]: one["ParameterValue"] for one in found["Parameters"]} == {
        "LambdaArn": LAMBDA_ARN,
        "NumberOfRetries": "3",
        "RoleArn": ROLE_ARN,
        "BufferSizeInMBs": "1",
        "BufferIntervalInSeconds": "60",
    }


def test_given_lambda_parameters_stay(local_aws: LocalAws) -> None:
    """Reference 2.3."""
    given = processor(
        "Lambda",
        LambdaArn=LAMBDA_ARN,
        NumberOfRetries="0",
        BufferSizeInMBs="0.2",
        BufferIntervalInSeconds="0",
    )
    name = make(local_aws, plain(ProcessingConfiguration=processing(given)))
    [found] = destination(local_aws, name)["ProcessingConfiguration"]["Processors"]
    assert found["Parameters"][:4] == given["Parameters"]
    assert [one["ParameterName"] for one in found["Parameters"][4:]] == ["RoleArn"]


def test_processing_without_enabled_is_off_and_conversion_without_it_is_on(
    local_aws: LocalAws, table: dict[str, str]
) -> None:
    """Reference 2.3 and 4.1: the two defaults are opposite."""
    name = make(
        local_aws,
        plain(
            ProcessingConfiguration={"Processors": [processor("Lambda", LambdaArn=LAMBDA_ARN)]},
            DataFormatConversionConfiguration=conversion(table),
        ),
    )
    found = destination(local_aws, name)
    assert found["ProcessingConfiguration"]["Enabled"] is False
    assert found["DataFormatConversionConfiguration"]["Enabled"] is True


def test_buffer_sizes_without_hints(local_aws: LocalAws, table: dict[str, str]) -> None:
    """Reference 4.1: 128 MiB when converting; 7: 5 MiB otherwise, also for the backup."""
    name = make(
        local_aws,
        plain(
            DataFormatConversionConfiguration=conversion(table),
            S3BackupMode="Enabled",
            S3BackupConfiguration=plain(),
        ),
    )
    found = destination(local_aws, name)
    assert found["BufferingHints"] == {"SizeInMBs": 128, "IntervalInSeconds": 300}
    assert found["S3BackupDescription"]["BufferingHints"] == {"SizeInMBs": 5, "IntervalInSeconds": 300}
    name = make(local_aws, partitioned(BufferingHints=None))
    assert destination(local_aws, name)["BufferingHints"]["SizeInMBs"] == 128


def test_schema_defaults(local_aws: LocalAws, table: dict[str, str]) -> None:
    """Reference 4.1: the version is LATEST, the catalog this account's, the region this one."""
    name = make(local_aws, plain(DataFormatConversionConfiguration=conversion(table)))
    assert destination(local_aws, name)["DataFormatConversionConfiguration"]["SchemaConfiguration"] == {
        "RoleARN": ROLE_ARN,
        **table,
        "CatalogId": "000000000000",
        "Region": "us-east-1",
        "VersionId": "LATEST",
    }


def test_a_kinesis_source_is_read_from_the_moment_of_creation(local_aws: LocalAws, stream_arn: str) -> None:
    """Reference 1.1: DeliveryStartTimestamp."""
    described = describe(local_aws, make(local_aws, **from_kinesis(stream_arn)))
    assert described["DeliveryStreamType"] == "KinesisStreamAsSource"
    source = described["Source"]["KinesisStreamSourceDescription"]
    assert source["KinesisStreamARN"] == stream_arn
    assert source["RoleARN"] == ROLE_ARN
    assert source["DeliveryStartTimestamp"] == described["CreateTimestamp"]


def test_a_kinesis_source_needs_its_configuration(local_aws: LocalAws, stream_arn: str) -> None:
    """Reference 1.1."""
    assert refused(local_aws, plain(), DeliveryStreamType="KinesisStreamAsSource") == (
        "KinesisSourceStreamConfig is mandatory for KinesisStreamAsSource stream type."
    )
    message = refused(local_aws, plain(), **from_kinesis(stream_arn + "-not-there"))
    assert stream_arn + "-not-there" in message


def test_a_direct_put_stream_ignores_a_source(local_aws: LocalAws, stream_arn: str) -> None:
    """Reference 1.1."""
    parameters = {**from_kinesis(stream_arn), "DeliveryStreamType": "DirectPut"}
    assert "Source" not in describe(local_aws, make(local_aws, **parameters))


def test_names_are_unique(local_aws: LocalAws) -> None:
    name = make(local_aws)
    firehose = local_aws.unchecked("firehose")
    again = {"DeliveryStreamName": name, "S3DestinationConfiguration": plain()}
    assert refusal(lambda: firehose.create_delivery_stream(**again)) == (
        "ResourceInUseException",
        f"Firehose {name} under accountId 000000000000 already exists",
    )


def test_a_name_that_aws_would_not_take(local_aws: LocalAws) -> None:
    firehose = local_aws.unchecked("firehose")
    code, message = refusal(lambda: firehose.describe_delivery_stream(DeliveryStreamName="a b"))
    assert code == "ValidationException"
    assert "Value at 'deliveryStreamName' failed to satisfy constraint" in message


def test_listing_in_pages(local_aws: LocalAws, stream_arn: str) -> None:
    """Names come in order, ten at a time unless asked otherwise."""
    firehose = local_aws.unchecked("firehose")
    made = sorted([make(local_aws) for _ in range(11)] + [make(local_aws, **from_kinesis(stream_arn))])
    first = firehose.list_delivery_streams()
    assert len(first["DeliveryStreamNames"]) == 10
    assert first["HasMoreDeliveryStreams"] is True
    after = made[0]
    page = firehose.list_delivery_streams(ExclusiveStartDeliveryStreamName=after, Limit=3)
    assert page["DeliveryStreamNames"] == sorted(page["DeliveryStreamNames"])
    assert after not in page["DeliveryStreamNames"]
    everything = firehose.list_delivery_streams(Limit=10000)
    assert everything["HasMoreDeliveryStreams"] is False
    assert set(made) <= set(everything["DeliveryStreamNames"])
    sourced = firehose.list_delivery_streams(Limit=10000, DeliveryStreamType="KinesisStreamAsSource")
    assert len(set(made) & set(sourced["DeliveryStreamNames"])) == 1


def test_deletion_is_asynchronous_and_final(firehose: Firehose) -> None:
    """Reference 1.7: DELETING, then gone; what was not delivered is discarded."""
    firehose.create_active("orders")
    firehose("PutRecord", DeliveryStreamName="orders", Record={"Data": b"undelivered"})
    spool = firehose.settings.spool_dir / "orders"
    assert spool.exists()
    firehose("DeleteDeliveryStream", DeliveryStreamName="orders", AllowForceDelete=True)
    assert firehose.status("orders") == "DELETING"
    assert not spool.exists()
    firehose("DeleteDeliveryStream", DeliveryStreamName="orders")
    firehose.now += PACE_SECONDS
    assert firehose.refusal("DescribeDeliveryStream", DeliveryStreamName="orders") == (
        "ResourceNotFoundException",
        "Firehose orders under account 000000000000 not found.",
    )
    firehose.create("orders")
    assert firehose.describe("orders")["VersionId"] == "1"


def test_paging_of_destinations_ends_after_the_only_one(local_aws: LocalAws) -> None:
    name = make(local_aws)
    answer = local_aws.unchecked("firehose").describe_delivery_stream(
        DeliveryStreamName=name, ExclusiveStartDestinationId=DESTINATION_ID
    )
    assert answer["DeliveryStreamDescription"]["Destinations"] == []
