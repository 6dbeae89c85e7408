"""States of a crawler and its schedule, on a clock that the test turns."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.clients import Clients
from local_aws.gateway.service import ApiError, ApiRequest
from local_aws.glue.service import GlueService
from tests.conformance.glue.crawling import WAIT_SECONDS, Crawling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.gateway_fixture import LocalAws


def instant(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@dataclass
class Glue:
    """A Glue of the test's own, whose crawls wait at `gate` and write into the catalog of `crawling`."""

    crawling: Crawling
    folder: Path
    now: float = instant("2026-11-21T10:00:00")
    gate: threading.Event = field(default_factory=threading.Event)
    roles: list[tuple[str, str]] = field(default_factory=list)
    watch_clock: bool = False

    def __post_init__(self) -> None:
        self.gate.set()
        self.clients = Clients(self.crawling.local_aws.endpoint, "us-east-1")
        self.service = self.restarted()

    def restarted(self) -> GlueService:
        settings = replace(self.crawling.local_aws.settings, state_dir=self.folder)
        self.service = GlueService(
            settings, clients_for=self.clients_for, clock=lambda: self.now, watch_clock=self.watch_clock
        )
        self.service.start()
        return self.service

    def clients_for(self, role_arn: str, crawler_arn: str) -> Clients:
        self.roles.append((role_arn, crawler_arn))
        assert self.gate.wait(WAIT_SECONDS)
        return self.clients

    def __call__(self, operation: str, **parameters: Any) -> Any:
        return self.service.handle(
            ApiRequest("glue", operation, parameters, "us-east-1", "000000000000", "test")
        )

    def create(self, name: str = "crawler", **parameters: Any) -> None:
        targets = {"S3Targets": [{"Path": self.crawling.path("events/")}]}
        self(
            "CreateCrawler",
            Name=name,
            Role=self.crawling.role,
            DatabaseName=self.crawling.database,
            Targets=targets,
            **parameters,
        )

    def crawler(self, name: str = "crawler") -> Any:
        return self("GetCrawler", Name=name)["Crawler"]

    def finish(self, name: str = "crawler") -> Any:
        self.gate.set()
        assert self.service.wait(name, WAIT_SECONDS)
        return self.crawler(name)


@pytest.fixture
def glue(local_aws: LocalAws, tmp_path: Path) -> Iterator[Glue]:
    made = Glue(Crawling(local_aws), tmp_path)
    made.crawling.put_json("events/day=1/a.json", {"id": 1})
    yield made
    made.gate.set()
    made.service.stop()
    made.clients.close()


def code(call: Callable[..., Any], *arguments: Any, **parameters: Any) -> str:
    with pytest.raises(ApiError) as caught:
        call(*arguments, **parameters)
    return caught.value.code


def test_what_a_running_crawler_refuses(glue: Glue) -> None:
    glue.create()
    glue.gate.clear()
    glue("StartCrawler", Name="crawler")
    glue.now += 5
    crawler = glue.crawler()
    assert (crawler["State"], crawler["CrawlElapsedTime"]) == ("RUNNING", 5000)
    for operation in ("StartCrawler", "DeleteCrawler", "UpdateCrawler"):
        assert code(glue, operation, Name="crawler") == "CrawlerRunningException"
    metrics = glue("GetCrawlerMetrics")["CrawlerMetricsList"][0]
    assert metrics["StillEstimating"] is True
    assert [one["State"] for one in glue("ListCrawls", CrawlerName="crawler")["Crawls"]] == ["RUNNING"]
    crawler = glue.finish()
    assert (crawler["State"], crawler["CrawlElapsedTime"]) == ("READY", 0)
    assert crawler["LastCrawl"]["Status"] == "SUCCEEDED"
    metrics = glue("GetCrawlerMetrics")["CrawlerMetricsList"][0]
    assert (metrics["LastRuntimeSeconds"], metrics["TablesCreated"]) == (5.0, 1)


def test_a_crawl_is_stopped(glue: Glue) -> None:
    glue.create()
    glue.gate.clear()
    glue("StartCrawler", Name="crawler")
    glue("StopCrawler", Name="crawler")
    assert glue.crawler()["State"] == "STOPPING"
    assert code(glue, "StopCrawler", Name="crawler") == "CrawlerStoppingException"
    crawler = glue.finish()
    assert (crawler["State"], crawler["LastCrawl"]["Status"]) == ("READY", "CANCELLED")
    assert glue("ListCrawls", CrawlerName="crawler")["Crawls"][0]["State"] == "STOPPED"
    assert glue.crawling.tables() == {}


def test_a_crawl_works_for_its_role(glue: Glue) -> None:
    glue.create()
    glue("StartCrawler", Name="crawler")
    glue.finish()
    role = f"arn:aws:iam::000000000000:role/{glue.crawling.role}"
    crawler = "arn:aws:glue:us-east-1:000000000000:crawler/crawler"
    assert glue.roles == [(role, crawler)] * 2, "once to look at the target, once to crawl it"


class Meddling(Clients):
    """Clients whose first read of an object finds it replaced or gone: somebody writes while the crawl reads."""

    def __init__(self, endpoint: str, meddle: Callable[[str], object]) -> None:
        super().__init__(endpoint, "us-east-1")
        self._meddle = meddle
        self._meddled: set[str] = set()

    def client(self, service: Any) -> Any:
        made: Any = super().client(service)
        return _MeddlingS3(made, self._before) if service == "s3" else made

    def _before(self, key: str) -> None:
        if key not in self._meddled:
            self._meddled.add(key)
            self._meddle(key)


@dataclass
class _MeddlingS3:
    client: Any
    before: Callable[[str], object]

    def get_object(self, **parameters: Any) -> Any:
        self.before(parameters["Key"])
        return self.client.get_object(**parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


def test_objects_that_are_written_while_they_are_crawled(glue: Glue) -> None:
    """An object that is replaced is read as it is then, and its partition stays; one that is gone is no failure."""
    crawling = glue.crawling
    crawling.put_json("events/day=2/a.json", {"id": 1, "longer": "than what comes"})
    crawling.put_json("events/day=3/a.json", {"id": 1})

    def meddle(key: str) -> None:
        if "day=2" in key:
            crawling.put_json(key, {"id": 2})
        elif "day=3" in key:
            crawling.delete(key)

    glue.clients.close()
    glue.clients = Meddling(crawling.local_aws.endpoint, meddle)
    glue.create()
    glue("StartCrawler", Name="crawler")
    assert glue.finish()["LastCrawl"]["Status"] == "SUCCEEDED"
    assert set(crawling.partitions("events")) == {("1",), ("2",)}
    assert crawling.columns("events") == {"id": "int"}


def test_a_schedule_is_due_by_the_clock(glue: Glue) -> None:
    glue.create(Schedule="cron(15,45 * * * ? *)")
    glue.now = instant("2026-11-21T10:14:59")
    assert glue.service.tick() == []
    glue.now = instant("2026-11-21T10:15:00")
    assert glue.service.tick() == ["crawler"]
    assert glue.finish()["LastCrawl"]["StartTime"] == glue.now
    glue.now = instant("2026-11-21T10:44:59")
    assert glue.service.tick() == []
    glue.now = instant("2026-11-21T10:45:03")
    assert glue.service.tick() == ["crawler"]
    glue.finish()
    assert len(glue("ListCrawls", CrawlerName="crawler")["Crawls"]) == 2


def test_the_clock_is_watched(glue: Glue) -> None:
    glue.service.stop()
    glue.watch_clock = True
    glue.restarted()
    glue.create(Schedule="cron(15,45 * * * ? *)")
    glue.now = instant("2026-11-21T10:15:00")
    deadline = time.monotonic() + WAIT_SECONDS
    while not glue("ListCrawls", CrawlerName="crawler")["Crawls"]:
        assert time.monotonic() < deadline, "the crawler was not started"
        time.sleep(0.05)
    assert glue.finish()["LastCrawl"]["Status"] == "SUCCEEDED"


def test_a_stopped_schedule_is_not_due(glue: Glue) -> None:
    glue.create(Schedule="cron(15,45 * * * ? *)")
    glue("StopCrawlerSchedule", CrawlerName="crawler")
    glue.now = instant("2026-11-21T12:00:00")
    assert glue.service.tick() == []
    assert "LastCrawl" not in {key for key, value in glue.crawler().items() if value is not None}


def test_a_turn_is_skipped_while_the_crawler_runs(glue: Glue) -> None:
    glue.create(Schedule="cron(15,45 * * * ? *)")
    glue.gate.clear()
    glue.now = instant("2026-11-21T10:15:00")
    assert glue.service.tick() == ["crawler"]
    glue.now = instant("2026-11-21T10:45:00")
    assert glue.service.tick() == []
    glue.finish()
    assert len(glue("ListCrawls", CrawlerName="crawler")["Crawls"]) == 1


def test_several_turns_missed_are_one(glue: Glue) -> None:
    glue.create(Schedule="cron(15,45 * * * ? *)")
    glue.now = instant("2026-11-21T13:00:00")
    assert glue.service.tick() == ["crawler"]
    glue.finish()
    assert glue.service.tick() == []


def test_everything_outlives_a_restart(glue: Glue) -> None:
    glue.create(Schedule="cron(15,45 * * * ? *)", Tags={"a": "b"}, Description="kept")
    glue("StartCrawler", Name="crawler")
    glue.finish()
    before = glue.crawler()
    history = glue("ListCrawls", CrawlerName="crawler")
    glue.service.stop()
    glue.restarted()
    assert glue.crawler() == before
    assert glue("ListCrawls", CrawlerName="crawler") == history
    arn = "arn:aws:glue:us-east-1:000000000000:crawler/crawler"
    assert glue("GetTags", ResourceArn=arn) == {"Tags": {"a": "b"}}
    glue.now = instant("2026-11-21T10:15:00")
    assert glue.service.tick() == ["crawler"]
    glue.finish()


def test_what_was_due_while_nothing_ran_is_not_made_up_for(glue: Glue) -> None:
    glue.create(Schedule="cron(15,45 * * * ? *)")
    glue.service.stop()
    glue.now = instant("2026-11-21T12:00:00")
    glue.restarted()
    assert glue.service.tick() == []


def test_a_crawl_that_the_end_of_the_local_aws_cut_is_a_failure(glue: Glue) -> None:
    glue.create()
    glue.gate.clear()
    glue("StartCrawler", Name="crawler")
    killed = glue.service
    glue.restarted()
    crawler = glue.crawler()
    assert (crawler["State"], crawler["LastCrawl"]["Status"]) == ("READY", "FAILED")
    assert crawler["LastCrawl"]["ErrorMessage"] == "The local AWS ended during this crawl."
    glue.gate.set()
    killed.stop()


def test_stopping_the_local_aws_stops_its_crawls(glue: Glue) -> None:
    glue.create()
    glue.gate.clear()
    glue("StartCrawler", Name="crawler")
    threading.Timer(0.05, glue.gate.set).start()
    glue.service.stop()
    glue.restarted()
    assert glue.crawler()["LastCrawl"]["Status"] in ("CANCELLED", "SUCCEEDED")


def test_a_file_that_cannot_be_read_is_left_out(glue: Glue) -> None:
    glue.create()
    glue.service.stop()
    (glue.folder / "glue" / "crawlers" / "torn.json").write_text("{", encoding="utf-8")
    glue.restarted()
    assert [crawler["Name"] for crawler in glue("GetCrawlers")["Crawlers"]] == ["crawler"]
