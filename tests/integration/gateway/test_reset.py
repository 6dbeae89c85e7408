"""A reset leaves nothing of what was there, in a gateway that goes on running."""

from __future__ import annotations

import json
import threading
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local_aws import running
from local_aws.config import Settings
from tests.gateway_fixture import LocalAws, free_port
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local_aws.clients import Clients

_ROLE = "arn:aws:iam::000000000000:role/r"
_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": ["firehose.amazonaws.com", "glue.amazonaws.com"]},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


def _zip() -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return 1\n")
    return content.getvalue()


def _fill(clients: Clients) -> None:
    """Make one of everything that a lake has."""
    every: Any = clients.client
    every("iam").create_role(RoleName="r", AssumeRolePolicyDocument=_TRUST)
    may = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    every("iam").put_role_policy(RoleName="r", PolicyName="all", PolicyDocument=json.dumps(may))
    every("iam").create_user(UserName="u")
    every("s3").create_bucket(Bucket="lake")
    every("s3").put_object(Bucket="lake", Key="t/data.json", Body=b'{"a": 1}\n')
    every("s3").put_bucket_metrics_configuration(Bucket="lake", Id="all", MetricsConfiguration={"Id": "all"})
    every("kinesis").create_stream(StreamName="stream", ShardCount=1)
    every("kinesis").add_tags_to_stream(StreamName="stream", Tags={"a": "b"})
    every("kms").create_key()
    every("sns").create_topic(Name="topic")
    every("logs").create_log_group(logGroupName="group")
    every("lambda").create_function(
        FunctionName="f", Runtime="python3.12", Role=_ROLE, Handler="index.handler", Code={"ZipFile": _zip()}
    )
    assert every("lambda").invoke(FunctionName="f")["Payload"].read() == b"1"
    every("glue").create_database(DatabaseInput={"Name": "d"})
    every("glue").create_table(
        DatabaseName="d",
        TableInput={
            "Name": "t",
            "TableType": "EXTERNAL_TABLE",
            "StorageDescriptor": {
                "Columns": [{"Name": "a", "Type": "int"}],
                "Location": "s3://lake/t/",
                "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
                "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
            },
        },
    )
    every("glue").create_crawler(
        Name="crawler", Role=_ROLE, DatabaseName="d", Targets={"S3Targets": [{"Path": "s3://lake/t/"}]}
    )
    every("athena").create_work_group(
        Name="g", Configuration={"ResultConfiguration": {"OutputLocation": "s3://lake/results/"}}
    )
    every("athena").create_named_query(Name="q", Database="d", QueryString="select 1", WorkGroup="g")
    every("athena").create_prepared_statement(
        StatementName="prepared", WorkGroup="g", QueryStatement="select 1"
    )
    query = every("athena").start_query_execution(QueryString="select * from d.t", WorkGroup="g")[
        "QueryExecutionId"
    ]

    def state() -> str:
        found: str = every("athena").get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"][
            "State"
        ]
        return found

    wait_until(lambda: state() in ("SUCCEEDED", "FAILED"), "the end of a query")
    assert state() == "SUCCEEDED"
    every("cloudwatch").put_metric_data(Namespace="mine", MetricData=[{"MetricName": "m", "Value": 1.0}])
    every("cloudwatch").put_metric_alarm(
        AlarmName="a",
        Namespace="mine",
        MetricName="m",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        Statistic="Sum",
        ComparisonOperator="GreaterThanThreshold",
    )
    every("cloudwatch").put_dashboard(DashboardName="b", DashboardBody='{"widgets": []}')
    for name in ("direct", "from-stream"):
        source = {
            "DeliveryStreamType": "KinesisStreamAsSource",
            "KinesisStreamSourceConfiguration": {
                "KinesisStreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/stream",
                "RoleARN": _ROLE,
            },
        }
        every("firehose").create_delivery_stream(
            DeliveryStreamName=name,
            ExtendedS3DestinationConfiguration={
                "RoleARN": _ROLE,
                "BucketARN": "arn:aws:s3:::lake",
                "Prefix": f"{name}/",
                "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 1},
            },
            **({} if name == "direct" else source),
        )


def _asked_again(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ClientError as error:
        return error.response["Error"]["Code"]


def _inventory(clients: Clients) -> dict[str, Any]:
    """Give everything that can be listed."""
    every: Any = clients.client
    return {
        "roles": [one["RoleName"] for one in every("iam").list_roles()["Roles"]],
        "users": [one["UserName"] for one in every("iam").list_users()["Users"]],
        "buckets": [one["Name"] for one in every("s3").list_buckets()["Buckets"]],
        "configurations": _asked_again(
            lambda: [
                one["Id"]
                for one in every("s3")
                .list_bucket_metrics_configurations(Bucket="lake")
                .get("MetricsConfigurationList", [])
            ]
        ),
        "streams": every("kinesis").list_streams()["StreamNames"],
        "keys": len(every("kms").list_keys()["Keys"]),
        "topics": len(every("sns").list_topics()["Topics"]),
        "groups": [one["logGroupName"] for one in every("logs").describe_log_groups()["logGroups"]],
        "functions": [one["FunctionName"] for one in every("lambda").list_functions()["Functions"]],
        "databases": [one["Name"] for one in every("glue").get_databases()["DatabaseList"]],
        "tables": _asked_again(
            lambda: [one["Name"] for one in every("glue").get_tables(DatabaseName="d")["TableList"]]
        ),
        "crawlers": [one["Name"] for one in every("glue").get_crawlers()["Crawlers"]],
        "work groups": [one["Name"] for one in every("athena").list_work_groups()["WorkGroups"]],
        "queries": _asked_again(
            lambda: every("athena").list_query_executions(WorkGroup="g")["QueryExecutionIds"]
        ),
        "named queries": _asked_again(
            lambda: every("athena").list_named_queries(WorkGroup="g")["NamedQueryIds"]
        ),
        "prepared": _asked_again(
            lambda: every("athena").list_prepared_statements(WorkGroup="g")["PreparedStatements"]
        ),
        "metrics": [
            one["MetricName"] for one in every("cloudwatch").list_metrics(Namespace="mine")["Metrics"]
        ],
        "alarms": [one["AlarmName"] for one in every("cloudwatch").describe_alarms()["MetricAlarms"]],
        "dashboards": [
            one["DashboardName"] for one in every("cloudwatch").list_dashboards()["DashboardEntries"]
        ],
        "delivery": every("firehose").list_delivery_streams()["DeliveryStreamNames"],
    }


def _files(state_dir: Path) -> set[str]:
    """Give the files that hold data."""
    kept = ("run", "logs")
    return {
        str(path.relative_to(state_dir))
        for path in state_dir.rglob("*")
        if path.is_file() and path.relative_to(state_dir).parts[0] not in kept
    }


@pytest.fixture(params=[False, True], ids=["open", "enforcing"])
def instance(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    made = LocalAws(Settings(port=free_port(), state_dir=tmp_path / "state", auth=request.param))
    made.start()
    yield made
    made.close()


@pytest.mark.slow
def test_everything_is_gone_and_everything_can_be_made_again(instance: LocalAws) -> None:
    empty, pid = _inventory(instance.clients), instance.gateway_pid()
    files = _files(instance.settings.state_dir)
    _fill(instance.clients)
    full = _inventory(instance.clients)
    assert [name for name in full if full[name] == empty[name]] == []
    done = instance.command("reset")
    assert (done.returncode, done.stderr) == (0, "")
    assert _inventory(instance.clients) == empty
    left = {one for one in _files(instance.settings.state_dir) - files if "/lake/" in one or "stream" in one}
    assert left == set()
    assert instance.gateway_pid() == pid
    _fill(instance.clients)
    assert _inventory(instance.clients).keys() == full.keys()
    assert _inventory(instance.clients)["delivery"] == full["delivery"]
    stream = instance.clients.client("kinesis")
    stream.put_record(StreamName="stream", Data=b"after the reset\n", PartitionKey="k")
    instance.clients.client("firehose").put_record(
        DeliveryStreamName="direct", Record={"Data": b"and direct\n"}
    )
    wait_until(lambda: _delivered(instance.clients) == {"direct", "from-stream"}, "both deliveries")
    instance.command("reset")
    instance.stop()
    instance.start()
    assert _inventory(instance.clients) == empty


def _delivered(clients: Clients) -> set[str]:
    listed = clients.client("s3").list_objects_v2(Bucket="lake").get("Contents", [])
    return {one["Key"].partition("/")[0] for one in listed} & {"direct", "from-stream"}


@pytest.mark.slow
def test_under_load_requests_are_answered_before_or_after(tmp_path: Path) -> None:
    instance = LocalAws(Settings(port=free_port(), state_dir=tmp_path / "state"))
    instance.start()
    _fill(instance.clients)
    stop, odd, answered = threading.Event(), [], [0]

    def use(number: int) -> None:
        while not stop.is_set():
            for call in (
                lambda: instance.clients.client("s3").put_object(Bucket="lake", Key=f"k{number}", Body=b"x"),
                lambda: instance.clients.client("firehose").put_record(
                    DeliveryStreamName="direct", Record={"Data": b"x"}
                ),
                lambda: instance.clients.client("athena").start_query_execution(
                    QueryString="select 1", WorkGroup="g"
                ),
                lambda: instance.clients.client("glue").get_tables(DatabaseName="d"),
                lambda: instance.clients.client("cloudwatch").describe_alarms(),
            ):
                try:
                    call()
                    answered[0] += 1
                except ClientError as error:
                    # Gone, or asked again too often while it went.
                    if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (400, 404, 503):
                        odd.append(str(error))
                except Exception as error:
                    odd.append(repr(error))

    users = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for user in users:
        user.start()
    try:
        wait_until(lambda: answered[0] > 40, "load")
        done = instance.command("reset")
        assert done.returncode == 0, done.stderr
    finally:
        stop.set()
        for user in users:
            user.join()
    assert odd == []
    assert _inventory(instance.clients)["delivery"] == []
    assert _inventory(instance.clients)["buckets"] == []
    instance.close()


def test_without_a_running_instance_the_folder_is_emptied(tmp_path: Path) -> None:
    instance = LocalAws(Settings(port=free_port(), state_dir=tmp_path / "state", delivery_enabled=False))
    instance.start()
    instance.clients.client("s3").create_bucket(Bucket="lake")
    instance.stop()
    assert running.find(instance.settings) is None
    assert instance.command("reset").returncode == 0
    instance.start()
    assert instance.clients.client("s3").list_buckets()["Buckets"] == []
    instance.close()
