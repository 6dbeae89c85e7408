"""A crawler as it is kept: its definition, its schedule's state, its runs."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from local_aws.glue import plan
from local_aws.glue.crawl.journal import log_group, log_stream

if TYPE_CHECKING:
    from collections.abc import Mapping

RUNNING, COMPLETED, FAILED, STOPPED = "RUNNING", "COMPLETED", "FAILED", "STOPPED"
READY, STOPPING = "READY", "STOPPING"
SCHEDULED, NOT_SCHEDULED = "SCHEDULED", "NOT_SCHEDULED"

# AWS keeps twelve months; at the pace of two runs an hour this is three weeks.
MOST_RUNS = 1000
_LAST_STATUS = {COMPLETED: "SUCCEEDED", FAILED: "FAILED", STOPPED: "CANCELLED"}
_TARGET_LISTS = (
    "S3Targets",
    "JdbcTargets",
    "MongoDBTargets",
    "DynamoDBTargets",
    "CatalogTargets",
    "DeltaTargets",
    "IcebergTargets",
    "HudiTargets",
)


@dataclass(frozen=True)
class Run:
    """One crawl; instants are epoch seconds. `state` is that of ListCrawls."""

    crawl_id: str
    state: str
    started_at: float
    ended_at: float | None = None
    summary: str = ""
    error_message: str = ""
    tables_created: int = 0
    tables_updated: int = 0
    tables_deleted: int = 0

    @property
    def seconds(self) -> float:
        """How long it took; zero while it runs."""
        return 0.0 if self.ended_at is None else max(0.0, self.ended_at - self.started_at)


@dataclass(frozen=True)
class Crawler:
    """One crawler. `parameters` are those of CreateCrawler under their API names, without name and tags."""

    name: str
    parameters: Mapping[str, Any]
    created_at: float
    updated_at: float
    tags: Mapping[str, str] = field(default_factory=dict)
    version: int = 1
    schedule_state: str = NOT_SCHEDULED
    runs: tuple[Run, ...] = ()

    @property
    def schedule(self) -> str:
        """The schedule's expression, or nothing."""
        return self.parameters.get("Schedule") or ""

    @property
    def log_group(self) -> str:
        """The log group of its runs."""
        given = self.parameters
        return log_group(role_name(given["Role"]), given.get("CrawlerSecurityConfiguration") or "")

    @property
    def last_run(self) -> Run | None:
        """The latest run, running or ended."""
        return self.runs[-1] if self.runs else None

    def to_json(self) -> dict[str, Any]:
        """Give what a file of the store has."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Crawler:
        """Read what `to_json` gave; raises `KeyError` or `TypeError` for anything else."""
        runs = tuple(Run(**run) for run in content["runs"])
        return cls(**{**content, "runs": runs})

    def describe(self, state: str, now: float) -> dict[str, Any]:
        """Give the crawler as GetCrawler has it, every default filled in; `state` is READY, RUNNING or STOPPING."""
        given = self.parameters
        policy = given.get("SchemaChangePolicy") or {}
        answer: dict[str, Any] = {
            "Name": self.name,
            "Role": role_name(given["Role"]),
            "Targets": _targets(given["Targets"]),
            "DatabaseName": given.get("DatabaseName"),
            "Description": given.get("Description"),
            "Classifiers": given.get("Classifiers", []),
            "RecrawlPolicy": given.get("RecrawlPolicy") or {"RecrawlBehavior": plan.CRAWL_EVERYTHING},
            "SchemaChangePolicy": {
                "UpdateBehavior": policy.get("UpdateBehavior", plan.UPDATE_IN_DATABASE),
                "DeleteBehavior": policy.get("DeleteBehavior", plan.DEPRECATE_IN_DATABASE),
            },
            "LineageConfiguration": given.get("LineageConfiguration")
            or {"CrawlerLineageSettings": "DISABLE"},
            "State": state,
            "TablePrefix": given.get("TablePrefix"),
            "CrawlElapsedTime": self._elapsed_milliseconds(state, now),
            "CreationTime": self.created_at,
            "LastUpdated": self.updated_at,
            "LastCrawl": self._last_crawl(),
            "Version": self.version,
            "Configuration": given.get("Configuration"),
            "CrawlerSecurityConfiguration": given.get("CrawlerSecurityConfiguration"),
            "LakeFormationConfiguration": given.get("LakeFormationConfiguration")
            or {"UseLakeFormationCredentials": False, "AccountId": ""},
        }
        if self.schedule:
            answer["Schedule"] = {"ScheduleExpression": self.schedule, "State": self.schedule_state}
        return answer

    def metrics(self, state: str, now: float) -> dict[str, Any]:
        """Give the crawler's entry of GetCrawlerMetrics; the tables are those of its latest ended run."""
        ended = [run for run in self.runs if run.ended_at is not None]
        last = ended[-1] if ended else None
        median = statistics.median([run.seconds for run in ended]) if ended else 0.0
        busy = state != READY
        elapsed = self._elapsed_milliseconds(state, now) / 1000
        return {
            "CrawlerName": self.name,
            "TimeLeftSeconds": max(0.0, median - elapsed) if busy else 0.0,
            "StillEstimating": busy and not ended,
            "LastRuntimeSeconds": last.seconds if last else 0.0,
            "MedianRuntimeSeconds": median,
            "TablesCreated": last.tables_created if last else 0,
            "TablesUpdated": last.tables_updated if last else 0,
            "TablesDeleted": last.tables_deleted if last else 0,
        }

    def _elapsed_milliseconds(self, state: str, now: float) -> int:
        last = self.last_run
        if state == READY or last is None:
            return 0
        return int(max(0.0, now - last.started_at) * 1000)

    def _last_crawl(self) -> dict[str, Any] | None:
        ended = next((run for run in reversed(self.runs) if run.state in _LAST_STATUS), None)
        if ended is None:
            return None
        return {
            "Status": _LAST_STATUS[ended.state],
            "ErrorMessage": ended.error_message or None,
            "LogGroup": self.log_group,
            "LogStream": log_stream(self.name),
            "MessagePrefix": ended.crawl_id,
            "StartTime": ended.started_at,
        }


def history_entry(crawler: Crawler, run: Run) -> dict[str, Any]:
    """Give a run as ListCrawls has it."""
    return {
        "CrawlId": run.crawl_id,
        "State": run.state,
        "StartTime": run.started_at,
        "EndTime": run.ended_at,
        "Summary": run.summary or None,
        "ErrorMessage": run.error_message or None,
        "LogGroup": crawler.log_group,
        "LogStream": log_stream(crawler.name),
        "MessagePrefix": run.crawl_id,
        # Nothing is billed here.
        "DPUHour": 0.0,
    }


def role_name(role: str) -> str:
    """Give a role as Glue shows it: its name with its path, whether it was given by name or by ARN."""
    return role.partition(":role/")[2] if role.startswith("arn:") else role


def _targets(given: Mapping[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {name: given.get(name, []) for name in _TARGET_LISTS}
    answer["S3Targets"] = [{"Exclusions": [], **item} for item in answer["S3Targets"]]
    return answer
