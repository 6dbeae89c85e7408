"""Metrics that a workgroup publishes when it is asked to, and alarms on them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.gateway_fixture import unique
from tests.integration.athena.lake import made_workgroup
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.integration.athena.lake import Lake


def _dimensions(group: str, state: str) -> list[dict[str, str]]:
    values = {"WorkGroup": group, "QueryType": "DML", "QueryState": state}
    return [{"Name": name, "Value": value} for name, value in values.items()]


def _processed_bytes(lake: Lake, group: str, state: str) -> float:
    """Give the bytes of a workgroup's queries in a state, as an alarm on the bytes of a day adds them up."""
    now = datetime.now(UTC)
    answer = lake.clients.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Athena",
        MetricName="ProcessedBytes",
        Dimensions=_dimensions(group, state),  # type: ignore[arg-type]
        StartTime=now - timedelta(days=1),
        EndTime=now + timedelta(minutes=5),
        Period=86400,
        Statistics=["Sum"],
    )
    return sum(point["Sum"] for point in answer["Datapoints"])


def _alarm_of_bytes(lake: Lake, group: str, limit: int) -> str:
    """Make an alarm on the bytes of a day and give its state when it has one."""
    cloudwatch = lake.clients.client("cloudwatch")
    name = unique("bytes")
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/Athena",
        MetricName="ProcessedBytes",
        Dimensions=_dimensions(group, "SUCCEEDED"),  # type: ignore[arg-type]
        Statistic="Sum",
        Period=86400,
        EvaluationPeriods=1,
        Threshold=limit,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )

    def state() -> str:
        return str(cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"])

    wait_until(lambda: state() != "INSUFFICIENT_DATA", "a state of the alarm")
    return state()


def test_a_workgroup_may_publish_metrics(lake: Lake) -> None:
    group = made_workgroup(lake, PublishCloudWatchMetricsEnabled=True)
    runs = [lake.run("SELECT count(user_id) FROM events", WorkGroup=group) for _ in range(2)]
    lake.run("SELECT nosuch FROM events", WorkGroup=group)
    scanned = sum(run["Statistics"]["DataScannedInBytes"] for run in runs)
    assert scanned > 0
    wait_until(lambda: _processed_bytes(lake, group, "SUCCEEDED") == scanned, "the bytes of two queries")
    assert _alarm_of_bytes(lake, group, scanned - 1) == "ALARM"
    assert _alarm_of_bytes(lake, group, scanned) == "OK"
    listed = lake.clients.client("cloudwatch").list_metrics(
        Namespace="AWS/Athena", Dimensions=[{"Name": "WorkGroup", "Value": group}]
    )["Metrics"]
    assert {metric["MetricName"] for metric in listed} == {
        "ProcessedBytes",
        "TotalExecutionTime",
        "QueryQueueTime",
        "ServicePreProcessingTime",
        "QueryPlanningTime",
        "EngineExecutionTime",
        "ServiceProcessingTime",
    }
    wait_until(
        lambda: (
            "FAILED"
            in {
                dimension["Value"]
                for metric in lake.clients.client("cloudwatch").list_metrics(Namespace="AWS/Athena")[
                    "Metrics"
                ]
                for dimension in metric["Dimensions"]
                if {"Name": "WorkGroup", "Value": group} in metric["Dimensions"]
            }
        ),
        "metrics of the query that failed",
    )


def test_a_workgroup_that_does_not_ask_for_them_publishes_no_metrics(lake: Lake) -> None:
    silent = made_workgroup(lake, PublishCloudWatchMetricsEnabled=False)
    loud = made_workgroup(lake, PublishCloudWatchMetricsEnabled=True)
    for group in (silent, loud):
        lake.run("SELECT count(user_id) FROM events", WorkGroup=group)
    wait_until(lambda: _processed_bytes(lake, loud, "SUCCEEDED") > 0, "the bytes of the query that was later")
    assert _processed_bytes(lake, silent, "SUCCEEDED") == 0
