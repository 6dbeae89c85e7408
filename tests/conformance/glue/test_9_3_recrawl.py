"""Crawling new folders only, reference 9.3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.conformance.glue.crawling import Crawling

NEW_FOLDERS: dict[str, Any] = {
    "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"},
    "SchemaChangePolicy": {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"},
}


def test_9_3_the_first_run_crawls_everything_and_later_ones_new_folders(crawling: Crawling) -> None:
    crawling.put_json("events/day=1/a.json", {"id": 1, "a": 1})
    name = crawling.crawl("events/", **NEW_FOLDERS)
    crawling.put_json("events/day=1/b.json", {"id": 1, "a": 1, "unseen": 1})
    crawling.put_json("events/day=2/a.json", {"id": 1, "a": 1, "b": 1})
    crawling.crawl_again(name)
    assert list(crawling.columns("events")) == ["id", "a"]
    partitions = crawling.partitions("events")
    assert set(partitions) == {("1",), ("2",)}
    assert partitions["1",]["StorageDescriptor"]["Parameters"]["objectCount"] == "1"


def test_9_3_a_folder_that_does_not_fit_is_a_table(crawling: Crawling) -> None:
    crawling.put_json("lake/events/day=1/a.json", {"id": 1})
    crawling.put_json("lake/users/day=1/a.json", {"name": "x"})
    name = crawling.crawl("lake/", **NEW_FOLDERS)
    crawling.put_parquet("lake/orders/day=1/a.parquet", sku=["x"])
    crawling.put_json("lake/events/day=2/a.json", {"id": 1})
    crawling.crawl_again(name)
    assert set(crawling.partitions("events")) == {("1",), ("2",)}
    orders = [
        table for table in crawling.tables().values() if "/orders/" in table["StorageDescriptor"]["Location"]
    ]
    assert len(orders) == 1
    assert orders[0]["Parameters"]["classification"] == "parquet"


def test_9_3_deleted_objects_are_ignored(crawling: Crawling) -> None:
    crawling.put_json("events/day=1/a.json", {"id": 1})
    crawling.put_json("events/day=2/a.json", {"id": 1})
    name = crawling.crawl("events/", **NEW_FOLDERS)
    crawling.delete("events/day=2/a.json")
    crawling.crawl_again(name)
    assert set(crawling.partitions("events")) == {("1",), ("2",)}


def test_9_3_the_policy_must_be_log(crawling: Crawling) -> None:
    with pytest.raises(
        ClientError, match="can have only LOG DeleteBehavior value and LOG UpdateBehavior value"
    ):
        crawling.create("events/", RecrawlPolicy=NEW_FOLDERS["RecrawlPolicy"])


def test_9_3_s3_targets_cannot_be_changed(crawling: Crawling) -> None:
    name = crawling.create("events/", **NEW_FOLDERS)
    with pytest.raises(ClientError, match="cannot be changed"):
        crawling.glue.update_crawler(Name=name, Targets={"S3Targets": [{"Path": crawling.path("other/")}]})


def test_9_3_event_mode_is_refused_by_name(crawling: Crawling) -> None:
    with pytest.raises(ClientError, match="CRAWL_EVENT_MODE, which needs S3 events in SQS"):
        crawling.create("events/", RecrawlPolicy={"RecrawlBehavior": "CRAWL_EVENT_MODE"})
