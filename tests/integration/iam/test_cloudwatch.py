"""CloudWatch with IAM enforced: who may do what, and whether an alarm may publish to a topic."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local_aws.clients import Clients
from local_aws.iam.services import CLOUDWATCH, read_key
from tests.gateway_fixture import unique
from tests.integration.iam.conftest import allow, document
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.integration.iam.conftest import Account

ACCOUNT = "000000000000"
ALARMS = f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm"
DATA: Any = [{"MetricName": "m", "Value": 1}]


def denied(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    assert error["Code"] == "AccessDenied", error
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    return str(error["Message"])


def alarm(name: str, **more: Any) -> dict[str, Any]:
    return {
        "AlarmName": name,
        "Namespace": "n",
        "MetricName": "m",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
        **more,
    }


def test_measurements_may_be_limited_to_a_namespace(account: Account) -> None:
    condition = {"StringEquals": {"cloudwatch:namespace": "mine"}}
    cloudwatch = account.user(allow("cloudwatch:PutMetricData", Condition=condition)).client("cloudwatch")
    cloudwatch.put_metric_data(Namespace="mine", MetricData=DATA)
    message = denied(cloudwatch.put_metric_data, Namespace="yours", MetricData=DATA)
    assert "is not authorized to perform: cloudwatch:PutMetricData on resource: *" in message
    denied(cloudwatch.list_metrics)


def test_alarms_may_be_limited_by_their_names(account: Account) -> None:
    mine = unique("mine")
    actions = ["cloudwatch:PutMetricAlarm", "cloudwatch:DescribeAlarms", "cloudwatch:DeleteAlarms"]
    cloudwatch = account.user(allow(actions, f"{ALARMS}:{mine}*")).client("cloudwatch")
    cloudwatch.put_metric_alarm(**alarm(mine))
    message = denied(cloudwatch.put_metric_alarm, **alarm("yours"))
    assert f"on resource: {ALARMS}:yours" in message
    denied(cloudwatch.put_metric_alarm, **alarm(mine, Tags=[{"Key": "a", "Value": "b"}]))
    assert len(cloudwatch.describe_alarms(AlarmNames=[mine])["MetricAlarms"]) == 1
    denied(cloudwatch.describe_alarms)
    denied(cloudwatch.set_alarm_state, AlarmName=mine, StateValue="OK", StateReason="")
    denied(cloudwatch.delete_alarms, AlarmNames=[mine, "yours"])
    cloudwatch.delete_alarms(AlarmNames=[mine])


def test_dashboards_and_tags(account: Account) -> None:
    name = unique("board")
    arn = f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/{name}"
    cloudwatch = account.user(allow(["cloudwatch:*Dashboard*", "cloudwatch:TagResource"], arn)).client(
        "cloudwatch"
    )
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody='{"widgets": []}')
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "b"}])
    denied(cloudwatch.tag_resource, ResourceARN=f"{ALARMS}:x", Tags=[{"Key": "a", "Value": "b"}])
    denied(cloudwatch.list_tags_for_resource, ResourceARN=arn)
    denied(cloudwatch.put_dashboard, DashboardName="other", DashboardBody='{"widgets": []}')
    denied(cloudwatch.list_dashboards)


def test_request_metrics_of_a_bucket(account: Account) -> None:
    bucket = unique("counted")
    account.root.client("s3").create_bucket(Bucket=bucket)
    arn = f"arn:aws:s3:::{bucket}"
    writing = account.user(allow("s3:PutMetricsConfiguration", arn)).client("s3")
    reading = account.user(allow("s3:GetMetricsConfiguration", arn)).client("s3")
    one: Any = {"Bucket": bucket, "Id": "all"}
    denied(reading.put_bucket_metrics_configuration, **one, MetricsConfiguration={"Id": "all"})
    writing.put_bucket_metrics_configuration(**one, MetricsConfiguration={"Id": "all"})
    denied(writing.get_bucket_metrics_configuration, **one)
    denied(writing.list_bucket_metrics_configurations, Bucket=bucket)
    assert reading.get_bucket_metrics_configuration(**one)["MetricsConfiguration"] == {"Id": "all"}
    denied(reading.delete_bucket_metrics_configuration, **one)
    writing.delete_bucket_metrics_configuration(**one)


def test_what_is_not_built_is_denied_before_it_is_refused(account: Account) -> None:
    cloudwatch = account.user(allow("cloudwatch:PutMetricData")).client("cloudwatch")
    denied(cloudwatch.describe_insight_rules)


@pytest.mark.parametrize(
    ("principal", "condition", "may"),
    [
        ("cloudwatch.amazonaws.com", {"StringEquals": {"aws:SourceAccount": ACCOUNT}}, True),
        ("cloudwatch.amazonaws.com", {"ArnLike": {"aws:SourceArn": f"{ALARMS}:*"}}, True),
        ("cloudwatch.amazonaws.com", {"ArnLike": {"aws:SourceArn": f"{ALARMS}:another"}}, False),
        ("cloudwatch.amazonaws.com", {"StringEquals": {"aws:SourceAccount": "111122223333"}}, False),
        ("budgets.amazonaws.com", {"StringEquals": {"aws:SourceAccount": ACCOUNT}}, False),
        (None, {}, True),
    ],
)
def test_the_topics_policy_decides_whether_an_alarm_may_publish(
    account: Account, principal: str | None, condition: dict[str, Any], *, may: bool
) -> None:
    name = unique("topic")
    sns, cloudwatch = account.root.client("sns"), account.root.client("cloudwatch")
    topic = sns.create_topic(Name=name)["TopicArn"]
    if principal is not None:  # a topic without a policy of its own lets its account's alarms publish
        statements = [
            allow("sns:Publish", topic, Principal={"Service": principal}, Condition=condition),
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sns:Publish",
                "Resource": topic,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ]
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=document(*statements))
    sqs = boto3.client(
        "sqs",
        endpoint_url=account.instance.endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    queue_arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
    policy = document(allow("sqs:SendMessage", queue_arn, Principal={"Service": "sns.amazonaws.com"}))
    queue = sqs.create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
    cloudwatch.put_metric_alarm(**alarm(name, AlarmActions=[topic], MetricName=name))
    cloudwatch.put_metric_data(Namespace="n", MetricData=[{"MetricName": name, "Value": 1}])

    def actions() -> list[Any]:
        found = cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="Action")
        return found["AlarmHistoryItems"]

    wait_until(actions, "the alarm has published or failed to")
    summary = actions()[0]["HistorySummary"]
    if may:
        assert summary == f"Successfully executed action {topic}"
        (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
        assert json.loads(json.loads(message["Body"])["Message"])["AlarmName"] == name
    else:
        assert summary.startswith(f"Failed to execute action {topic}")
        assert "is not authorized to perform: SNS:Publish" in summary
    sqs.close()


def test_the_services_own_key_may_publish_and_nothing_else(account: Account) -> None:
    service = Clients(account.instance.endpoint, "us-east-1", read_key(account.instance.settings, CLOUDWATCH))
    for call in (
        service.client("cloudwatch").describe_alarms,
        service.client("s3").list_buckets,
        service.client("sns").list_topics,
        service.client("iam").list_users,
    ):
        with pytest.raises(ClientError):
            call()
    with pytest.raises(ClientError, match="not authorized to perform: SNS:Publish"):
        service.client("sns").publish(
            TopicArn=f"arn:aws:sns:us-east-1:{ACCOUNT}:nobody", Subject="a", Message="b"
        )
    service.close()
