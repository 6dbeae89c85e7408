"""A delivery stream as the engine sees it, parsed once from the answer of DescribeDeliveryStream.

Nothing behind this module looks at the API's dictionaries. Values that the answer leaves out get the
defaults of reference 2.3 and 7.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.delivery.conversion.errors import FormatError
from local_aws.delivery.conversion.format_config import FormatConfig, is_enabled
from local_aws.delivery.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

MIB = 1024 * 1024
_DEFAULT_S3_MIB = 5
_DEFAULT_CONVERSION_MIB = 128
_DEFAULT_S3_INTERVAL_SECONDS = 300
_DEFAULT_LAMBDA_MIB = 1.0
_DEFAULT_LAMBDA_INTERVAL_SECONDS = 60
_DEFAULT_LAMBDA_RETRIES = 3

COMPRESSION_FORMATS = ("UNCOMPRESSED", "GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY")


@dataclass(frozen=True)
class Hints:
    """When a buffer is delivered: at this size before compression, or at this age of its first record."""

    size_bytes: int
    interval_seconds: float


@dataclass(frozen=True)
class LogTarget:
    """Where errors are logged (CloudWatch Logs)."""

    group: str
    stream: str


@dataclass(frozen=True)
class S3Target:
    """A bucket and how objects in it are named, buffered, compressed and encrypted.

    `prefix` and `error_prefix` are expressions (see `prefix`), None when not given; `extension` None means
    the default of the format; `time_zone` is an IANA name; `role_arn` is empty where no role is named.
    """

    bucket: str
    hints: Hints
    role_arn: str = ""
    prefix: str | None = None
    error_prefix: str | None = None
    compression: str = "UNCOMPRESSED"
    kms_key_arn: str | None = None
    log: LogTarget | None = None
    extension: str | None = None
    time_zone: str = "UTC"


@dataclass(frozen=True)
class LambdaSettings:
    """The transform function and how it is called."""

    function_arn: str
    hints: Hints
    retries: int = _DEFAULT_LAMBDA_RETRIES
    role_arn: str = ""


@dataclass(frozen=True)
class Deaggregation:
    """How one record is split into several: `delimiter` None means JSON documents."""

    delimiter: bytes | None


@dataclass(frozen=True)
class Processing:
    """The processors that are switched on, each None or False when it is not there."""

    decompress: bool = False
    extract_log_messages: bool = False
    deaggregation: Deaggregation | None = None
    transform: LambdaSettings | None = None
    query: str | None = None
    delimiter: bytes | None = None


@dataclass(frozen=True)
class SchemaReference:
    """The Glue table that gives the columns for format conversion."""

    catalog_id: str | None
    database: str
    table: str
    region: str
    version: str
    role_arn: str


@dataclass(frozen=True)
class ConversionSettings:
    """Format conversion: where the columns come from, how records are read and objects written."""

    schema: SchemaReference
    formats: FormatConfig


@dataclass(frozen=True)
class KinesisSource:
    """A Kinesis stream and the moment from which it is read."""

    stream_arn: str
    role_arn: str
    start_timestamp: datetime

    @property
    def stream_name(self) -> str:
        """The stream's name, from its ARN."""
        return self.stream_arn.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class DeliveryConfig:
    """Everything the engine needs to know about one version of one delivery stream.

    `source` None means direct PUT. `created_ms` tells a stream from an earlier one of the same name.
    """

    name: str
    arn: str
    region: str
    version: int
    created_ms: int
    role_arn: str
    source: KinesisSource | None
    destination: S3Target
    backup: S3Target | None
    processing: Processing
    conversion: ConversionSettings | None
    dynamic_partitioning: bool


def parse(description: Mapping[str, Any]) -> DeliveryConfig:
    """Parse the member `DeliveryStreamDescription` of DescribeDeliveryStream's answer.

    Raises `ConfigError` for a destination or a processor that the engine does not run.
    """
    name = str(description["DeliveryStreamName"])
    destinations = description.get("Destinations") or []
    s3 = destinations[0].get("ExtendedS3DestinationDescription") if destinations else None
    if s3 is None:
        found = sorted(destinations[0]) if destinations else "none"
        raise ConfigError(f"{name} has the destination {found}; only an extended S3 destination can be run")
    conversion = _conversion(s3.get("DataFormatConversionConfiguration"))
    arn = str(description["DeliveryStreamARN"])
    return DeliveryConfig(
        name=name,
        arn=arn,
        region=arn.split(":")[3],
        version=int(description["VersionId"]),
        created_ms=round(description["CreateTimestamp"].timestamp() * 1000),
        role_arn=str(s3["RoleARN"]),
        source=_source(description.get("Source"), description["CreateTimestamp"]),
        destination=_s3_target(s3, _DEFAULT_CONVERSION_MIB if conversion else _DEFAULT_S3_MIB),
        backup=_backup(s3),
        processing=_processing(name, s3.get("ProcessingConfiguration")),
        conversion=conversion,
        dynamic_partitioning=_dynamic_partitioning(s3),
    )


def _source(source: Mapping[str, Any] | None, created: datetime) -> KinesisSource | None:
    kinesis = (source or {}).get("KinesisStreamSourceDescription")
    if kinesis is None:
        return None
    start: datetime = kinesis.get("DeliveryStartTimestamp") or created
    return KinesisSource(str(kinesis["KinesisStreamARN"]), str(kinesis["RoleARN"]), start)


def _s3_target(s3: Mapping[str, Any], default_mib: int) -> S3Target:
    hints = s3.get("BufferingHints") or {}
    encryption = (s3.get("EncryptionConfiguration") or {}).get("KMSEncryptionConfig") or {}
    compression = s3.get("CompressionFormat") or "UNCOMPRESSED"
    if compression not in COMPRESSION_FORMATS:
        allowed = ", ".join(COMPRESSION_FORMATS)
        raise ConfigError(f"CompressionFormat is {compression!r}; allowed are {allowed}")
    return S3Target(
        bucket=str(s3["BucketARN"]).rsplit(":", 1)[-1],
        hints=Hints(
            size_bytes=int(hints.get("SizeInMBs", default_mib) * MIB),
            interval_seconds=float(hints.get("IntervalInSeconds", _DEFAULT_S3_INTERVAL_SECONDS)),
        ),
        role_arn=str(s3.get("RoleARN") or ""),
        prefix=s3.get("Prefix") or None,
        error_prefix=s3.get("ErrorOutputPrefix") or None,
        compression=compression,
        kms_key_arn=encryption.get("AWSKMSKeyARN"),
        log=_log_target(s3.get("CloudWatchLoggingOptions")),
        extension=s3.get("FileExtension") or None,
        time_zone=s3.get("CustomTimeZone") or "UTC",
    )


def _log_target(options: Mapping[str, Any] | None) -> LogTarget | None:
    if not options or not options.get("Enabled"):
        return None
    group, stream = options.get("LogGroupName"), options.get("LogStreamName")
    return LogTarget(str(group), str(stream)) if group and stream else None


def _backup(s3: Mapping[str, Any]) -> S3Target | None:
    backup = s3.get("S3BackupDescription")
    if s3.get("S3BackupMode") != "Enabled" or not backup:
        return None
    return _s3_target(backup, _DEFAULT_S3_MIB)


def _dynamic_partitioning(s3: Mapping[str, Any]) -> bool:
    configuration = s3.get("DynamicPartitioningConfiguration")
    return bool(configuration and configuration.get("Enabled"))


def _conversion(configuration: Mapping[str, Any] | None) -> ConversionSettings | None:
    # AWS rule: Enabled left out means converted, reference 4.1.
    if configuration is None or not is_enabled(configuration):
        return None
    schema = configuration.get("SchemaConfiguration") or {}
    try:
        formats = FormatConfig.from_api(configuration)
    except FormatError as error:
        raise ConfigError(str(error)) from error
    return ConversionSettings(
        schema=SchemaReference(
            catalog_id=schema.get("CatalogId") or None,
            database=str(schema["DatabaseName"]),
            table=str(schema["TableName"]),
            region=str(schema.get("Region") or ""),
            version=str(schema.get("VersionId") or "LATEST"),
            role_arn=str(schema.get("RoleARN") or ""),
        ),
        formats=formats,
    )


def _processing(stream: str, configuration: Mapping[str, Any] | None) -> Processing:
    # AWS rule: Enabled left out means disabled here, reference 2.3.
    if not configuration or not configuration.get("Enabled", False):
        return Processing()
    settings: dict[str, Any] = {}
    for processor in configuration.get("Processors") or []:
        kind = processor["Type"]
        parameters = {p["ParameterName"]: p["ParameterValue"] for p in processor.get("Parameters") or []}
        match kind:
            case "Lambda":
                settings["transform"] = _lambda(parameters)
            case "MetadataExtraction":
                settings["query"] = parameters["MetadataExtractionQuery"]
            case "RecordDeAggregation":
                settings["deaggregation"] = _deaggregation(stream, parameters)
            case "AppendDelimiterToRecord":
                settings["delimiter"] = _unescape(parameters.get("Delimiter", "\\n"))
            case "Decompression":
                settings["decompress"] = True
            case "CloudWatchLogProcessing":
                wanted = parameters.get("DataMessageExtraction", "false")
                settings["extract_log_messages"] = wanted.strip().lower() == "true"
            case _:
                raise ConfigError(f"{stream} has a processor of type {kind!r}, which cannot be run")
    return Processing(**settings)


def _lambda(parameters: Mapping[str, str]) -> LambdaSettings:
    size_mib = float(parameters.get("BufferSizeInMBs", _DEFAULT_LAMBDA_MIB))
    interval = float(parameters.get("BufferIntervalInSeconds", _DEFAULT_LAMBDA_INTERVAL_SECONDS))
    return LambdaSettings(
        function_arn=parameters["LambdaArn"],
        hints=Hints(int(size_mib * MIB), interval),
        retries=int(parameters.get("NumberOfRetries", _DEFAULT_LAMBDA_RETRIES)),
        role_arn=parameters.get("RoleArn", ""),
    )


def _deaggregation(stream: str, parameters: Mapping[str, str]) -> Deaggregation:
    if parameters.get("SubRecordType", "JSON") != "DELIMITED":
        return Deaggregation(None)
    encoded = parameters.get("Delimiter", "")
    try:
        delimiter = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        delimiter = b""
    if not delimiter:
        raise ConfigError(f"{stream}: the Delimiter of RecordDeAggregation is {encoded!r}; allowed is base64")
    return Deaggregation(delimiter)


def _unescape(text: str) -> bytes:
    # Terraform and CloudFormation samples pass a backslash and an n (reference 5.3).
    return text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t").encode()
