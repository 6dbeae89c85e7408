"""UpdateDestination; reference 1.7, 5.1 and 6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.firehose_api.streams import (
    DESTINATION_ID,
    LAMBDA_ARN,
    conversion,
    describe,
    destination,
    make_active,
    partitioned,
    plain,
    processing,
    processor,
    refusal,
    update,
)

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws


def test_the_version_counts_changes(local_aws: LocalAws) -> None:
    """Reference 1.7."""
    name = make_active(local_aws)
    update(local_aws, name, "1", Prefix="a/")
    described = describe(local_aws, name)
    assert described["VersionId"] == "2"
    assert described["LastUpdateTimestamp"] > described["CreateTimestamp"]
    update(local_aws, name, "2", Prefix="a/")
    assert describe(local_aws, name)["VersionId"] == "3"


def test_a_stale_version_is_refused(local_aws: LocalAws) -> None:
    """Reference 1.7."""
    name = make_active(local_aws)
    update(local_aws, name, "1", Prefix="a/")
    assert refusal(lambda: update(local_aws, name, "1", Prefix="b/")) == (
        "ConcurrentModificationException",
        f"Cannot update firehose: {name} since the current version id: 2 and specified version id: 1 do not match",
    )
    assert destination(local_aws, name)["Prefix"] == "a/"


def test_settings_are_merged_member_by_member(local_aws: LocalAws) -> None:
    """Reference 1.7."""
    hints = {"SizeInMBs": 7, "IntervalInSeconds": 70}
    name = make_active(local_aws, plain(Prefix="a/", BufferingHints=hints, CompressionFormat="GZIP"))
    update(local_aws, name, Prefix="b/")
    found = destination(local_aws, name)
    assert (found["Prefix"], found["BufferingHints"], found["CompressionFormat"]) == ("b/", hints, "GZIP")


def test_the_processing_block_is_replaced(local_aws: LocalAws) -> None:
    """Reference 1.7: as a whole."""
    first = processing(processor("Lambda", LambdaArn=LAMBDA_ARN, NumberOfRetries="1"))
    name = make_active(local_aws, plain(ProcessingConfiguration=first))
    update(local_aws, name, ProcessingConfiguration={"Enabled": False})
    assert destination(local_aws, name)["ProcessingConfiguration"] == {"Enabled": False, "Processors": []}
    again = processing(processor("Lambda", LambdaArn=LAMBDA_ARN))
    update(local_aws, name, ProcessingConfiguration=again)
    [found] = destination(local_aws, name)["ProcessingConfiguration"]["Processors"]
    assert {"ParameterName": "NumberOfRetries", "ParameterValue": "3"} in found["Parameters"]


def test_the_backup_is_merged_too(local_aws: LocalAws) -> None:
    """Reference 6 and 1.7."""
    name = make_active(
        local_aws,
        plain(
            S3BackupMode="Enabled",
            S3BackupConfiguration=plain(BucketARN="arn:aws:s3:::raw", CompressionFormat="GZIP"),
        ),
    )
    update(local_aws, name, S3BackupUpdate={"Prefix": "raw/"})
    backup = destination(local_aws, name)["S3BackupDescription"]
    assert (backup["BucketARN"], backup["Prefix"], backup["CompressionFormat"]) == (
        "arn:aws:s3:::raw",
        "raw/",
        "GZIP",
    )


def test_conversion_can_be_switched_off_and_on(local_aws: LocalAws, table: dict[str, str]) -> None:
    """Reference 4.1: switched off, its settings stay."""
    name = make_active(local_aws, plain(DataFormatConversionConfiguration=conversion(table)))
    update(local_aws, name, DataFormatConversionConfiguration={"Enabled": False})
    found = destination(local_aws, name)["DataFormatConversionConfiguration"]
    assert found["Enabled"] is False
    assert found["SchemaConfiguration"]["TableName"] == table["TableName"]
    update(local_aws, name, DataFormatConversionConfiguration={"Enabled": True})
    assert destination(local_aws, name)["DataFormatConversionConfiguration"]["Enabled"] is True


def test_dynamic_partitioning_is_decided_at_creation(local_aws: LocalAws) -> None:
    """Reference 5.1: never on or off later; keys and prefixes can change."""
    name = make_active(local_aws)
    code, message = refusal(
        lambda: update(local_aws, name, DynamicPartitioningConfiguration={"Enabled": True})
    )
    assert (code, message.startswith("Dynamic Partitioning is disabled")) == (
        "InvalidArgumentException",
        True,
    )
    name = make_active(local_aws, partitioned())
    code, message = refusal(
        lambda: update(local_aws, name, DynamicPartitioningConfiguration={"Enabled": False}, Prefix="a/")
    )
    assert (code, message.startswith("Dynamic Partitioning is enabled")) == ("InvalidArgumentException", True)
    update(local_aws, name, Prefix="data/!{partitionKeyFromLambda:other}/")
    assert "other" in destination(local_aws, name)["Prefix"]


def test_the_plain_update_and_the_extended_one_are_one(local_aws: LocalAws) -> None:
    name = make_active(local_aws, plain(Prefix="a/", FileExtension=".log"))
    local_aws.unchecked("firehose").update_destination(
        DeliveryStreamName=name,
        CurrentDeliveryStreamVersionId="1",
        DestinationId=DESTINATION_ID,
        S3DestinationUpdate={"Prefix": "b/"},
    )
    found = destination(local_aws, name)
    assert (found["Prefix"], found["FileExtension"]) == ("b/", ".log")


def test_refused_updates_change_nothing(local_aws: LocalAws) -> None:
    firehose = local_aws.unchecked("firehose")
    name = make_active(local_aws)
    before = describe(local_aws, name)
    code, _ = refusal(
        lambda: firehose.update_destination(
            DeliveryStreamName=name,
            CurrentDeliveryStreamVersionId="1",
            DestinationId="destinationId-000000000002",
            ExtendedS3DestinationUpdate={"Prefix": "b/"},
        )
    )
    assert code == "InvalidArgumentException"
    code, message = refusal(
        lambda: firehose.update_destination(
            DeliveryStreamName=name, CurrentDeliveryStreamVersionId="1", DestinationId=DESTINATION_ID
        )
    )
    assert (code, message) == (
        "InvalidArgumentException",
        "Exactly one destination configuration is supported for a Firehose",
    )
    assert describe(local_aws, name) == before
