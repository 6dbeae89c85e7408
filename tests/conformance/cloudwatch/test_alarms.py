"""Alarms: their API, their states on a clock that is moved, what they publish."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.cloudwatch.conftest import NOW, TOPIC, CloudWatch, RefusedError

if TYPE_CHECKING:
    from pathlib import Path

METRIC: dict[str, Any] = {"MetricName": None, "Namespace": None, "Statistic": None, "Period": None}


def stat(id_: str, name: str = "m", period: int = 60, **more: Any) -> dict[str, Any]:
    metric = {"Namespace": "N", "MetricName": name, "Dimensions": [{"Name": "d", "Value": "v"}]}
    return {"Id": id_, "MetricStat": {"Metric": metric, "Period": period, "Stat": "Sum"}, **more}


def test_a_new_alarm_knows_nothing_and_then_its_data(cloudwatch: CloudWatch) -> None:
    cloudwatch.alarm()
    made = cloudwatch.described()
    assert (made["StateValue"], made["StateReason"]) == (
        "INSUFFICIENT_DATA",
        "Unchecked: Initial alarm creation",
    )
    assert made["AlarmArn"] == "arn:aws:cloudwatch:us-east-1:000000000000:alarm:a"
    assert made["StateUpdatedTimestamp"] == made["AlarmConfigurationUpdatedTimestamp"] == NOW
    assert cloudwatch.wait(1) == ["a"]
    assert cloudwatch.state() == "OK"
    assert cloudwatch.topic.told() == [("a", "INSUFFICIENT_DATA", "OK")]
    cloudwatch.put(2)
    assert cloudwatch.wait(1) == ["a"]
    assert cloudwatch.state() == "ALARM"
    assert cloudwatch.topic.told() == [("a", "OK", "ALARM")]
    assert cloudwatch.wait(1) == []
    assert cloudwatch.wait(59) == []
    # The breaching minute is one of the three that are looked at.
    assert cloudwatch.wait(60) == []
    assert cloudwatch.wait(60) == []
    assert cloudwatch.wait(60) == ["a"]
    assert cloudwatch.topic.told() == [("a", "ALARM", "OK")]


def test_a_minute_counts_before_its_end_only_when_it_cannot_come_back(cloudwatch: CloudWatch) -> None:
    below: dict[str, Any] = {"ComparisonOperator": "LessThanThreshold", "Threshold": 10}
    cloudwatch.alarm("sum", **below)
    cloudwatch.alarm("average", Statistic="Average", Threshold=5)
    cloudwatch.alarm("minimum", Statistic="Minimum", **below)
    cloudwatch.wait(1)
    cloudwatch.put(9)
    assert cloudwatch.wait(1) == ["minimum"]
    assert cloudwatch.wait(58) == ["average", "sum"]
    assert [cloudwatch.state(name) for name in ("sum", "average", "minimum")] == ["ALARM"] * 3


def test_periods_slide_by_the_minute(cloudwatch: CloudWatch) -> None:
    cloudwatch.alarm(Period=300, Threshold=3)
    cloudwatch.wait(1)
    for _ in range(3):
        cloudwatch.put(1)
        cloudwatch.wait(60)
    assert cloudwatch.state() == "OK"
    cloudwatch.put(1)
    assert cloudwatch.wait(60) == ["a"]


def test_several_of_several_periods(cloudwatch: CloudWatch) -> None:
    cloudwatch.alarm(EvaluationPeriods=5, DatapointsToAlarm=3, Threshold=0)
    moved = []
    for value in (1, 0, 1, 0, 0, 1, 1, 1):
        cloudwatch.wait(1)
        cloudwatch.put(value)
        cloudwatch.wait(1)
        moved.append(cloudwatch.state())
        cloudwatch.wait(58)
    assert moved == ["OK"] * 6 + ["ALARM"] * 2


@pytest.mark.parametrize(
    ("missing", "states"),
    [
        ("missing", ["ALARM", "INSUFFICIENT_DATA"]),
        ("ignore", ["ALARM", "ALARM"]),
        ("breaching", ["ALARM", "ALARM"]),
        ("notBreaching", ["ALARM", "OK"]),
    ],
)
def test_missing_data(cloudwatch: CloudWatch, missing: str, states: list[str]) -> None:
    cloudwatch.alarm(TreatMissingData=missing)
    cloudwatch.put(2)
    cloudwatch.wait(60)
    seen = [cloudwatch.state()]
    cloudwatch.wait(600)
    assert [*seen, cloudwatch.state()] == states


def test_missing_data_is_missing_unless_it_is_said_otherwise(cloudwatch: CloudWatch) -> None:
    cloudwatch.alarm(TreatMissingData=None)
    cloudwatch.put(0)
    cloudwatch.wait(60)
    assert cloudwatch.state() == "OK"
    cloudwatch.wait(600)
    assert cloudwatch.state() == "INSUFFICIENT_DATA"
    assert "TreatMissingData" not in cloudwatch.described()


def test_short_periods_are_looked_at_every_ten_seconds(cloudwatch: CloudWatch) -> None:
    below: dict[str, Any] = {"ComparisonOperator": "LessThanThreshold", "Threshold": 5}
    cloudwatch.alarm(Period=10, **below)
    cloudwatch.wait(0)
    cloudwatch.put(1, StorageResolution=1)
    assert cloudwatch.wait(5) == []
    assert cloudwatch.wait(5) == ["a"]
    assert cloudwatch.state() == "ALARM"


def test_late_measurements_are_looked_at_again(cloudwatch: CloudWatch) -> None:
    cloudwatch.alarm()
    cloudwatch.wait(1)
    cloudwatch.put(2, seconds_ago=60)
    assert cloudwatch.wait(1) == ["a"]


def test_an_alarm_on_one_query_and_on_an_expression(cloudwatch: CloudWatch) -> None:
    dimension: dict[str, Any] = {"Dimensions": [{"Name": "d", "Value": "v"}]}
    cloudwatch.alarm("one", Metrics=[stat("watched")], **METRIC)
    total = {"Id": "total", "Expression": "SUM(METRICS())", "ReturnData": True, "Label": "All"}
    parts = [stat("x", ReturnData=False), stat("y", "n", ReturnData=False), stat("z", "o", ReturnData=False)]
    cloudwatch.alarm("all", Metrics=[total, *parts], **METRIC)
    cloudwatch.wait(1)
    cloudwatch.put(1, **dimension)
    cloudwatch.put(1, name="n", **dimension)
    cloudwatch.wait(60)
    assert (cloudwatch.state("one"), cloudwatch.state("all")) == ("OK", "ALARM")
    found = cloudwatch.described("all")
    assert found["Metrics"] == [total, *parts]
    assert not {"MetricName", "Namespace", "Statistic", "Period", "Dimensions", "Unit"} & found.keys()


def test_an_expression_that_has_no_value_keeps_the_state(cloudwatch: CloudWatch) -> None:
    share = {"Id": "share", "Expression": "x - SUM(x)"}
    cloudwatch.alarm(Metrics=[share, stat("x", ReturnData=False)], **METRIC)
    cloudwatch.wait(60)
    assert cloudwatch.state() == "INSUFFICIENT_DATA"


def test_the_message(cloudwatch: CloudWatch) -> None:
    cloudwatch.alarm(AlarmDescription="too much", Dimensions=[{"Name": "d", "Value": "v"}], Unit="Count")
    cloudwatch.wait(60)
    cloudwatch.topic.told()
    cloudwatch.put(2, Dimensions=[{"Name": "d", "Value": "v"}], Unit="Count")
    cloudwatch.wait(1)
    ((topic, subject, message),) = cloudwatch.topic.messages
    assert (topic, subject) == (TOPIC, 'ALARM: "a" in US East (N. Virginia)')
    assert message == {
        "AlarmName": "a",
        "AlarmDescription": "too much",
        "AWSAccountId": "000000000000",
        "AlarmConfigurationUpdatedTimestamp": "2026-11-21T08:30:00.000+0000",
        "NewStateValue": "ALARM",
        "NewStateReason": (
            "Threshold Crossed: 1 out of the last 1 datapoints [2.0 (21/11/26 08:31:00)] was greater than the "
            "threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition)."
        ),
        "StateChangeTime": "2026-11-21T08:31:01.000+0000",
        "Region": "US East (N. Virginia)",
        "AlarmArn": "arn:aws:cloudwatch:us-east-1:000000000000:alarm:a",
        "OldStateValue": "OK",
        "OKActions": [TOPIC],
        "AlarmActions": [TOPIC],
        "InsufficientDataActions": [TOPIC],
        "Trigger": {
            "MetricName": "m",
            "Namespace": "N",
            "StatisticType": "Statistic",
            "Statistic": "SUM",
            "Unit": "Count",
            "Dimensions": [{"value": "v", "name": "d"}],
            "Period": 60,
            "EvaluationPeriods": 1,
            "DatapointsToAlarm": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 1.0,
            "TreatMissingData": "notBreaching",
            "EvaluateLowSampleCountPercentile": "",
        },
    }


def test_actions_can_be_switched_off_and_fail(cloudwatch: CloudWatch) -> None:
    cloudwatch.alarm(ActionsEnabled=False)
    cloudwatch.wait(1)
    assert (cloudwatch.state(), cloudwatch.topic.told()) == ("OK", [])
    cloudwatch.enable_alarm_actions(AlarmNames=["a", "nobody"])
    assert cloudwatch.described()["ActionsEnabled"] is True
    cloudwatch.topic.is_away = True
    cloudwatch.put(2)
    cloudwatch.wait(1)
    assert (cloudwatch.state(), cloudwatch.topic.told()) == ("ALARM", [])
    (failed,) = cloudwatch.describe_alarm_history(AlarmName="a", HistoryItemType="Action")[
        "AlarmHistoryItems"
    ]
    assert failed["HistorySummary"].startswith(f"Failed to execute action {TOPIC}")
    assert json.loads(failed["HistoryData"])["actionState"] == "Failed"
    cloudwatch.disable_alarm_actions(AlarmNames=["a"])
    assert cloudwatch.described()["ActionsEnabled"] is False


def test_a_state_that_is_set_lasts_until_the_data_is_looked_at(cloudwatch: CloudWatch) -> None:
    cloudwatch.alarm()
    cloudwatch.wait(1)
    cloudwatch.topic.told()
    cloudwatch.set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="a drill", StateReasonData="{}")
    found = cloudwatch.described()
    assert (found["StateValue"], found["StateReason"], found["StateReasonData"]) == ("ALARM", "a drill", "{}")
    assert cloudwatch.wait(60) == ["a"]
    assert cloudwatch.topic.told() == [("a", "OK", "ALARM"), ("a", "ALARM", "OK")]
    with pytest.raises(RefusedError, match="ResourceNotFound"):
        cloudwatch.set_alarm_state(AlarmName="b", StateValue="OK", StateReason="")
    with pytest.raises(RefusedError, match="InvalidFormatFault"):
        cloudwatch.set_alarm_state(AlarmName="a", StateValue="OK", StateReason="", StateReasonData="{")


def test_an_update_replaces_everything_but_state_and_tags(cloudwatch: CloudWatch) -> None:
    tags = [{"Key": "team", "Value": "lake"}]
    cloudwatch.alarm(AlarmDescription="old", Tags=tags)
    cloudwatch.put(2)
    cloudwatch.wait(1)
    cloudwatch.alarm(OKActions=None, Threshold=100, Tags=[{"Key": "other", "Value": "x"}])
    found = cloudwatch.described()
    assert found["StateValue"] == "ALARM"
    assert "AlarmDescription" not in found
    assert found["OKActions"] == []
    assert cloudwatch.list_tags_for_resource(ResourceARN=found["AlarmArn"])["Tags"] == tags
    assert cloudwatch.wait(1) == ["a"]
    assert cloudwatch.state() == "OK"


def test_the_history(cloudwatch: CloudWatch) -> None:
    cloudwatch.alarm()
    cloudwatch.wait(1)
    cloudwatch.alarm()
    cloudwatch.delete_alarms(AlarmNames=["a"])

    def summaries(**asked: Any) -> list[str]:
        found = cloudwatch.describe_alarm_history(**asked)["AlarmHistoryItems"]
        return [one["HistorySummary"] for one in found]

    rising = [
        'Alarm "a" created',
        "Alarm updated from INSUFFICIENT_DATA to OK",
        f"Successfully executed action {TOPIC}",
        'Alarm "a" updated',
        'Alarm "a" deleted',
    ]
    assert summaries() == rising[::-1]
    assert summaries(ScanBy="TimestampAscending", AlarmName="a") == rising
    assert summaries(HistoryItemType="StateUpdate") == rising[1:2]
    assert summaries(EndDate=NOW) == rising[:1]
    assert summaries(AlarmName="b") == summaries(AlarmTypes=["CompositeAlarm"]) == []
    first = cloudwatch.describe_alarm_history(MaxRecords=2)
    second = cloudwatch.describe_alarm_history(MaxRecords=3, NextToken=first["NextToken"])
    both = first["AlarmHistoryItems"] + second["AlarmHistoryItems"]
    assert [one["HistorySummary"] for one in both] == rising[::-1]
    assert "NextToken" not in second
    cloudwatch.now += 30 * 86400 + 60
    cloudwatch.alarm("b")
    assert summaries() == ['Alarm "b" created']


def test_which_alarms_are_described(cloudwatch: CloudWatch) -> None:
    for name in ("lake-a", "lake-b", "other"):
        cloudwatch.alarm(name, AlarmActions=[f"{TOPIC}-{name}"])
    cloudwatch.set_alarm_state(AlarmName="other", StateValue="ALARM", StateReason="")

    def names(**asked: Any) -> list[str]:
        return [one["AlarmName"] for one in cloudwatch.describe_alarms(**asked)["MetricAlarms"]]

    assert names() == ["lake-a", "lake-b", "other"]
    assert names(AlarmNamePrefix="lake") == ["lake-a", "lake-b"]
    assert names(AlarmNames=["other", "nobody"]) == names(StateValue="ALARM") == ["other"]
    assert names(ActionPrefix=f"{TOPIC}-lake-b") == ["lake-b"]
    assert names(AlarmTypes=["CompositeAlarm"]) == []
    first = cloudwatch.describe_alarms(MaxRecords=2)
    cloudwatch.delete_alarms(AlarmNames=["lake-b"])
    assert names(NextToken=first["NextToken"]) == ["other"]
    with pytest.raises(RefusedError, match="must not be given together"):
        names(AlarmNames=["other"], AlarmNamePrefix="o")
    with pytest.raises(RefusedError, match="ResourceNotFound"):
        cloudwatch.delete_alarms(AlarmNames=["lake-a", "nobody"])
    assert names() == ["lake-a", "other"]


def test_the_alarms_of_a_metric(cloudwatch: CloudWatch) -> None:
    cloudwatch.alarm("sum")
    cloudwatch.alarm("average", Statistic="Average")
    cloudwatch.alarm("query", Metrics=[stat("x")], **METRIC)

    def names(**asked: Any) -> list[str]:
        found = cloudwatch.describe_alarms_for_metric(Namespace="N", MetricName="m", **asked)
        return [one["AlarmName"] for one in found["MetricAlarms"]]

    assert names() == ["average", "sum"]
    assert names(Statistic="Sum") == ["sum"]
    assert names(Period=300) == names(Dimensions=[{"Name": "d", "Value": "v"}]) == []


def test_alarms_and_their_history_outlive_a_restart(cloudwatch: CloudWatch) -> None:
    cloudwatch.alarm(Tags=[{"Key": "a", "Value": "b"}])
    cloudwatch.put(2)
    cloudwatch.wait(1)
    before, history = cloudwatch.described(), cloudwatch.describe_alarm_history()
    cloudwatch.topic.told()
    cloudwatch.restart()
    assert cloudwatch.described() == before
    assert cloudwatch.describe_alarm_history() == history
    cloudwatch.wait(1)
    assert (cloudwatch.state(), cloudwatch.topic.told()) == ("ALARM", [])


def test_a_file_that_is_damaged_is_put_aside(
    cloudwatch: CloudWatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cloudwatch.alarm()
    cloudwatch.put(2)
    cloudwatch.service.stop()
    for name in ("alarms.db", "metrics.db"):
        (tmp_path / "cloudwatch" / name).write_bytes(b"damaged" * 1000)
    cloudwatch.restart()
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []
    assert cloudwatch.sums() == {}
    for name in ("alarms.db", "metrics.db"):
        assert (tmp_path / "cloudwatch" / f"{name}.damaged").read_bytes().startswith(b"damaged")
    assert "is put aside" in caplog.text
    cloudwatch.alarm()
    cloudwatch.restart()
    assert cloudwatch.described()["AlarmName"] == "a"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"EvaluationPeriods": None}, "EvaluationPeriods is missing"),
        ({"Threshold": None}, "Threshold is missing"),
        ({"Namespace": None}, "Namespace is missing"),
        ({"Period": 45}, "Period is 45"),
        ({"Period": 5}, "Period is 5"),
        ({"DatapointsToAlarm": 2}, "DatapointsToAlarm is 2; it must not be more than EvaluationPeriods, 1"),
        ({"ExtendedStatistic": "p99"}, "either a Statistic or an ExtendedStatistic"),
        ({"Statistic": None, "ExtendedStatistic": "p999"}, "The statistic is 'p999'"),
        ({"TreatMissingData": "maybe"}, "TreatMissingData is 'maybe'; allowed are breaching, ignore"),
        ({"EvaluationPeriods": 1441}, "together they may be 86400 seconds at most"),
        ({"Period": 86400, "EvaluationPeriods": 8}, "together they may be 604800 seconds at most"),
        (
            {"ComparisonOperator": "GreaterThanUpperThreshold"},
            "no ComparisonOperator GreaterThanUpperThreshold",
        ),
        ({"ThresholdMetricId": "x"}, "no alarms with ThresholdMetricId"),
        ({"AlarmActions": ["arn:aws:lambda:us-east-1:000000000000:function:f"]}, "its alarms publish to SNS"),
        (
            {"Metrics": [stat("x")]},
            "must not be given together with MetricName, Namespace, Statistic, Period",
        ),
        ({**METRIC, "Metrics": [stat("x"), stat("y")]}, "Exactly one of Metrics"),
        ({**METRIC, "Metrics": [stat("x", ReturnData=False)]}, "Exactly one of Metrics"),
        ({**METRIC, "Metrics": [stat("x"), stat("y", period=300, ReturnData=False)]}, "all must be the same"),
        ({**METRIC, "Metrics": [{"Id": "x", "Expression": "1 + 1"}]}, "of one metric at least"),
        ({**METRIC, "Metrics": [{"Id": "x", "Expression": "SEARCH('a')"}]}, "does not have SEARCH"),
        ({"EvaluationPeriods": 0}, "greater than or equal to 1"),
    ],
)
def test_alarms_that_are_refused(cloudwatch: CloudWatch, change: dict[str, Any], message: str) -> None:
    with pytest.raises(RefusedError, match=message):
        cloudwatch.alarm(**change)
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_composite_alarms_are_refused_by_name(cloudwatch: CloudWatch) -> None:
    with pytest.raises(RefusedError, match="no composite alarms"):
        cloudwatch.put_composite_alarm(AlarmName="c", AlarmRule="ALARM(a)")
