"""A delivery stream's description, parsed."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.delivery.config import (
    MIB,
    Deaggregation,
    Hints,
    LambdaSettings,
    LogTarget,
    Processing,
    SchemaReference,
    parse,
)
from local_aws.delivery.conversion import FormatConfig
from local_aws.delivery.errors import ConfigError
from tests.unit.delivery.support import (
    FUNCTION_ARN,
    NOON_MS,
    STREAM_ARN,
    backed_up,
    converting,
    describe,
    processing,
    processor,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


def test_the_stream_itself() -> None:
    config = parse(describe(version=4))
    assert (config.name, config.region, config.version, config.created_ms) == (
        "orders",
        "us-east-1",
        4,
        NOON_MS,
    )
    assert config.source is not None
    assert (config.source.stream_arn, config.source.stream_name) == (STREAM_ARN, "source")
    assert parse(describe(kinesis=False)).source is None


def test_the_destination() -> None:
    target = parse(
        describe(
            Prefix="p/",
            ErrorOutputPrefix="e/",
            CompressionFormat="GZIP",
            BufferingHints={"SizeInMBs": 7, "IntervalInSeconds": 11},
            EncryptionConfiguration={"KMSEncryptionConfig": {"AWSKMSKeyARN": "key"}},
            CloudWatchLoggingOptions={"Enabled": True, "LogGroupName": "g", "LogStreamName": "s"},
            FileExtension=".x",
            CustomTimeZone="Asia/Tokyo",
        )
    ).destination
    assert (target.bucket, target.prefix, target.error_prefix) == ("lake", "p/", "e/")
    assert target.hints == Hints(7 * MIB, 11)
    assert (target.compression, target.extension, target.time_zone) == ("GZIP", ".x", "Asia/Tokyo")
    assert (target.kms_key_arn, target.log) == ("key", LogTarget("g", "s"))


@pytest.mark.parametrize(("extra", "mib"), [({}, 5), (converting(), 128)])
def test_7_hints_that_are_left_out(extra: Mapping[str, Any], mib: int) -> None:
    assert parse(describe(BufferingHints=None, **extra)).destination.hints == Hints(mib * MIB, 300)


def test_members_that_are_empty_mean_nothing() -> None:
    target = parse(describe(Prefix="", ErrorOutputPrefix="", FileExtension="", CustomTimeZone="")).destination
    assert (target.prefix, target.error_prefix, target.extension, target.time_zone) == (
        None,
        None,
        None,
        "UTC",
    )
    off = {"Enabled": False, "LogGroupName": "g", "LogStreamName": "s"}
    assert parse(describe(CloudWatchLoggingOptions=off)).destination.log is None
    assert (
        parse(describe(EncryptionConfiguration={"NoEncryptionConfig": "NoEncryption"})).destination.log
        is None
    )


def test_the_backup() -> None:
    backup = parse(describe(**backed_up(BufferingHints=None, CompressionFormat="ZIP"))).backup
    assert backup is not None
    assert (backup.bucket, backup.compression, backup.hints) == ("raw", "ZIP", Hints(5 * MIB, 300))
    assert parse(describe(**backed_up() | {"S3BackupMode": "Disabled"})).backup is None


def test_4_1_conversion_enabled_left_out_means_on() -> None:
    settings = converting("t")["DataFormatConversionConfiguration"]
    on = {key: value for key, value in settings.items() if key != "Enabled"}
    conversion = parse(describe(DataFormatConversionConfiguration=on)).conversion
    assert conversion is not None
    role = "arn:aws:iam::000000000000:role/delivery"
    assert conversion.schema == SchemaReference(None, "lake", "t", "us-east-1", "LATEST", role)
    assert conversion.formats == FormatConfig()
    off = {**settings, "Enabled": False}
    assert parse(describe(DataFormatConversionConfiguration=off)).conversion is None


def test_2_3_processing_enabled_left_out_means_off() -> None:
    processors = [processor("AppendDelimiterToRecord")]
    assert parse(describe(ProcessingConfiguration={"Processors": processors})).processing == Processing()
    assert parse(
        describe(ProcessingConfiguration={"Enabled": False, "Processors": processors})
    ).processing == (Processing())


def test_2_3_defaults_of_the_function() -> None:
    transform = parse(
        describe(**processing(processor("Lambda", LambdaArn=FUNCTION_ARN)))
    ).processing.transform
    assert transform == LambdaSettings(FUNCTION_ARN, Hints(MIB, 60), 3)


def test_all_processors() -> None:
    delimiter = base64.b64encode(b"||").decode()
    found = parse(
        describe(
            **processing(
                processor("Decompression", CompressionFormat="GZIP"),
                processor("CloudWatchLogProcessing", DataMessageExtraction="true"),
                processor("RecordDeAggregation", SubRecordType="DELIMITED", Delimiter=delimiter),
                processor(
                    "Lambda",
                    LambdaArn=FUNCTION_ARN,
                    NumberOfRetries="1",
                    BufferSizeInMBs="0.2",
                    BufferIntervalInSeconds="5",
                ),
                processor("MetadataExtraction", MetadataExtractionQuery="{a:.a}", JsonParsingEngine="JQ-1.6"),
                processor("AppendDelimiterToRecord", Delimiter="\\n"),
            )
        )
    ).processing
    assert found == Processing(
        decompress=True,
        extract_log_messages=True,
        deaggregation=Deaggregation(b"||"),
        transform=LambdaSettings(FUNCTION_ARN, Hints(209715, 5), 1),
        query="{a:.a}",
        delimiter=b"\n",
    )


@pytest.mark.parametrize(
    ("parameters", "expected"), [({}, b"\n"), ({"Delimiter": "\n"}, b"\n"), ({"Delimiter": ";"}, b";")]
)
def test_delimiters(parameters: dict[str, str], expected: bytes) -> None:
    found = parse(describe(**processing(processor("AppendDelimiterToRecord", **parameters)))).processing
    assert found.delimiter == expected


@pytest.mark.parametrize(
    ("description", "text"),
    [
        (describe(**processing(processor("Unheard"))), "orders has a processor of type 'Unheard'"),
        (describe(CompressionFormat="gzip"), "CompressionFormat is 'gzip'; allowed are UNCOMPRESSED, GZIP"),
        (
            describe(
                **processing(processor("RecordDeAggregation", SubRecordType="DELIMITED", Delimiter="?"))
            ),
            "the Delimiter of RecordDeAggregation is '[?]'",
        ),
        (
            {**describe(), "Destinations": [{"DestinationId": "d", "IcebergDestinationDescription": {}}]},
            "Iceberg",
        ),
        ({**describe(), "Destinations": []}, "none"),
    ],
)
def test_what_cannot_be_run_is_refused_by_name(description: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        parse(description)
