"""The operations about alarms and their history."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from local_aws.cloudwatch import pages, tags
from local_aws.cloudwatch.alarm import Alarm, checked
from local_aws.cloudwatch.errors import invalid_combination, no_alarm, not_here
from local_aws.cloudwatch.metric import Metric, instant
from local_aws.cloudwatch.registry import CONFIGURATION, Event
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.cloudwatch.evaluator import Evaluator
    from local_aws.cloudwatch.registry import Registry

    Parameters = Mapping[str, Any]

_PAGE = 50
_HISTORY_PAGE = 100
_METRIC_ALARM = "MetricAlarm"
_FOR_EVER = 1e12


class AlarmApi:
    """Answers for the alarms in a registry; `place` is Region and account."""

    def __init__(
        self, registry: Registry, evaluator: Evaluator, place: tuple[str, str], clock: Callable[[], float]
    ) -> None:
        self._registry = registry
        self._evaluator = evaluator
        self._region, self._account_id = place
        self._clock = clock
        self.operations = {
            "PutMetricAlarm": self._put,
            "DescribeAlarms": self._describe,
            "DescribeAlarmsForMetric": self._describe_for_metric,
            "DescribeAlarmHistory": self._history,
            "DeleteAlarms": self._delete,
            "SetAlarmState": self._set_state,
            "EnableAlarmActions": lambda parameters: self._switch_actions(parameters, on=True),
            "DisableAlarmActions": lambda parameters: self._switch_actions(parameters, on=False),
        }

    def arn(self, name: str) -> str:
        """Give an alarm's ARN."""
        return f"arn:aws:cloudwatch:{self._region}:{self._account_id}:alarm:{name}"

    def _put(self, parameters: Parameters) -> dict[str, Any]:
        given, now, name = checked(parameters), self._clock(), parameters["AlarmName"]
        with self._registry.lock:
            present = self._registry.alarm(name)
            if present is None:
                alarm = Alarm(
                    name,
                    self.arn(name),
                    given,
                    now,
                    state_updated_at=now,
                    transitioned_at=now,
                    tags=tags.merged({}, parameters.get("Tags") or ()),
                )
                done = "created"
            else:
                # AWS rule: an update replaces the configuration, keeps the state, and takes no tags.
                alarm, done = replace(present, given=given, configured_at=now), "updated"
            alarm = replace(alarm, actions_enabled=given.get("ActionsEnabled", True))
            self._registry.put_alarm(alarm, self._changed(name, done, now))
        return {}

    def _describe(self, parameters: Parameters) -> dict[str, Any]:
        if parameters.get("ChildrenOfAlarmName") or parameters.get("ParentsOfAlarmName"):
            raise not_here("composite alarms", "leave ChildrenOfAlarmName and ParentsOfAlarmName out")
        if parameters.get("AlarmNames") is not None and parameters.get("AlarmNamePrefix"):
            raise invalid_combination("AlarmNames and AlarmNamePrefix must not be given together")
        types = parameters.get("AlarmTypes") or [_METRIC_ALARM]
        found = [
            alarm for alarm in self._registry.alarms() if _METRIC_ALARM in types and _fits(alarm, parameters)
        ]
        size = parameters.get("MaxRecords", _PAGE)
        shown, token = pages.page(found, lambda alarm: alarm.name, size, parameters.get("NextToken"))
        return {
            "MetricAlarms": [alarm.described() for alarm in shown],
            "CompositeAlarms": [],
            "NextToken": token,
        }

    def _describe_for_metric(self, parameters: Parameters) -> dict[str, Any]:
        metric = Metric.of(
            parameters["Namespace"], parameters["MetricName"], parameters.get("Dimensions") or ()
        )
        members = ("Statistic", "ExtendedStatistic", "Period", "Unit")
        wanted = {member: parameters[member] for member in members if member in parameters}
        found = [
            alarm.described()
            for alarm in self._registry.alarms()
            # AWS rule: alarms on expressions are not found by their metrics.
            if not alarm.given.get("Metrics")
            and metric in alarm.metrics
            and wanted.items() <= alarm.given.items()
        ]
        return {"MetricAlarms": found}

    def _history(self, parameters: Parameters) -> dict[str, Any]:
        if _METRIC_ALARM not in (parameters.get("AlarmTypes") or [_METRIC_ALARM]):
            return {"AlarmHistoryItems": []}
        start = instant(parameters.get("StartDate", 0.0), "The parameter StartDate")
        end = instant(parameters.get("EndDate", _FOR_EVER), "The parameter EndDate")
        kind = parameters.get("HistoryItemType")
        found = self._registry.history(parameters.get("AlarmName"), kind, start, end)
        found.sort(key=lambda event: event.number)
        if parameters.get("ScanBy") != "TimestampAscending":
            found.reverse()
        size = parameters.get("MaxRecords", _HISTORY_PAGE)
        shown, token = pages.page(found, lambda event: event.number, size, parameters.get("NextToken"))
        items = [
            {
                "AlarmName": event.alarm,
                "AlarmType": _METRIC_ALARM,
                "Timestamp": event.moment,
                "HistoryItemType": event.kind,
                "HistorySummary": event.summary,
                "HistoryData": event.content,
            }
            for event in shown
        ]
        return {"AlarmHistoryItems": items, "NextToken": token}

    def _delete(self, parameters: Parameters) -> dict[str, Any]:
        with self._registry.lock:
            # AWS rule: if one of several is not there, none is deleted.
            for name in parameters["AlarmNames"]:
                self._alarm(name)
            for name in dict.fromkeys(parameters["AlarmNames"]):
                self._registry.delete_alarm(name, self._changed(name, "deleted", self._clock()))
        return {}

    def _set_state(self, parameters: Parameters) -> dict[str, Any]:
        data = parameters.get("StateReasonData")
        if data is not None:
            try:
                json.loads(data)
            except ValueError as error:
                raise ApiError("InvalidFormatFault", f"StateReasonData is not JSON: {error}") from error
        alarm = self._alarm(parameters["AlarmName"])
        self._evaluator.move(alarm, parameters["StateValue"], parameters["StateReason"], data)
        return {}

    def _switch_actions(self, parameters: Parameters, *, on: bool) -> dict[str, Any]:
        now = self._clock()
        with self._registry.lock:
            for name in parameters["AlarmNames"]:
                # AWS rule: names that do not exist are passed over.
                alarm = self._registry.alarm(name)
                if alarm is not None and alarm.actions_enabled != on:
                    self._registry.put_alarm(
                        replace(alarm, actions_enabled=on), self._changed(name, "updated", now)
                    )
        return {}

    def _alarm(self, name: str) -> Alarm:
        alarm = self._registry.alarm(name)
        if alarm is None:
            raise no_alarm(name)
        return alarm

    def _changed(self, name: str, done: str, now: float) -> Event:
        content = json.dumps({"version": "1.0", "type": done.removesuffix("d").capitalize()})
        return Event(name, now, CONFIGURATION, f'Alarm "{name}" {done}'[:255], content)


def refuse_composite(_parameters: Parameters) -> dict[str, Any]:
    """Refuse PutCompositeAlarm, by name."""
    raise not_here("composite alarms", "PutMetricAlarm makes alarms on metrics and on expressions of them")


def _fits(alarm: Alarm, parameters: Parameters) -> bool:
    names, prefix = parameters.get("AlarmNames"), parameters.get("ActionPrefix")
    actions = [arn for state in ("OK", "ALARM", "INSUFFICIENT_DATA") for arn in alarm.actions(state)]
    return (
        (not names or alarm.name in names)
        and alarm.name.startswith(parameters.get("AlarmNamePrefix", ""))
        and parameters.get("StateValue") in (None, alarm.state)
        and (prefix is None or any(arn.startswith(prefix) for arn in actions))
    )
