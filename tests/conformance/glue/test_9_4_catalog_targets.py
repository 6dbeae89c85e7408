"""Crawling tables of the catalog, reference 9.4."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.conformance.glue.crawling import Crawling

LOG: dict[str, str] = {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
INHERIT = json.dumps(
    {"Version": 1.0, "CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}}}
)
SERDE = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"


def make_table(crawling: Crawling, name: str = "events", location: str | None = None, **members: Any) -> None:
    crawling.glue.create_table(
        DatabaseName=crawling.database,
        TableInput={
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet"},
            "PartitionKeys": [
                {"Name": "event_type", "Type": "string"},
                {"Name": "created_date", "Type": "date"},
            ],
            "StorageDescriptor": {
                "Columns": [{"Name": "id", "Type": "bigint"}, {"Name": "note", "Type": "string"}],
                "Location": location or crawling.path(f"data/{name}/"),
                "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
                "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
                "SerdeInfo": {"SerializationLibrary": SERDE, "Parameters": {"serialization.format": "1"}},
            },
            **members,
        },
    )


def create(crawling: Crawling, **parameters: Any) -> str:
    parameters.setdefault("SchemaChangePolicy", LOG)
    targets = {"CatalogTargets": [{"DatabaseName": crawling.database, "Tables": ["events"]}]}
    return crawling.create(Targets=targets, DatabaseName="", **parameters)


def test_9_4_partitions_are_added_and_the_table_stays(crawling: Crawling) -> None:
    make_table(crawling)
    before = crawling.table("events")
    crawling.put_parquet("data/events/event_type=a/created_date=2026-01-01/x.parquet", id=[1], extra=[1])
    crawling.put_parquet("data/events/event_type=b/created_date=2026-01-02/x.parquet", id=[1])
    crawling.put_parquet("data/events/stray.parquet", id=[1])
    name = create(crawling, Configuration=INHERIT)
    crawling.crawl_again(name)
    assert crawling.table("events") == before
    assert list(crawling.tables()) == ["events"]
    partitions = crawling.partitions("events")
    assert set(partitions) == {("a", "2026-01-01"), ("b", "2026-01-02")}
    storage = partitions["a", "2026-01-01"]["StorageDescriptor"]
    assert storage["Columns"] == before["StorageDescriptor"]["Columns"]
    assert storage["SerdeInfo"] == before["StorageDescriptor"]["SerdeInfo"]
    assert storage["Location"] == crawling.path("data/events/event_type=a/created_date=2026-01-01/")
    assert any("no partitions are" in message for message in crawling.messages(name))


def test_9_4_new_objects_bring_new_partitions(crawling: Crawling) -> None:
    make_table(crawling)
    crawling.put_parquet("data/events/event_type=a/created_date=2026-01-01/x.parquet", id=[1])
    name = create(crawling, Configuration=INHERIT)
    crawling.crawl_again(name)
    crawling.put_parquet("data/events/event_type=a/created_date=2026-01-02/x.parquet", id=[1])
    crawling.crawl_again(name)
    assert set(crawling.partitions("events")) == {("a", "2026-01-01"), ("a", "2026-01-02")}


def test_9_4_the_schema_is_updated_when_the_policy_says_so(crawling: Crawling) -> None:
    make_table(crawling)
    crawling.put_parquet(
        "data/events/event_type=a/created_date=2026-01-01/x.parquet", id=[1], extra=[1.5], event_type=["a"]
    )
    name = create(
        crawling, SchemaChangePolicy={"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "LOG"}
    )
    crawling.crawl_again(name)
    assert crawling.columns("events") == {"id": "bigint", "extra": "double"}
    assert crawling.table("events")["Parameters"]["EXTERNAL"] == "TRUE"


def test_9_4_deleted_objects_are_ignored(crawling: Crawling) -> None:
    make_table(crawling)
    crawling.put_parquet("data/events/event_type=a/created_date=2026-01-01/x.parquet", id=[1])
    name = create(crawling)
    crawling.crawl_again(name)
    crawling.delete("data/events/event_type=a/created_date=2026-01-01/x.parquet")
    crawling.crawl_again(name)
    assert set(crawling.partitions("events")) == {("a", "2026-01-01")}


def test_9_4_objects_of_another_format_are_left_out(crawling: Crawling) -> None:
    make_table(crawling)
    crawling.put_json("data/events/event_type=a/created_date=2026-01-01/x.json", {"id": 1})
    name = create(crawling)
    crawling.crawl_again(name)
    assert crawling.partitions("events") == {}
    assert any("left out" in message for message in crawling.messages(name))


def test_9_4_the_delete_behavior_must_be_log(crawling: Crawling) -> None:
    with pytest.raises(ClientError, match=r"DeleteBehavior is DEPRECATE_IN_DATABASE.*must be LOG"):
        create(crawling, SchemaChangePolicy={})


def test_9_4_targets_cannot_be_mixed(crawling: Crawling) -> None:
    targets = {
        "S3Targets": [{"Path": crawling.path("x/")}],
        "CatalogTargets": [{"DatabaseName": crawling.database, "Tables": ["events"]}],
    }
    with pytest.raises(ClientError, match="cannot have catalog targets mixed with other target types"):
        crawling.create(Targets=targets, SchemaChangePolicy=LOG)


def test_9_4_a_table_that_is_not_there_fails_the_crawl(crawling: Crawling) -> None:
    last = crawling.run(create(crawling))["LastCrawl"]
    assert last["Status"] == "FAILED"
    assert last["ErrorMessage"] == f"Table events not found in database {crawling.database}."


def test_9_4_only_tables_in_s3(crawling: Crawling) -> None:
    make_table(crawling, location="hdfs://elsewhere/")
    last = crawling.run(create(crawling))["LastCrawl"]
    assert last["Status"] == "FAILED"
    assert "only tables in S3 can be crawled" in last["ErrorMessage"]
