"""What a crawler finds out about objects: format, columns, types, and how tables of it are described."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.orc as orc

if TYPE_CHECKING:
    from tests.conformance.glue.crawling import Crawling


def test_parquet_types_come_from_the_footer(crawling: Crawling) -> None:
    crawling.put_parquet(
        "events/part.parquet",
        Id=pa.array([1], pa.int64()),
        small=pa.array([1], pa.int32()),
        ratio=pa.array([1.5], pa.float32()),
        amount=pa.array([Decimal("1.50")], pa.decimal128(12, 2)),
        at=pa.array([datetime(2026, 1, 1, tzinfo=UTC)], pa.timestamp("us", "UTC")),
        day=pa.array([date(2026, 1, 1)]),
        raw=pa.array([b"x"]),
        flag=pa.array([True]),
        tags=pa.array([["a"]]),
        attributes=pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
        user=pa.array([{"Name": "x", "ages": [1]}]),
    )
    crawling.crawl("events/")
    assert crawling.columns("events") == {
        "id": "bigint",
        "small": "int",
        "ratio": "float",
        "amount": "decimal(12,2)",
        "at": "timestamp",
        "day": "date",
        "raw": "binary",
        "flag": "boolean",
        "tags": "array<string>",
        "attributes": "map<string,bigint>",
        "user": "struct<name:string,ages:array<bigint>>",
    }


def test_parquet_table_as_glue_describes_it(crawling: Crawling) -> None:
    crawling.put_parquet("events/a.parquet", id=[1, 2, 3])
    crawling.put_parquet("events/b.parquet", id=[4])
    name = crawling.crawl("events/")
    table = crawling.table("events")
    storage = table["StorageDescriptor"]
    assert table["TableType"] == "EXTERNAL_TABLE"
    assert storage["Location"] == crawling.path("events/")
    assert storage["InputFormat"] == "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
    assert storage["OutputFormat"] == "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
    assert storage["SerdeInfo"] == {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "Parameters": {"serialization.format": "1"},
    }
    listed = crawling.s3.list_objects_v2(Bucket=crawling.bucket, Prefix="events/")["Contents"]
    size = sum(item["Size"] for item in listed)
    parameters = dict(table["Parameters"])
    assert storage["Parameters"] == parameters
    assert parameters.pop("CRAWL_RUN_ID")
    assert parameters == {
        "CrawlerSchemaDeserializerVersion": "1.0",
        "CrawlerSchemaSerializerVersion": "1.0",
        "UPDATED_BY_CRAWLER": name,
        "averageRecordSize": str(size // 4),
        "classification": "parquet",
        "compressionType": "none",
        "objectCount": "2",
        "recordCount": "4",
        "sizeKey": str(size),
        "typeOfData": "file",
    }


def test_orc(crawling: Crawling) -> None:
    sink = pa.BufferOutputStream()
    orc.write_table(pa.table({"id": [1], "name": ["x"]}), sink)
    crawling.put("events/a.orc", sink.getvalue().to_pybytes())
    crawling.crawl("events/")
    assert crawling.columns("events") == {"id": "bigint", "name": "string"}
    assert crawling.table("events")["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"].endswith(
        "OrcSerde"
    )


def test_json_lines_types_and_keys(crawling: Crawling) -> None:
    crawling.put_json(
        "events/a.json",
        {"userId": 1, "big": 1, "ratio": 1, "flag": True, "note": None, "tags": [], "user": {"Name": None}},
        {
            "userId": 2,
            "big": 3_000_000_000,
            "ratio": 1.5,
            "tags": ["a"],
            "user": {"Name": "x", "age": 3},
            "mixed": 1,
        },
        {"mixed": "one"},
    )
    crawling.crawl("events/")
    assert crawling.columns("events") == {
        "userid": "int",
        "big": "bigint",
        "ratio": "double",
        "flag": "boolean",
        "note": "string",
        "tags": "array<string>",
        "user": "struct<name:string,age:int>",
        "mixed": "string",
    }
    storage = crawling.table("events")["StorageDescriptor"]
    assert storage["InputFormat"] == "org.apache.hadoop.mapred.TextInputFormat"
    assert storage["OutputFormat"] == "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
    assert storage["SerdeInfo"] == {
        "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
        "Parameters": {"paths": "big,flag,mixed,note,ratio,tags,user,userId"},
    }


def test_gzip_is_a_compression_type(crawling: Crawling) -> None:
    crawling.put_gzip("events/a.gz", {"id": 1}, {"id": 2})
    crawling.crawl("events/")
    table = crawling.table("events")
    assert table["Parameters"]["classification"] == "json"
    assert table["Parameters"]["compressionType"] == "gzip"
    assert table["Parameters"]["recordCount"] == "2"
    assert table["StorageDescriptor"]["Compressed"] is True


def test_a_json_array_is_one_column_without_a_classifier(crawling: Crawling) -> None:
    crawling.put("events/a.json", json.dumps([{"id": 1}, {"id": 2}]))
    crawling.crawl("events/")
    assert crawling.columns("events") == {"array": "array<struct<id:int>>"}


def test_a_json_classifier_selects_the_rows(crawling: Crawling) -> None:
    classifier = crawling.name("members")
    crawling.glue.create_classifier(JsonClassifier={"Name": classifier, "JsonPath": "$.events[*]"})
    crawling.put("events/a.json", json.dumps({"events": [{"id": 1}, {"id": 2, "name": "x"}]}))
    crawling.crawl("events/", Classifiers=[classifier])
    assert crawling.columns("events") == {"id": "int", "name": "string"}
    assert crawling.table("events")["Parameters"]["jsonPath"] == "$.events[*]"


def test_csv_with_a_header(crawling: Crawling) -> None:
    crawling.put("events/a.csv", "Id,name,amount,flag,day\n1,x,1.5,true,2026-01-01\n2,y,2,false,2026-01-02\n")
    crawling.crawl("events/")
    assert crawling.columns("events") == {
        "id": "bigint",
        "name": "string",
        "amount": "double",
        "flag": "boolean",
        "day": "string",
    }
    table = crawling.table("events")
    assert table["StorageDescriptor"]["SerdeInfo"] == {
        "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
        "Parameters": {"field.delim": ","},
    }
    wanted = {
        "classification": "csv",
        "delimiter": ",",
        "columnsOrdered": "true",
        "areColumnsQuoted": "false",
        "skip.header.line.count": "1",
        "recordCount": "2",
    }
    assert {key: table["Parameters"].get(key) for key in wanted} == wanted


def test_csv_of_text_only_has_no_header(crawling: Crawling) -> None:
    crawling.put("events/a.csv", "id;name\nx;y\nv;w\n")
    crawling.crawl("events/")
    assert crawling.columns("events") == {"col0": "string", "col1": "string"}
    assert "skip.header.line.count" not in crawling.table("events")["Parameters"]


def test_a_csv_classifier_says_what_cannot_be_found_out(crawling: Crawling) -> None:
    classifier = crawling.name("csv")
    crawling.glue.create_classifier(
        CsvClassifier={
            "Name": classifier,
            "Delimiter": "^",
            "QuoteSymbol": "'",
            "ContainsHeader": "PRESENT",
            "Header": ["key", "value"],
            "Serde": "OpenCSVSerDe",
        }
    )
    crawling.put("events/a.csv", "a^b\n'x'^'y'\n")
    crawling.crawl("events/", Classifiers=[classifier])
    assert crawling.columns("events") == {"key": "string", "value": "string"}
    table = crawling.table("events")
    assert table["Parameters"]["skip.header.line.count"] == "1"
    assert table["StorageDescriptor"]["SerdeInfo"] == {
        "SerializationLibrary": "org.apache.hadoop.hive.serde2.OpenCSVSerde",
        "Parameters": {"separatorChar": "^", "quoteChar": "'"},
    }


def test_what_nothing_recognises_is_unknown(crawling: Crawling) -> None:
    crawling.put("events/a.bin", bytes(range(256)))
    name = crawling.crawl("events/")
    assert crawling.table("events")["Parameters"]["classification"] == "UNKNOWN"
    assert any(message.startswith("WARN : No classifier recognises") for message in crawling.messages(name))


def test_unknown_objects_do_not_spoil_a_folder(crawling: Crawling) -> None:
    crawling.put_json("events/a.json", {"id": 1})
    crawling.put("events/readme", "just words")
    crawling.crawl("events/")
    assert crawling.columns("events") == {"id": "int"}


def test_a_torn_parquet_object_is_unknown(crawling: Crawling) -> None:
    crawling.put("events/a.parquet", b"PAR1" + bytes(100))
    crawling.crawl("events/")
    assert crawling.table("events")["Parameters"]["classification"] == "UNKNOWN"
