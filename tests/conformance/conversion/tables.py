"""Short ways to make converters in tests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local_aws.delivery.conversion import Converted, Converter, FormatConfig, TableSchema

if TYPE_CHECKING:
    from collections.abc import Mapping


def schema_of(**columns: str) -> TableSchema:
    return TableSchema.from_glue([{"Name": name, "Type": text} for name, text in columns.items()])


def openx(**options: Any) -> FormatConfig:
    return config_of({"OpenXJsonSerDe": options})


def hive(*timestamp_formats: str) -> FormatConfig:
    return config_of({"HiveJsonSerDe": {"TimestampFormats": list(timestamp_formats)}})


def config_of(deserializer: Mapping[str, Any], serializer: Mapping[str, Any] | None = None) -> FormatConfig:
    return FormatConfig.from_api(
        {
            "InputFormatConfiguration": {"Deserializer": deserializer},
            "OutputFormatConfiguration": {"Serializer": serializer or {"ParquetSerDe": {}}},
        }
    )


def convert(schema: TableSchema, *records: object, config: FormatConfig | None = None) -> Converted:
    """Convert records; what is not bytes is written as JSON first."""
    raw = [record if isinstance(record, bytes) else json.dumps(record).encode() for record in records]
    return Converter(schema, config or openx()).convert(raw)


def one(glue_type: str, value: object, config: FormatConfig | None = None) -> Any:
    """Convert one value for a column of a type; return what is stored, or the failure's message."""
    converted = convert(schema_of(c=glue_type), {"c": value}, config=config)
    if converted.failures:
        return converted.failures[0].message
    return converted.table.column("c")[0].as_py()
