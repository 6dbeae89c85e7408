"""CloudWatch behind the gateway: every operation is answered here, those that are not built by a refusal."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from local_aws.cloudwatch import observed, tags
from local_aws.cloudwatch.alarm_api import AlarmApi, refuse_composite
from local_aws.cloudwatch.dashboards import DashboardApi
from local_aws.cloudwatch.errors import no_resource, not_here
from local_aws.cloudwatch.evaluator import Evaluator
from local_aws.cloudwatch.metric_api import MetricApi
from local_aws.cloudwatch.notifications import SnsPublisher
from local_aws.cloudwatch.points import PointStore
from local_aws.cloudwatch.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.cloudwatch.metric import Sample
    from local_aws.cloudwatch.notifications import Publisher
    from local_aws.config import Settings
    from local_aws.gateway.observing import Exchange, Head
    from local_aws.gateway.service import ApiRequest

    Operation = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class CloudWatchService:
    """Metrics, alarms and dashboards of one account and Region.

    `publisher` publishes what alarms have to say. Without `watch_clock` alarms are only looked at by `tick`.
    """

    name = "cloudwatch"

    def __init__(
        self,
        settings: Settings,
        publisher: Publisher | None = None,
        clock: Callable[[], float] = time.time,
        *,
        watch_clock: bool = True,
    ) -> None:
        self._watch_clock = watch_clock
        self._publisher: Publisher = publisher or SnsPublisher(settings)
        place = (settings.region, settings.account_id)
        folder = settings.regional_dir / "cloudwatch"
        self._points = PointStore(folder / "metrics.db")
        self._registry = Registry(folder / "alarms.db")
        self._evaluator = Evaluator(self._points, self._registry, self._publisher, place, clock)
        self._metrics = MetricApi(self._points, self._evaluator.touch, clock)
        self._alarms = AlarmApi(self._registry, self._evaluator, place, clock)
        self._dashboards = DashboardApi(self._registry, settings.account_id, clock)
        self._operations: dict[str, Operation] = {
            **self._metrics.operations,
            **self._alarms.operations,
            **self._dashboards.operations,
            "PutCompositeAlarm": refuse_composite,
            "ListTagsForResource": self._list_tags,
            "TagResource": self._tag,
            "UntagResource": self._untag,
        }

    def handles(self, operation: str) -> bool:
        """Tell that every operation is ours: MiniStack's CloudWatch would know other metrics and alarms."""
        del operation
        return True

    def handle(self, request: ApiRequest) -> Mapping[str, Any]:
        """Answer one request."""
        operation = self._operations.get(request.operation)
        if operation is None:
            raise not_here(f"operation {request.operation}", f"it has {', '.join(sorted(self._operations))}")
        return operation(request.parameters)

    def start(self) -> None:
        """Open what is kept and look at alarms from now on."""
        self._points.open()
        self._registry.open()
        if self._watch_clock:
            self._evaluator.start()

    def stop(self) -> None:
        """Look at alarms no more, and close what is kept."""
        self._evaluator.stop()
        self._publisher.close()
        self._registry.close()
        self._points.close()

    def record(self, samples: list[Sample]) -> None:
        """Keep measurements of another service behind the gateway."""
        self._metrics.record(samples)

    def observes(self, head: Head) -> bool:
        """Tell whether a request to another service counts for one of its metrics."""
        return observed.observes(head)

    def wants_bodies(self, head: Head) -> bool:
        """Tell whether what counts stands in the bodies."""
        return observed.wants_bodies(head)

    def observed(self, exchange: Exchange) -> None:
        """Keep what a request to another service adds to its metrics."""
        found = observed.samples(exchange)
        if found:
            self.record(found)

    def tick(self) -> list[str]:
        """Look at alarms by the clock now, and send their messages; give the names of those that changed."""
        moved = self._evaluator.tick()
        self._evaluator.settle()
        return moved

    def _list_tags(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return {"Tags": tags.described(self._tagged(parameters)[0])}

    def _tag(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        with self._registry.lock:
            present, keep = self._tagged(parameters)
            keep(tags.merged(present, parameters["Tags"]))
        return {}

    def _untag(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        with self._registry.lock:
            present, keep = self._tagged(parameters)
            keep({key: value for key, value in present.items() if key not in parameters["TagKeys"]})
        return {}

    def _tagged(
        self, parameters: Mapping[str, Any]
    ) -> tuple[Mapping[str, str], Callable[[dict[str, str]], None]]:
        """Give the tags of an alarm or a dashboard, and the function that keeps others in their place."""
        arn = parameters["ResourceARN"]
        alarm = self._registry.alarm(arn.partition(":alarm:")[2])
        if alarm is not None and self._alarms.arn(alarm.name) == arn:
            return alarm.tags, lambda given: self._registry.put_alarm(replace(alarm, tags=given))
        dashboard = self._registry.dashboard(arn.partition(":dashboard/")[2])
        if dashboard is not None and self._dashboards.arn(dashboard.name) == arn:
            return dashboard.tags, lambda given: self._registry.put_dashboard(replace(dashboard, tags=given))
        raise no_resource(arn)
