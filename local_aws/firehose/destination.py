"""An S3 destination with its defaults: what is stored, described, and given to the engine.

AWS rule: defaults, reference 4.1 and 7; the processors' ones, reference 2.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEFAULT_INTERVAL_SECONDS = 300
_DEFAULT_SIZE_MIB = 5
# AWS rule: 128 MiB when converting (reference 4.1); the same where 64 is the least, with dynamic partitioning.
_DEFAULT_LARGE_SIZE_MIB = 128
_DEFAULT_RETRY_SECONDS = 300

# Members that the deprecated S3DestinationDescription has as well.
_PLAIN_MEMBERS = (
    "RoleARN",
    "BucketARN",
    "Prefix",
    "ErrorOutputPrefix",
    "BufferingHints",
    "CompressionFormat",
    "EncryptionConfiguration",
    "CloudWatchLoggingOptions",
)


@dataclass(frozen=True)
class Place:
    """The account and region in which a destination is described."""

    account_id: str
    region: str


def is_converting(destination: Mapping[str, Any]) -> bool:
    """Tell whether format conversion is on; AWS rule: left out means on, reference 4.1."""
    conversion = destination.get("DataFormatConversionConfiguration")
    return conversion is not None and bool(conversion.get("Enabled", True))


def is_partitioning(destination: Mapping[str, Any]) -> bool:
    """Tell whether dynamic partitioning is on."""
    partitioning = destination.get("DynamicPartitioningConfiguration") or {}
    return bool(partitioning.get("Enabled", False))


def is_processing(destination: Mapping[str, Any]) -> bool:
    """Tell whether processing is on; AWS rule: left out means off, reference 2.3."""
    processing = destination.get("ProcessingConfiguration") or {}
    return bool(processing.get("Enabled", False))


def with_defaults(settings: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """Complete an ExtendedS3DestinationConfiguration (or a merged description) to a description.

    The backup is taken from `S3BackupConfiguration` or, merged already, from `S3BackupDescription`.
    """
    large = is_converting(settings) or is_partitioning(settings)
    described = _plain_with_defaults(settings, _DEFAULT_LARGE_SIZE_MIB if large else _DEFAULT_SIZE_MIB)
    described["S3BackupMode"] = settings.get("S3BackupMode", "Disabled")
    backup = settings.get("S3BackupConfiguration") or settings.get("S3BackupDescription")
    if backup is not None:
        described["S3BackupDescription"] = _plain_with_defaults(backup, _DEFAULT_SIZE_MIB)
    processing = settings.get("ProcessingConfiguration")
    if processing is not None:
        described["ProcessingConfiguration"] = _processing_with_defaults(processing, settings["RoleARN"])
    conversion = settings.get("DataFormatConversionConfiguration")
    if conversion is not None:
        described["DataFormatConversionConfiguration"] = _conversion_with_defaults(conversion, place)
    partitioning = settings.get("DynamicPartitioningConfiguration")
    if partitioning is not None:
        described["DynamicPartitioningConfiguration"] = {
            "Enabled": bool(partitioning.get("Enabled", False)),
            "RetryOptions": {
                "DurationInSeconds": _DEFAULT_RETRY_SECONDS,
                **partitioning.get("RetryOptions", {}),
            },
        }
    if settings.get("FileExtension"):
        described["FileExtension"] = settings["FileExtension"]
    described["CustomTimeZone"] = settings.get("CustomTimeZone") or "UTC"
    return described


def plain(described: Mapping[str, Any]) -> dict[str, Any]:
    """Give the S3DestinationDescription that goes with an ExtendedS3DestinationDescription."""
    return {name: described[name] for name in _PLAIN_MEMBERS if name in described}


def merge(described: Mapping[str, Any], update: Mapping[str, Any]) -> dict[str, Any]:
    """Lay an ExtendedS3DestinationUpdate (or S3DestinationUpdate) over a description.

    AWS rule: settings are merged member by member and the processing block is replaced as a whole,
    reference 1.7. The backup and the conversion are merged by their own members.
    """
    merged = {**described, **{name: value for name, value in update.items() if name != "S3BackupUpdate"}}
    for name, change in (
        ("S3BackupDescription", update.get("S3BackupUpdate")),
        ("DataFormatConversionConfiguration", update.get("DataFormatConversionConfiguration")),
    ):
        if change is not None:
            merged[name] = {**(described.get(name) or {}), **change}
    return merged


def _plain_with_defaults(settings: Mapping[str, Any], size_mib: int) -> dict[str, Any]:
    described = {name: settings[name] for name in _PLAIN_MEMBERS if name in settings}
    described.setdefault("Prefix", "")
    hints = settings.get("BufferingHints", {})
    described["BufferingHints"] = {
        "SizeInMBs": hints.get("SizeInMBs", size_mib),
        "IntervalInSeconds": hints.get("IntervalInSeconds", _DEFAULT_INTERVAL_SECONDS),
    }
    described.setdefault("CompressionFormat", "UNCOMPRESSED")
    if not described.get("EncryptionConfiguration"):
        described["EncryptionConfiguration"] = {"NoEncryptionConfig": "NoEncryption"}
    logging = described.get("CloudWatchLoggingOptions", {})
    described["CloudWatchLoggingOptions"] = {"Enabled": False, **logging}
    return described


def _processing_with_defaults(processing: Mapping[str, Any], role_arn: str) -> dict[str, Any]:
    return {
        "Enabled": bool(processing.get("Enabled", False)),
        "Processors": [
            {
                "Type": processor["Type"],
                "Parameters": _parameters_with_defaults(processor, role_arn),
            }
            for processor in processing.get("Processors", [])
        ],
    }


def _parameters_with_defaults(processor: Mapping[str, Any], role_arn: str) -> list[dict[str, str]]:
    parameters = [dict(parameter) for parameter in processor.get("Parameters", [])]
    if processor["Type"] != "Lambda":
        return parameters
    # Measured: a Lambda processor is described with these four filled in, reference 2.3.
    defaults = {
        "NumberOfRetries": "3",
        "RoleArn": role_arn,
        "BufferSizeInMBs": "1",
        "BufferIntervalInSeconds": "60",
    }
    given = {parameter["ParameterName"] for parameter in parameters}
    return parameters + [
        {"ParameterName": name, "ParameterValue": value}
        for name, value in defaults.items()
        if name not in given
    ]


def _conversion_with_defaults(conversion: Mapping[str, Any], place: Place) -> dict[str, Any]:
    described = {**conversion, "Enabled": bool(conversion.get("Enabled", True))}
    schema = conversion.get("SchemaConfiguration")
    if schema is not None:
        described["SchemaConfiguration"] = {
            **schema,
            "CatalogId": schema.get("CatalogId", place.account_id),
            "Region": schema.get("Region", place.region),
            "VersionId": schema.get("VersionId", "LATEST"),
        }
    return described
