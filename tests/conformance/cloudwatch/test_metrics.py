"""PutMetricData and what reads it back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.cloudwatch.conftest import CloudWatch, RefusedError

DAY = 86400


def data(
    cloudwatch: CloudWatch, *queries: dict[str, Any], seconds: int = 3600, **more: Any
) -> dict[str, Any]:
    """Give the values of queries, the most recent first, by their ids."""
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=list(queries),
        StartTime=cloudwatch.now - seconds,
        EndTime=cloudwatch.now + 60,
        **more,
    )
    return {one["Id"]: one["Values"] for one in answer["MetricDataResults"]}


def query(id_: str, name: str = "m", stat: str = "Sum", period: int = 60, **more: Any) -> dict[str, Any]:
    metric = {"Namespace": "N", "MetricName": name}
    return {"Id": id_, "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}, **more}


def test_the_four_forms_of_a_measurement(cloudwatch: CloudWatch) -> None:
    sets = {"SampleCount": 2, "Sum": 7, "Minimum": 3, "Maximum": 4}
    cloudwatch.put_metric_data(
        Namespace="N",
        MetricData=[
            {"MetricName": "m", "Value": 1},
            {"MetricName": "m", "Values": [2, 3], "Counts": [2, 1]},
            {"MetricName": "m", "Values": [5]},
            {"MetricName": "m", "StatisticValues": sets},
        ],
    )
    asked = {"Namespace": "N", "MetricName": "m", "Period": 60}
    (point,) = cloudwatch.get_metric_statistics(
        StartTime=cloudwatch.now - 60,
        EndTime=cloudwatch.now + 60,
        Statistics=["SampleCount", "Sum", "Average", "Minimum", "Maximum"],
        **asked,
    )["Datapoints"]
    assert point == {
        "Timestamp": cloudwatch.now,
        "SampleCount": 7,
        "Sum": 20,
        "Average": 20 / 7,
        "Minimum": 1,
        "Maximum": 5,
        "Unit": "None",
    }


@pytest.mark.parametrize(
    ("datum", "code"),
    [
        ({}, "MissingRequiredParameterException"),
        ({"Value": 1, "Values": [1]}, "InvalidParameterCombinationException"),
        ({"Values": [1, 2], "Counts": [1]}, "InvalidParameterValueException"),
        ({"Values": [1], "Counts": [0]}, "InvalidParameterValueException"),
        ({"Values": list(range(151))}, "InvalidParameterValueException"),
        ({"Value": 2.0**361}, "InvalidParameterValueException"),
        ({"Value": 1, "StorageResolution": 5}, "InvalidParameterValueException"),
        ({"Value": 1, "Unit": "Parsec"}, "ValidationError"),
        ({"Value": 1, "Dimensions": [{"Name": "d", "Value": "v"}] * 2}, "InvalidParameterValueException"),
        (
            {"Value": 1, "Dimensions": [{"Name": f"d{number}", "Value": "v"} for number in range(31)]},
            "ValidationError",
        ),
        (
            {"StatisticValues": {"SampleCount": 1, "Sum": 1, "Minimum": 2, "Maximum": 1}},
            "InvalidParameterValueException",
        ),
        (
            {"StatisticValues": {"SampleCount": 0, "Sum": 1, "Minimum": 1, "Maximum": 1}},
            "InvalidParameterValueException",
        ),
    ],
)
def test_a_request_with_a_measurement_that_is_not_allowed_is_refused_whole(
    cloudwatch: CloudWatch, datum: dict[str, Any], code: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        cloudwatch.put_metric_data(
            Namespace="N", MetricData=[{"MetricName": "m", "Value": 1}, {"MetricName": "m", **datum}]
        )
    assert refused.value.code == code
    assert cloudwatch.sums() == {}


def test_thirty_dimensions_and_a_thousand_metrics_are_the_most(cloudwatch: CloudWatch) -> None:
    cloudwatch.put(1, Dimensions=[{"Name": f"d{number}", "Value": "v"} for number in range(30)])
    many = [{"MetricName": f"m{number}", "Value": 1} for number in range(1001)]
    cloudwatch.put_metric_data(Namespace="N", MetricData=many[:1000])
    with pytest.raises(RefusedError, match="1001 members; at most 1000"):
        cloudwatch.put_metric_data(Namespace="N", MetricData=many)


@pytest.mark.parametrize("seconds_ago", [14 * DAY, -7200])
def test_measurements_may_be_two_weeks_old_and_two_hours_ahead(
    cloudwatch: CloudWatch, seconds_ago: int
) -> None:
    cloudwatch.put(1, seconds_ago)
    beyond = seconds_ago + 1 if seconds_ago > 0 else seconds_ago - 1
    with pytest.raises(RefusedError, match="two weeks in the past and two hours in the future"):
        cloudwatch.put(1, beyond)


def test_metrics_differ_by_their_dimensions_but_not_by_the_order_of_them(cloudwatch: CloudWatch) -> None:
    one, two = {"Name": "a", "Value": "1"}, {"Name": "b", "Value": "2"}
    cloudwatch.put(1, Dimensions=[one, two])
    cloudwatch.put(2, Dimensions=[two, one])
    cloudwatch.put(4, Dimensions=[one])
    assert list(cloudwatch.sums(Dimensions=[one, two]).values()) == [3]
    assert list(cloudwatch.sums(Dimensions=[one]).values()) == [4]
    assert cloudwatch.sums() == {}


def test_data_points_of_different_units_stay_apart(cloudwatch: CloudWatch) -> None:
    cloudwatch.put(1, Unit="Seconds")
    cloudwatch.put(2, Unit="Bytes")
    asked = {"Namespace": "N", "MetricName": "m", "Period": 60, "Statistics": ["Sum"]}
    span = {"StartTime": cloudwatch.now - 60, "EndTime": cloudwatch.now + 60}
    points = cloudwatch.get_metric_statistics(**asked, **span)["Datapoints"]
    assert sorted((point["Unit"], point["Sum"]) for point in points) == [("Bytes", 2), ("Seconds", 1)]
    points = cloudwatch.get_metric_statistics(**asked, **span, Unit="Bytes")["Datapoints"]
    assert [point["Sum"] for point in points] == [2]
    assert cloudwatch.get_metric_statistics(**asked, **span, Unit="Count")["Datapoints"] == []


def test_periods_begin_at_the_minute_of_the_start(cloudwatch: CloudWatch) -> None:
    for seconds_ago in (0, 30, 60, 119, 120, 300):
        cloudwatch.put(1, seconds_ago)
    assert cloudwatch.sums() == {300: 1, 120: 2, 60: 2, 0: 1}
    assert cloudwatch.sums(period=300, seconds=300) == {300: 5, 0: 1}
    assert cloudwatch.sums(period=300, seconds=310) == {360: 3, 60: 3}


def test_single_seconds_can_be_had_of_metrics_that_ask_for_them(cloudwatch: CloudWatch) -> None:
    cloudwatch.put(1, 5, StorageResolution=1)
    cloudwatch.put(2, 4, StorageResolution=1)
    cloudwatch.put(4, 5, name="coarse")
    assert cloudwatch.sums(period=1, seconds=60) == {5: 1, 4: 2}
    assert cloudwatch.sums(period=10, seconds=60) == {10: 3}
    assert list(cloudwatch.sums(seconds=60).values()) == [3]
    assert cloudwatch.sums("coarse", period=1, seconds=60) == {}


def test_percentiles(cloudwatch: CloudWatch) -> None:
    cloudwatch.put_metric_data(Namespace="N", MetricData=[{"MetricName": "m", "Values": list(range(1, 101))}])
    asked = {"Namespace": "N", "MetricName": "m", "Period": 60, "StartTime": cloudwatch.now - 60}
    (point,) = cloudwatch.get_metric_statistics(
        EndTime=cloudwatch.now + 60, ExtendedStatistics=["p50", "p99"], **asked
    )["Datapoints"]
    assert point["ExtendedStatistics"] == {"p50": 50, "p99": 99}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Period": 61}, "InvalidParameterValueException"),
        ({"StartTime": 2e9}, "InvalidParameterValueException"),
        ({"Statistics": None}, "InvalidParameterCombinationException"),
        ({"ExtendedStatistics": ["p9"]}, "InvalidParameterCombinationException"),
        ({"Statistics": ["p99"]}, "ValidationError"),
        ({"Period": 1}, "InvalidParameterCombinationException"),
    ],
)
def test_what_cannot_be_asked_of_a_metric(cloudwatch: CloudWatch, change: dict[str, Any], code: str) -> None:
    asked = {
        "Namespace": "N",
        "MetricName": "m",
        "Period": 60,
        "Statistics": ["Sum"],
        "StartTime": cloudwatch.now - 3600,
        "EndTime": cloudwatch.now,
        **change,
    }
    with pytest.raises(RefusedError) as refused:
        cloudwatch.get_metric_statistics(**asked)
    assert refused.value.code == code


def test_several_queries_and_expressions_of_them(cloudwatch: CloudWatch) -> None:
    for minute in (0, 1, 3):
        cloudwatch.put(minute + 1, 60 * minute)
    cloudwatch.put(10, 60, name="other")
    found = data(
        cloudwatch,
        query("a"),
        query("b", "other", ReturnData=False),
        {"Id": "sum", "Expression": "SUM(METRICS())"},
        {"Id": "half", "Expression": "sum / 2"},
    )
    assert found == {"a": [1, 2, 4], "sum": [1, 12, 4], "half": [0.5, 6, 2]}
    assert data(cloudwatch, query("a"), ScanBy="TimestampAscending") == {"a": [4, 2, 1]}


def test_labels_and_pages_of_data(cloudwatch: CloudWatch) -> None:
    for minute in range(5):
        cloudwatch.put(minute, 60 * minute)
        cloudwatch.put(10 * minute, 60 * minute, name="other")
    queries = [query("a", Label="first"), query("b", "other"), {"Id": "c", "Expression": "a * 2"}]
    asked = {
        "MetricDataQueries": queries,
        "StartTime": cloudwatch.now - 600,
        "EndTime": cloudwatch.now + 60,
        "MaxDatapoints": 4,
    }
    values: dict[str, list[float]] = {}
    statuses, token = [], None
    while True:
        page = cloudwatch.get_metric_data(**asked, **({"NextToken": token} if token else {}))
        for one in page["MetricDataResults"]:
            values.setdefault(one["Label"], []).extend(one["Values"])
            assert len(one["Timestamps"]) == len(one["Values"])
        statuses.append([one["StatusCode"] for one in page["MetricDataResults"]])
        assert sum(len(one["Values"]) for one in page["MetricDataResults"]) <= 4
        token = page.get("NextToken")
        if token is None:
            break
    assert values == {"first": [0, 1, 2, 3, 4], "other": [0, 10, 20, 30, 40], "a * 2": [0, 2, 4, 6, 8]}
    assert len(statuses) == 4
    assert statuses[0][0] == "PartialData"
    assert statuses[-1][-1] == "Complete"


@pytest.mark.parametrize(
    ("queries", "message"),
    [
        ([query("A")], "begin with a small letter"),
        ([query("a"), query("a")], "2 times"),
        ([query("a"), {"Id": "b", "Expression": "a + c"}], "names c; the queries are a, b"),
        ([query("a"), {"Id": "b", "Expression": "c"}, {"Id": "c", "Expression": "b"}], "in a circle"),
        ([query("a"), {"Id": "b", "Expression": "RATE(a)"}], "does not have RATE"),
        ([query("a"), {"Id": "b", "Expression": "1 + 2"}], "no single series"),
        ([query("a"), {"Id": "b", "Expression": "METRICS()"}], "no single series"),
        ([{"Id": "b"}], "either a MetricStat or an Expression"),
        ([query("a", stat="TM(10%:90%)")], "no statistic TM"),
        ([query("a", AccountId="111122223333")], "other accounts"),
        ([query("a", period=7)], "Period is 7"),
    ],
)
def test_queries_that_are_refused(
    cloudwatch: CloudWatch, queries: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(RefusedError, match=message):
        data(cloudwatch, *queries)


def test_the_list_of_metrics(cloudwatch: CloudWatch) -> None:
    cloudwatch.put(1, name="x", Dimensions=[{"Name": "a", "Value": "1"}, {"Name": "b", "Value": "1"}])
    cloudwatch.put(1, name="x", Dimensions=[{"Name": "a", "Value": "2"}])
    cloudwatch.put(1, name="y")

    def listed(**asked: Any) -> list[tuple[str, str]]:
        found = cloudwatch.list_metrics(**asked)["Metrics"]
        return [(one["MetricName"], "".join(pair["Value"] for pair in one["Dimensions"])) for one in found]

    assert listed() == [("x", "11"), ("x", "2"), ("y", "")]
    assert listed(Namespace="other") == []
    assert listed(MetricName="y") == [("y", "")]
    assert listed(Dimensions=[{"Name": "a"}]) == [("x", "11"), ("x", "2")]
    assert listed(Dimensions=[{"Name": "a", "Value": "2"}]) == [("x", "2")]
    cloudwatch.now += 4 * 3600
    cloudwatch.put(1, name="z")
    assert listed(RecentlyActive="PT3H") == [("z", "")]
    cloudwatch.now += 14 * DAY + 1
    assert listed() == []


def test_the_list_of_metrics_comes_in_pages(cloudwatch: CloudWatch) -> None:
    many = [{"MetricName": f"m{number:04}", "Value": 1} for number in range(501)]
    cloudwatch.put_metric_data(Namespace="N", MetricData=many)
    first = cloudwatch.list_metrics()
    second = cloudwatch.list_metrics(NextToken=first["NextToken"])
    assert len(first["Metrics"]) == 500
    assert [one["MetricName"] for one in second["Metrics"]] == ["m0500"]
    assert "NextToken" not in second
    with pytest.raises(RefusedError, match="InvalidNextToken"):
        cloudwatch.list_metrics(NextToken="none of ours")


def test_minutes_are_kept_for_fifteen_days_and_seconds_for_three_hours(cloudwatch: CloudWatch) -> None:
    cloudwatch.put(1, StorageResolution=1)
    cloudwatch.now += 3 * 3600 + 1
    cloudwatch.put(2, name="later")
    assert list(cloudwatch.sums(seconds=4 * 3600).values()) == [1]
    begins = cloudwatch.now - 4 * 3600
    seconds = cloudwatch.get_metric_data(
        MetricDataQueries=[query("a", period=1)], StartTime=begins, EndTime=cloudwatch.now
    )
    assert seconds["MetricDataResults"][0]["Values"] == []
    cloudwatch.now += 15 * DAY
    cloudwatch.put(3, name="later")
    cloudwatch.now -= DAY
    assert cloudwatch.sums(period=DAY, seconds=20 * DAY) == {}


def test_what_was_measured_outlives_a_restart(cloudwatch: CloudWatch) -> None:
    cloudwatch.put(3)
    cloudwatch.restart()
    cloudwatch.put(4)
    assert list(cloudwatch.sums().values()) == [7]


def test_operations_that_are_not_built_are_refused_by_name(cloudwatch: CloudWatch) -> None:
    with pytest.raises(RefusedError, match="no operation DescribeInsightRules; it has DeleteAlarms"):
        cloudwatch.describe_insight_rules()
    with pytest.raises(RefusedError, match="no metrics of other accounts"):
        cloudwatch.list_metrics(IncludeLinkedAccounts=True)
