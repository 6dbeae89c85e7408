"""Which permissions operations need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from local_aws.config import Settings
from local_aws.gateway.models import service_model
from local_aws.gateway.registry import make_services
from local_aws.gateway.service import ApiError
from local_aws.iam.actions import Actions
from local_aws.iam.identity import Check

ACTIONS = Actions("000000000000")


def checks(service: str, operation: str, handler: object = None, **parameters: Any) -> list[Check]:
    return ACTIONS.checks(service, operation, parameters, "eu-west-1", handler)


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:eu-west-1:000000000000:{resource}"


class Executions:
    def resource_names(self, operation: str, parameters: Any) -> list[str]:
        del operation
        return ["mine"] if parameters.get("QueryExecutionId") == "known" else []


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "resource"),
    [
        ("firehose", "ListDeliveryStreams", {}, "*"),
        ("firehose", "PutRecord", {"DeliveryStreamName": "s"}, arn("firehose", "deliverystream/s")),
        ("kinesis", "ListStreams", {}, "*"),
        ("kinesis", "PutRecords", {"StreamName": "s"}, arn("kinesis", "stream/s")),
        ("kinesis", "GetRecords", {"StreamARN": "arn:given", "StreamName": "s"}, "arn:given"),
        ("kinesis", "SubscribeToShard", {"ConsumerARN": "arn:consumer"}, "arn:consumer"),
        ("glue", "StartCrawler", {"Name": "c"}, arn("glue", "crawler/c")),
        ("glue", "StartCrawlerSchedule", {"CrawlerName": "c"}, arn("glue", "crawler/c")),
        ("glue", "GetTags", {"ResourceArn": "arn:table"}, "arn:table"),
        ("athena", "StartQueryExecution", {"QueryString": "select 1"}, arn("athena", "workgroup/primary")),
        ("athena", "StartQueryExecution", {"WorkGroup": "w"}, arn("athena", "workgroup/w")),
        ("athena", "GetQueryResults", {"QueryExecutionId": "known"}, arn("athena", "workgroup/mine")),
        ("athena", "GetQueryResults", {"QueryExecutionId": "other"}, arn("athena", "workgroup/*")),
        (
            "athena",
            "ListDatabases",
            {"CatalogName": "AwsDataCatalog"},
            arn("athena", "datacatalog/AwsDataCatalog"),
        ),
        ("athena", "ListWorkGroups", {}, "*"),
        ("athena", "ListNamedQueries", {"WorkGroup": "w"}, arn("athena", "workgroup/w")),
        ("athena", "CreateNamedQuery", {"Name": "n"}, arn("athena", "workgroup/primary")),
        ("athena", "UpdateWorkGroup", {"WorkGroup": "w"}, arn("athena", "workgroup/w")),
        ("athena", "CreateWorkGroup", {"Name": "w"}, arn("athena", "workgroup/w")),
        ("athena", "GetDataCatalog", {"Name": "c"}, arn("athena", "datacatalog/c")),
        ("athena", "GetNamedQuery", {"NamedQueryId": "lost"}, arn("athena", "workgroup/*")),
        ("athena", "TagResource", {"ResourceARN": "arn:group"}, "arn:group"),
        ("cloudwatch", "ListMetrics", {}, "*"),
        ("cloudwatch", "PutMetricAlarm", {"AlarmName": "a"}, arn("cloudwatch", "alarm:a")),
        ("cloudwatch", "DescribeAlarms", {}, arn("cloudwatch", "alarm:*")),
        (
            "cloudwatch",
            "PutDashboard",
            {"DashboardName": "d"},
            "arn:aws:cloudwatch::000000000000:dashboard/d",
        ),
        ("cloudwatch", "UntagResource", {"ResourceARN": "arn:alarm", "TagKeys": []}, "arn:alarm"),
    ],
)
def test_an_operation_is_checked_on_its_resource(
    service: str, operation: str, parameters: dict[str, Any], resource: str
) -> None:
    assert checks(service, operation, Executions(), **parameters) == [
        Check(f"{service}:{operation}", resource)
    ]


def test_conditions_and_other_names_of_permissions() -> None:
    put = checks("cloudwatch", "PutMetricData", Namespace="N", MetricData=[])
    assert put == [Check("cloudwatch:PutMetricData", "*", (("cloudwatch:namespace", "N"),))]
    tagged = checks("cloudwatch", "PutMetricAlarm", AlarmName="a", Tags=[{"Key": "k", "Value": "v"}])
    assert [check.action for check in tagged] == ["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"]
    (deleted,) = checks("s3", "DeleteBucketMetricsConfiguration", Bucket="b", Id="i")
    assert deleted == Check("s3:PutMetricsConfiguration", "arn:aws:s3:::b")


def test_several_resources_are_several_checks() -> None:
    found = checks("glue", "BatchGetCrawlers", CrawlerNames=["a", "b"])
    assert [check.resource for check in found] == [arn("glue", "crawler/a"), arn("glue", "crawler/b")]


def test_the_catalog_is_checked_from_the_top() -> None:
    found = checks("glue", "UpdateTable", DatabaseName="d", TableInput={"Name": "t"})
    above = [arn("glue", "catalog"), arn("glue", "database/d")]
    assert [check.resource for check in found] == [*above, arn("glue", "table/d/t")]
    corrected = ACTIONS.corrected("glue", "GetTables", {"DatabaseName": "d"}, "eu-west-1")
    assert [check.resource for check in corrected] == [*above, arn("glue", "table/d/*")]
    listed = ACTIONS.corrected("glue", "GetDatabases", {}, "eu-west-1")
    assert [check.resource for check in listed] == [arn("glue", "catalog"), arn("glue", "database/*")]


def test_roles_are_passed_once_each_and_tags_are_a_permission_of_their_own() -> None:
    found = checks(
        "firehose",
        "CreateDeliveryStream",
        DeliveryStreamName="s",
        Tags=[{"Key": "team", "Value": "lake"}],
        KinesisStreamSourceConfiguration={"RoleARN": "arn:role/reads"},
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:role/writes",
            "ProcessingConfiguration": {
                "Processors": [
                    {"Parameters": [{"ParameterName": "RoleArn", "ParameterValue": "arn:role/invokes"}]}
                ]
            },
            "DataFormatConversionConfiguration": {"SchemaConfiguration": {"RoleARN": "arn:role/writes"}},
        },
    )
    tags = (("aws:RequestTag/team", "lake"), ("aws:TagKeys", ("team",)))
    stream = arn("firehose", "deliverystream/s")
    passed = (("iam:PassedToService", "firehose.amazonaws.com"),)
    assert found == [
        Check("firehose:CreateDeliveryStream", stream, tags),
        Check("firehose:TagDeliveryStream", stream, tags),
        Check("iam:PassRole", "arn:role/reads", passed),
        Check("iam:PassRole", "arn:role/writes", passed),
        Check("iam:PassRole", "arn:role/invokes", passed),
    ]
    crawler = checks("glue", "UpdateCrawler", Name="c", Role="arn:role/crawls")
    assert crawler[1] == Check(
        "iam:PassRole", "arn:role/crawls", (("iam:PassedToService", "glue.amazonaws.com"),)
    )


def test_what_is_not_known_is_refused() -> None:
    for service, operation in (
        ("athena", "GetPreparedStatement"),
        ("kinesis", "PutRecords"),
        ("sqs", "SendMessage"),
    ):
        with pytest.raises(ApiError, match=f"cannot tell the resource of {service}:{operation}"):
            checks(service, operation)


def test_every_operation_that_the_gateway_answers_has_a_resource(tmp_path: Path) -> None:
    """Each operation with all members that its model requires, or that usually say what it is about."""
    services = make_services(Settings(state_dir=tmp_path))
    answered = 0
    for service in services:
        model = service_model(service.name)
        for operation in filter(service.handles, model.operation_names):
            shape = model.operation_model(operation).input_shape
            members = shape.members if shape is not None else {}
            parameters: dict[str, Any] = {
                name: "x" for name in members if name.endswith(("Name", "ARN", "Arn", "Group", "Bucket"))
            }
            if "CrawlerNames" in members:
                parameters["CrawlerNames"] = "x"
            found = ACTIONS.checks(service.name, operation, parameters, "eu-west-1", Executions())
            assert found, f"{service.name}:{operation}"
            answered += 1
    assert answered > 30
