"""Tables of Avro: what Hive reads of a file, and what is written."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import fastavro
import pyarrow as pa
import pytest
from pyarrow import fs

from local_aws.athena.arrow_types import arrow_type
from local_aws.athena.catalog import TableDefinition
from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.formats.avro import read_avro
from local_aws.athena.formats.avro_schema import check_new_columns
from local_aws.athena.sql.session import Column
from local_aws.athena.sql.type_text import glue_type
from local_aws.athena.storage import StoredObject
from local_aws.athena.writes.files import FileSet, file_format
from local_aws.clients import Clients

if TYPE_CHECKING:
    from pathlib import Path

SERDE = "org.apache.hadoop.hive.serde2.avro.AvroSerDe"
CODECS = ["DEFLATE", "GZIP", "SNAPPY", "ZSTD", "BZIP2", "NONE"]


def _read(folder: Path, name: str, columns: dict[str, str], **serde_parameters: str) -> list[dict[str, Any]]:
    kinds = {column: glue_type(text) for column, text in columns.items()}
    table = TableDefinition(
        "db",
        "t",
        tuple(Column(column, kind) for column, kind in kinds.items()),
        (),
        "s3://bucket/",
        "org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat",
        SERDE,
        serde_parameters={key.replace("_", "."): value for key, value in serde_parameters.items()},
    )
    counted: list[int] = []
    stored = StoredObject("bucket", name, (folder / "bucket" / name).stat().st_size, "", "")
    batches = read_avro(
        table=table,
        files=[(stored, {})],
        schema=pa.schema([(column, arrow_type(kind)) for column, kind in kinds.items()]),
        columns=list(columns),
        data_columns=list(columns),
        condition=None,
        system=fs.SubTreeFileSystem(str(folder), fs.LocalFileSystem()),
        clients=Clients("http://127.0.0.1:1", "us-east-1"),
        add_bytes=counted.append,
    )
    rows = [row for batch in batches for row in batch.to_pylist()]
    assert counted == [stored.size]
    return rows


def _write(folder: Path, name: str, fields: list[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    (folder / "bucket").mkdir(exist_ok=True)
    with (folder / "bucket" / name).open("wb") as file:
        fastavro.writer(
            file, fastavro.parse_schema({"type": "record", "name": "Event", "fields": fields}), rows
        )


@pytest.mark.parametrize("codec", CODECS)
def test_what_is_written_is_read_again(tmp_path: Path, codec: str) -> None:
    kinds = {
        "flag": pa.bool_(),
        "small": pa.int16(),
        "number": pa.int64(),
        "share": pa.float64(),
        "price": pa.decimal128(10, 2),
        "name": pa.string(),
        "raw": pa.binary(),
        "day": pa.date32(),
        "moment": pa.timestamp("us"),
        "tags": pa.list_(pa.string()),
        "marks": pa.map_(pa.string(), pa.timestamp("us")),
        "place": pa.struct([("street", pa.string()), ("since", pa.date32())]),
    }
    texts = {
        "flag": "boolean",
        "small": "smallint",
        "number": "bigint",
        "share": "double",
        "price": "decimal(10,2)",
        "name": "string",
        "raw": "binary",
        "day": "date",
        "moment": "timestamp",
        "tags": "array<string>",
        "marks": "map<string,timestamp>",
        "place": "struct<street:string,since:date>",
    }
    at = datetime(2021, 1, 2, 3, 4, 5, 678000)
    row = {
        "flag": True,
        "small": -7,
        "number": 1 << 60,
        "share": 0.5,
        "price": Decimal("-3.25"),
        "name": "Ada Ł",
        "raw": b"\x00\xff",
        "day": date(1969, 12, 31),
        "moment": at,
        "tags": ["a", None],
        "marks": [("k", at), ("n", None)],
        "place": {"street": "High St", "since": date(2000, 2, 29)},
    }
    rows = [row, dict.fromkeys(row)]
    schema = pa.schema(list(kinds.items()))
    (tmp_path / "bucket").mkdir()
    files = FileSet(tmp_path / "bucket", file_format("AVRO", codec), schema, (), "p")
    files.write(pa.RecordBatch.from_pylist(rows, schema=schema))
    (written,) = files.close()
    assert _read(tmp_path, written.name, texts) == rows
    with written.path.open("rb") as file:
        assert fastavro.reader(file).codec == {"GZIP": "deflate", "ZSTD": "zstandard", "NONE": "null"}.get(
            codec, codec.lower()
        )


def test_a_literal_names_fields_in_other_case_their_former_names_and_defaults(tmp_path: Path) -> None:
    fields = [{"name": "userId", "type": "int"}, {"name": "old", "type": "string"}]
    _write(tmp_path, "one", fields, [{"userId": 1, "old": "x"}])
    literal = {
        "type": "record",
        "name": "Other",
        "fields": [
            {"name": "userId", "type": "long"},
            {"name": "renamed", "aliases": ["old"], "type": "string"},
            {"name": "level", "type": "string", "default": "new"},
            {"name": "note", "type": ["null", "string"], "default": None},
        ],
    }
    columns = {"userid": "bigint", "renamed": "string", "level": "string", "note": "string"}
    rows = _read(tmp_path, "one", columns, avro_schema_literal=json.dumps(literal))
    assert rows == [{"userid": 1, "renamed": "x", "level": "new", "note": None}]


def test_without_a_literal_a_field_has_the_name_of_its_column(tmp_path: Path) -> None:
    fields = [{"name": "userId", "type": "int"}, {"name": "old", "type": "string"}]
    _write(tmp_path, "one", fields, [{"userId": 1, "old": "x"}])
    assert _read(tmp_path, "one", {"userid": "int", "old": "string"}) == [{"userid": None, "old": "x"}]


def test_logical_types_that_hive_does_not_know_are_what_they_are_stored_as(tmp_path: Path) -> None:
    fields: list[dict[str, Any]] = [
        {"name": "micros", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "time", "type": {"type": "int", "logicalType": "time-millis"}},
        {"name": "millis", "type": "long"},
        {"name": "kind", "type": {"type": "enum", "name": "K", "symbols": ["A", "B"]}},
        {"name": "either", "type": ["null", "int", "long"]},
    ]
    row = {"micros": 1_500_000, "time": 1, "millis": 1_500, "kind": "B", "either": 1 << 40}
    _write(tmp_path, "one", fields, [row])
    columns = {"micros": "bigint", "time": "int", "millis": "timestamp", "kind": "string", "either": "bigint"}
    moment = datetime(1970, 1, 1, 0, 0, 1, 500000)
    assert _read(tmp_path, "one", columns) == [row | {"millis": moment}]
    with pytest.raises(QueryError, match="HIVE_BAD_DATA: Field micros's type int64"):
        _read(tmp_path, "one", {"micros": "timestamp"})


def test_an_empty_object_has_no_rows(tmp_path: Path) -> None:
    (tmp_path / "bucket").mkdir()
    (tmp_path / "bucket" / "empty").touch()
    assert _read(tmp_path, "empty", {"a": "int"}) == []


@pytest.mark.parametrize(
    ("kept", "message"),
    [
        (2, "HIVE_CANNOT_OPEN_SPLIT: .*Not an Avro data file"),
        (-10, "HIVE_CURSOR_ERROR: Failed to read Avro file"),
    ],
)
def test_a_file_that_ends_too_early(tmp_path: Path, kept: int, message: str) -> None:
    _write(tmp_path, "one", [{"name": "a", "type": "int"}], [{"a": number} for number in range(1000)])
    file = tmp_path / "bucket" / "one"
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(QueryError, match=message):
        _read(tmp_path, "one", {"a": "int"})


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"avro_schema_url": "s3://b/x.avsc"}, "NOT_SUPPORTED: avro.schema.url"),
        ({"avro_schema_literal": "{"}, "HIVE_INVALID_METADATA"),
        ({"avro_schema_literal": '"int"'}, "has to be of type record"),
        (
            {"avro_schema_literal": '{"type": "record", "name": "r", "fields": []}'},
            "Unable to find the columns a",
        ),
    ],
)
def test_schemas_that_do_not_fit(tmp_path: Path, parameters: dict[str, str], message: str) -> None:
    _write(tmp_path, "one", [{"name": "a", "type": "int"}], [{"a": 1}])
    with pytest.raises(QueryError, match=message):
        _read(tmp_path, "one", {"a": "int"}, **parameters)


def test_unions_that_one_type_holds_are_that_type(tmp_path: Path) -> None:
    """What trinodb/trino#20331 reads; a union may have a single branch, too (trinodb/trino#17944)."""
    fields: list[dict[str, Any]] = [
        {"name": "number", "type": ["null", "int", "double"]},
        {"name": "text", "type": ["string", "bytes"]},
        {"name": "single", "type": ["string"]},
    ]
    rows = [{"number": 1, "text": "a", "single": "x"}, {"number": 0.5, "text": b"b", "single": "y"}]
    _write(tmp_path, "one", fields, rows)
    columns = {"number": "double", "text": "string", "single": "string"}
    assert _read(tmp_path, "one", columns) == [rows[0] | {"number": 1.0}, rows[1] | {"text": "b"}]


def test_a_bigint_column_of_a_literal_with_a_time(tmp_path: Path) -> None:
    """The table of trinodb/trino#17761, which failed there."""
    kind = {"type": "long", "logicalType": "timestamp-millis"}
    fields: list[dict[str, Any]] = [{"name": "event_timestamp", "type": ["null", kind], "default": None}]
    _write(tmp_path, "one", fields, [{"event_timestamp": 1_886_723_648_234}])
    literal = json.dumps({"type": "record", "name": "AE", "namespace": "xevent.v1", "fields": fields})
    for column, value in (
        ("bigint", 1_886_723_648_234),
        ("timestamp", datetime(2029, 10, 15, 1, 54, 8, 234000)),
    ):
        rows = _read(tmp_path, "one", {"event_timestamp": column}, avro_schema_literal=literal)
        assert rows == [{"event_timestamp": value}]


def test_a_union_of_several_types_is_refused_by_name(tmp_path: Path) -> None:
    fields: list[dict[str, Any]] = [{"name": "a", "type": ["int", "string"]}]
    _write(tmp_path, "one", fields, [{"a": 1}])
    with pytest.raises(UnsupportedError, match=r"one of several types \(int, string\)"):
        _read(tmp_path, "one", {"a": "string"})


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("tinyint", "Column 'x' is tinyint, which is not supported by Avro. Use integer instead."),
        ("smallint", "Column 'x' is smallint, which is not supported by Avro. Use integer instead."),
        ("map<int,int>", "Column 'x' has a non-varchar map key, which is not supported by Avro"),
    ],
)
def test_columns_that_avro_does_not_have(kind: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        check_new_columns([("x", glue_type(kind))])


def test_a_name_that_avro_does_not_have(tmp_path: Path) -> None:
    schema = pa.schema([("a-b", pa.int32())])
    files = FileSet(tmp_path, file_format("AVRO", None), schema, (), "p")
    with pytest.raises(QueryError, match="HIVE_WRITER_OPEN_ERROR: Illegal character in: a-b"):
        files.write(pa.RecordBatch.from_pylist([{"a-b": 1}], schema=schema))
