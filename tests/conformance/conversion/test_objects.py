"""The objects that are written, as Athena, DuckDB and Arrow read them: reference 3.6, 4.3 and 10.5."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from local_aws.delivery.conversion import write
from local_aws.delivery.conversion.format_config import ParquetOptions
from tests.conformance.conversion.tables import config_of, convert, schema_of

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = schema_of(
    **{"flag": "boolean", "t": "tinyint", "s": "smallint", "i": "int", "l": "bigint", "f": "float"},
    **{"d": "double", "x": "string", "y": "binary", "dt": "date", "ts": "timestamp", "n": "decimal(10,2)"},
    **{"ch": "char(3)", "vc": "varchar(3)", "a": "array<timestamp>", "m": "map<string,array<int>>"},
    st="struct<id:int,at:timestamp>",
)
RECORDS: tuple[dict[str, Any], ...] = (
    {
        **{"flag": True, "t": 1, "s": 2, "i": 3, "l": 2**60, "f": 1.5, "d": 2.5, "x": "é", "y": "by"},
        **{"dt": "2026-01-02", "ts": "2026-09-07T12:00:02.123456Z", "n": "12.34", "ch": "abcd", "vc": "xyzw"},
        **{"a": ["2026-01-01T00:00:00Z", None], "m": {"K": [1, None]}, "st": {"ID": 1, "at": 1518033528123}},
    },
    {"ts": "1700-01-01 00:00:00"},
    {},
)
PARQUET = [
    {},
    {"Compression": "GZIP", "WriterVersion": "V2"},
    {"Compression": "UNCOMPRESSED", "EnableDictionaryCompression": False, "PageSizeBytes": 65536},
]
ORC = [
    {},
    {"Compression": "ZLIB", "FormatVersion": "V0_11", "BloomFilterColumns": ["x", "L", "nowhere"]},
    {"Compression": "NONE", "EnablePadding": True, "DictionaryKeyThreshold": 1.0, "RowIndexStride": 1000},
]


def written(path: Path, serializer: dict[str, Any]) -> Path:
    config = config_of({"OpenXJsonSerDe": {}}, serializer)
    converted = convert(SCHEMA, *RECORDS, config=config)
    assert converted.failures == ()
    target = path / f"object{config.extension}"
    write(converted.table, config, target)
    return target


@pytest.mark.parametrize("options", PARQUET)
def test_10_5_a_parquet_object_reads_back_in_arrow_with_its_types_and_values(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    path = written(tmp_path, {"ParquetSerDe": options})

    table = pq.read_table(path)

    assert path.suffix == ".parquet"
    # The key and element fields of nested types have other names in a file.
    assert table.schema.names == SCHEMA.arrow.names
    assert table.cast(SCHEMA.arrow).equals(convert(SCHEMA, *RECORDS).table)


@pytest.mark.parametrize("options", PARQUET)
def test_10_5_a_parquet_object_reads_in_duckdb(tmp_path: Path, options: dict[str, Any]) -> None:
    path = written(tmp_path, {"ParquetSerDe": options})

    relation = duckdb.connect().read_parquet(str(path))

    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    assert types["ts"] == "TIMESTAMP"
    assert types["n"] == "DECIMAL(10,2)"
    assert types["dt"] == "DATE"
    assert types["y"] == "BLOB"
    rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    assert rows[0] == {
        **{"flag": True, "t": 1, "s": 2, "i": 3, "l": 2**60, "f": 1.5, "d": 2.5, "x": "é", "y": b"by"},
        **{"dt": date(2026, 1, 2), "ts": datetime(2026, 9, 7, 12, 0, 2, 123456), "n": Decimal("12.34")},
        **{"ch": "abc", "vc": "xyz", "a": [datetime(2026, 1, 1), None], "m": {"k": [1, None]}},
        "st": {"id": 1, "at": datetime(2018, 2, 7, 19, 58, 48, 123000)},
    }
    assert rows[1]["ts"] == datetime(1700, 1, 1)
    assert set(rows[2].values()) == {None}


def test_4_3_parquet_defaults_are_snappy_pages_of_version_1_and_int96_timestamps(tmp_path: Path) -> None:
    file = pq.ParquetFile(written(tmp_path, {"ParquetSerDe": {}}))

    chunk = file.metadata.row_group(0).column(SCHEMA.arrow.get_field_index("x"))
    assert chunk.compression == "SNAPPY"
    assert file.metadata.format_version == "1.0"
    assert "PLAIN_DICTIONARY" in chunk.encodings
    assert file.schema.column(SCHEMA.arrow.get_field_index("ts")).physical_type == "INT96"
    assert file.metadata.metadata is None  # no Arrow schema that would hide how others read the file
    assert ParquetOptions() == ParquetOptions("SNAPPY", 256 * 1024**2, 1024**2, "V1", None, 0)


def test_4_3_parquet_options_are_applied(tmp_path: Path) -> None:
    options = {"Compression": "GZIP", "WriterVersion": "V2", "EnableDictionaryCompression": False}

    file = pq.ParquetFile(written(tmp_path, {"ParquetSerDe": options}))

    chunk = file.metadata.row_group(0).column(SCHEMA.arrow.get_field_index("x"))
    assert chunk.compression == "GZIP"
    assert file.metadata.format_version == "2.6"
    assert "RLE_DICTIONARY" not in chunk.encodings


def test_4_3_a_block_is_a_row_group(tmp_path: Path) -> None:
    config = config_of({"OpenXJsonSerDe": {}}, {"ParquetSerDe": {"BlockSizeBytes": 64 * 1024**2}})
    table = convert(schema_of(x="string"), *[{"x": "y" * 2**20}] * 100, config=config).table

    write(table, config, tmp_path / "o.parquet")

    assert pq.ParquetFile(tmp_path / "o.parquet").metadata.num_row_groups == 2


@pytest.mark.parametrize("options", ORC)
def test_an_orc_object_reads_back_in_arrow(tmp_path: Path, options: dict[str, Any]) -> None:
    path = written(tmp_path, {"OrcSerDe": options})

    file = orc.ORCFile(path)

    assert path.suffix == ".orc"
    assert file.compression == {"NONE": "UNCOMPRESSED"}.get(
        options.get("Compression", "SNAPPY"), options.get("Compression", "SNAPPY")
    )
    assert file.file_version == ("0.11" if options.get("FormatVersion") == "V0_11" else "0.12")
    assert file.row_index_stride == options.get("RowIndexStride", 10_000)
    assert file.read().equals(convert(SCHEMA, *RECORDS).table)


def test_4_3_orc_bloom_filters_are_written_for_the_named_columns(tmp_path: Path) -> None:
    # The filter is for the last column: its number counts the members of the struct before it.
    schema = schema_of(s="struct<a:int,b:map<string,int>>", x="string")
    records = [{"x": f"value {number}"} for number in range(5_000)]
    sizes = []
    for columns in ([], ["nowhere"], ["X"]):
        config = config_of({"OpenXJsonSerDe": {}}, {"OrcSerDe": {"BloomFilterColumns": columns}})
        write(convert(schema, *records).table, config, tmp_path / "o.orc")
        sizes.append((tmp_path / "o.orc").stat().st_size)

    assert sizes[0] == sizes[1]
    assert sizes[2] > sizes[0] + 2_000


@pytest.mark.parametrize("serializer", [{"ParquetSerDe": {}}, {"OrcSerDe": {}}])
def test_a_table_without_rows_can_be_written(tmp_path: Path, serializer: dict[str, Any]) -> None:
    config = config_of({"OpenXJsonSerDe": {}}, serializer)
    target = tmp_path / f"o{config.extension}"

    write(convert(SCHEMA, config=config).table, config, target)

    table = pq.read_table(target) if config.extension == ".parquet" else orc.read_table(target)
    assert table.num_rows == 0
    assert table.schema.names == SCHEMA.arrow.names
