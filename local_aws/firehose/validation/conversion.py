"""Rules for format conversion, in the order in which AWS checks them; AWS rule: reference 4.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_aws.firehose.destination import is_converting
from local_aws.firehose.errors import access_denied, invalid_argument
from local_aws.firehose.expressions import is_timestamp_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

_LEAST_SIZE_MIB = 64


def check(destination: Mapping[str, Any], account_id: str) -> None:
    """Check the conversion of `destination`, as given; one that is switched off is not looked at."""
    if not is_converting(destination):
        return
    if destination.get("CompressionFormat", "UNCOMPRESSED") != "UNCOMPRESSED":
        raise invalid_argument(
            "The S3 destination's compression format must be set to UNCOMPRESSED when data format conversion "
            "is enabled. To enable compression within the converted output format, set the appropriate "
            "serialization option in the output format configuration."
        )
    size_mib = destination.get("BufferingHints", {}).get("SizeInMBs")
    if size_mib is not None and size_mib < _LEAST_SIZE_MIB:
        raise invalid_argument(
            f"BufferingHints.SizeInMBs must be at least {_LEAST_SIZE_MIB} when data format conversion is enabled."
        )
    conversion = destination["DataFormatConversionConfiguration"]
    for member in ("InputFormatConfiguration", "OutputFormatConfiguration", "SchemaConfiguration"):
        if conversion.get(member) is None:
            raise invalid_argument(f"{member} must not be null")
    deserializer = conversion["InputFormatConfiguration"].get("Deserializer") or {}
    _check_one(deserializer, "deserializer")
    _check_one(conversion["OutputFormatConfiguration"].get("Serializer") or {}, "serializer")
    _check_hive_formats(deserializer.get("HiveJsonSerDe") or {})
    _check_schema(conversion["SchemaConfiguration"], account_id)


def _check_one(given: Mapping[str, Any], kind: str) -> None:
    if not given:
        raise invalid_argument(f"{kind.capitalize()} must not be null")
    if len(given) > 1:
        raise invalid_argument(f"More than one {kind} specified. Only one may be chosen.")


def _check_hive_formats(options: Mapping[str, Any]) -> None:
    for pattern in options.get("TimestampFormats", []):
        # Measured: the same letters are refused as in a prefix.
        if pattern != "millis" and not is_timestamp_pattern(pattern):
            raise invalid_argument(
                "Invalid deserializer option(s): One or more SerDe options are invalid for "
                f"org.apache.hcatalog.data.JsonSerDe: [Key: timestamp.formats Value: {pattern}]"
            )
        if pattern != "millis":
            _check_readable(pattern)


def _check_readable(pattern: str) -> None:
    """Refuse a pattern that AWS takes and the local converter does not read, instead of failing later."""
    # Not at the top: it brings Arrow, which the process of the API otherwise does without.
    from local_aws.delivery.conversion.errors import FormatError
    from local_aws.delivery.conversion.joda import compile_joda

    try:
        compile_joda(pattern)
    except FormatError as error:
        raise invalid_argument(f"The local Firehose cannot read it: {error}") from error


def _check_schema(schema: Mapping[str, Any], account_id: str) -> None:
    # AWS's text spells the role differently from the API's member.
    for member, spelled in (("RoleARN", "RoleArn"), ("DatabaseName",) * 2, ("TableName",) * 2):
        if not schema.get(member):
            raise invalid_argument(f"SchemaConfiguration.{spelled} must not be null or empty")
    if schema["RoleARN"].split(":")[4:5] != [account_id]:
        raise access_denied("Cross-account pass role is not allowed.")
