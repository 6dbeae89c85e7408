"""Format conversion at creation; reference 4.1 and 4.3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.firehose_api.streams import (
    ROLE_ARN,
    conversion,
    destination,
    make,
    make_active,
    plain,
    refusal,
    refused,
    update,
)

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws

_GZIP = (
    "The S3 destination's compression format must be set to UNCOMPRESSED when data format conversion is enabled. "
    "To enable compression within the converted output format, set the appropriate serialization option in the "
    "output format configuration."
)
_SMALL = "BufferingHints.SizeInMBs must be at least 64 when data format conversion is enabled."


def converting(table: dict[str, str], **settings: Any) -> dict[str, Any]:
    return plain(DataFormatConversionConfiguration=conversion(table, **settings))


@pytest.mark.parametrize("compression", ["GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY"])
def test_compression_is_the_serializers(local_aws: LocalAws, table: dict[str, str], compression: str) -> None:
    """Reference 4.1; vector 4 of reference 16."""
    settings = {**converting(table), "CompressionFormat": compression}
    assert refused(local_aws, settings) == _GZIP


def test_explicit_sizes_are_64_mib_or_more(local_aws: LocalAws, table: dict[str, str]) -> None:
    """Reference 4.1; vector 4 of reference 16."""
    hints = {"SizeInMBs": 5, "IntervalInSeconds": 300}
    assert refused(local_aws, {**converting(table), "BufferingHints": hints}) == _SMALL
    name = make(local_aws, {**converting(table), "BufferingHints": {**hints, "SizeInMBs": 64}})
    assert destination(local_aws, name)["BufferingHints"]["SizeInMBs"] == 64


@pytest.mark.parametrize(
    "member", ["InputFormatConfiguration", "OutputFormatConfiguration", "SchemaConfiguration"]
)
def test_all_three_parts_are_needed(local_aws: LocalAws, table: dict[str, str], member: str) -> None:
    """Reference 4.1."""
    assert refused(local_aws, converting(table, **{member: None})) == f"{member} must not be null"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"InputFormatConfiguration": {"Deserializer": {}}}, "Deserializer must not be null"),
        ({"OutputFormatConfiguration": {"Serializer": {}}}, "Serializer must not be null"),
        (
            {"InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}, "HiveJsonSerDe": {}}}},
            "More than one deserializer specified. Only one may be chosen.",
        ),
        (
            {"OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}, "OrcSerDe": {}}}},
            "More than one serializer specified. Only one may be chosen.",
        ),
        (
            {"InputFormatConfiguration": {"Deserializer": {"HiveJsonSerDe": {"TimestampFormats": ["bbbb"]}}}},
            "Invalid deserializer option(s): One or more SerDe options are invalid for "
            "org.apache.hcatalog.data.JsonSerDe: [Key: timestamp.formats Value: bbbb]",
        ),
    ],
)
def test_recorded_refusals(
    local_aws: LocalAws, table: dict[str, str], settings: dict[str, Any], message: str
) -> None:
    """Reference 4.1 and 4.2."""
    assert refused(local_aws, converting(table, **settings)) == message


@pytest.mark.parametrize(
    ("member", "spelled"),
    [("RoleARN", "RoleArn"), ("DatabaseName", "DatabaseName"), ("TableName", "TableName")],
)
def test_the_schema_is_complete(
    local_aws: LocalAws, table: dict[str, str], member: str, spelled: str
) -> None:
    """Reference 4.1."""
    schema = {"RoleARN": ROLE_ARN, **table}
    del schema[member]
    assert refused(local_aws, converting(table, SchemaConfiguration=schema)) == (
        f"SchemaConfiguration.{spelled} must not be null or empty"
    )


def test_the_table_must_be_there(local_aws: LocalAws, table: dict[str, str]) -> None:
    """Reference 4.1: an invalid argument that wraps Glue's EntityNotFoundException."""
    schema = {"RoleARN": ROLE_ARN, **table, "TableName": "not_there"}
    assert "Error Code: EntityNotFoundException" in refused(
        local_aws, converting(table, SchemaConfiguration=schema)
    )


def test_the_schemas_role_is_of_this_account(local_aws: LocalAws, table: dict[str, str]) -> None:
    """Reference 4.1: the same account."""
    schema = {"RoleARN": ROLE_ARN.replace("000000000000", "111111111111"), **table}
    assert refusal(lambda: make(local_aws, converting(table, SchemaConfiguration=schema))) == (
        "AccessDeniedException",
        "Cross-account pass role is not allowed.",
    )


@pytest.mark.parametrize("pattern", ["EEE, d MMM yyyy", "yyyy-MM-dd'T'HH:mm:ss z", "hh:mm"])
def test_a_timestamp_format_that_only_aws_reads_is_refused_at_once(
    local_aws: LocalAws, table: dict[str, str], pattern: str
) -> None:
    """Reference 4.2; a deviation: a stream that could not be run would be worse."""
    formats = {"Deserializer": {"HiveJsonSerDe": {"TimestampFormats": [pattern]}}}
    message = refused(local_aws, converting(table, InputFormatConfiguration=formats))
    assert message.startswith(f"The local Firehose cannot read it: The timestamp format '{pattern}'")


def test_a_switched_off_conversion_is_kept_and_not_checked(
    local_aws: LocalAws, table: dict[str, str]
) -> None:
    """Reference 4.1."""
    settings = {**converting(table, Enabled=False, SchemaConfiguration=None), "CompressionFormat": "GZIP"}
    name = make_active(local_aws, settings)
    found = destination(local_aws, name)["DataFormatConversionConfiguration"]
    assert found["Enabled"] is False
    assert found["OutputFormatConfiguration"] == {"Serializer": {"ParquetSerDe": {}}}
    code, message = refusal(
        lambda: update(local_aws, name, DataFormatConversionConfiguration={"Enabled": True})
    )
    assert (code, message) == ("InvalidArgumentException", _GZIP)


@pytest.mark.parametrize(
    ("serializer", "member"),
    [
        ({"ParquetSerDe": {"BlockSizeBytes": 67108863}}, "parquetSerDe.blockSizeBytes"),
        ({"ParquetSerDe": {"PageSizeBytes": 65535}}, "parquetSerDe.pageSizeBytes"),
        ({"ParquetSerDe": {"Compression": "ZSTD"}}, "parquetSerDe.compression"),
        ({"ParquetSerDe": {"WriterVersion": "V3"}}, "parquetSerDe.writerVersion"),
        ({"OrcSerDe": {"StripeSizeBytes": 8388607}}, "orcSerDe.stripeSizeBytes"),
        ({"OrcSerDe": {"RowIndexStride": 999}}, "orcSerDe.rowIndexStride"),
        ({"OrcSerDe": {"PaddingTolerance": 1.1}}, "orcSerDe.paddingTolerance"),
        ({"OrcSerDe": {"Compression": "GZIP"}}, "orcSerDe.compression"),
    ],
)
def test_ranges_of_the_serializers(
    local_aws: LocalAws, table: dict[str, str], serializer: dict[str, Any], member: str
) -> None:
    """Reference 4.3; switched off or not."""
    settings = converting(table, Enabled=False, OutputFormatConfiguration={"Serializer": serializer})
    code, message = refusal(lambda: make(local_aws, settings))
    assert code == "ValidationException"
    path = "extendedS3DestinationConfiguration.dataFormatConversionConfiguration.outputFormatConfiguration.serializer"
    assert f"Value at '{path}.{member}' failed to satisfy constraint" in message
