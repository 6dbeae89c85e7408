"""An alarm: its configuration, checked by AWS's rules, and its state."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from local_aws.cloudwatch.errors import not_here, validation
from local_aws.cloudwatch.evaluation import (
    BREACHING,
    COMPARISONS,
    IGNORE,
    INSUFFICIENT_DATA,
    MISSING,
    NOT_BREACHING,
    Rule,
)
from local_aws.cloudwatch.series import Query, check_period, metric_stat, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.cloudwatch.metric import Metric

_TREATMENTS = (BREACHING, IGNORE, MISSING, NOT_BREACHING)
_OF_A_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Dimensions", "Period", "Unit")
_ACTIONS = {"OK": "OKActions", "ALARM": "AlarmActions", INSUFFICIENT_DATA: "InsufficientDataActions"}
# Members of PutMetricAlarm that ask for kinds of alarms which are not built.
_NOT_BUILT = (
    "ThresholdMetricId",
    "EvaluationWindow",
    "WarmUpConfiguration",
    "EvaluationCriteria",
    "EvaluationInterval",
)
_DAY_SECONDS = 86400
_LONGEST_SHORT_SECONDS = 7 * _DAY_SECONDS
_MOST_QUERIES = 20


@dataclass(frozen=True)
class Alarm:
    """An alarm; `given` has PutMetricAlarm's members as they were sent, without tags. Times are epoch seconds."""

    name: str
    arn: str
    given: Mapping[str, Any]
    configured_at: float
    state: str = INSUFFICIENT_DATA
    reason: str = "Unchecked: Initial alarm creation"
    reason_data: str | None = None
    state_updated_at: float = 0.0
    transitioned_at: float = 0.0
    actions_enabled: bool = True
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def rule(self) -> Rule:
        """When it goes off."""
        periods = self.given["EvaluationPeriods"]
        return Rule(
            periods,
            self.given.get("DatapointsToAlarm", periods),
            self.given["ComparisonOperator"],
            self.given["Threshold"],
            self.given.get("TreatMissingData", MISSING),
        )

    @cached_property
    def queries(self) -> tuple[Query, ...]:
        """What it watches: the queries of its metric math, or its single metric as one query."""
        if self.given.get("Metrics"):
            return parse(self.given["Metrics"])
        return (
            Query(
                "watched",
                None,
                returned=True,
                source=metric_stat(_single(self.given)),
                expression=None,
                text=None,
            ),
        )

    @property
    def period(self) -> int:
        """Seconds of one data point."""
        return next(query.source.period for query in self.queries if query.source is not None)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics that its state depends on."""
        return tuple(query.source.metric for query in self.queries if query.source is not None)

    def actions(self, state: str) -> tuple[str, ...]:
        """Give the ARNs of what is told when it goes into `state`."""
        return tuple(self.given.get(_ACTIONS[state]) or ())

    def moved(self, state: str, reason: str, reason_data: str | None, now_seconds: float) -> Alarm:
        """Give it in another state."""
        return replace(
            self,
            state=state,
            reason=reason,
            reason_data=reason_data,
            state_updated_at=now_seconds,
            transitioned_at=self.transitioned_at if state == self.state else now_seconds,
        )

    def described(self) -> dict[str, Any]:
        """Give it as DescribeAlarms does."""
        lists = {member: list(self.given.get(member) or ()) for member in _ACTIONS.values()}
        dimensions = {} if self.given.get("Metrics") else {"Dimensions": self.given.get("Dimensions") or []}
        return {
            **{name: value for name, value in self.given.items() if name != "ActionsEnabled"},
            **lists,
            **dimensions,
            "AlarmArn": self.arn,
            "ActionsEnabled": self.actions_enabled,
            "AlarmConfigurationUpdatedTimestamp": self.configured_at,
            "StateValue": self.state,
            "StateReason": self.reason,
            "StateReasonData": self.reason_data,
            "StateUpdatedTimestamp": self.state_updated_at,
            "StateTransitionedTimestamp": self.transitioned_at,
        }


def checked(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Give the members of PutMetricAlarm that make an alarm. Raises `ApiError` for one that is not allowed."""
    given = {name: value for name, value in parameters.items() if name != "Tags"}
    for member in _NOT_BUILT:
        if member in given:
            raise not_here(
                f"alarms with {member}", "it has alarms with a Threshold on metrics and expressions"
            )
    for member in ("EvaluationPeriods", "ComparisonOperator", "Threshold"):
        if member not in given:
            raise validation(f"{member} is missing; an alarm on a threshold needs it")
    if given["ComparisonOperator"] not in COMPARISONS:
        raise not_here(
            f"ComparisonOperator {given['ComparisonOperator']}", f"it has {', '.join(COMPARISONS)}"
        )
    if given.get("TreatMissingData", MISSING) not in _TREATMENTS:
        raise validation(
            f"TreatMissingData is {given['TreatMissingData']!r}; allowed are {', '.join(_TREATMENTS)}"
        )
    if given.get("EvaluateLowSampleCountPercentile", "evaluate") not in ("evaluate", "ignore"):
        raise validation("EvaluateLowSampleCountPercentile must be evaluate or ignore")
    periods = given["EvaluationPeriods"]
    if given.get("DatapointsToAlarm", periods) > periods:
        raise validation(
            f"DatapointsToAlarm is {given['DatapointsToAlarm']}; it must not be more than EvaluationPeriods, {periods}"
        )
    for member in _ACTIONS.values():
        for arn in given.get(member) or ():
            if arn.split(":")[:1] != ["arn"] or arn.split(":")[2:3] != ["sns"]:
                raise not_here(f"action {arn} of alarms", "its alarms publish to SNS topics: arn:aws:sns:...")
    period = _check_metrics(given) if given.get("Metrics") else _check_metric(given)
    _check_length(period, periods)
    return given


def _check_metric(given: Mapping[str, Any]) -> int:
    for member in ("MetricName", "Namespace", "Period"):
        if member not in given:
            raise validation(f"{member} is missing; an alarm needs a metric or Metrics")
    if ("Statistic" in given) == ("ExtendedStatistic" in given):
        raise validation("An alarm on a metric must have either a Statistic or an ExtendedStatistic")
    metric_stat(_single(given))
    period: int = given["Period"]
    return period


def _check_metrics(given: Mapping[str, Any]) -> int:
    together = [member for member in _OF_A_METRIC if given.get(member)]
    if together:
        raise validation(f"Metrics must not be given together with {', '.join(together)}")
    queries = parse(given["Metrics"])
    if len(queries) > _MOST_QUERIES:
        raise validation(f"Metrics has {len(queries)} members; at most {_MOST_QUERIES} are allowed")
    returned = [query.id for query in queries if query.returned]
    if len(returned) != 1:
        raise validation(f"Exactly one of Metrics must have ReturnData true; it is so for {returned}")
    periods = {query.source.period for query in queries if query.source is not None}
    if len(periods) != 1:
        raise validation(
            f"The Periods of Metrics are {sorted(periods)}; all must be the same, of one metric at least"
        )
    return periods.pop()


def _check_length(period: int, periods: int) -> None:
    """AWS rule: what is looked at is no more than a day, with periods of an hour and more than seven days."""
    check_period(period)
    longest = _LONGEST_SHORT_SECONDS if period >= 3600 else _DAY_SECONDS
    if period < 60 and period not in (10, 20, 30):
        raise validation(f"Period is {period}; allowed are 10, 20, 30 and multiples of 60")
    if period * periods > longest:
        raise validation(
            f"EvaluationPeriods is {periods} and Period {period}; together they may be {longest} seconds at most"
        )


def _single(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Metric": {name: given.get(name) for name in ("Namespace", "MetricName", "Dimensions")},
        "Period": given["Period"],
        "Stat": given.get("Statistic") or given.get("ExtendedStatistic"),
        "Unit": given.get("Unit"),
    }
