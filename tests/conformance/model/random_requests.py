"""Random CreateDeliveryStream requests, all of which AWS accepts."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.conformance.model import scenario as names
from tests.conformance.model.queries import QUERIES, Query

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

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


def one_in(r: random.Random, count: int) -> bool:
    return r.randrange(count) == 0


def traits(r: random.Random) -> Traits:
    has_lambda = r.random() < 0.5
    is_partitioned = r.random() < 0.5
    source = "none"
    if is_partitioned:
        source = r.choice(("query", "lambda", "both") if has_lambda else ("query",))
    return Traits(
        is_direct=one_in(r, 8),
        has_lambda=has_lambda,
        is_partitioned=is_partitioned,
        is_converting=r.random() < 0.5,
        lambda_keys=r.choice((("l",), ("l", "m"))) if source in ("lambda", "both") else (),
        query=r.choice(QUERIES) if source in ("query", "both") else None,
        split=r.choice((None, b"", *_DELIMITERS)) if is_partitioned else None,
    )


def request(r: random.Random, traits: Traits) -> dict[str, Any]:
    made: dict[str, Any] = {
        "DeliveryStreamName": names.STREAM,
        "DeliveryStreamType": "DirectPut" if traits.is_direct else "KinesisStreamAsSource",
        "ExtendedS3DestinationConfiguration": _destinations(r, traits),
    }
    if not traits.is_direct:
        made["KinesisStreamSourceConfiguration"] = {
            "KinesisStreamARN": names.STREAM_ARN,
            "RoleARN": names.ROLE_ARN,
        }
    return made


def _destinations(r: random.Random, traits: Traits) -> dict[str, Any]:
    is_large = traits.is_partitioned or traits.is_converting
    intervals = (1, 5, 20, 60) if traits.is_partitioned else (0, 1, 5, 20, 60)
    s3 = _plain(r, names.LAKE, (64, 128) if is_large else (1, 5), intervals, _prefixes(traits))
    if traits.is_converting:
        s3.pop("CompressionFormat", None)
        # 4.1: Enabled left out means enabled.
        s3["DataFormatConversionConfiguration"] = _conversion(r) | r.choice(({}, {"Enabled": True}))
    elif one_in(r, 5):
        s3["DataFormatConversionConfiguration"] = _conversion(r) | {"Enabled": False}
    if traits.is_partitioned:
        s3["DynamicPartitioningConfiguration"] = {"Enabled": True}
    processors = _processors(r, traits)
    if processors:
        s3["ProcessingConfiguration"] = {"Enabled": True, "Processors": processors}
    elif r.random() < 0.5:
        # 2.3: Enabled left out means disabled.
        s3["ProcessingConfiguration"] = {"Processors": [_processor("AppendDelimiterToRecord")]}
    if r.random() < 0.5:
        s3["CustomTimeZone"] = r.choice(_TIME_ZONES)
    if one_in(r, 4):
        s3["FileExtension"] = r.choice((".json", ".tar.gz", ".x_1"))
    if (traits.has_lambda or traits.is_converting) and r.random() < 0.5:
        s3["S3BackupMode"] = "Enabled"
        s3["S3BackupConfiguration"] = _plain(r, names.RAW, (1, 5), (60, 75), _PREFIXES[:-1])
    return s3


def _plain(
    r: random.Random,
    bucket: str,
    sizes: tuple[int, ...],
    intervals: tuple[int, ...],
    prefixes: Sequence[str | None],
) -> dict[str, Any]:
    s3: dict[str, Any] = {"RoleARN": names.ROLE_ARN, "BucketARN": f"arn:aws:s3:::{bucket}"}
    prefix = r.choice(prefixes)
    if prefix is not None:
        s3["Prefix"] = prefix
    if "!{" in (prefix or "") or not one_in(r, 4):
        s3["ErrorOutputPrefix"] = r.choice(_ERROR_PREFIXES)
    if not one_in(r, 10):
        s3["BufferingHints"] = {
            "SizeInMBs": r.choice(sizes),
            "IntervalInSeconds": r.choice(intervals),
        }
    if r.random() < 0.5:
        s3["CompressionFormat"] = r.choice(_COMPRESSIONS)
    if one_in(r, 5):
        s3["EncryptionConfiguration"] = {"KMSEncryptionConfig": {"AWSKMSKeyARN": names.KEY_ARN}}
    return s3


def _prefixes(traits: Traits) -> Sequence[str | None]:
    if not traits.is_partitioned:
        return _PREFIXES
    keys = [f"{name}=!{{partitionKeyFromLambda:{name}}}/" for name in traits.lambda_keys]
    if traits.query is not None:
        keys += [f"{name}=!{{partitionKeyFromQuery:{name}}}/" for name in traits.query.keys]
    together = "".join(keys)
    # Without anything between two keys, different values can make the same prefix.
    tight = "data/" + "".join(key.partition("=")[2].removesuffix("/") for key in keys) + "/"
    return (
        "data/" + together,
        tight,
        "data/!{timestamp:yyyy-MM-dd/HH}/" + together + "!{firehose:random-string}/",
    )


def _processors(r: random.Random, traits: Traits) -> list[dict[str, Any]]:
    processors = []
    if traits.split == b"":
        processors.append(_processor("RecordDeAggregation", SubRecordType="JSON"))
    elif traits.split:
        delimiter = base64.b64encode(traits.split).decode()
        processors.append(_processor("RecordDeAggregation", SubRecordType="DELIMITED", Delimiter=delimiter))
    if traits.has_lambda:
        settings = {"LambdaArn": names.FUNCTION_ARN}
        if not one_in(r, 6):
            settings["BufferSizeInMBs"] = r.choice(("0.2", "1", "3"))
            settings["BufferIntervalInSeconds"] = r.choice(("0", "2", "10"))
        if r.random() < 0.5:
            settings["NumberOfRetries"] = r.choice(("0", "1", "2"))
        processors.append(_processor("Lambda", **settings))
    if traits.query is not None:
        processors.append(
            _processor(
                "MetadataExtraction", MetadataExtractionQuery=traits.query.text, JsonParsingEngine="JQ-1.6"
            )
        )
    if r.random() < 0.5:
        parameters = r.choice(({}, {"Delimiter": "\\n"}))
        processors.append(_processor("AppendDelimiterToRecord", **parameters))
    r.shuffle(processors)
    return processors


def _processor(kind: str, **parameters: str) -> dict[str, Any]:
    listed = [{"ParameterName": name, "ParameterValue": value} for name, value in parameters.items()]
    return {"Type": kind, "Parameters": listed} if listed else {"Type": kind}


def _conversion(r: random.Random) -> dict[str, Any]:
    schema = {"RoleARN": names.ROLE_ARN, "DatabaseName": names.DATABASE, "TableName": names.TABLE}
    if r.random() < 0.5:
        schema |= {"CatalogId": names.ACCOUNT, "Region": names.REGION, "VersionId": "LATEST"}
    serializers: tuple[Mapping[str, Any], ...] = (
        {"ParquetSerDe": {}},
        {"ParquetSerDe": {"Compression": "GZIP"}},
        {"ParquetSerDe": {"Compression": "UNCOMPRESSED"}},
        {"OrcSerDe": {}},
        {"OrcSerDe": {"Compression": "ZLIB"}},
    )
    return {
        "SchemaConfiguration": schema,
        "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
        "OutputFormatConfiguration": {"Serializer": r.choice(serializers)},
    }


def update(r: random.Random, traits: Traits) -> dict[str, Any]:
    """An update that changes how objects are made, but not what becomes of a record."""
    choices: list[dict[str, Any]] = [
        {"FileExtension": ".new"},
        {"CustomTimeZone": "Asia/Kathmandu"},
        {"BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 3}},
    ]
    if not traits.is_converting:
        choices.append({"CompressionFormat": "GZIP"})
    if not traits.is_partitioned:
        choices.append({"Prefix": "new/!{timestamp:yyyy}/", "ErrorOutputPrefix": _ERROR_PREFIXES[0]})
    return r.choice(choices)
