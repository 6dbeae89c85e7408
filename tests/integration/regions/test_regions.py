"""Every service answers in the Region that a request was signed for, and keeps its state there."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.clients import RegionalClients
from tests.gateway_fixture import unique
from tests.integration.gateway.test_pass_through import function_zip
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_aws.clients import Clients
    from tests.gateway_fixture import LocalAws

HOME, AWAY, EMPTY = "us-east-1", "eu-west-1", "ap-south-1"
ACCOUNT = "000000000000"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/any"
JSON_SERDE = "org.openx.data.jsonserde.JsonSerDe"


@pytest.fixture
def regional(local_aws_delivering: LocalAws) -> Iterator[RegionalClients]:
    clients = RegionalClients(local_aws_delivering.endpoint)
    yield clients
    clients.close()


def create_bucket(clients: Clients) -> str:
    name = unique(f"lake-{clients.region}")
    place: Any = {"LocationConstraint": clients.region}
    elsewhere = {} if clients.region == HOME else {"CreateBucketConfiguration": place}
    clients.client("s3").create_bucket(Bucket=name, **elsewhere)
    return name


def create_path(clients: Clients, name: str) -> str:
    """Make a stream, a delivery stream that reads it, and a table over what it writes; return the bucket."""
    kinesis, bucket = clients.client("kinesis"), create_bucket(clients)
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
    stream_arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    assert stream_arn == f"arn:aws:kinesis:{clients.region}:{ACCOUNT}:stream/{name}"
    created = clients.client("firehose").create_delivery_stream(
        DeliveryStreamName=name,
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": stream_arn, "RoleARN": ROLE_ARN},
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE_ARN,
            "BucketARN": f"arn:aws:s3:::{bucket}",
            "Prefix": "data/",
            "BufferingHints": {"IntervalInSeconds": 1, "SizeInMBs": 1},
        },
    )
    assert (
        created["DeliveryStreamARN"] == f"arn:aws:firehose:{clients.region}:{ACCOUNT}:deliverystream/{name}"
    )
    create_table(clients, name.replace("-", "_"), f"s3://{bucket}/data/")
    return bucket


def create_table(clients: Clients, name: str, location: str) -> None:
    glue = clients.client("glue")
    glue.create_database(DatabaseInput={"Name": name})
    storage: Any = {
        "Columns": [{"Name": "place", "Type": "string"}],
        "Location": location,
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "SerdeInfo": {"SerializationLibrary": JSON_SERDE},
    }
    glue.create_table(
        DatabaseName=name,
        TableInput={"Name": "places", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": storage},
    )


def places(clients: Clients, database: str, bucket: str) -> list[str]:
    client = clients.client("athena")
    execution = client.start_query_execution(
        QueryString=f"SELECT place FROM {database}.places",
        ResultConfiguration={"OutputLocation": f"s3://{bucket}/results/"},
    )["QueryExecutionId"]
    wait_until(lambda: _state(client, execution) not in ("QUEUED", "RUNNING"), "the query to end")
    assert _state(client, execution) == "SUCCEEDED"
    rows = client.get_query_results(QueryExecutionId=execution)["ResultSet"]["Rows"][1:]
    return [row["Data"][0]["VarCharValue"] for row in rows]


def _state(client: Any, execution: str) -> str:
    state: str = client.get_query_execution(QueryExecutionId=execution)["QueryExecution"]["Status"]["State"]
    return state


def test_paths_of_one_name_in_two_regions_do_not_meet(regional: RegionalClients) -> None:
    name = unique("same")
    buckets = {region: create_path(regional.of(region), name) for region in (HOME, AWAY)}
    for region in buckets:
        data = json.dumps({"place": region}).encode()
        regional.of(region).client("kinesis").put_record(StreamName=name, Data=data, PartitionKey="k")
    for region, bucket in buckets.items():
        s3 = regional.of(region).client("s3")
        wait_until(
            lambda s3=s3, bucket=bucket: s3.list_objects_v2(Bucket=bucket, Prefix="data/").get("Contents"),  # type: ignore[misc]
            f"the record of {region}",
        )
        assert places(regional.of(region), name.replace("-", "_"), bucket) == [region]
    nowhere = regional.of(EMPTY)
    assert nowhere.client("kinesis").list_streams()["StreamNames"] == []
    assert nowhere.client("firehose").list_delivery_streams()["DeliveryStreamNames"] == []
    databases = nowhere.client("glue").get_databases()["DatabaseList"]
    assert {one["Name"] for one in databases} <= {"default"}
    assert nowhere.client("athena").list_query_executions()["QueryExecutionIds"] == []


def test_alarms_metrics_and_crawlers_are_their_regions(regional: RegionalClients) -> None:
    name = unique("watched")
    iam = regional.of(HOME).client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    # A role has no Region: it is the same one for both crawlers.
    role_arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    for region in (HOME, AWAY):
        clients = regional.of(region)
        cloudwatch = clients.client("cloudwatch")
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace=name,
            MetricName=region,
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
        cloudwatch.put_metric_data(Namespace=name, MetricData=[{"MetricName": region, "Value": 1}])
        alarms = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        assert [one["AlarmArn"] for one in alarms] == [f"arn:aws:cloudwatch:{region}:{ACCOUNT}:alarm:{name}"]
        assert alarms[0]["MetricName"] == region
        metrics = cloudwatch.list_metrics(Namespace=name)["Metrics"]
        assert [one["MetricName"] for one in metrics] == [region]
        bucket = create_bucket(clients)
        glue = clients.client("glue")
        glue.create_crawler(
            Name=name,
            Role=role_arn,
            DatabaseName=name,
            Description=region,
            Targets={"S3Targets": [{"Path": f"s3://{bucket}/"}]},
        )
    for region in (HOME, AWAY):
        crawler = regional.of(region).client("glue").get_crawler(Name=name)["Crawler"]
        assert crawler["Description"] == region
    regional.of(AWAY).client("glue").delete_crawler(Name=name)
    assert regional.of(HOME).client("glue").get_crawler(Name=name)["Crawler"]["Name"] == name


def test_services_of_ministack_keep_regions_apart(regional: RegionalClients) -> None:
    name = unique("apart")
    for region in (HOME, AWAY):
        clients = regional.of(region)
        clients.client("logs").create_log_group(logGroupName=name)
        clients.client("athena").create_work_group(Name=name)
        topic = clients.client("sns").create_topic(Name=name)["TopicArn"]
        assert topic == f"arn:aws:sns:{region}:{ACCOUNT}:{name}"
        groups = clients.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        assert [group["arn"].split(":")[3] for group in groups] == [region]
    regional.of(AWAY).client("athena").delete_work_group(WorkGroup=name)
    assert regional.of(HOME).client("athena").get_work_group(WorkGroup=name)["WorkGroup"]["Name"] == name


@pytest.mark.parametrize("region", [HOME, AWAY, "eu-west-3"])
def test_arns_of_ministacks_services_name_the_region_of_the_request(
    regional: RegionalClients, region: str
) -> None:
    clients, name = regional.of(region), unique("named")

    def client(service: str) -> Any:
        return clients.client(service)  # type: ignore[call-overload]

    key = client("kms").create_key()["KeyMetadata"]
    client("kms").create_alias(AliasName=f"alias/{name}", TargetKeyId=key["KeyId"])
    aliases = {one["AliasName"]: one["AliasArn"] for one in client("kms").list_aliases()["Aliases"]}
    url = client("sqs").create_queue(QueueName=name)["QueueUrl"]
    queue = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    table = client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )["TableDescription"]
    streams = client("dynamodbstreams").list_streams(TableName=name)["Streams"]
    assert [one["StreamArn"] for one in streams] == [table["LatestStreamArn"]]
    function = client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=ROLE_ARN,
        Handler="index.handler",
        Code={"ZipFile": function_zip("def handler(event, context):\n    return event\n")},
    )
    found = (
        *(key["Arn"], aliases[f"alias/{name}"], queue["QueueArn"], function["FunctionArn"]),
        *(table["TableArn"], table["LatestStreamArn"]),
    )
    assert [arn.split(":")[3] for arn in found] == [region] * 6


def _signed(instance: LocalAws, authorization: str, **more: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", instance.settings.port)
    headers = {
        "authorization": authorization,
        "x-amz-target": "Firehose_20150804.ListDeliveryStreams",
        "content-type": "application/x-amz-json-1.1",
        "x-amz-date": "20261121T000000Z",
        **more,
    }
    connection.request("POST", "/", b"{}", headers)
    answer = connection.getresponse()
    found = answer.status, json.loads(answer.read())
    connection.close()
    return found


def test_what_is_no_region_is_refused(local_aws_delivering: LocalAws) -> None:
    scope = "test/20261121/../firehose/aws4_request"
    status, body = _signed(
        local_aws_delivering,
        f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature={'0' * 64}",
    )
    assert (status, body["__type"]) == (403, "InvalidSignatureException")
    assert not (local_aws_delivering.settings.state_dir / "regions" / "..").joinpath("firehose", "x").exists()


@pytest.mark.parametrize(
    ("region_set", "expected"), [("eu-west-1", AWAY), ("*", HOME), ("eu-west-1,us-east-1", AWAY)]
)
def test_sigv4a_names_its_regions_in_a_header(
    regional: RegionalClients, local_aws_delivering: LocalAws, region_set: str, expected: str
) -> None:
    firehose = regional.of(expected).client("firehose")
    name, bucket = unique("asymmetric"), create_bucket(regional.of(expected))
    firehose.create_delivery_stream(
        DeliveryStreamName=name,
        ExtendedS3DestinationConfiguration={"RoleARN": ROLE_ARN, "BucketARN": f"arn:aws:s3:::{bucket}"},
    )
    status, body = _signed(
        local_aws_delivering,
        "AWS4-ECDSA-P256-SHA256 Credential=test/20261121/firehose/aws4_request, SignedHeaders=host, Signature=00",
        **{"x-amz-region-set": region_set},
    )
    assert status == 200
    assert name in body["DeliveryStreamNames"]
