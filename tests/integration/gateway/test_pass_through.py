"""What is not ours reaches MiniStack as it was sent."""

from __future__ import annotations

import http.client
import io
import json
import os
import zipfile
from typing import TYPE_CHECKING

import psutil

from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws

ROLE_ARN = "arn:aws:iam::000000000000:role/any"


def function_zip(source: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", source)
    return content.getvalue()


def test_large_objects_come_back_byte_for_byte(local_aws: LocalAws) -> None:
    s3 = local_aws.clients.client("s3")
    bucket = unique("bucket")
    s3.create_bucket(Bucket=bucket)
    content = os.urandom(20 * 1024 * 1024)
    s3.upload_fileobj(io.BytesIO(content), bucket, "a/b=c/large")
    assert s3.get_object(Bucket=bucket, Key="a/b=c/large")["Body"].read() == content
    part = s3.get_object(Bucket=bucket, Key="a/b=c/large", Range="bytes=1000-1999")
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert part["Body"].read() == content[1000:2000]


def test_a_zip_is_a_running_function_without_docker(local_aws: LocalAws) -> None:
    client = local_aws.clients.client("lambda")
    name = unique("double")
    client.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=ROLE_ARN,
        Handler="index.handler",
        Code={"ZipFile": function_zip("def handler(event, context):\n    return event['n'] * 2\n")},
    )
    answer = client.invoke(FunctionName=name, Payload=b'{"n": 21}')
    assert answer["Payload"].read() == b"42"


def test_only_one_address_is_listened_on(local_aws: LocalAws) -> None:
    listening = [
        connection.laddr
        for one in local_aws.family()
        for connection in one.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert {(address.ip, address.port) for address in listening} == {("127.0.0.1", local_aws.settings.port)}


def test_many_requests_on_one_connection(local_aws: LocalAws) -> None:
    """The server's default would close it after 1,000, which a busy client sees as an error."""
    connection = http.client.HTTPConnection("127.0.0.1", local_aws.settings.port, timeout=30)
    connection.connect()
    used = connection.sock
    try:
        for _ in range(1100):
            connection.request("GET", "/_local_aws/health")
            response = connection.getresponse()
            assert response.status == 200
            response.read()
            assert connection.sock is used
    finally:
        connection.close()


def test_an_unknown_operation_of_ours_is_refused_and_others_are_ministacks(local_aws: LocalAws) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", local_aws.settings.port, timeout=30)
    try:
        scope = "test/20261129/us-east-1/firehose/aws4_request"
        signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        headers = {"X-Amz-Target": "Firehose_20150804.Nothing", "Authorization": signed}
        connection.request("POST", "/", b"{}", headers)
        answer = connection.getresponse()
        assert answer.status == 400
        assert json.loads(answer.read())["__type"] == "UnknownOperationException"
        assert answer.headers["x-amzn-requestid"]
    finally:
        connection.close()
    assert local_aws.clients.client("sts").get_caller_identity()["Account"] == local_aws.settings.account_id
