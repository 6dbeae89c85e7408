"""What the API accepts, the delivery engine can run: nothing is refused behind the caller's back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local_aws.delivery.config import parse
from local_aws.delivery.extraction import Extractor
from local_aws.delivery.prefix import PrefixEvaluator
from tests.conformance.firehose_api.streams import (
    ERRORS,
    LAMBDA_ARN,
    ROLE_ARN,
    conversion,
    describe,
    make,
    partitioned,
    plain,
    processing,
    processor,
    queried,
)

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws

TABLE = "a Glue table"
BACKUP = {"RoleARN": ROLE_ARN, "BucketARN": "arn:aws:s3:::raw", "CompressionFormat": "Snappy"}


def _hive(*formats: str) -> dict[str, Any]:
    return {"Deserializer": {"HiveJsonSerDe": {"TimestampFormats": list(formats)}}}


@pytest.mark.parametrize(
    "settings",
    [
        plain(),
        plain(Prefix="", ErrorOutputPrefix="", CustomTimeZone="Asia/Tokyo", FileExtension=".json"),
        plain(Prefix="!{timestamp:'at 'HH'h'}!{firehose:random-string}", ErrorOutputPrefix=ERRORS),
        *(plain(CompressionFormat=one) for one in ("GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY")),
        plain(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 0}),
        plain(S3BackupMode="Enabled", S3BackupConfiguration=BACKUP),
        plain(ProcessingConfiguration=processing(processor("AppendDelimiterToRecord"))),
        plain(
            ProcessingConfiguration=processing(
                processor("Decompression"),
                processor("CloudWatchLogProcessing", DataMessageExtraction="True"),
                processor(
                    "Lambda",
                    LambdaArn=LAMBDA_ARN,
                    BufferSizeInMBs="0.2",
                    BufferIntervalInSeconds="0",
                    NumberOfRetries="0",
                ),
            )
        ),
        partitioned(),
        queried(
            '{"a key": .a, b: (.b // "none" | ascii_downcase)}',
            "!{partitionKeyFromQuery:a key}/!{partitionKeyFromQuery:b}/",
            processor("RecordDeAggregation", SubRecordType="DELIMITED", Delimiter="fHw="),
            processor("AppendDelimiterToRecord", Delimiter="\\n"),
        ),
        plain(DataFormatConversionConfiguration=TABLE),
        plain(DataFormatConversionConfiguration=TABLE, InputFormatConfiguration=_hive()),
        plain(
            DataFormatConversionConfiguration=TABLE,
            InputFormatConfiguration=_hive("millis", "yyyy-MM-dd'T'HH:mm:ss.SSSZ", "d MMMM yyyy h:mm a"),
            OutputFormatConfiguration={"Serializer": {"OrcSerDe": {"BloomFilterColumns": ["id"]}}},
        ),
        plain(DataFormatConversionConfiguration=TABLE, Enabled=False, CompressionFormat="GZIP"),
    ],
)
def test_an_accepted_stream_can_be_run(
    local_aws: LocalAws, table: dict[str, str], settings: dict[str, Any]
) -> None:
    """Every section; the engine's own reader of descriptions is the judge."""
    given = dict(settings)
    if given.get("DataFormatConversionConfiguration") == TABLE:
        parts = {
            k: given.pop(k)
            for k in ("InputFormatConfiguration", "OutputFormatConfiguration", "Enabled")
            if k in given
        }
        given["DataFormatConversionConfiguration"] = conversion(table, **parts)
    config = parse(describe(local_aws, make(local_aws, given)))
    PrefixEvaluator(config.destination).error_prefix(0, "processing-failed")
    if config.backup is not None:
        PrefixEvaluator(config.backup).prefix(0)
    if config.processing.query is not None:
        Extractor(config.processing.query)
    assert (config.conversion is not None) == (
        "DataFormatConversionConfiguration" in given
        and given["DataFormatConversionConfiguration"].get("Enabled", True)
    )
