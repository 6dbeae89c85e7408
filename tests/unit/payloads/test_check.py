"""Wrong requests are found out: in every protocol, whatever is wrong with them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.payloads.check import operations, read
from tests.payloads.identify import UnidentifiedError
from tests.payloads.recorder import Sent
from tests.payloads.written import written

STREAM = {"DeliveryStreamName": "lake", "DeliveryStreamType": "DirectPut"}
TOPIC = {"Name": "alarms", "Tags": [{"Key": "team", "Value": "data"}]}
ALARM = {"AlarmName": "late", "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1}
ROLE = {"RoleName": "delivery", "AssumeRolePolicyDocument": "{}", "MaxSessionDuration": 3600}
FUNCTION = {
    "FunctionName": "transform",
    "Role": "arn:aws:iam::000000000000:role/r",
    "Code": {"ZipFile": b"zip"},
}
LIFECYCLE_RULE = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 7}}
LIFECYCLE = {"Bucket": "lake", "LifecycleConfiguration": {"Rules": [LIFECYCLE_RULE]}}
METRICS = {"Bucket": "lake", "Id": "errors", "MetricsConfiguration": {"Id": "errors"}}


def lifecycle(**changes: Any) -> dict[str, Any]:
    return {"Bucket": "lake", "LifecycleConfiguration": {"Rules": [{**LIFECYCLE_RULE, **changes}]}}


def without(parameters: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in parameters.items() if key != name}


def json_request(parameters: Mapping[str, Any]) -> Sent:
    return written("firehose", "CreateDeliveryStream", parameters)


def changed(sent: Sent, old: str, new: str) -> Sent:
    """Give a request with another body: what botocore itself would never write."""
    assert old.encode() in sent.body
    return dataclasses.replace(sent, body=sent.body.replace(old.encode(), new.encode(), 1))


def test_right_requests_pass() -> None:
    for sent in (
        json_request(STREAM),
        written("sns", "CreateTopic", TOPIC),
        written("cloudwatch", "PutMetricAlarm", ALARM, "query"),
        written("iam", "CreateRole", ROLE),
        written("lambda", "CreateFunction", FUNCTION),
        written("s3", "PutBucketLifecycleConfiguration", LIFECYCLE),
        written("s3", "PutBucketMetricsConfiguration", METRICS),
    ):
        assert read(sent).violations == (), sent


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        # JSON, with the operation in a header
        (changed(json_request(STREAM), "{", '{"Colour": "red", '), ".Colour: unknown"),
        (changed(json_request(STREAM), "{", '{"DeliveryStreamName": "a", '), "a member is given twice"),
        (json_request({**STREAM, "DeliveryStreamType": "Carrier"}), "'Carrier' is none of DirectPut, "),
        (changed(json_request(STREAM), '"lake"', "7"), ".DeliveryStreamName: int 7 instead of string"),
        (changed(json_request(STREAM), '"lake"', "true"), ".DeliveryStreamName: bool True instead of string"),
        (json_request(without(STREAM, "DeliveryStreamName")), ".DeliveryStreamName: missing"),
        (json_request({**STREAM, "DeliveryStreamName": ""}), "'' is under the minimum 1"),
        (json_request({**STREAM, "DeliveryStreamName": "x" * 65}), "is over the maximum 64"),
        (
            json_request({**STREAM, "DeliveryStreamName": "a b"}),
            "'a b' does not have the pattern [a-zA-Z0-9_.-]+",
        ),
        (json_request({**STREAM, "Tags": [{"Key": "k"}, {"Value": "v"}]}), ".Tags[1].Key: missing"),
        (changed(json_request(STREAM), "}", ""), "the body is not JSON"),
        (
            changed(written("kinesis", "PutRecord", {"Data": b"x", "PartitionKey": "k"}), "eA==", "?"),
            "not base64",
        ),
        (
            written("scheduler", "CreateSchedule", {"Name": "s", "FlexibleTimeWindow": {"Mode": "OFF"}}),
            ".ScheduleExpression: missing",
        ),
        # A union: one of its members
        (
            written(
                "glue",
                "CreateTableOptimizer",
                {
                    "CatalogId": "0",
                    "DatabaseName": "d",
                    "TableName": "t",
                    "Type": "compaction",
                    "TableOptimizerConfiguration": {"vpcConfiguration": {}},
                },
            ),
            ".vpcConfiguration: one of glueConnectionName and not []",
        ),
        # Query: a form
        (changed(written("sns", "CreateTopic", TOPIC), "Name=", "Colour=red&Name="), ".Colour: unknown"),
        (changed(written("sns", "CreateTopic", TOPIC), "Name=alarms&", ""), ".Name: missing"),
        (
            changed(written("sns", "CreateTopic", TOPIC), "Tags.member.1.Value", "Tags.member.1.Valeu"),
            ".Valeu: unknown",
        ),
        (
            changed(written("sns", "CreateTopic", TOPIC), "member.1.Key", "member.3.Key"),
            "not numbered from 1",
        ),
        (
            changed(written("sns", "CreateTopic", TOPIC), "Tags.member.1.Key", "Tags.1.Key"),
            "not a list of member",
        ),
        (
            written("cloudwatch", "PutMetricAlarm", {**ALARM, "ComparisonOperator": "Higher"}, "query"),
            "'Higher' is none of ",
        ),
        (
            changed(written("cloudwatch", "PutMetricAlarm", ALARM, "query"), "Periods=1", "Periods=one"),
            ".EvaluationPeriods: str 'one' instead of integer",
        ),
        (written("iam", "CreateRole", {**ROLE, "MaxSessionDuration": 60}), "60 is under the minimum 3600"),
        (written("iam", "CreateRole", {**ROLE, "RoleName": "a/b"}), "does not have the pattern"),
        # REST with JSON
        (changed(written("lambda", "CreateFunction", FUNCTION), "{", '{"Colour": 1, '), ".Colour: unknown"),
        (written("lambda", "CreateFunction", without(FUNCTION, "Role")), ".Role: missing"),
        (
            written("lambda", "CreateFunction", {**FUNCTION, "Timeout": 0}),
            ".Timeout: 0 is under the minimum 1",
        ),
        (written("lambda", "CreateFunction", {**FUNCTION, "Runtime": "cobol"}), "'cobol' is none of "),
        (
            dataclasses.replace(
                written("lambda", "GetFunction", {"FunctionName": "f"}),
                target="/2015-03-31/functions/f?Colour=red",
            ),
            "has no query parameter Colour=red",
        ),
        # REST with XML
        (
            changed(
                written("s3", "PutBucketLifecycleConfiguration", LIFECYCLE),
                "<ID>",
                "<Colour>red</Colour><ID>",
            ),
            ".LifecycleConfiguration.Rules[0].Colour: unknown",
        ),
        (
            written(
                "s3",
                "PutBucketLifecycleConfiguration",
                {"Bucket": "lake", "LifecycleConfiguration": {"Rules": [without(LIFECYCLE_RULE, "Status")]}},
            ),
            ".Rules[0].Status: missing",
        ),
        (
            written("s3", "PutBucketLifecycleConfiguration", lifecycle(Status="On")),
            ".Status: 'On' is none of Enabled, Disabled",
        ),
        (
            written("s3", "PutBucketLifecycleConfiguration", lifecycle(Expiration={"Days": "week"})),
            ".Expiration.Days: str 'week' instead of integer",
        ),
        (
            changed(written("s3", "PutBucketLifecycleConfiguration", LIFECYCLE), "<Days>7</Days>", "7"),
            "text where elements belong",
        ),
        (
            changed(
                changed(written("s3", "PutBucketMetricsConfiguration", METRICS), "<MetricsC", "<AnalyticsC"),
                "</MetricsC",
                "</AnalyticsC",
            ),
            "the body is a AnalyticsConfiguration, not a MetricsConfiguration",
        ),
        (
            changed(written("s3", "PutBucketMetricsConfiguration", METRICS), "</Id>", ""),
            "the body is not XML",
        ),
        # Of two operations with the same method, path and fixed query, the one whose query is there; then what lacks
        (
            dataclasses.replace(
                written("s3", "PutBucketMetricsConfiguration", METRICS), target="/lake?metrics"
            ),
            "s3:PutBucketMetricsConfiguration .Id: missing",
        ),
        (
            dataclasses.replace(
                written("s3", "HeadBucket", {"Bucket": "lake"}),
                headers={**written("s3", "HeadBucket", {"Bucket": "lake"}).headers, "x-amz-colour": "red"},
            ),
            "has no header x-amz-colour",
        ),
        (written("s3", "CreateBucket", {"Bucket": "lake", "ACL": "mine"}), ".ACL: 'mine' is none of "),
        (
            dataclasses.replace(written("s3", "GetBucketPolicy", {"Bucket": "lake"}), body=b"?"),
            "it is sent a body of 1 bytes and has no parameter there",
        ),
    ],
)
def test_wrong_requests_are_found_out(sent: Sent, expected: str) -> None:
    found = read(sent).violations
    assert any(expected in text for text in found), found


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda sent: dataclasses.replace(sent, headers=without(sent.headers, "authorization")),
            "is not signed",
        ),
        (
            lambda sent: dataclasses.replace(
                sent, headers={**sent.headers, "x-amz-target": "Firehose_20150804.Burn"}
            ),
            "firehose has no target Firehose_20150804.Burn",
        ),
        (
            lambda sent: dataclasses.replace(
                sent, headers={**sent.headers, "content-type": "application/cbor"}
            ),
            "is sent as 'application/cbor'",
        ),
        (
            lambda sent: dataclasses.replace(sent, headers=without(sent.headers, "x-amz-target")),
            "could be firehose:CreateDeliveryStream or firehose:DeleteDeliveryStream or ",
        ),
    ],
)
def test_what_cannot_be_identified_is_no_success(change: Callable[[Sent], Sent], expected: str) -> None:
    with pytest.raises(UnidentifiedError, match=expected):
        read(change(json_request(STREAM)))


def test_other_requests_that_no_model_knows() -> None:
    bucket = written("s3", "HeadBucket", {"Bucket": "lake"})
    for sent, expected in (
        (dataclasses.replace(bucket, method="PATCH"), "no operation of s3 or s3control has this method"),
        (dataclasses.replace(bucket, target="/lake?x-id=DeleteBucket"), "no operation of s3"),
        (
            changed(written("sns", "CreateTopic", TOPIC), "=CreateTopic", "=Burn"),
            "sns 2010-03-31 has no form",
        ),
        (changed(written("sns", "CreateTopic", TOPIC), "2010-03-31", "2010-01-01"), "has no form"),
        # Written in CBOR: nobody has seen the provider do that, so nothing here reads it.
        (
            dataclasses.replace(
                written("cloudwatch", "PutMetricAlarm", ALARM, "query"),
                target="/service/GraniteServiceVersion20100801/operation/PutMetricAlarm",
                headers={
                    **written("cloudwatch", "PutMetricAlarm", ALARM, "query").headers,
                    "content-type": "application/cbor",
                },
            ),
            "no operation of cloudwatch has this method and path",
        ),
    ):
        with pytest.raises(UnidentifiedError, match=expected):
            read(sent)


def test_one_wrong_request_among_right_ones_fails() -> None:
    right = [json_request(STREAM), written("sns", "CreateTopic", TOPIC)]
    assert operations(right) == {"firehose:CreateDeliveryStream", "sns:CreateTopic"}
    unsigned = dataclasses.replace(right[0], headers={})
    for wrong in (unsigned, changed(right[0], "{", '{"Colour": "red", ')):
        with pytest.raises(AssertionError, match=r"is not signed|Colour: unknown"):
            operations([*right, wrong])
