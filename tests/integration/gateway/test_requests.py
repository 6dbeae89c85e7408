"""Requests of public reports that ended in a server error elsewhere, on a real gateway."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws


def test_a_message_attribute_without_text(local_aws: LocalAws) -> None:
    """It is taken here, where AWS refuses it by a rule that its model does not have."""
    sqs: Any = local_aws.unchecked("sqs")
    url = sqs.create_queue(QueueName=unique("queue"))["QueueUrl"]
    attributes = {"a": {"DataType": "String", "StringValue": ""}}
    assert sqs.send_message(QueueUrl=url, MessageBody="b", MessageAttributes=attributes)["MessageId"]


def test_objects_with_keys_beyond_ascii_are_deleted(local_aws: LocalAws) -> None:
    s3, bucket, key = local_aws.clients.client("s3"), unique("bucket"), "\u00fcber/\u2603 & <\U0001f4a9>"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}]})["Deleted"]
    assert [one["Key"] for one in deleted] == [key]
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


@pytest.mark.parametrize("service", ["iotwireless", "quicksight", "glacier"])
def test_a_service_that_is_not_here_is_refused_at_once(local_aws: LocalAws, service: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", local_aws.settings.port)
    scope = f"test/20261121/us-east-1/{service}/aws4_request"
    signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature={'0' * 64}"
    connection.request(
        "GET", "/nothing/here", headers={"authorization": signed, "x-amz-date": "20261121T000000Z"}
    )
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if service == "iotwireless":
        assert answer.status < 500
    else:
        assert answer.status == 501
        assert f"no service {service!r}".encode() in body


def test_what_ministack_fails_on_is_told_as_a_failure_of_the_local_aws(local_aws: LocalAws) -> None:
    client: Any = local_aws.unchecked("servicediscovery")
    with pytest.raises(ClientError) as caught:
        client.create_private_dns_namespace(Name="a&b", Vpc="vpc-1", CreatorRequestId="c")
    error = caught.value.response
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert error["Error"]["Code"] == "NotImplemented"
    assert "The local AWS failed on servicediscovery.CreatePrivateDnsNamespace" in error["Error"]["Message"]


def test_connections_and_packages_are_used_by_the_names_that_they_were_given(local_aws: LocalAws) -> None:
    """MiniStack's names for them are none that AWS's patterns allow."""
    events: Any = local_aws.unchecked("events")
    name = unique("connection")
    key = {"ApiKeyAuthParameters": {"ApiKeyName": "k", "ApiKeyValue": "v"}}
    made = events.create_connection(Name=name, AuthorizationType="API_KEY", AuthParameters=key)
    destination = events.create_api_destination(
        Name=name,
        ConnectionArn=made["ConnectionArn"],
        InvocationEndpoint="https://localhost/x",
        HttpMethod="POST",
    )
    assert destination["ApiDestinationArn"]
    opensearch: Any = local_aws.unchecked("opensearch")
    package = opensearch.create_package(
        PackageName="fuzz-package",
        PackageType="TXT-DICTIONARY",
        PackageSource={"S3BucketName": "bucket", "S3Key": "key"},
    )["PackageDetails"]["PackageID"]
    assert opensearch.delete_package(PackageID=package)["PackageDetails"]["PackageID"] == package
