"""A real gateway, spoken to in every protocol that CloudWatch has, across restarts, down to the message in a queue."""

from __future__ import annotations

import copy
import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import botocore.loaders
import botocore.session
import pytest
from botocore.exceptions import ClientError

from tests.gateway_fixture import unique
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway_fixture import LocalAws

PROTOCOLS = ("json", "query", "smithy-rpc-v2-cbor")


def client(instance: LocalAws, protocol: str) -> Any:
    """Give a botocore client that speaks one protocol, as if its model knew no other."""
    loader = botocore.loaders.create_loader()
    model: Any = copy.deepcopy(loader.load_service_model("cloudwatch", "service-2"))
    model["metadata"] |= {"protocol": protocol, "protocols": [protocol]}
    if protocol == "query":
        del model["metadata"]["awsQueryCompatible"]

    class Loader(botocore.loaders.Loader):
        def load_service_model(
            self, service_name: str, type_name: str, api_version: str | None = None
        ) -> Any:
            if (service_name, type_name) == ("cloudwatch", "service-2"):
                return model
            return loader.load_service_model(service_name, type_name, api_version)

    session = botocore.session.Session()
    session.register_component("data_loader", Loader())
    session.set_credentials("test", "test")
    return session.create_client("cloudwatch", region_name="us-east-1", endpoint_url=instance.endpoint)


@pytest.fixture(params=PROTOCOLS)
def cloudwatch(request: pytest.FixtureRequest, local_aws: LocalAws) -> Iterator[Any]:
    made = client(local_aws, request.param)
    yield made
    made.close()


def test_measurements_go_in_and_come_out(cloudwatch: Any) -> None:
    name, now = unique("metric"), time.time()
    datum = {"MetricName": name, "Values": [1.5, 2], "Counts": [2, 1], "Timestamp": now, "Unit": "Bytes"}
    cloudwatch.put_metric_data(
        Namespace="protocols", MetricData=[{**datum, "Dimensions": [{"Name": "a & <b>", "Value": "ü"}]}]
    )
    asked = {"Namespace": "protocols", "MetricName": name}
    dimensions = [{"Name": "a & <b>", "Value": "ü"}]
    assert cloudwatch.list_metrics(**asked)["Metrics"] == [{**asked, "Dimensions": dimensions}]
    span = {"StartTime": now - 3600, "EndTime": now + 60}
    points = cloudwatch.get_metric_statistics(
        **asked, **span, Dimensions=dimensions, Period=60, Statistics=["Sum", "SampleCount"]
    )["Datapoints"]
    assert [(point["Sum"], point["SampleCount"], point["Unit"]) for point in points] == [(5, 3, "Bytes")]
    assert points[0]["Timestamp"].timestamp() == now // 60 * 60
    stat = {"Metric": {**asked, "Dimensions": dimensions}, "Period": 60, "Stat": "p50"}
    (found,) = cloudwatch.get_metric_data(
        **span, MetricDataQueries=[{"Id": "a", "MetricStat": stat, "Label": "half"}]
    )["MetricDataResults"]
    assert (found["Label"], found["Values"], found["StatusCode"]) == ("half", [1.5], "Complete")
    assert found["Timestamps"] == [points[0]["Timestamp"]]


def test_a_large_request_is_sent_packed(cloudwatch: Any) -> None:
    names = [unique("m" * 100) for _ in range(200)]
    packed: list[Any] = []
    cloudwatch.meta.events.register(
        "before-send.*", lambda request, **_: packed.append(request.headers.get("content-encoding"))
    )
    cloudwatch.put_metric_data(
        Namespace="packed", MetricData=[{"MetricName": name, "Value": 1} for name in names]
    )
    assert packed == [b"gzip"]
    assert len(cloudwatch.list_metrics(Namespace="packed", MetricName=names[-1])["Metrics"]) == 1


def test_an_alarm_is_read_back_as_it_was_made(cloudwatch: Any) -> None:
    name = unique("alarm")
    metric = {"Namespace": "n", "MetricName": "m", "Dimensions": [{"Name": "d", "Value": "v"}]}
    given = {
        "AlarmName": name,
        "ActionsEnabled": False,
        "ComparisonOperator": "LessThanThreshold",
        "Threshold": 0.1,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "TreatMissingData": "ignore",
        "OKActions": [],
        "Metrics": [
            {"Id": "all", "Expression": "SUM(METRICS()) / 3", "ReturnData": True},
            {"Id": "m", "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Sum"}, "ReturnData": False},
        ],
    }
    cloudwatch.put_metric_alarm(**given)
    (found,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert {member: found[member] for member in given} == given
    assert found["AlarmConfigurationUpdatedTimestamp"].timestamp() <= time.time() + 1
    cloudwatch.delete_alarms(AlarmNames=[name])
    assert cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"] == []


@pytest.mark.parametrize(
    ("call", "code", "status"),
    [
        (
            lambda one: one.put_metric_data(Namespace="n", MetricData=[{"MetricName": "m"}]),
            "MissingParameter",
            400,
        ),
        (
            lambda one: one.set_alarm_state(AlarmName="no", StateValue="OK", StateReason=""),
            "ResourceNotFound",
            404,
        ),
        (lambda one: one.get_dashboard(DashboardName="no"), "ResourceNotFound", 404),
        (lambda one: one.describe_alarms(MaxRecords=1000), "ValidationError", 400),
        (lambda one: one.put_composite_alarm(AlarmName="a", AlarmRule="b"), "UnsupportedOperation", 400),
    ],
)
def test_errors_have_the_codes_that_clients_know(
    cloudwatch: Any, call: Callable[[Any], Any], code: str, status: int
) -> None:
    with pytest.raises(ClientError) as caught:
        call(cloudwatch)
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["Error"]["Message"]
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_an_alarm_reaches_a_queue_and_its_state_outlives_a_kill(
    make_local_aws: Callable[[], LocalAws],
) -> None:
    instance = make_local_aws()
    sns, cloudwatch = instance.clients.client("sns"), instance.clients.client("cloudwatch")
    session = botocore.session.get_session()
    session.set_credentials("test", "test")
    sqs: Any = session.create_client("sqs", region_name="us-east-1", endpoint_url=instance.endpoint)
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    queue = sqs.create_queue(QueueName="people")["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:000000000000:people")
    cloudwatch.put_metric_alarm(
        AlarmName="a",
        Namespace="n",
        MetricName="m",
        Statistic="Sum",
        Period=3600,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[topic],
    )
    cloudwatch.put_metric_data(Namespace="n", MetricData=[{"MetricName": "m", "Value": 1}])
    received: list[dict[str, Any]] = []

    def arrived() -> bool:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1)
        received.extend(json.loads(json.loads(one["Body"])["Message"]) for one in answer.get("Messages", ()))
        return bool(received)

    wait_until(arrived, "the message of the alarm")
    assert (received[0]["AlarmName"], received[0]["NewStateValue"]) == ("a", "ALARM")
    sqs.close()
    before = cloudwatch.describe_alarms()["MetricAlarms"]
    instance.kill()
    instance.start()
    assert cloudwatch.describe_alarms()["MetricAlarms"] == before
    span: Any = {"StartTime": time.time() - 7200, "EndTime": time.time() + 60}
    points = cloudwatch.get_metric_statistics(
        Namespace="n", MetricName="m", Period=3600, Statistics=["Sum"], **span
    )["Datapoints"]
    assert sum(point["Sum"] for point in points) == 1


def test_calls_and_puts_are_counted(local_aws: LocalAws) -> None:
    kinesis, cloudwatch = local_aws.clients.client("kinesis"), local_aws.clients.client("cloudwatch")
    name = unique("counted")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=name)
    kinesis.put_records(StreamName=name, Records=[{"Data": b"12345", "PartitionKey": "k"}] * 3)
    kinesis.put_record(StreamName=name, Data=b"1", PartitionKey="k")

    def sums() -> dict[str, float]:
        found = {}
        for metric in ("IncomingRecords", "IncomingBytes", "WriteProvisionedThroughputExceeded"):
            points = cloudwatch.get_metric_statistics(
                Namespace="AWS/Kinesis",
                MetricName=metric,
                Dimensions=[{"Name": "StreamName", "Value": name}],
                StartTime=datetime.now(UTC) - timedelta(hours=1),
                EndTime=datetime.now(UTC) + timedelta(minutes=1),
                Period=3600,
                Statistics=["Sum"],
            )["Datapoints"]
            found[metric] = sum(point["Sum"] for point in points)
        return found

    expected = {"IncomingRecords": 4, "IncomingBytes": 16, "WriteProvisionedThroughputExceeded": 0}
    wait_until(lambda: sums() == expected, "the puts are counted")
