"""The message that an alarm publishes when it changes its state, and the client that publishes it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

import botocore.session

from local_aws.clients import Clients
from local_aws.iam.services import CLOUDWATCH, read_key, source_headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.cloudwatch.alarm import Alarm
    from local_aws.config import Settings

# AWS rule: SNS takes subjects of up to 100 characters.
_LONGEST_SUBJECT = 100
_LISTS = ("OKActions", "AlarmActions", "InsufficientDataActions")


class Publisher(Protocol):
    """Publishes to an SNS topic in the name of an alarm."""

    def publish(self, topic_arn: str, subject: str, message: str, alarm_arn: str) -> None:
        """Publish; raises botocore's errors."""

    def close(self) -> None:
        """Close the connections."""


class SnsPublisher:
    """Publishes as `cloudwatch.amazonaws.com` where IAM is enforced; for one thread at a time.

    AWS rule: the topic's policy decides; the alarm's ARN and account are its `aws:SourceArn` and `aws:SourceAccount`.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._clients: Clients | None = None
        self._alarm_arn = ""

    def publish(self, topic_arn: str, subject: str, message: str, alarm_arn: str) -> None:
        """Publish; raises botocore's errors."""
        self._alarm_arn = alarm_arn
        self._sns().publish(TopicArn=topic_arn, Subject=subject, Message=message)

    def close(self) -> None:
        """Close the connections."""
        if self._clients is not None:
            self._clients.close()

    def _sns(self) -> Any:
        if self._clients is None:
            endpoint, region = self._settings.endpoint, self._settings.region
            if self._settings.auth:
                self._clients = Clients(endpoint, region, read_key(self._settings, CLOUDWATCH))
            else:
                self._clients = Clients(endpoint, region)
            self._clients.client("sns").meta.events.register("before-sign.sns.Publish", self._name_source)
        return self._clients.client("sns")

    def _name_source(self, request: Any, **_context: Any) -> None:
        for name, value in source_headers(self._alarm_arn, self._settings.account_id).items():
            request.headers[name] = value


def subject(alarm: Alarm, region: str) -> str:
    """Give the subject of the message."""
    return f'{alarm.state}: "{alarm.name}" in {region_title(region)}'[:_LONGEST_SUBJECT]


def message(alarm: Alarm, before: str, account_id: str, region: str) -> str:
    """Give the message, JSON text, for an alarm that was in the state `before`."""
    given = alarm.given
    content: dict[str, Any] = {
        "AlarmName": alarm.name,
        "AlarmDescription": given.get("AlarmDescription"),
        "AWSAccountId": account_id,
        "AlarmConfigurationUpdatedTimestamp": timestamp(alarm.configured_at),
        "NewStateValue": alarm.state,
        "NewStateReason": alarm.reason,
        "StateChangeTime": timestamp(alarm.state_updated_at),
        "Region": region_title(region),
        "AlarmArn": alarm.arn,
        "OldStateValue": before,
        **{name: list(given.get(name) or ()) for name in _LISTS},
        "Trigger": _trigger(given),
    }
    return json.dumps(content, separators=(",", ":"))


def timestamp(seconds: float) -> str:
    """Give an instant as CloudWatch's messages have it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


@lru_cache(maxsize=32)
def region_title(region: str) -> str:
    """Give the name of a Region for people, `US East (N. Virginia)`; an unknown one's is its own."""
    endpoints: Any = botocore.session.get_session().get_data("endpoints")
    for partition in endpoints["partitions"]:
        if region in partition["regions"]:
            return str(partition["regions"][region]["description"])
    return region


def _trigger(given: Mapping[str, Any]) -> dict[str, Any]:
    common = {
        "Period": given.get("Period"),
        "EvaluationPeriods": given["EvaluationPeriods"],
        "DatapointsToAlarm": given.get("DatapointsToAlarm", given["EvaluationPeriods"]),
        "ComparisonOperator": given["ComparisonOperator"],
        "Threshold": given["Threshold"],
        "TreatMissingData": given.get("TreatMissingData", "missing"),
        "EvaluateLowSampleCountPercentile": given.get("EvaluateLowSampleCountPercentile", ""),
    }
    if given.get("Metrics"):
        metrics = [_metric(query) for query in given["Metrics"]]
        common["Period"] = next(one["MetricStat"]["Period"] for one in metrics if "MetricStat" in one)
        return {**common, "Metrics": metrics}
    is_simple = "Statistic" in given
    statistic = (
        {"StatisticType": "Statistic", "Statistic": given["Statistic"].upper()}
        if is_simple
        else {"StatisticType": "ExtendedStatistic", "ExtendedStatistic": given["ExtendedStatistic"]}
    )
    return {
        "MetricName": given["MetricName"],
        "Namespace": given["Namespace"],
        **statistic,
        "Unit": given.get("Unit"),
        "Dimensions": _dimensions(given.get("Dimensions")),
        **common,
    }


def _metric(query: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: query[name] for name in ("Expression", "Id", "Label") if query.get(name)}
    stat = query.get("MetricStat")
    if stat is not None:
        metric = {**stat["Metric"], "Dimensions": _dimensions(stat["Metric"].get("Dimensions"))}
        found["MetricStat"] = {**stat, "Metric": metric}
    return {**found, "ReturnData": query.get("ReturnData", True)}


def _dimensions(given: Any) -> list[dict[str, str]]:
    return [{"value": one["Value"], "name": one["Name"]} for one in given or ()]
