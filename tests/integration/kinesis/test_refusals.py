"""Requests that Kinesis refuses by more than its model says: reference 1.3, 2.4, 3.1 and 4.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.gateway_fixture import LocalAws

SHARD = "shardId-000000000000"
INVALID, VIOLATION = "InvalidArgumentException", "ValidationException"


@pytest.fixture(scope="module")
def stream(local_aws: LocalAws) -> str:
    name = unique("refusing")
    kinesis = local_aws.clients.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=4)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
    return name


def refusal(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize(
    ("operation", "parameters", "code", "part"),
    [
        ("put_record", {"Data": b"x", "PartitionKey": "k", "ExplicitHashKey": "abc"}, VIOLATION, "pattern"),
        (
            "put_record",
            {"Data": b"x", "PartitionKey": "k", "ExplicitHashKey": str(2**128)},
            INVALID,
            "2^128-1",
        ),
        (
            "get_shard_iterator",
            {"ShardId": SHARD, "ShardIteratorType": "AT_SEQUENCE_NUMBER"},
            INVALID,
            "and no StartingSequenceNumber",
        ),
        (
            "get_shard_iterator",
            {"ShardId": SHARD, "ShardIteratorType": "LATEST", "StartingSequenceNumber": "1"},
            INVALID,
            "and also a StartingSequenceNumber",
        ),
        (
            "get_shard_iterator",
            {"ShardId": SHARD, "ShardIteratorType": "AT_TIMESTAMP"},
            INVALID,
            "timestampInMillis",
        ),
        ("get_shard_iterator", {"ShardId": SHARD, "ShardIteratorType": "NOW"}, VIOLATION, "enum value set"),
        (
            "merge_shards",
            {"ShardToMerge": SHARD, "AdjacentShardToMerge": "shardId-000000000002"},
            INVALID,
            "not an adjacent pair",
        ),
        (
            "merge_shards",
            {"ShardToMerge": "shardId-000000000001", "AdjacentShardToMerge": SHARD},
            INVALID,
            "not an adjacent pair",
        ),
        (
            "update_shard_count",
            {"TargetShardCount": 9, "ScalingType": "UNIFORM_SCALING"},
            INVALID,
            "up over double",
        ),
        (
            "update_shard_count",
            {"TargetShardCount": 1, "ScalingType": "UNIFORM_SCALING"},
            INVALID,
            "down below half",
        ),
    ],
)
def test_refused(
    local_aws: LocalAws, stream: str, operation: str, parameters: dict[str, Any], code: str, part: str
) -> None:
    client = local_aws.unchecked("kinesis")
    found, message = refusal(lambda: getattr(client, operation)(StreamName=stream, **parameters))
    assert found == code
    assert part in message


def test_a_limit_beyond_the_models(local_aws: LocalAws, stream: str) -> None:
    client = local_aws.unchecked("kinesis")
    where = {"StreamName": stream, "ShardId": SHARD, "ShardIteratorType": "LATEST"}
    iterator = client.get_shard_iterator(**where)["ShardIterator"]
    code, message = refusal(lambda: client.get_records(ShardIterator=iterator, Limit=10001))
    assert code == VIOLATION
    assert message.endswith("Member must have value less than or equal to 10000")


def test_a_stream_with_consumers_is_deleted_by_who_says_so(local_aws: LocalAws) -> None:
    client = local_aws.clients.client("kinesis")
    name = unique("consumed")
    client.create_stream(StreamName=name, ShardCount=1)
    client.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
    arn = client.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    client.register_stream_consumer(StreamARN=arn, ConsumerName="c")
    code, message = refusal(lambda: client.delete_stream(StreamName=name))
    assert code == "ResourceInUseException"
    assert "EnforceConsumerDeletion" in message
    client.delete_stream(StreamName=name, EnforceConsumerDeletion=True)


@pytest.mark.parametrize(
    ("operation", "parameters", "member"),
    [
        ("put_record", {"Data": b"x"}, "partitionKey"),
        ("put_record", {"PartitionKey": "k"}, "data"),
        ("put_records", {"Records": [{"Data": b"x"}]}, "records.1.member.partitionKey"),
        ("put_records", {"Records": [{"Data": b"x", "PartitionKey": "k"}, {"Data": b"x"}]}, "partitionKey"),
        ("put_records", {"Records": [{"PartitionKey": "k"}]}, "records.1.member.data"),
        ("put_records", {}, "records"),
    ],
)
def test_a_record_without_what_it_must_have(
    local_aws: LocalAws, stream: str, operation: str, parameters: dict[str, Any], member: str
) -> None:
    """Nothing of a call is written when one of its records lacks its data or its key."""
    client = local_aws.unchecked("kinesis")
    code, message = refusal(lambda: getattr(client, operation)(StreamName=stream, **parameters))
    assert code == VIOLATION
    assert f"{member}' failed to satisfy constraint: Member must not be null" in message
    for shard in client.list_shards(StreamName=stream)["Shards"]:
        where = {"StreamName": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = client.get_shard_iterator(**where)["ShardIterator"]
        assert client.get_records(ShardIterator=iterator)["Records"] == []
