"""The delivery engine under a role that lacks a permission: what it reports, and that nothing is lost.

AWS rules: codes of failing calls, reference 2.4, 2.6 and 4.5; a failing bucket is retried and never sends data to
the error prefix, 1.5; the permissions that the role needs, 14.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.gateway_fixture import unique
from tests.integration.iam.conftest import allow, document
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.integration.iam.conftest import Account

ACCOUNT = "000000000000"
TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "firehose.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {"StringEquals": {"sts:ExternalId": ACCOUNT}},
}
FUNCTION = """
def handler(event, context):
    return {"records": [{"recordId": r["recordId"], "result": "Ok", "data": r["data"]} for r in event["records"]]}
"""


@dataclass
class Pipeline:
    """A stream, a function, a table, a bucket, a log group, and a role with the rights that a test leaves it."""

    account: Account
    name: str = field(default_factory=lambda: unique("pipeline"))

    def __post_init__(self) -> None:
        root = self.account.root
        self.bucket = self.name
        root.client("s3").create_bucket(Bucket=self.bucket)
        kinesis = root.client("kinesis")
        kinesis.create_stream(StreamName=self.name, ShardCount=1)
        wait_until(
            lambda: (
                kinesis.describe_stream(StreamName=self.name)["StreamDescription"]["StreamStatus"] == "ACTIVE"
            ),
            "the stream",
        )
        root.client("logs").create_log_group(logGroupName=self.name)
        root.client("logs").create_log_stream(logGroupName=self.name, logStreamName="delivery")
        database = self.name.replace("-", "_")
        root.client("glue").create_database(DatabaseInput={"Name": database})
        root.client("glue").create_table(
            DatabaseName=database,
            TableInput={
                "Name": "numbers",
                "StorageDescriptor": {"Columns": [{"Name": "n", "Type": "int"}]},
            },
        )
        self.database = database
        self.role = self._role("delivery", TRUST)
        self.function_arn = self._function()

    def _role(self, kind: str, trust: dict[str, Any]) -> str:
        made = self.account.iam.create_role(
            RoleName=f"{self.name}-{kind}", AssumeRolePolicyDocument=document(trust)
        )
        return made["Role"]["Arn"]

    def _function(self) -> str:
        service = {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("function.py", FUNCTION)
        made = self.account.root.client("lambda").create_function(
            FunctionName=self.name,
            Runtime="python3.12",
            Handler="function.handler",
            Role=self._role("function", service),
            Code={"ZipFile": package.getvalue()},
        )
        return f"{made['FunctionArn']}:$LATEST"

    @property
    def permissions(self) -> dict[str, dict[str, Any]]:
        """All that the role needs here, by what it is for."""
        glue = f"arn:aws:glue:us-east-1:{ACCOUNT}"
        return {
            "s3": allow("s3:PutObject", f"arn:aws:s3:::{self.bucket}/*"),
            "kinesis": allow(
                [
                    "kinesis:DescribeStream",
                    "kinesis:GetRecords",
                    "kinesis:GetShardIterator",
                    "kinesis:ListShards",
                ],
                f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/{self.name}",
            ),
            "lambda": allow("lambda:InvokeFunction", self.function_arn),
            "glue": allow(
                "glue:GetTable",
                [
                    f"{glue}:catalog",
                    f"{glue}:database/{self.database}",
                    f"{glue}:table/{self.database}/numbers",
                ],
            ),
            "logs": allow(
                "logs:PutLogEvents",
                f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{self.name}:log-stream:*",
            ),
        }

    def grant_all_but(self, *missing: str) -> None:
        granted = [one for purpose, one in self.permissions.items() if purpose not in missing]
        self.account.iam.put_role_policy(
            RoleName=f"{self.name}-delivery", PolicyName="deliver", PolicyDocument=document(*granted)
        )

    def start(self) -> None:
        """Make the delivery stream, with transform and conversion, and wait until it is active."""
        firehose: Any = self.account.root.client("firehose")
        parameters = {
            "LambdaArn": self.function_arn,
            "BufferSizeInMBs": "1",
            "BufferIntervalInSeconds": "1",
            "NumberOfRetries": "1",
            "RoleArn": self.role,
        }
        firehose.create_delivery_stream(
            DeliveryStreamName=self.name,
            DeliveryStreamType="KinesisStreamAsSource",
            KinesisStreamSourceConfiguration={
                "KinesisStreamARN": f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/{self.name}",
                "RoleARN": self.role,
            },
            ExtendedS3DestinationConfiguration={
                "RoleARN": self.role,
                "BucketARN": f"arn:aws:s3:::{self.bucket}",
                "Prefix": "data/",
                "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
                "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 1},
                "CloudWatchLoggingOptions": {
                    "Enabled": True,
                    "LogGroupName": self.name,
                    "LogStreamName": "delivery",
                },
                "ProcessingConfiguration": {
                    "Enabled": True,
                    "Processors": [
                        {
                            "Type": "Lambda",
                            "Parameters": [
                                {"ParameterName": name, "ParameterValue": value}
                                for name, value in parameters.items()
                            ],
                        }
                    ],
                },
                "DataFormatConversionConfiguration": {
                    "SchemaConfiguration": {
                        "RoleARN": self.role,
                        "DatabaseName": self.database,
                        "TableName": "numbers",
                        "Region": "us-east-1",
                    },
                    "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
                    "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}},
                },
            },
        )
        wait_until(
            lambda: (
                firehose.describe_delivery_stream(DeliveryStreamName=self.name)["DeliveryStreamDescription"][
                    "DeliveryStreamStatus"
                ]
                == "ACTIVE"
            ),
            "the delivery stream",
        )

    def put(self, *numbers: int) -> None:
        for number in numbers:
            self.account.root.client("kinesis").put_record(
                StreamName=self.name, Data=json.dumps({"n": number}).encode(), PartitionKey="k"
            )

    def keys(self, prefix: str) -> list[str]:
        listed = self.account.root.client("s3").list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        return [item["Key"] for item in listed.get("Contents", [])]

    def logged(self) -> set[str]:
        events = self.account.root.client("logs").filter_log_events(logGroupName=self.name)["events"]
        return {json.loads(event["message"])["errorCode"] for event in events}

    def error_codes(self, kind: str, member: str) -> set[str]:
        s3 = self.account.root.client("s3")
        bodies = [
            s3.get_object(Bucket=self.bucket, Key=key)["Body"].read() for key in self.keys(f"errors/{kind}/")
        ]
        return {json.loads(line)[member] for body in bodies for line in body.splitlines()}

    def delivered(self) -> bool:
        return bool(self.keys("data/"))

    def remove(self) -> None:
        self.account.root.client("firehose").delete_delivery_stream(DeliveryStreamName=self.name)


@pytest.fixture
def pipeline(account: Account) -> Any:
    made = Pipeline(account)
    yield made
    made.remove()


def test_the_role_needs_these_permissions_and_no_others(pipeline: Pipeline) -> None:
    pipeline.grant_all_but()
    pipeline.start()
    pipeline.put(1)
    wait_until(pipeline.delivered, "the object")
    assert pipeline.keys("errors/") == []


@pytest.mark.parametrize(
    ("missing", "code"), [("s3", "S3.AccessDenied"), ("kinesis", "Kinesis.AccessDenied")]
)
def test_what_is_denied_is_logged_and_tried_again(pipeline: Pipeline, missing: str, code: str) -> None:
    pipeline.grant_all_but(missing)
    pipeline.start()
    pipeline.put(1, 2)
    wait_until(lambda: code in pipeline.logged(), "the log entry")
    assert pipeline.keys("") == []
    pipeline.grant_all_but()
    wait_until(pipeline.delivered, "the object")
    assert pipeline.keys("errors/") == []


def test_a_function_that_may_not_be_called_fails_the_batch(pipeline: Pipeline) -> None:
    pipeline.grant_all_but("lambda")
    pipeline.start()
    pipeline.put(1)
    wait_until(lambda: bool(pipeline.keys("errors/")), "the error object")
    assert pipeline.error_codes("processing-failed", "errorCode") == {"Lambda.InvokeAccessDenied"}
    assert not pipeline.delivered()


def test_a_table_that_may_not_be_read_fails_the_conversion(pipeline: Pipeline) -> None:
    pipeline.grant_all_but("glue")
    pipeline.start()
    pipeline.put(1)
    wait_until(lambda: bool(pipeline.keys("errors/")), "the error object")
    found = pipeline.error_codes("format-conversion-failed", "lastErrorCode")
    assert found == {"DataFormatConversion.AccessDenied"}


def test_a_role_that_does_not_trust_firehose_delivers_nothing_until_it_does(pipeline: Pipeline) -> None:
    pipeline.grant_all_but()
    role = f"{pipeline.name}-delivery"
    foreign = {**TRUST, "Condition": {"StringEquals": {"sts:ExternalId": "111122223333"}}}
    pipeline.account.iam.update_assume_role_policy(RoleName=role, PolicyDocument=document(foreign))
    pipeline.start()
    pipeline.put(1)
    log = pipeline.account.instance.settings.logs_dir / "delivery.log"
    wait_until(
        lambda: f"sts:AssumeRole on resource: {pipeline.role}" in log.read_text(), "the engine's complaint"
    )
    assert pipeline.keys("") == []
    pipeline.account.iam.update_assume_role_policy(RoleName=role, PolicyDocument=document(TRUST))
    wait_until(pipeline.delivered, "the object")
    assert pipeline.keys("errors/") == []
