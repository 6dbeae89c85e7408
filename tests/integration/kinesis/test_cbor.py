"""Kinesis as Java's clients speak it: `application/x-amz-cbor-1.1`, reference 7.2."""

from __future__ import annotations

import http.client
import time
from typing import TYPE_CHECKING, Any

import cbor2
import pytest

from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws

CBOR = "application/x-amz-cbor-1.1"
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/kinesis/aws4_request, "
    f"SignedHeaders=host, Signature={'0' * 64}"
)


def call(instance: LocalAws, operation: str, body: Any) -> tuple[int, Any, str]:
    """Send a request in CBOR; return status, what the answer says with tags as they stand, and its content type."""
    connection = http.client.HTTPConnection("127.0.0.1", instance.settings.port)
    content = body if isinstance(body, bytes) else cbor2.dumps(body)
    headers = {"x-amz-target": f"Kinesis_20131202.{operation}", "content-type": CBOR, "authorization": SIGNED}
    connection.request("POST", "/", content, {**headers, "x-amz-date": "20261121T000000Z"})
    answer = connection.getresponse()
    raw, kind = answer.read(), answer.headers["content-type"]
    connection.close()
    return answer.status, cbor2.loads(raw, semantic_decoders={1: _tagged}) if raw else None, kind


def _tagged(value: Any, _immutable: bool) -> Any:
    return ("instant", value)


@pytest.fixture
def stream(local_aws: LocalAws) -> str:
    name = unique("cbor")
    assert (
        call(local_aws, "CreateStream", {"StreamName": name, "ShardCount": 1, "Tags": {"a": "b"}})[0] == 200
    )
    local_aws.clients.client("kinesis").get_waiter("stream_exists").wait(
        StreamName=name, WaiterConfig={"Delay": 1}
    )
    return name


def test_records_go_in_and_come_out_as_bytes_with_instants_in_milliseconds(
    local_aws: LocalAws, stream: str
) -> None:
    before_ms = int(time.time() * 1000)
    data = bytes(range(256))
    record = {"StreamName": stream, "Data": data, "PartitionKey": "ü"}
    status, put, kind = call(local_aws, "PutRecord", record)
    assert (status, kind) == (200, CBOR)
    where = {"StreamName": stream, "ShardId": put["ShardId"]}
    since = {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": cbor2.CBORTag(1, before_ms - 5000)}
    status, iterator, _ = call(local_aws, "GetShardIterator", {**where, **since})
    assert status == 200
    status, read, _ = call(local_aws, "GetRecords", {"ShardIterator": iterator["ShardIterator"], "Limit": 10})
    assert status == 200
    [found] = read["Records"]
    assert (found["Data"], found["PartitionKey"]) == (data, "ü")
    kind, instant = found["ApproximateArrivalTimestamp"]
    assert (kind, type(instant)) == ("instant", int)
    assert before_ms - 5000 < instant < before_ms + 600_000


def test_descriptions_have_instants_in_milliseconds(local_aws: LocalAws, stream: str) -> None:
    status, described, _ = call(local_aws, "DescribeStreamSummary", {"StreamName": stream})
    assert status == 200
    kind, instant = described["StreamDescriptionSummary"]["StreamCreationTimestamp"]
    assert kind == "instant"
    assert instant > 1_700_000_000_000


def test_tags_that_came_with_the_stream(local_aws: LocalAws, stream: str) -> None:
    assert call(local_aws, "ListTagsForStream", {"StreamName": stream})[1]["Tags"] == [
        {"Key": "a", "Value": "b"}
    ]


@pytest.mark.parametrize(
    ("operation", "body", "code"),
    [
        ("DescribeStream", {"StreamName": "none-of-that-name"}, "ResourceNotFoundException"),
        ("DescribeStream", {"StreamName": "a b"}, "ValidationException"),
        ("PutRecord", {"StreamName": "s", "Data": 7, "PartitionKey": "k"}, "SerializationException"),
        ("PutRecord", b"\xff", "SerializationException"),
        ("PutRecord", b"", "SerializationException"),
        ("CreateStream", {}, "ValidationException"),
        ("Nothing", {}, "UnknownOperationException"),
        ("GetShardIterator", b"\x9f" * 5000, "SerializationException"),
    ],
)
def test_errors_are_in_cbor(local_aws: LocalAws, operation: str, body: Any, code: str) -> None:
    status, error, kind = call(local_aws, operation, body)
    assert (status, error["__type"].rpartition("#")[2], kind) == (400, code, CBOR)
