from __future__ import annotations

from typing import Any

import pytest

from local_aws.gateway.constraints import check
from local_aws.gateway.models import service_model
from local_aws.gateway.service import ApiError

_ROLE = "arn:aws:iam::000000000000:role/r"


def violations(service: str, operation: str, parameters: dict[str, Any]) -> ApiError | None:
    try:
        check(service, service_model(service).operation_model(operation).input_shape, parameters)
    except ApiError as error:
        return error
    return None


def message(operation: str, parameters: dict[str, Any], service: str = "firehose") -> str:
    error = violations(service, operation, parameters)
    assert error is not None
    return error.message


def test_valid_parameters_pass() -> None:
    parameters = {
        "DeliveryStreamName": "a-b_c.9",
        "ExtendedS3DestinationConfiguration": {"RoleARN": _ROLE, "BucketARN": "arn:aws:s3:::bucket"},
        "Tags": [{"Key": "größe", "Value": ""}],
    }
    assert violations("firehose", "CreateDeliveryStream", parameters) is None


def test_one_violation_names_the_member_and_not_the_value() -> None:
    assert message("DescribeDeliveryStream", {"DeliveryStreamName": "a b"}) == (
        "1 validation error detected: Value at 'deliveryStreamName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
    )


def test_all_violations_are_in_one_message() -> None:
    text = message("DescribeDeliveryStream", {"DeliveryStreamName": "", "Limit": 10001})
    assert text.startswith("3 validation errors detected: ")
    assert text.split("; ")[1].endswith("Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
    assert text.endswith(
        "Value at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000"
    )


def test_a_missing_member_inside() -> None:
    parameters = {"DeliveryStreamName": "a", "Records": [{"Data": b""}, {}]}
    assert message("PutRecordBatch", parameters) == (
        "1 validation error detected: Value at 'records.2.member.data' failed to satisfy constraint: "
        "Member must not be null"
    )


def test_numbers_of_members_and_sizes_of_blobs() -> None:
    record = {"Data": b"x" * 1_024_001}
    assert message("PutRecord", {"DeliveryStreamName": "a", "Record": record}).endswith(
        "Value at 'record.data' failed to satisfy constraint: Member must have length less than or equal to 1024000"
    )
    batch = {"DeliveryStreamName": "a", "Records": [{"Data": b""}] * 501}
    assert message("PutRecordBatch", batch).endswith(
        "Value at 'records' failed to satisfy constraint: Member must have length less than or equal to 500"
    )


def test_an_enumeration_is_printed_in_aws_order() -> None:
    parameters = {
        "DeliveryStreamName": "a",
        "S3DestinationConfiguration": {
            "RoleARN": _ROLE,
            "BucketARN": "arn:aws:s3:::bucket",
            "CompressionFormat": "gzip",
        },
    }
    assert message("CreateDeliveryStream", parameters).endswith(
        "Value at 's3DestinationConfiguration.compressionFormat' failed to satisfy constraint: "
        "Member must satisfy enum value set: [ZIP, HADOOP_SNAPPY, Snappy, GZIP, UNCOMPRESSED]"
    )


def test_members_of_a_plain_list_are_reported_once_with_their_whole_set() -> None:
    parameters = {"DeliveryStreamName": "a", "TagKeys": ["", "x" * 129, "ok"]}
    text = message("UntagDeliveryStream", parameters)
    assert text.startswith(
        "1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: "
        "Member must satisfy constraint: [Member must have length less than or equal to 128, "
        "Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: "
    )


def test_tags_of_aws_are_refused() -> None:
    tags = [{"Key": "aws:name", "Value": "x"}]
    assert "'tags.1.member.key'" in message("TagDeliveryStream", {"DeliveryStreamName": "a", "Tags": tags})


def test_other_services_show_the_value() -> None:
    text = message("DescribeStream", {"StreamName": "a b"}, "kinesis")
    assert text.startswith("1 validation error detected: Value 'a b' at 'streamName' failed to satisfy")


def test_athena_has_its_own_exception() -> None:
    error = violations("athena", "StartQueryExecution", {"QueryString": ""})
    assert error is not None
    assert error.code == "InvalidRequestException"


@pytest.mark.parametrize("service", ["firehose", "athena", "kinesis", "glue"])
def test_every_pattern_of_the_models_can_be_checked(service: str) -> None:
    model = service_model(service)
    checked = 0
    for operation in model.operation_names:
        shape = model.operation_model(operation).input_shape
        for name, member in shape.members.items() if shape else ():
            if member.type_name == "string" and member.metadata.get("pattern"):
                error = violations(service, operation, {name: "x" * member.metadata.get("min", 1)})
                assert error is None or "validation error" in error.message
                checked += 1
    assert checked > 10
