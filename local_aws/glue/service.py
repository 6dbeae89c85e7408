"""Glue behind the gateway: crawlers and their tags are answered here, and what MiniStack's Glue lacks.

The catalog itself is MiniStack's, and so is every other operation.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_aws.clients import Clients
from local_aws.delivery.roles import ServiceClients
from local_aws.gateway.service import ApiError
from local_aws.glue import errors, history, names, pages, plan, schedule, tags
from local_aws.glue.catalogs import Catalogs
from local_aws.glue.crawler import NOT_SCHEDULED, READY, SCHEDULED, Crawler, history_entry
from local_aws.glue.errors import invalid_input
from local_aws.glue.roles import Roles
from local_aws.glue.runs import Runs
from local_aws.glue.scheduler import Scheduler
from local_aws.glue.store import CrawlerStore
from local_aws.iam.services import GLUE, read_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.config import Settings
    from local_aws.gateway.service import ApiRequest
    from local_aws.glue.runs import ClientsFor

    Operation = Callable[[Mapping[str, Any]], Mapping[str, Any]]

_LIST_PAGE = 100
_CRAWLS_PAGE = 20
_MOST_CRAWLERS = 1000
_CONNECTIONS = 16


class GlueService:
    """The crawlers of Glue; `clients_for` gives the clients with which a crawl works for its role.

    Without `watch_clock` schedules are only looked at by `tick`.
    """

    name = "glue"

    def __init__(
        self,
        settings: Settings,
        clients_for: ClientsFor | None = None,
        clock: Callable[[], float] = time.time,
        *,
        watch_clock: bool = True,
    ) -> None:
        self._watch_clock = watch_clock
        self._settings = settings
        self._region = settings.region
        self._account_id = settings.account_id
        self._clock = clock
        self._clients = Clients(settings.endpoint, settings.region)
        self._catalogs = Catalogs(settings)
        self._roles = Roles(self._clients, settings.account_id)
        self._store = CrawlerStore(settings.regional_dir / "glue")
        self._runs = Runs(
            self._store,
            (settings.region, settings.account_id),
            clients_for or self._clients_for,
            clock,
        )
        self._as_service: ServiceClients | None = None
        self._scheduler = Scheduler(self._store, self._runs.start, clock)
        self._operations: dict[str, Operation] = {
            "CreateCrawler": self._create,
            "UpdateCrawler": self._update,
            "DeleteCrawler": self._delete,
            "GetCrawler": self._get,
            "GetCrawlers": self._get_all,
            "BatchGetCrawlers": self._batch_get,
            "ListCrawlers": self._list,
            "StartCrawler": self._start_crawler,
            "StopCrawler": self._stop_crawler,
            "UpdateCrawlerSchedule": self._update_schedule,
            "StartCrawlerSchedule": self._start_schedule,
            "StopCrawlerSchedule": self._stop_schedule,
            "GetCrawlerMetrics": self._metrics,
            "ListCrawls": self._list_crawls,
            "GetTags": self._get_tags,
            "TagResource": self._tag,
            "UntagResource": self._untag,
        }

    def handles(self, operation: str) -> bool:
        """Tell whether the operation is one of ours."""
        return operation in self._operations or self._catalogs.handles(operation)

    def normalized(self, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the parameters with names of databases, tables and columns in lower case, as Glue has them."""
        return names.folded(operation, parameters) if self._catalogs.handles(operation) else parameters

    def handle(self, request: ApiRequest) -> Mapping[str, Any]:
        """Answer one request; MiniStack's refusals are passed on as they are."""
        try:
            if not self._is_about_crawlers(request):
                return self._catalogs.handle(request.region, request.operation, request.parameters)
            return self._operations[request.operation](request.parameters)
        except ClientError as error:
            raise ApiError(
                error.response["Error"]["Code"],
                error.response["Error"]["Message"],
                error.response["ResponseMetadata"]["HTTPStatusCode"],
            ) from error

    def start(self) -> None:
        """Load the crawlers and look at their schedules from now on."""
        self._store.load()
        self._runs.recover()
        self._scheduler.forget()
        if self._watch_clock:
            self._scheduler.start()

    def stop(self) -> None:
        """Stop schedules and crawls, and close the connections."""
        self._scheduler.stop()
        self._runs.close()
        self._clients.close()
        self._catalogs.close()
        if self._as_service is not None:
            self._as_service.close()

    def tick(self) -> list[str]:
        """Start what is due by the clock now; give the names."""
        return self._scheduler.tick()

    def wait(self, name: str, timeout_seconds: float) -> bool:
        """Wait until a crawler's run has ended; tell whether it has."""
        return self._runs.wait(name, timeout_seconds)

    def _clients_for(self, role_arn: str, crawler_arn: str) -> Clients:
        """Give the clients with which a crawl works: where IAM is enforced, Glue assumes the crawler's role."""
        if not self._settings.auth:
            return self._clients
        if self._as_service is None:
            credentials = read_key(self._settings, GLUE)
            self._as_service = ServiceClients(
                self._settings.endpoint, self._region, credentials, _CONNECTIONS
            )
        return self._as_service.acting_as(role_arn, crawler_arn)

    def _create(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        name = parameters["Name"]
        given = {key: value for key, value in parameters.items() if key not in ("Name", "Tags")}
        plan.parse(given)
        _check_schedule(given)
        crawler_tags = tags.checked(parameters.get("Tags", {}))
        if self._store.get(name) is not None:
            raise errors.already_exists(name)
        self._roles.check(given["Role"])
        self._runs.check_targets(name, given)
        now = round(self._clock(), 3)
        crawler = Crawler(
            name=name,
            parameters=given,
            created_at=now,
            updated_at=now,
            tags=crawler_tags,
            schedule_state=SCHEDULED if given.get("Schedule") else NOT_SCHEDULED,
        )
        with self._store.lock:
            if self._store.get(name) is not None:
                raise errors.already_exists(name)
            if len(self._store.all()) >= _MOST_CRAWLERS:
                raise ApiError(
                    "ResourceNumberLimitExceededException",
                    f"There are {_MOST_CRAWLERS} crawlers; more are not allowed.",
                )
            self._store.put(crawler)
        return {}

    def _update(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        name = parameters["Name"]
        change = {key: value for key, value in parameters.items() if key != "Name"}
        if "Role" in change:
            self._roles.check(change["Role"])
        if "Role" in change or "Targets" in change:
            self._runs.check_targets(name, {**self._crawler(name).parameters, **change})
        with self._store.lock:
            present = self._idle(name)
            merged = {**present.parameters, **change}
            plan.parse(merged)
            _check_schedule(merged)
            _check_targets_stay(present.parameters, merged)
            self._store.put(self._changed(present, merged))
        return {}

    def _delete(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        with self._store.lock:
            self._store.delete(self._idle(parameters["Name"]).name)
        return {}

    def _get(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        described = self._described_names([parameters["Name"]])
        if not described:
            raise errors.no_entry(parameters["Name"])
        return {"Crawler": described[0]}

    def _get_all(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        found, token = pages.page([one.name for one in self._store.all()], parameters, _LIST_PAGE)
        return {"Crawlers": self._described_names(found), "NextToken": token}

    def _batch_get(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        names = list(dict.fromkeys(parameters["CrawlerNames"]))
        missing = [name for name in names if self._store.get(name) is None]
        return {"Crawlers": self._described_names(names), "CrawlersNotFound": missing}

    def _list(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        wanted = parameters.get("Tags", {}).items()
        names = [one.name for one in self._store.all() if wanted <= one.tags.items()]
        found, token = pages.page(names, parameters, _LIST_PAGE)
        return {"CrawlerNames": found, "NextToken": token}

    def _start_crawler(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        self._runs.start(parameters["Name"])
        return {}

    def _stop_crawler(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        self._runs.stop(self._crawler(parameters["Name"]).name)
        return {}

    def _update_schedule(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        _check_schedule(parameters)
        with self._store.lock:
            present = self._crawler(parameters["CrawlerName"])
            merged = {**present.parameters, "Schedule": parameters.get("Schedule", "")}
            self._store.put(self._changed(present, merged))
        return {}

    def _start_schedule(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        with self._store.lock:
            present = self._crawler(parameters["CrawlerName"])
            if not present.schedule:
                raise errors.no_schedule(present.name)
            if present.schedule_state == SCHEDULED:
                raise errors.schedule_running(present.name)
            self._store.put(replace(present, schedule_state=SCHEDULED))
        return {}

    def _stop_schedule(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        with self._store.lock:
            present = self._crawler(parameters["CrawlerName"])
            if present.schedule_state != SCHEDULED:
                raise errors.schedule_not_running(present.name)
            self._store.put(replace(present, schedule_state=NOT_SCHEDULED))
        return {}

    def _metrics(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        names = parameters.get("CrawlerNameList") or [one.name for one in self._store.all()]
        found, token = pages.page(names, parameters, _LIST_PAGE)
        now = self._clock()
        metrics = [crawler.metrics(state, now) for crawler, state in self._with_states(found)]
        return {"CrawlerMetricsList": metrics, "NextToken": token}

    def _list_crawls(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        crawler = self._crawler(parameters["CrawlerName"])
        runs = history.filtered(reversed(crawler.runs), parameters.get("Filters", []))
        by_id = {run.crawl_id: run for run in runs}
        found, token = pages.page(list(by_id), parameters, _CRAWLS_PAGE, in_order=False)
        return {"Crawls": [history_entry(crawler, by_id[one]) for one in found], "NextToken": token}

    def _get_tags(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"Tags": dict(self._tagged(parameters).tags)}

    def _tag(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        with self._store.lock:
            present = self._tagged(parameters)
            together = tags.checked({**present.tags, **parameters["TagsToAdd"]})
            self._store.put(replace(present, tags=together))
        return {}

    def _untag(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        with self._store.lock:
            present = self._tagged(parameters)
            left = {
                key: value for key, value in present.tags.items() if key not in parameters["TagsToRemove"]
            }
            self._store.put(replace(present, tags=left))
        return {}

    def _is_about_crawlers(self, request: ApiRequest) -> bool:
        """Tell whether a request is for the crawlers; one about tags is when its ARN is a crawler's."""
        if not self._catalogs.handles(request.operation):
            return True
        arn = request.parameters.get("ResourceArn")
        return bool(arn) and tags.crawler_of(str(arn), self._region, self._account_id) is not None

    def _tagged(self, parameters: Mapping[str, Any]) -> Crawler:
        name = tags.crawler_of(parameters["ResourceArn"], self._region, self._account_id) or ""
        crawler = self._store.get(name)
        if crawler is None:
            raise errors.no_entry(name)
        return crawler

    def _crawler(self, name: str) -> Crawler:
        crawler = self._store.get(name)
        if crawler is None:
            raise errors.not_found(name)
        return crawler

    def _idle(self, name: str) -> Crawler:
        crawler = self._crawler(name)
        if self._runs.state(name) != READY:
            raise errors.running(name)
        return crawler

    def _changed(self, present: Crawler, parameters: Mapping[str, Any]) -> Crawler:
        """Give a crawler with other parameters; a schedule that is new runs, one that stays keeps its state."""
        expression = parameters.get("Schedule") or ""
        state = present.schedule_state if expression == present.schedule else SCHEDULED
        return replace(
            present,
            parameters=parameters,
            version=present.version + 1,
            updated_at=round(self._clock(), 3),
            schedule_state=state if expression else NOT_SCHEDULED,
        )

    def _described_names(self, names: list[str]) -> list[dict[str, Any]]:
        now = self._clock()
        return [crawler.describe(state, now) for crawler, state in self._with_states(names)]

    def _with_states(self, names: list[str]) -> list[tuple[Crawler, str]]:
        """Give those crawlers that are there, each with its state at the same moment."""
        with self._store.lock:
            crawlers = [crawler for crawler in map(self._store.get, names) if crawler is not None]
            return [(crawler, self._runs.state(crawler.name)) for crawler in crawlers]


def _check_schedule(parameters: Mapping[str, Any]) -> None:
    expression = parameters.get("Schedule")
    if expression:
        try:
            schedule.parse(expression)
        except schedule.ScheduleError as error:
            raise invalid_input(f"Schedule: {error}") from error


def _check_targets_stay(present: Mapping[str, Any], merged: Mapping[str, Any]) -> None:
    """AWS rule: a crawler of new folders only cannot get other S3 targets (reference 9.3)."""
    before, after = plan.parse(present), plan.parse(merged)
    if before.incremental and after.incremental and before.s3_targets != after.s3_targets:
        raise invalid_input(
            f"The S3 targets of a crawler with RecrawlPolicy {plan.CRAWL_NEW_FOLDERS_ONLY} cannot be changed; "
            f"they are {[target.path for target in before.s3_targets]}, "
            f"received {[target.path for target in after.s3_targets]}"
        )
