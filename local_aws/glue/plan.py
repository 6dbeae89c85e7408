"""What a crawler is to do, parsed once from its API parameters; what cannot be done is refused here, by name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.glue import configuration
from local_aws.glue.configuration import OutputOptions
from local_aws.glue.errors import invalid_input

if TYPE_CHECKING:
    from collections.abc import Mapping

CRAWL_EVERYTHING = "CRAWL_EVERYTHING"
CRAWL_NEW_FOLDERS_ONLY = "CRAWL_NEW_FOLDERS_ONLY"
CRAWL_EVENT_MODE = "CRAWL_EVENT_MODE"
LOG = "LOG"
UPDATE_IN_DATABASE = "UPDATE_IN_DATABASE"
DELETE_FROM_DATABASE = "DELETE_FROM_DATABASE"
DEPRECATE_IN_DATABASE = "DEPRECATE_IN_DATABASE"

_S3_PATH = re.compile(r"s3://([a-z0-9][a-z0-9.\-_]{1,253}[a-z0-9])(?:/(.*))?", re.DOTALL)
_LARGEST_SAMPLE = 249
_OTHER_TARGETS = (
    "JdbcTargets",
    "MongoDBTargets",
    "DynamoDBTargets",
    "DeltaTargets",
    "IcebergTargets",
    "HudiTargets",
)


@dataclass(frozen=True)
class S3Target:
    """A folder (or one object) to crawl; `prefix` is the key as given, exclusions are glob patterns below it."""

    bucket: str
    prefix: str
    exclusions: tuple[str, ...] = ()
    sample_size: int | None = None

    @property
    def path(self) -> str:
        """The target as `s3://bucket/prefix`."""
        return f"s3://{self.bucket}/{self.prefix}"


@dataclass(frozen=True)
class CatalogTarget:
    """Tables of the catalog whose folders are crawled for partitions."""

    database: str
    tables: tuple[str, ...]


@dataclass(frozen=True)
class CrawlPlan:
    """Everything a crawl needs to know."""

    s3_targets: tuple[S3Target, ...]
    catalog_targets: tuple[CatalogTarget, ...]
    database: str
    table_prefix: str
    update_behavior: str
    delete_behavior: str
    recrawl_behavior: str
    options: OutputOptions
    classifiers: tuple[str, ...]

    @property
    def incremental(self) -> bool:
        """Whether only folders that no earlier crawl has seen are looked at."""
        return self.recrawl_behavior == CRAWL_NEW_FOLDERS_ONLY


def parse(parameters: Mapping[str, Any]) -> CrawlPlan:
    """Parse the parameters of a crawler; raises `ApiError` InvalidInputException for what Glue or we refuse."""
    targets = parameters.get("Targets") or {}
    for name in _OTHER_TARGETS:
        if targets.get(name):
            raise invalid_input(
                f"Targets.{name} is not supported by the local Glue; S3Targets and CatalogTargets are"
            )
    policy = parameters.get("SchemaChangePolicy") or {}
    plan = CrawlPlan(
        s3_targets=tuple(_s3_target(item) for item in targets.get("S3Targets", [])),
        catalog_targets=tuple(_catalog_target(item) for item in targets.get("CatalogTargets", [])),
        database=parameters.get("DatabaseName") or "",
        table_prefix=parameters.get("TablePrefix") or "",
        update_behavior=policy.get("UpdateBehavior", UPDATE_IN_DATABASE),
        delete_behavior=policy.get("DeleteBehavior", DEPRECATE_IN_DATABASE),
        recrawl_behavior=(parameters.get("RecrawlPolicy") or {}).get("RecrawlBehavior", CRAWL_EVERYTHING),
        options=configuration.parse(parameters.get("Configuration")),
        classifiers=tuple(parameters.get("Classifiers", [])),
    )
    _check_targets(plan)
    _check_policies(plan)
    if (parameters.get("LakeFormationConfiguration") or {}).get("UseLakeFormationCredentials"):
        raise invalid_input(
            "LakeFormationConfiguration.UseLakeFormationCredentials is true; "
            "the local Glue has no Lake Formation, so only false is allowed"
        )
    return plan


def _check_targets(plan: CrawlPlan) -> None:
    if not plan.s3_targets and not plan.catalog_targets:
        raise invalid_input(
            "The crawler has no target; at least one of S3Targets and CatalogTargets is needed"
        )
    if plan.s3_targets and plan.catalog_targets:
        raise invalid_input(
            "The crawler cannot have catalog targets mixed with other target types. "
            "Specify crawler targets that include only catalog, or only non-catalog targets"
        )
    if plan.s3_targets and not plan.database:
        raise invalid_input(
            "DatabaseName is missing; a crawler with S3Targets writes its tables into a database"
        )


def _check_policies(plan: CrawlPlan) -> None:
    # AWS rule: reference 9.4.
    if plan.catalog_targets and plan.delete_behavior != LOG:
        raise invalid_input(
            f"SchemaChangePolicy.DeleteBehavior is {plan.delete_behavior}; "
            f"for a crawler with CatalogTargets it must be {LOG}"
        )
    if plan.recrawl_behavior == CRAWL_EVENT_MODE:
        raise invalid_input(
            f"RecrawlPolicy.RecrawlBehavior is {CRAWL_EVENT_MODE}, which needs S3 events in SQS, not supported by "
            f"the local Glue; {CRAWL_EVERYTHING} and {CRAWL_NEW_FOLDERS_ONLY} are"
        )
    if not plan.incremental:
        return
    if plan.catalog_targets:
        raise invalid_input(
            f"RecrawlPolicy.RecrawlBehavior is {CRAWL_NEW_FOLDERS_ONLY}; "
            f"with CatalogTargets only {CRAWL_EVERYTHING} is allowed"
        )
    # AWS rule: reference 9.3.
    if (plan.update_behavior, plan.delete_behavior) != (LOG, LOG):
        raise invalid_input(
            'The SchemaChangePolicy for "Crawl new folders only" Amazon S3 target can have only LOG DeleteBehavior '
            f"value and LOG UpdateBehavior value; received {plan.delete_behavior} and {plan.update_behavior}."
        )


def _s3_target(item: Mapping[str, Any]) -> S3Target:
    path = item.get("Path", "")
    # Glue takes a bucket name without the scheme as well.
    match = _S3_PATH.fullmatch(path if "://" in path else f"s3://{path}")
    if match is None:
        raise invalid_input(f"S3Targets.Path is {path!r}; allowed is s3://bucket/folder/")
    for name in ("EventQueueArn", "DlqEventQueueArn"):
        if item.get(name):
            raise invalid_input(
                f"S3Targets.{name} is {item[name]!r}; "
                f"it belongs to {CRAWL_EVENT_MODE}, which the local Glue does not support"
            )
    sample = item.get("SampleSize")
    if sample is not None and not 1 <= sample <= _LARGEST_SAMPLE:
        raise invalid_input(f"S3Targets.SampleSize is {sample}; allowed is 1 to {_LARGEST_SAMPLE}")
    return S3Target(match[1], match[2] or "", tuple(item.get("Exclusions", [])), sample)


def _catalog_target(item: Mapping[str, Any]) -> CatalogTarget:
    for name in ("EventQueueArn", "DlqEventQueueArn"):
        if item.get(name):
            raise invalid_input(
                f"CatalogTargets.{name} is {item[name]!r}; "
                f"it belongs to {CRAWL_EVENT_MODE}, which the local Glue does not support"
            )
    return CatalogTarget(item["DatabaseName"], tuple(item["Tables"]))
