"""How the catalog describes each format: input and output format, SerDe and its parameters, table parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.glue.crawl.schema import UNKNOWN, Schema, to_glue

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXT_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
_TEXT_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
_LAZY_SERDE = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
_OPEN_CSV_SERDE = "org.apache.hadoop.hive.serde2.OpenCSVSerde"


@dataclass(frozen=True)
class Storage:
    """Input format, output format and SerDe of a classification."""

    input_format: str
    output_format: str
    serde: str


_STORAGE = {
    "parquet": Storage(
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    ),
    "orc": Storage(
        "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
        "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
        "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
    ),
    "json": Storage(_TEXT_INPUT, _TEXT_OUTPUT, "org.openx.data.jsonserde.JsonSerDe"),
    "csv": Storage(_TEXT_INPUT, _TEXT_OUTPUT, _LAZY_SERDE),
    UNKNOWN: Storage("", "", ""),
}


def storage_descriptor(
    schema: Schema, columns: Mapping[str, str], location: str, parameters: Mapping[str, str]
) -> dict[str, Any]:
    """Give the storage descriptor of a table or partition of this schema."""
    storage = _STORAGE[schema.format.classification]
    serde = _OPEN_CSV_SERDE if schema.format.trait("serde") == "OpenCSVSerDe" else storage.serde
    return {
        "Columns": to_glue(columns),
        "Location": location,
        "InputFormat": storage.input_format,
        "OutputFormat": storage.output_format,
        "Compressed": schema.format.compression != "none",
        "NumberOfBuckets": -1,
        "SerdeInfo": {"SerializationLibrary": serde, "Parameters": _serde_parameters(schema, serde)}
        if serde
        else {},
        "BucketColumns": [],
        "SortColumns": [],
        "Parameters": dict(parameters),
        "StoredAsSubDirectories": False,
    }


def format_parameters(schema: Schema) -> dict[str, str]:
    """Give the parameters that follow from the format."""
    parameters = {
        "classification": schema.format.classification,
        "compressionType": schema.format.compression,
        "typeOfData": "file",
    }
    if schema.format.classification == "csv":
        parameters |= {
            "areColumnsQuoted": "true" if schema.quoted else "false",
            "columnsOrdered": "true",
            "delimiter": schema.format.trait("delimiter") or ",",
        }
        if schema.header:
            parameters["skip.header.line.count"] = "1"
    json_path = schema.format.trait("jsonPath")
    if json_path:
        parameters["jsonPath"] = json_path
    return parameters


def _serde_parameters(schema: Schema, serde: str) -> dict[str, str]:
    match schema.format.classification:
        case "json":
            return {"paths": ",".join(schema.keys)}
        case "csv":
            delimiter = schema.format.trait("delimiter") or ","
            if serde == _OPEN_CSV_SERDE:
                return {"separatorChar": delimiter, "quoteChar": schema.format.trait("quoteChar") or '"'}
            return {"field.delim": delimiter}
        case _:
            return {"serialization.format": "1"}
