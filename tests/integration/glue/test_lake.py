"""A lake as Firehose writes it, crawled, and read by the local Athena."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from tests.conformance.glue.crawling import Crawling
from tests.integration.athena.lake import Lake

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws

INHERIT = {"Version": 1.0, "CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}}}
COLUMNS = {"event_id": "string", "user_id": "bigint", "amount": "double", "at": "timestamp"}
PARTITIONS = {"event_type": "string", "created_date": "string"}


@pytest.fixture
def crawling(local_aws: LocalAws) -> Crawling:
    return Crawling(local_aws)


def deliver(crawling: Crawling, event_type: str, day: str, *amounts: float) -> None:
    """Put an object where, and named as, Firehose puts one."""
    moment = datetime.fromisoformat(f"{day}T10:00:00").replace(tzinfo=UTC)
    name = f"events-1-{day}-10-00-00-0f6cbb20-8a1b-4d8f-9c7e-{len(amounts):012d}.parquet"
    crawling.put_parquet(
        f"data/events/event_type={event_type}/created_date={day}/{name}",
        event_id=[f"{event_type}-{day}-{number}" for number in range(len(amounts))],
        user_id=pa.array(range(len(amounts)), pa.int64()),
        amount=list(amounts),
        at=pa.array([moment] * len(amounts), pa.timestamp("ns", "UTC")),
    )


def lake_of(crawling: Crawling) -> Lake:
    return Lake(crawling.local_aws.clients, crawling.database, crawling.bucket)


QUERY = "SELECT event_type, created_date, count(*), sum(amount) FROM events GROUP BY 1, 2 ORDER BY 1, 2"


def test_athena_reads_what_an_s3_crawler_has_made(crawling: Crawling) -> None:
    deliver(crawling, "account", "2026-02-01", 1.5, 2.0)
    deliver(crawling, "order", "2026-02-01", 3.0)
    deliver(crawling, "order", "2026-02-02", 4.0, 5.0, 6.0)
    name = crawling.crawl("data/events/")
    lake = lake_of(crawling)
    assert lake.rows(QUERY) == [
        ["account", "2026-02-01", "2", "3.5"],
        ["order", "2026-02-01", "1", "3.0"],
        ["order", "2026-02-02", "3", "15.0"],
    ]
    assert lake.rows("SHOW PARTITIONS events") is not None
    deliver(crawling, "order", "2026-02-03", 7.0)
    assert lake.rows("SELECT count(*) FROM events WHERE created_date = '2026-02-03'") == [["0"]]
    crawling.crawl_again(name)
    assert lake.rows("SELECT count(*) FROM events WHERE created_date = '2026-02-03'") == [["1"]]


def test_athena_reads_the_partitions_that_a_catalog_crawler_adds(crawling: Crawling) -> None:
    deliver(crawling, "account", "2026-02-01", 1.5, 2.0)
    deliver(crawling, "order", "2026-02-02", 4.0)
    lake = lake_of(crawling)
    lake.table(
        "events",
        COLUMNS,
        PARTITIONS,
        {"classification": "parquet"},
        location=f"s3://{crawling.bucket}/data/events/",
    )
    assert lake.rows(QUERY) == []
    crawling.crawl(
        Targets={"CatalogTargets": [{"DatabaseName": crawling.database, "Tables": ["events"]}]},
        SchemaChangePolicy={"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"},
        Configuration=json.dumps(INHERIT),
    )
    assert lake.rows(QUERY) == [["account", "2026-02-01", "2", "3.5"], ["order", "2026-02-02", "1", "4.0"]]
    scanned = lake.run("SELECT sum(amount) FROM events WHERE event_type = 'order'")["Statistics"]
    whole = lake.run("SELECT sum(amount) FROM events")["Statistics"]
    assert scanned["DataScannedInBytes"] < whole["DataScannedInBytes"]


def test_athena_reads_crawled_json_and_csv(crawling: Crawling) -> None:
    crawling.put_gzip(
        "raw/json/day=1/a.json.gz", {"id": 1, "user": {"Name": "x"}}, {"id": 2, "tags": ["a", "b"]}
    )
    crawling.put("raw/csv/a.csv", "id,name,amount\n1,x,1.5\n2,y,2\n")
    crawling.crawl("raw/")
    lake = lake_of(crawling)
    assert lake.rows(
        "SELECT id, user.name, tags[1], day FROM json WHERE id = 1 OR tags IS NOT NULL ORDER BY id"
    ) == [
        ["1", "x", None, "1"],
        ["2", None, "a", "1"],
    ]
    assert lake.rows("SELECT sum(id), sum(amount), max(name) FROM csv") == [["3", "3.5", "y"]]
