"""What a crawler does with tables that have changed and with objects that are gone, reference 9.1 and 9.2."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conformance.glue.crawling import Crawling

INHERIT = json.dumps(
    {"Version": 1.0, "CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}}}
)
MERGE = json.dumps({"Version": 1.0, "CrawlerOutput": {"Tables": {"AddOrUpdateBehavior": "MergeNewColumns"}}})


def policy(update: str, delete: str = "LOG") -> dict[str, str]:
    return {"UpdateBehavior": update, "DeleteBehavior": delete}


def columns_of(partition: dict[str, Any]) -> list[str]:
    return [column["Name"] for column in partition["StorageDescriptor"]["Columns"]]


@pytest.mark.parametrize("update", ["UPDATE_IN_DATABASE", "LOG"])
def test_9_2_a_changed_schema(crawling: Crawling, update: str) -> None:
    crawling.put_json("events/day=1/a.json", {"id": 1, "a": 1, "b": 1, "c": 1})
    name = crawling.crawl("events/", SchemaChangePolicy=policy(update))
    crawling.put_json("events/day=1/a.json", {"id": 1, "a": 1.5, "b": 1, "c": 1, "d": 1})
    crawling.put_json("events/day=2/a.json", {"id": 1, "a": 1, "b": 1, "c": 1})
    crawling.crawl_again(name)
    updated = update == "UPDATE_IN_DATABASE"
    wanted = {"id": "int", "a": "double", "b": "int", "c": "int", "d": "int"} if updated else None
    assert crawling.columns("events") == (wanted or {"id": "int", "a": "int", "b": "int", "c": "int"})
    partitions = crawling.partitions("events")
    assert set(partitions) == {("1",), ("2",)}, "new partitions are created whatever the policy"
    assert columns_of(partitions["1",]) == (["id", "a", "b", "c", "d"] if updated else ["id", "a", "b", "c"])


def test_9_2_missing_columns_are_removed(crawling: Crawling) -> None:
    crawling.put_json("events/a.json", {"id": 1, "a": 1, "b": 1, "c": 1})
    name = crawling.crawl("events/")
    crawling.put_json("events/a.json", {"id": 1, "a": 1, "b": 1})
    crawling.crawl_again(name)
    assert list(crawling.columns("events")) == ["id", "a", "b"]


def test_9_2_an_unchanged_table_keeps_its_version(crawling: Crawling) -> None:
    crawling.put_json("events/day=1/a.json", {"id": 1})
    name = crawling.crawl("events/")
    before = crawling.table("events")
    crawling.crawl_again(name)
    assert crawling.table("events") == before
    metrics = crawling.glue.get_crawler_metrics(CrawlerNameList=[name])["CrawlerMetricsList"][0]
    assert (metrics["TablesCreated"], metrics["TablesUpdated"], metrics["TablesDeleted"]) == (0, 0, 0)


def test_9_2_merge_new_columns_only_adds(crawling: Crawling) -> None:
    crawling.put_json("events/a.json", {"id": 1, "gone": 1, "user": {"name": "x"}})
    name = crawling.crawl("events/", Configuration=MERGE, SchemaChangePolicy=policy("LOG"))
    crawling.put_json("events/a.json", {"id": 1.5, "new": 1, "user": {"name": "x", "age": 1}})
    crawling.crawl_again(name)
    assert crawling.columns("events") == {
        "id": "int",
        "gone": "int",
        "user": "struct<name:string,age:int>",
        "new": "int",
    }


def test_9_2_merge_new_columns_deprecates_a_table_of_another_format(crawling: Crawling) -> None:
    crawling.put_json("events/a.json", {"id": 1})
    name = crawling.crawl("events/", Configuration=MERGE)
    crawling.put_gzip("events/a.json", {"id": 1})
    crawling.crawl_again(name)
    parameters = crawling.table("events")["Parameters"]
    assert parameters["DEPRECATED_BY_CRAWLER"].isdecimal()
    assert parameters["compressionType"] == "none"
    assert any("compressionType is gzip and was none" in message for message in crawling.messages(name))


def test_9_1_partitions_inherit_from_their_table(crawling: Crawling) -> None:
    crawling.put_json("events/day=1/a.json", {"id": 1, "a": 1, "b": 1})
    name = crawling.crawl("events/", SchemaChangePolicy=policy("LOG"))
    table = crawling.table("events")
    crawling.glue.update_crawler(Name=name, Configuration=INHERIT)
    edited = {
        key: table[key] for key in ("Name", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters")
    }
    edited["StorageDescriptor"]["Columns"].append({"Name": "by_hand", "Type": "string"})
    crawling.glue.update_table(DatabaseName=crawling.database, TableInput=edited)
    crawling.put_json("events/day=2/a.json", {"id": 1, "a": 1, "b": 1, "d": 1})
    crawling.crawl_again(name)
    partitions = crawling.partitions("events")
    for values in (("1",), ("2",)):
        assert columns_of(partitions[values]) == ["id", "a", "b", "by_hand"]


@pytest.mark.parametrize("delete", ["DELETE_FROM_DATABASE", "DEPRECATE_IN_DATABASE", "LOG"])
def test_9_2_partitions_whose_objects_are_gone(crawling: Crawling, delete: str) -> None:
    for day in "12":
        crawling.put_json(f"events/day={day}/a.json", {"id": 1})
    name = crawling.crawl("events/", SchemaChangePolicy=policy("UPDATE_IN_DATABASE", delete))
    crawling.delete("events/day=2/a.json")
    crawling.crawl_again(name)
    partitions = crawling.partitions("events")
    if delete == "DELETE_FROM_DATABASE":
        assert set(partitions) == {("1",)}
        return
    assert set(partitions) == {("1",), ("2",)}
    marked = {values for values, item in partitions.items() if "DEPRECATED_BY_CRAWLER" in item["Parameters"]}
    assert marked == ({("2",)} if delete == "DEPRECATE_IN_DATABASE" else set())
    crawling.put_json("events/day=2/a.json", {"id": 1})
    crawling.crawl_again(name)
    assert "DEPRECATED_BY_CRAWLER" not in crawling.partitions("events")["2",]["Parameters"]


def test_9_2_partitions_of_other_places_are_left_alone(crawling: Crawling) -> None:
    crawling.put_json("events/day=1/a.json", {"id": 1})
    name = crawling.crawl("events/", SchemaChangePolicy=policy("UPDATE_IN_DATABASE", "DELETE_FROM_DATABASE"))
    crawling.glue.create_partition(
        DatabaseName=crawling.database,
        TableName="events",
        PartitionInput={"Values": ["0"], "StorageDescriptor": {"Location": crawling.path("archive/0/")}},
    )
    crawling.crawl_again(name)
    assert set(crawling.partitions("events")) == {("0",), ("1",)}


@pytest.mark.parametrize("delete", ["DELETE_FROM_DATABASE", "DEPRECATE_IN_DATABASE", "LOG"])
def test_9_2_tables_whose_objects_are_gone(crawling: Crawling, delete: str) -> None:
    crawling.put_json("lake/one/a.json", {"id": 1})
    crawling.put_json("lake/two/a.json", {"name": "x"})
    crawling.put_json("other/a.json", {"name": "x"})
    crawling.crawl("other/", name="other")
    crawling.glue.create_table(
        DatabaseName=crawling.database,
        TableInput={
            "Name": "by_hand",
            "StorageDescriptor": {"Columns": [], "Location": crawling.path("lake/hand/")},
        },
    )
    name = crawling.crawl("lake/", SchemaChangePolicy=policy("UPDATE_IN_DATABASE", delete))
    crawling.delete("lake/one/a.json", "other/a.json")
    crawling.put_json("lake/three/a.json", {"other": "x"})
    crawling.crawl_again(name)
    tables = crawling.tables()
    left = {"by_hand", "other", "three", "two"}
    assert set(tables) == (left if delete == "DELETE_FROM_DATABASE" else left | {"one"})
    marked = {one for one, table in tables.items() if "DEPRECATED_BY_CRAWLER" in table.get("Parameters", {})}
    assert marked == ({"one"} if delete == "DEPRECATE_IN_DATABASE" else set())
    metrics = crawling.glue.get_crawler_metrics(CrawlerNameList=[name])["CrawlerMetricsList"][0]
    assert metrics["TablesCreated"] == 1
    assert metrics["TablesDeleted"] == (1 if delete == "DELETE_FROM_DATABASE" else 0)


def test_9_2_a_partition_index_when_asked(crawling: Crawling) -> None:
    crawling.put_json("events/day=1/a.json", {"id": 1})
    crawling.crawl("events/", Configuration=json.dumps({"Version": 1.0, "CreatePartitionIndex": True}))
    assert crawling.table("events")["Parameters"]["partition_filtering.enabled"] == "true"
    indexes = crawling.glue.get_partition_indexes(DatabaseName=crawling.database, TableName="events")
    index = indexes["PartitionIndexDescriptorList"][0]
    assert (index["IndexName"], [key["Name"] for key in index["Keys"]]) == (
        "crawler_partition_index",
        ["day"],
    )
