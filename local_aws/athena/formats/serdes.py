"""The SerDes of Athena by the names of their classes: which are read here, and which Athena has besides.

AWS rule: what reads a table follows from its SerDe and its input format, not from what its objects hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.athena.errors import QueryError, UnsupportedError

if TYPE_CHECKING:
    from local_aws.athena.catalog import TableDefinition

_HIVE = "org.apache.hadoop.hive"
PARQUET = (f"{_HIVE}.ql.io.parquet.serde.ParquetHiveSerDe", "parquet.hive.serde.ParquetHiveSerDe")
ORC = (f"{_HIVE}.ql.io.orc.OrcSerde",)
AVRO = (f"{_HIVE}.serde2.avro.AvroSerDe",)
JSON = (
    "org.openx.data.jsonserde.JsonSerDe",
    "org.apache.hive.hcatalog.data.JsonSerDe",
    f"{_HIVE}.serde2.JsonSerDe",
)
LINES = (
    f"{_HIVE}.serde2.lazy.LazySimpleSerDe",
    f"{_HIVE}.serde2.OpenCSVSerde",
    f"{_HIVE}.serde2.RegexSerDe",
    f"{_HIVE}.contrib.serde2.RegexSerDe",
)
_UNAVAILABLE = (
    f"{_HIVE}.serde2.columnar.ColumnarSerDe",
    f"{_HIVE}.serde2.columnar.LazyBinaryColumnarSerDe",
    f"{_HIVE}.serde2.lazybinary.LazyBinarySerDe",
    f"{_HIVE}.serde2.MultiDelimitSerDe",
    f"{_HIVE}.contrib.serde2.MultiDelimitSerDe",
    "com.amazon.emr.hive.serde.CloudTrailSerde",
    "com.amazon.emr.hive.serde.s3.S3LogDeserializer",
    "com.amazon.ionhiveserde.IonHiveSerDe",
    "com.amazonaws.glue.serde.GrokSerDe",
)
_TEXT_INPUT = ("org.apache.hadoop.mapred.TextInputFormat",)
_INPUT_FORMATS = {
    PARQUET: (
        f"{_HIVE}.ql.io.parquet.MapredParquetInputFormat",
        "parquet.hive.DeprecatedParquetInputFormat",
        "parquet.hive.MapredParquetInputFormat",
    ),
    ORC: (f"{_HIVE}.ql.io.orc.OrcInputFormat",),
    AVRO: (f"{_HIVE}.ql.io.avro.AvroContainerInputFormat",),
    JSON: _TEXT_INPUT,
    LINES: _TEXT_INPUT,
}


def is_known(serde: str) -> bool:
    """Return whether Athena has a SerDe."""
    return serde in _UNAVAILABLE or any(serde in group for group in _INPUT_FORMATS)


def family_of(table: TableDefinition) -> tuple[str, ...]:
    """Return the group of SerDes that a table's is in: PARQUET, ORC, AVRO, JSON or LINES.

    Raises `QueryError` when the table has none that Athena knows, or one that is not available, whether or not there
    are objects to read.
    """
    if not table.serde:
        raise QueryError(
            "HIVE_INVALID_METADATA", f"Table storage descriptor is missing SerDe info: {table.full_name}"
        )
    if not is_known(table.serde):
        raise QueryError("HIVE_SERDE_NOT_FOUND", f"deserializer does not exist: {table.serde}")
    if not table.input_format:
        raise QueryError("HIVE_UNSUPPORTED_FORMAT", "Unable to create input format")
    for family, input_formats in _INPUT_FORMATS.items():
        if table.serde in family and table.input_format in input_formats:
            return family
    raise UnsupportedError(
        f"The SerDe {table.serde} with the input format {table.input_format} of {table.full_name}"
    )
