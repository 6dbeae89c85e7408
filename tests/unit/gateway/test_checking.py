"""Requests to MiniStack, checked by their API's model before they are passed on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import cbor2
import pytest

from local_aws.gateway.checking import reading
from local_aws.gateway.routing import Scope
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from local_aws.gateway.checking import Reading

FORM = "application/x-www-form-urlencoded"


def read(
    service: str,
    path: str = "/",
    *,
    method: str = "POST",
    query: str = "",
    target: str = "",
    content_type: str = "application/x-amz-json-1.1",
) -> Reading | None:
    headers = [(b"content-type", content_type.encode())]
    if target:
        headers.append((b"x-amz-target", target.encode()))
    scope = {"method": method, "path": path, "query_string": query.encode(), "headers": headers}
    return reading(Scope("test", "us-east-1", service), scope)


def refused(found: Reading | None, body: bytes = b"") -> tuple[str, str]:
    """Return code and message of the refusal of a request."""
    assert found is not None
    error = found.refusal
    if error is None:
        with pytest.raises(ApiError) as caught:
            found.checked(body)
        error = caught.value
    return error.code, error.message


def json_request(service: str, target: str, parameters: Any) -> tuple[str, str]:
    return refused(read(service, target=target), json.dumps(parameters).encode("utf-8", "surrogatepass"))


def test_a_right_request_has_its_operation_and_parameters() -> None:
    found = read("dynamodb", target="DynamoDB_20120810.GetItem")
    assert found is not None
    model, parameters = found.checked(b'{"TableName": "t", "Key": {"a": {"S": "x"}}, "Other": 1}')
    assert model is not None
    assert (model.name, parameters) == ("GetItem", {"TableName": "t", "Key": {"a": {"S": "x"}}})


@pytest.mark.parametrize(
    ("service", "target", "parameters", "code", "part"),
    [
        ("athena", "AmazonAthena.CreateWorkGroup", {"Name": "a\ud800"}, "SerializationException", ""),
        ("athena", "AmazonAthena.CreateWorkGroup", {"Name": "a b"}, "InvalidRequestException", "'name'"),
        ("glue", "AWSGlue.GetTables", {"DatabaseName": "x" * 300}, "ValidationException", "255"),
        ("kms", "TrentService.Encrypt", {"KeyId": "k"}, "ValidationException", "Value null at 'plaintext'"),
        (
            "logs",
            "Logs_20140328.CreateLogGroup",
            {"logGroupName": "a b"},
            "InvalidParameterException",
            "regular",
        ),
        (
            "states",
            "AWSStepFunctions.ListStateMachines",
            {"maxResults": "x"},
            "SerializationException",
            "Integer",
        ),
        ("events", "AWSEvents.PutRule", {"Name": []}, "SerializationException", "Start of list"),
        ("dynamodb", "DynamoDB_20120810.Nothing", {}, "UnknownOperationException", "Nothing"),
        ("dynamodb", "Nothing.ListTables", {}, "UnknownOperationException", "Nothing"),
        ("ssm", "AmazonSSM.GetParameter", {"Name": "a", "x": [[[]]] * 3}, "", ""),
    ],
)
def test_json(service: str, target: str, parameters: Any, code: str, part: str) -> None:
    if not code:
        found = read(service, target=target)
        assert found is not None
        assert found.checked(json.dumps(parameters).encode())[1] == {"Name": "a"}
        return
    found_code, message = json_request(service, target, parameters)
    assert found_code == code
    assert part in message


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"null", b"[]", b"{", b"\xff", b'{"a": 1} x', b'{"a": 1e999}', b"\xef\xbb\xbf{}"),
        *(
            b'{"TableName": "\\ud800"}',
            b'{"a": ' * 101 + b"1" + b"}" * 101,
            b"[" * 5000,
            b'{"a": ' + b"9" * 5000 + b"}",
        ),
    ],
)
def test_what_cannot_be_read_is_a_serialization_error(body: bytes) -> None:
    assert refused(read("dynamodb", target="DynamoDB_20120810.GetItem"), body)[0] == "SerializationException"


def test_a_wrong_content_type() -> None:
    found = read("dynamodb", target="DynamoDB_20120810.ListTables", content_type="text/plain")
    assert refused(found)[0] == "UnknownOperationException"


def test_kinesis_in_cbor() -> None:
    found = read(
        "kinesis", target="Kinesis_20131202.GetShardIterator", content_type="application/x-amz-cbor-1.1"
    )
    assert found is not None
    sent = {
        "StreamName": "s",
        "ShardId": "shardId-000000000000",
        "ShardIteratorType": "AT_TIMESTAMP",
        "Timestamp": cbor2.CBORTag(1, 1763714000250),
    }
    assert found.checked(cbor2.dumps(sent))[1]["Timestamp"] == 1763714000.25
    assert refused(found, cbor2.dumps({"StreamName": "a b"}))[0] == "ValidationException"
    assert cbor2.loads(found.error(ApiError("ValidationException", "no")).body) == {
        "__type": "ValidationException",
        "message": "no",
    }


@pytest.mark.parametrize(
    ("service", "body", "code"),
    [
        ("iam", b"Action=CreateUser", "ValidationError"),
        ("iam", b"Action=CreateUser&UserName=a%20b", "ValidationError"),
        ("iam", b"Action=CreateUser&UserName=a%00", "MalformedInput"),
        ("iam", b"Action=CreateUser&UserName=%ff", "MalformedInput"),
        ("iam", b"Action=Nothing", "InvalidAction"),
        ("iam", b"a..b=1&Action", "MalformedInput"),
        ("iam", b"Action=ListUsers&MaxItems=many", "MalformedInput"),
        ("sns", b"", "MissingAction"),
        ("sts", b"Action=AssumeRole&RoleArn=arn:aws:iam::000000000000:role/a", "ValidationError"),
        ("sqs", b"Action=SendMessage&MessageBody=%00", "MalformedInput"),
    ],
)
def test_forms(service: str, body: bytes, code: str) -> None:
    assert refused(read(service, content_type=FORM), body)[0] == code


@pytest.mark.parametrize(
    "body",
    [
        b"Action=CreateUser&UserName=a&Tags.member.1.Key=k&Tags.member.1.Value=v",
        b"Action=ListUsers&a..b=1&.=2&a.1.2.3=x",
    ],
)
def test_right_forms_pass(body: bytes) -> None:
    found = read("iam", content_type=FORM)
    assert found is not None
    found.checked(body)


def test_rest_json() -> None:
    path = "/2015-03-31/functions/a%20b"
    assert refused(read("lambda", path, method="GET"))[0] == "ValidationException"
    assert refused(read("lambda", "/2015-03-31/functions/%ff", method="GET"))[0] == "SerializationException"
    create = read("lambda", "/2015-03-31/functions")
    assert refused(create, b'{"FunctionName": 1}')[0] == "SerializationException"
    assert refused(create, b'{"FunctionName": "f"}')[0] == "ValidationException"
    assert refused(create, b"[]")[0] == "SerializationException"
    many = read("lambda", "/2015-03-31/functions", method="GET", query="MaxItems=x")
    assert refused(many)[0] == "SerializationException"


def test_a_payload_of_the_callers_own_is_not_read() -> None:
    found = read("lambda", "/2015-03-31/functions/a/invocations")
    assert found is not None
    assert not found.reads_body


@pytest.mark.parametrize(
    "body", [b"<", b"{}", b"<a></b>", b"\x00", b"<a>" * 10, b"<!DOCTYPE a [<!ENTITY b '&b;'>]><a>&b;</a>"]
)
def test_s3_documents(body: bytes) -> None:
    found = read("s3", "/bucket", method="PUT", query="tagging", content_type="")
    assert refused(found, body)[0] == "MalformedXML"


@pytest.mark.parametrize(
    ("method", "query"), [("PUT", ""), ("GET", "tagging"), ("PUT", "partNumber=1&uploadId=x")]
)
def test_objects_of_s3_stream_through(method: str, query: str) -> None:
    assert read("s3", "/bucket/key", method=method, query=query, content_type="") is None


@pytest.mark.parametrize("method", ["PUT", "GET", "HEAD", "DELETE"])
@pytest.mark.parametrize("key", ["k" * 1025, "\u00e9" * 513, "/".join(["k" * 99] * 11)])
def test_keys_that_s3_does_not_have(method: str, key: str) -> None:
    code, message = refused(read("s3", f"/bucket/{key}", method=method))
    assert code == "KeyTooLongError"
    assert "allowed are 1024" in message


@pytest.mark.parametrize("key", ["k" * 1024, "\u00e9" * 512])
def test_keys_of_1024_bytes_pass(key: str) -> None:
    assert read("s3", f"/bucket/{key}", method="PUT") is None


def test_a_key_is_counted_without_the_bucket_wherever_that_is() -> None:
    headers = [(b"host", b"bucket.localhost:4566")]
    scope = {"method": "PUT", "path": "/" + "k" * 1024, "query_string": b"", "headers": headers}
    assert reading(Scope("test", "us-east-1", "s3"), scope) is None
    found = reading(Scope("test", "us-east-1", "s3"), {**scope, "path": "/" + "k" * 1025})
    assert refused(found)[0] == "KeyTooLongError"
