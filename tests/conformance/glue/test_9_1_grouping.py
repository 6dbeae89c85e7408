"""Folders become tables and partitions, reference 9.1."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conformance.glue.crawling import Crawling

COMBINE = json.dumps({"Version": 1.0, "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"}})


def test_9_1_hive_folders_are_partition_columns(crawling: Crawling) -> None:
    for kind in ("account", "order"):
        for day in ("2026-01-01", "2026-01-02"):
            crawling.put_parquet(f"data/events/event_type={kind}/created_date={day}/a.parquet", id=[1])
    crawling.crawl("data/events/")
    assert list(crawling.tables()) == ["events"]
    assert crawling.keys("events") == {"event_type": "string", "created_date": "string"}
    assert set(crawling.partitions("events")) == {
        ("account", "2026-01-01"),
        ("account", "2026-01-02"),
        ("order", "2026-01-01"),
        ("order", "2026-01-02"),
    }
    storage = crawling.partitions("events")["order", "2026-01-02"]["StorageDescriptor"]
    assert storage["Location"] == crawling.path("data/events/event_type=order/created_date=2026-01-02/")
    assert storage["Columns"] == [{"Name": "id", "Type": "bigint"}]
    assert storage["Parameters"]["recordCount"] == "1"


def test_9_1_other_folders_are_numbered(crawling: Crawling) -> None:
    crawling.put_json("logs/2026/01/a.json", {"id": 1})
    crawling.put_json("logs/2026/02/a.json", {"id": 2})
    crawling.crawl("logs/")
    assert crawling.keys("logs") == {"partition_0": "string", "partition_1": "string"}
    assert set(crawling.partitions("logs")) == {("2026", "01"), ("2026", "02")}


def test_9_1_an_escaped_value_is_read(crawling: Crawling) -> None:
    crawling.put_json("logs/at=10%3A00/a.json", {"id": 1})
    crawling.crawl("logs/")
    assert set(crawling.partitions("logs")) == {("10:00",)}


def test_9_1_a_key_that_is_a_column_too_is_numbered(crawling: Crawling) -> None:
    crawling.put_json("logs/day=1/a.json", {"id": 1, "day": "x"})
    crawling.crawl("logs/")
    assert crawling.keys("logs") == {"partition_0": "string"}
    assert set(crawling.partitions("logs")) == {("1",)}


def test_9_1_tables_of_different_data_below_one_path(crawling: Crawling) -> None:
    crawling.put_json("root/data/day=1/a.json", {"id": 1, "name": "x"})
    crawling.put_json("root/errors/day=1/a.json", {"code": "x", "raw": "y"})
    crawling.crawl("root/")
    assert {name: list(crawling.keys(name)) for name in crawling.tables()} == {
        "data": ["day"],
        "errors": ["day"],
    }


def test_9_1_similar_folders_are_partitions_and_others_tables(crawling: Crawling) -> None:
    crawling.put_json("table1/year=2017/data1.json", {"A": 1, "B": 2})
    crawling.put_json("table1/year=2018/data2.json", {"C": 3, "D": 4})
    crawling.crawl("table1/")
    assert sorted(crawling.tables()) == ["year_2017", "year_2018"]


def test_9_1_compatible_schemas_are_combined_when_asked(crawling: Crawling) -> None:
    crawling.put_json("table1/year=2017/data1.json", {"A": 1, "B": 2})
    crawling.put_json("table1/year=2018/data2.json", {"C": 3, "D": 4})
    crawling.crawl("table1/", Configuration=COMBINE)
    assert crawling.columns("table1") == {"a": "int", "b": "int", "c": "int", "d": "int"}
    assert crawling.keys("table1") == {"year": "string"}


def test_9_1_formats_are_never_combined(crawling: Crawling) -> None:
    crawling.put_json("mixed/one/a.json", {"id": 1})
    crawling.put_parquet("mixed/two/a.parquet", id=[1])
    crawling.put_gzip("mixed/three/a.json.gz", {"id": 1})
    crawling.crawl("mixed/", Configuration=COMBINE)
    assert sorted(crawling.tables()) == ["one", "three", "two"]


def test_9_1_a_column_more_is_the_same_table(crawling: Crawling) -> None:
    crawling.put_parquet("events/day=1/a.parquet", id=[1], name=["x"], amount=[1.0])
    crawling.put_parquet("events/day=2/a.parquet", id=[1], name=["x"], amount=[1.0], note=["n"])
    crawling.crawl("events/")
    assert list(crawling.columns("events")) == ["id", "name", "amount", "note"]
    first = crawling.partitions("events")["1",]["StorageDescriptor"]["Columns"]
    assert [column["Name"] for column in first] == ["id", "name", "amount"]


def test_9_1_different_objects_in_one_folder_are_tables(crawling: Crawling) -> None:
    crawling.put_json("drop/people.json", {"name": "x", "age": 1})
    crawling.put_json("drop/orders.json", {"sku": "x", "price": 1.5})
    crawling.crawl("drop/")
    assert sorted(crawling.tables()) == ["orders_json", "people_json"]
    assert crawling.table("people_json")["StorageDescriptor"]["Location"] == crawling.path("drop/people.json")


def test_9_1_an_odd_object_among_many_is_no_table(crawling: Crawling) -> None:
    for number in range(4):
        crawling.put_json(f"events/{number}.json", {"id": number, "name": "x"})
    crawling.put_json("events/odd.json", {"other": 1})
    crawling.crawl("events/")
    assert list(crawling.tables()) == ["events"]
    assert list(crawling.columns("events")) == ["id", "name", "other"]


def test_9_1_an_odd_folder_among_many_is_a_partition(crawling: Crawling) -> None:
    for day in range(4):
        crawling.put_json(f"events/day={day}/a.json", {"id": day, "name": "x"})
    crawling.put_json("events/day=9/a.json", {"other": 1})
    crawling.put_parquet("events/export/a.parquet", total=[1])
    crawling.crawl("events/")
    assert {name: len(crawling.partitions(name)) for name in crawling.tables()} == {"events": 5, "export": 0}


def test_9_1_names(crawling: Crawling) -> None:
    crawling.put_json("My-Data.v1/a.json", {"id": 1})
    crawling.crawl("My-Data.v1/", TablePrefix="Raw_")
    assert list(crawling.tables()) == ["raw_my_data_v1"]


def test_9_1_a_name_that_is_taken_gets_a_hash(crawling: Crawling) -> None:
    crawling.put_json("one/events/a.json", {"id": 1})
    crawling.put_json("two/events/a.json", {"name": "x"})
    crawling.crawl("one/events/", "two/events/")
    names = sorted(crawling.tables())
    assert names[0] == "events"
    assert names[1].startswith("events_")
    assert len(names[1]) == len("events_") + 32
    crawling.crawl("one/events/", "two/events/", name="again")
    assert sorted(crawling.tables()) == names, "tables are found again by their location"


def test_9_1_the_bucket_itself(crawling: Crawling) -> None:
    crawling.put_json("day=1/a.json", {"id": 1})
    crawling.crawl("")
    assert list(crawling.tables()) == [crawling.bucket.replace("-", "_")]
    assert crawling.table(crawling.database)["StorageDescriptor"]["Location"] == crawling.path("")


def test_9_1_one_object_as_path(crawling: Crawling) -> None:
    crawling.put_json("drop/people.json", {"name": "x"})
    crawling.put_json("drop/people.json.old", {"other": "x"})
    crawling.crawl("drop/people.json")
    assert list(crawling.tables()) == ["people_json"]


def test_9_1_the_table_level(crawling: Crawling) -> None:
    for table in ("a", "b"):
        for year in ("2025", "2026"):
            crawling.put_json(f"lake/{table}/{year}/x.json", {"id": 1})
    configuration = json.dumps({"Version": 1.0, "Grouping": {"TableLevelConfiguration": 3}})
    crawling.crawl("lake/", Configuration=configuration)
    assert {name: crawling.keys(name) for name in crawling.tables()} == {
        "a": {"partition_0": "string"},
        "b": {"partition_0": "string"},
    }


def test_9_1_more_tables_than_the_threshold_fail_the_crawl(crawling: Crawling) -> None:
    crawling.put_json("one/a.json", {"id": 1})
    crawling.put_parquet("two/a.parquet", name=["x"])
    configuration = json.dumps({"Version": 1.0, "CrawlerOutput": {"Tables": {"TableThreshold": 1}}})
    last = crawling.run(crawling.create("", Configuration=configuration))["LastCrawl"]
    assert last["Status"] == "FAILED"
    assert "detected by crawler: 2" in last["ErrorMessage"]
    assert crawling.tables() == {}


@pytest.mark.parametrize(
    ("exclusions", "left"),
    [
        (["**.csv"], ["hr.json", "juan.txt"]),
        (["*.csv"], ["hr.json", "jane.csv", "john.csv", "juan.txt"]),
        (["employees/*.{csv,txt}"], ["hr.json"]),
        (["employees/j[ao]*"], ["hr.json", "juan.txt"]),
        (["employees/[!h]*"], ["hr.json"]),
        (["employees/????.csv"], ["hr.json", "juan.txt"]),
        (["employees/**"], []),
    ],
)
def test_9_1_exclusions(crawling: Crawling, exclusions: list[str], left: list[str]) -> None:
    for name in ("hr.json", "john.csv", "jane.csv", "juan.txt"):
        crawling.put(f"myfolder/employees/{name}", json.dumps({name.replace(".", "_"): 1}))
    target: dict[str, Any] = {"Path": crawling.path("myfolder/"), "Exclusions": exclusions}
    crawling.crawl(Targets={"S3Targets": [target]}, Configuration=COMBINE)
    columns = crawling.columns("myfolder") if crawling.tables() else {}
    assert sorted(columns) == sorted(name.replace(".", "_") for name in left)


def test_9_1_exclusions_are_kept_as_a_property(crawling: Crawling) -> None:
    crawling.put_json("events/a.json", {"id": 1})
    target: dict[str, Any] = {"Path": crawling.path("events/"), "Exclusions": ["**.tmp"]}
    crawling.crawl(Targets={"S3Targets": [target]})
    assert json.loads(crawling.table("events")["Parameters"]["exclusions"]) == [
        crawling.path("events/**.tmp")
    ]


def test_9_1_sample_size_limits_the_objects_of_a_folder(crawling: Crawling) -> None:
    for number in range(3):
        crawling.put_json(f"events/day=1/{number}.json", {f"column{number}": 1, "id": 1})
        crawling.put_json(f"events/day=2/{number}.json", {f"column{number}": 1, "id": 1})
    target: dict[str, Any] = {"Path": crawling.path("events/"), "SampleSize": 1}
    crawling.crawl(Targets={"S3Targets": [target]})
    assert list(crawling.columns("events")) == ["column0", "id"]
    assert crawling.table("events")["Parameters"]["objectCount"] == "2"


def test_9_1_empty_and_hidden_objects_do_not_count(crawling: Crawling) -> None:
    crawling.put_json("events/a.json", {"id": 1})
    crawling.put_json("events//b.json", {"other": 1})
    for key in ("events/", "events/_SUCCESS", "events/empty.json"):
        crawling.put(key, b"")
    crawling.put_json("events/_temporary/0/b.json", {"other": 1})
    crawling.put_json("events/.hidden", {"other": 1})
    crawling.crawl("events/")
    assert crawling.columns("events") == {"id": "int"}
    assert crawling.table("events")["Parameters"]["objectCount"] == "1"
