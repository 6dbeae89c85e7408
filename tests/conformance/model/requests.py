"""Random CreateDeliveryStream requests, all of which AWS accepts."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.conformance.model import scenario as names
from tests.conformance.model.queries import QUERIES, Query

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS = (
    ("k", "string"),
    ("n", "int"),
    ("at", "bigint"),
    ("d", "double"),
    ("b", "boolean"),
    ("t", "timestamp"),
    ("o", "string"),
)
_PREFIXES = (
    None,
    "",
    "legacy",
    "data/",
    "data/dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/",
    "data/!{firehose:random-string}/",
    "data/!{timestamp:yyyy/MMMM/'day'dd/}!{firehose:random-string}-",
    "data/!{timestamp:EEE-DDD}/!{timestamp:hh a}/!{timestamp:mm_ss}/(plain).",
)
_ERROR_PREFIXES = (
    "errors/!{firehose:error-output-type}/",
    "errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/",
    "errors/!{timestamp:yyyy}/!{firehose:error-output-type}/!{firehose:random-string}/!{firehose:error-output-type}-",
)
_TIME_ZONES = ("", "UTC", "Asia/Kathmandu", "America/New_York")
_COMPRESSIONS = ("UNCOMPRESSED", "GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY")
_DELIMITERS = (b"##", b"\n", b"|")


@dataclass(frozen=True)
class Traits:
    """What a delivery stream does, as far as the records for it should know (`split` as in `outcomes.Settings`)."""

    is_direct: bool
    has_lambda: bool
    is_partitioned: bool
    is_converting: bool
    lambda_keys: tuple[str, ...]
    query: Query | None
    split: bytes | None


@st.composite
def traits(draw: st.DrawFn) -> Traits:
    has_lambda = draw(st.booleans())
    is_partitioned = draw(st.booleans())
    source = "none"
    if is_partitioned:
        source = draw(st.sampled_from(("query", "lambda", "both") if has_lambda else ("query",)))
    return Traits(
        is_direct=draw(st.integers(0, 7)) == 0,
        has_lambda=has_lambda,
        is_partitioned=is_partitioned,
        is_converting=draw(st.booleans()),
        lambda_keys=draw(st.sampled_from((("l",), ("l", "m")))) if source in ("lambda", "both") else (),
        query=draw(st.sampled_from(QUERIES)) if source in ("query", "both") else None,
        split=draw(st.sampled_from((None, b"", *_DELIMITERS))) if is_partitioned else None,
    )


@st.composite
def requests(draw: st.DrawFn, traits: Traits) -> dict[str, Any]:
    request: dict[str, Any] = {
        "DeliveryStreamName": names.STREAM,
        "DeliveryStreamType": "DirectPut" if traits.is_direct else "KinesisStreamAsSource",
        "ExtendedS3DestinationConfiguration": draw(_destinations(traits)),
    }
    if not traits.is_direct:
        request["KinesisStreamSourceConfiguration"] = {
            "KinesisStreamARN": names.STREAM_ARN,
            "RoleARN": names.ROLE_ARN,
        }
    return request


@st.composite
def _destinations(draw: st.DrawFn, traits: Traits) -> dict[str, Any]:
    is_large = traits.is_partitioned or traits.is_converting
    intervals = (1, 5, 20, 60) if traits.is_partitioned else (0, 1, 5, 20, 60)
    s3 = draw(_plain(names.LAKE, (64, 128) if is_large else (1, 5), intervals, _prefix(traits)))
    if traits.is_converting:
        s3.pop("CompressionFormat", None)
        s3["DataFormatConversionConfiguration"] = draw(_conversions())
    if traits.is_partitioned:
        s3["DynamicPartitioningConfiguration"] = {"Enabled": True}
    processors = draw(_processors(traits))
    if processors:
        s3["ProcessingConfiguration"] = {"Enabled": True, "Processors": processors}
    elif draw(st.booleans()):
        # 2.3: Enabled left out means disabled.
        s3["ProcessingConfiguration"] = {"Processors": [_processor("AppendDelimiterToRecord")]}
    if draw(st.booleans()):
        s3["CustomTimeZone"] = draw(st.sampled_from(_TIME_ZONES))
    if draw(st.integers(0, 3)) == 0:
        s3["FileExtension"] = draw(st.sampled_from((".json", ".tar.gz", ".x_1")))
    if (traits.has_lambda or traits.is_converting) and draw(st.booleans()):
        s3["S3BackupMode"] = "Enabled"
        s3["S3BackupConfiguration"] = draw(
            _plain(names.RAW, (1, 5), (60, 75), st.sampled_from(_PREFIXES[:-1]))
        )
    return s3


@st.composite
def _plain(
    draw: st.DrawFn,
    bucket: str,
    sizes: tuple[int, ...],
    intervals: tuple[int, ...],
    prefixes: st.SearchStrategy[str | None],
) -> dict[str, Any]:
    s3: dict[str, Any] = {"RoleARN": names.ROLE_ARN, "BucketARN": f"arn:aws:s3:::{bucket}"}
    prefix = draw(prefixes)
    if prefix is not None:
        s3["Prefix"] = prefix
    if "!{" in (prefix or "") or draw(st.integers(0, 3)):
        s3["ErrorOutputPrefix"] = draw(st.sampled_from(_ERROR_PREFIXES))
    if draw(st.integers(0, 9)):
        s3["BufferingHints"] = {
            "SizeInMBs": draw(st.sampled_from(sizes)),
            "IntervalInSeconds": draw(st.sampled_from(intervals)),
        }
    if draw(st.booleans()):
        s3["CompressionFormat"] = draw(st.sampled_from(_COMPRESSIONS))
    if draw(st.integers(0, 4)) == 0:
        s3["EncryptionConfiguration"] = {"KMSEncryptionConfig": {"AWSKMSKeyARN": names.KEY_ARN}}
    return s3


def _prefix(traits: Traits) -> st.SearchStrategy[str | None]:
    if not traits.is_partitioned:
        return st.sampled_from(_PREFIXES)
    keys = [f"{name}=!{{partitionKeyFromLambda:{name}}}/" for name in traits.lambda_keys]
    if traits.query is not None:
        keys += [f"{name}=!{{partitionKeyFromQuery:{name}}}/" for name in traits.query.keys]
    together = "".join(keys)
    # Without anything between two keys, different values can make the same prefix.
    tight = "data/" + "".join(key.partition("=")[2].removesuffix("/") for key in keys) + "/"
    return st.sampled_from(
        (
            "data/" + together,
            tight,
            "data/!{timestamp:yyyy-MM-dd/HH}/" + together + "!{firehose:random-string}/",
        )
    )


@st.composite
def _processors(draw: st.DrawFn, traits: Traits) -> list[dict[str, Any]]:
    processors = []
    if traits.split == b"":
        processors.append(_processor("RecordDeAggregation", SubRecordType="JSON"))
    elif traits.split:
        delimiter = base64.b64encode(traits.split).decode()
        processors.append(_processor("RecordDeAggregation", SubRecordType="DELIMITED", Delimiter=delimiter))
    if traits.has_lambda:
        settings = {"LambdaArn": names.FUNCTION_ARN}
        if draw(st.integers(0, 5)):
            settings["BufferSizeInMBs"] = draw(st.sampled_from(("0.2", "1", "3")))
            settings["BufferIntervalInSeconds"] = draw(st.sampled_from(("0", "2", "10")))
        if draw(st.booleans()):
            settings["NumberOfRetries"] = draw(st.sampled_from(("0", "1", "2")))
        processors.append(_processor("Lambda", **settings))
    if traits.query is not None:
        processors.append(
            _processor(
                "MetadataExtraction", MetadataExtractionQuery=traits.query.text, JsonParsingEngine="JQ-1.6"
            )
        )
    if draw(st.booleans()):
        parameters = draw(st.sampled_from(({}, {"Delimiter": "\\n"})))
        processors.append(_processor("AppendDelimiterToRecord", **parameters))
    return draw(st.permutations(processors))


def _processor(kind: str, **parameters: str) -> dict[str, Any]:
    listed = [{"ParameterName": name, "ParameterValue": value} for name, value in parameters.items()]
    return {"Type": kind, "Parameters": listed} if listed else {"Type": kind}


@st.composite
def _conversions(draw: st.DrawFn) -> dict[str, Any]:
    schema = {"RoleARN": names.ROLE_ARN, "DatabaseName": names.DATABASE, "TableName": names.TABLE}
    if draw(st.booleans()):
        schema |= {"CatalogId": names.ACCOUNT, "Region": names.REGION, "VersionId": "LATEST"}
    serializers: tuple[Mapping[str, Any], ...] = (
        {"ParquetSerDe": {}},
        {"ParquetSerDe": {"Compression": "GZIP"}},
        {"ParquetSerDe": {"Compression": "UNCOMPRESSED"}},
        {"OrcSerDe": {}},
        {"OrcSerDe": {"Compression": "ZLIB"}},
    )
    conversion: dict[str, Any] = {
        "SchemaConfiguration": schema,
        "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
        "OutputFormatConfiguration": {"Serializer": draw(st.sampled_from(serializers))},
    }
    # 4.1: Enabled left out means enabled.
    return conversion | ({"Enabled": True} if draw(st.booleans()) else {})


@st.composite
def updates(draw: st.DrawFn, traits: Traits) -> dict[str, Any]:
    """Updates that change how objects are made, but not what becomes of a record."""
    choices: list[dict[str, Any]] = [
        {"FileExtension": ".new"},
        {"CustomTimeZone": "Asia/Kathmandu"},
        {"BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 3}},
    ]
    if not traits.is_converting:
        choices.append({"CompressionFormat": "GZIP"})
    if not traits.is_partitioned:
        choices.append({"Prefix": "new/!{timestamp:yyyy}/", "ErrorOutputPrefix": _ERROR_PREFIXES[0]})
    return draw(st.sampled_from(choices))
