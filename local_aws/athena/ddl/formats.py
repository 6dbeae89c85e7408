"""Storage formats by their names in SQL, with the classes that Hive and Glue know them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.athena.ddl.statements import StorageFormat
from local_aws.athena.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping

_HIVE = "org.apache.hadoop.hive"
TEXT_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
TEXT_OUTPUT = f"{_HIVE}.ql.io.HiveIgnoreKeyTextOutputFormat"
# What a table has whose JSON SerDe is named without STORED AS; measured by PyAthena's suite, run on AWS.
JSON_OUTPUT = f"{_HIVE}.ql.io.IgnoreKeyTextOutputFormat"
LAZY_SIMPLE = f"{_HIVE}.serde2.lazy.LazySimpleSerDe"
OPENX_JSON = "org.openx.data.jsonserde.JsonSerDe"

FORMATS: Mapping[str, StorageFormat] = {
    "TEXTFILE": StorageFormat(TEXT_INPUT, TEXT_OUTPUT, LAZY_SIMPLE),
    "PARQUET": StorageFormat(
        f"{_HIVE}.ql.io.parquet.MapredParquetInputFormat",
        f"{_HIVE}.ql.io.parquet.MapredParquetOutputFormat",
        f"{_HIVE}.ql.io.parquet.serde.ParquetHiveSerDe",
    ),
    "ORC": StorageFormat(
        f"{_HIVE}.ql.io.orc.OrcInputFormat",
        f"{_HIVE}.ql.io.orc.OrcOutputFormat",
        f"{_HIVE}.ql.io.orc.OrcSerde",
    ),
    "AVRO": StorageFormat(
        f"{_HIVE}.ql.io.avro.AvroContainerInputFormat",
        f"{_HIVE}.ql.io.avro.AvroContainerOutputFormat",
        f"{_HIVE}.serde2.avro.AvroSerDe",
    ),
    "JSONFILE": StorageFormat(TEXT_INPUT, TEXT_OUTPUT, "org.apache.hive.hcatalog.data.JsonSerDe"),
    "ION": StorageFormat(
        "com.amazon.ionhiveserde.formats.IonInputFormat",
        "com.amazon.ionhiveserde.formats.IonOutputFormat",
        "com.amazon.ionhiveserde.IonHiveSerDe",
    ),
    "RCFILE": StorageFormat(
        f"{_HIVE}.ql.io.RCFileInputFormat",
        f"{_HIVE}.ql.io.RCFileOutputFormat",
        f"{_HIVE}.serde2.columnar.LazyBinaryColumnarSerDe",
    ),
    "SEQUENCEFILE": StorageFormat(
        "org.apache.hadoop.mapred.SequenceFileInputFormat",
        f"{_HIVE}.ql.io.HiveSequenceFileOutputFormat",
        LAZY_SIMPLE,
    ),
}


def format_named(name: str) -> StorageFormat:
    """Give a format by its name in STORED AS; raises `QueryError` for one that does not exist."""
    found = FORMATS.get(name.upper())
    if found is None:
        raise QueryError(
            "SYNTAX_ERROR",
            f"Unrecognized file format in STORED AS clause: '{name}'; allowed are {', '.join(FORMATS)}",
        )
    return found
