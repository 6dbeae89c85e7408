"""Dashboards, and the tags of dashboards and alarms."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conformance.cloudwatch.conftest import NOW, CloudWatch, RefusedError

WIDGET = {"type": "metric", "x": 0, "y": 0, "width": 6, "height": 6, "properties": {"title": "t"}}


def body(*widgets: dict[str, Any]) -> str:
    return json.dumps({"widgets": list(widgets)}, indent=3)


def test_a_dashboard_is_given_back_as_it_was_sent(cloudwatch: CloudWatch) -> None:
    answer = cloudwatch.put_dashboard(DashboardName="lake", DashboardBody=body(WIDGET))
    assert answer == {"DashboardValidationMessages": []}
    cloudwatch.restart()
    assert cloudwatch.get_dashboard(DashboardName="lake") == {
        "DashboardArn": "arn:aws:cloudwatch::000000000000:dashboard/lake",
        "DashboardName": "lake",
        "DashboardBody": body(WIDGET),
    }
    cloudwatch.put_dashboard(DashboardName="other", DashboardBody=body())
    (entry,) = cloudwatch.list_dashboards(DashboardNamePrefix="la")["DashboardEntries"]
    assert (entry["DashboardName"], entry["Size"], entry["LastModified"]) == ("lake", len(body(WIDGET)), NOW)
    with pytest.raises(RefusedError, match="DashboardNotFoundError"):
        cloudwatch.delete_dashboards(DashboardNames=["lake", "nobody"])
    cloudwatch.delete_dashboards(DashboardNames=["lake"])
    with pytest.raises(RefusedError, match="DashboardNotFoundError"):
        cloudwatch.get_dashboard(DashboardName="lake")
    assert len(cloudwatch.list_dashboards()["DashboardEntries"]) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[]", "list of widgets"),
        ('{"widgets": 1}', "list of widgets"),
        (body(*[WIDGET] * 501), "500 at most"),
        (body({**WIDGET, "type": "pie"}), "needs a type"),
        (body({**WIDGET, "properties": None}), "needs properties"),
        (body({**WIDGET, "x": 24}), "x is 24; allowed are 0 to 23"),
        (body({**WIDGET, "width": "6"}), "width is '6'"),
    ],
)
def test_what_is_no_dashboard_is_refused(cloudwatch: CloudWatch, text: str, message: str) -> None:
    with pytest.raises(RefusedError, match=message):
        cloudwatch.put_dashboard(DashboardName="lake", DashboardBody=text)
    with pytest.raises(RefusedError, match="DashboardName is 'a b'"):
        cloudwatch.put_dashboard(DashboardName="a b", DashboardBody=body())


def test_tags_of_alarms_and_dashboards(cloudwatch: CloudWatch) -> None:
    cloudwatch.alarm(Tags=[{"Key": "a", "Value": "1"}])
    cloudwatch.put_dashboard(DashboardName="lake", DashboardBody=body(), Tags=[{"Key": "a", "Value": "1"}])
    for arn in (
        "arn:aws:cloudwatch:us-east-1:000000000000:alarm:a",
        "arn:aws:cloudwatch::000000000000:dashboard/lake",
    ):
        cloudwatch.tag_resource(
            ResourceARN=arn, Tags=[{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "3"}]
        )
        tags = cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
        assert {tag["Key"]: tag["Value"] for tag in tags} == {"a": "3", "b": "2"}
        cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["a", "nobody"])
        assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
        with pytest.raises(RefusedError, match="not begin with aws:"):
            cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "aws:b", "Value": "2"}])
        many = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
        with pytest.raises(RefusedError, match="51 tags; at most 50"):
            cloudwatch.tag_resource(ResourceARN=arn, Tags=many)
    for arn in (
        "arn:aws:cloudwatch:us-east-1:000000000000:alarm:b",
        "arn:aws:cloudwatch:eu-west-1:000000000000:alarm:a",
    ):
        with pytest.raises(RefusedError, match="ResourceNotFoundException"):
            cloudwatch.list_tags_for_resource(ResourceARN=arn)
