"""Reference 11.1 and vector 15: what PutRecord and PutRecords refuse.

The streams are MiniStack's, which takes 5 MiB a request and not 10 (`docs/local-aws.md`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local_aws.gateway.service import ApiError
from local_aws.kinesis import limits
from tests.conformance.firehose_api.streams import refusal
from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def stream(local_aws: LocalAws) -> str:
    name = unique("limits")
    local_aws.clients.client("kinesis").create_stream(StreamName=name, ShardCount=1)
    return name


def entries(count: int, size: int, key: str = "k") -> list[dict[str, Any]]:
    return [{"Data": b"x" * size, "PartitionKey": key}] * count


@pytest.mark.parametrize(
    ("records", "said"),
    [
        (entries(501, 1), "500"),
        (entries(11, MIB - 1), f"have {11 * MIB} bytes"),
        (entries(1, 3 * MIB // 2), f"The record has {3 * MIB // 2 + 1} bytes"),
        (entries(1, 1) + entries(1, MIB), f"Record 2 has {MIB + 1} bytes"),
        (entries(1, MIB - 255, "k" * 256), f"The record has {MIB + 1} bytes"),
        (entries(1, MIB - 2, "ü\u20ac"), f"The record has {MIB + 3} bytes"),
    ],
    ids=["501", "11 MiB", "1.5 MiB", "1 MiB and a key", "a long key", "a key in UTF-8"],
)
def test_vector_15_requests_that_are_too_large_are_refused_as_a_whole(
    local_aws: LocalAws, stream: str, records: list[dict[str, Any]], said: str
) -> None:
    kinesis = local_aws.unchecked("kinesis")
    code, message = refusal(lambda: kinesis.put_records(StreamName=stream, Records=records))
    assert code in ("InvalidArgumentException", "ValidationException")
    assert said in message


def test_vector_15_a_record_is_its_data_and_its_partition_key(local_aws: LocalAws, stream: str) -> None:
    kinesis = local_aws.unchecked("kinesis")
    largest = b"x" * (MIB - 256)
    put = kinesis.put_record(StreamName=stream, Data=largest, PartitionKey="k" * 256)
    assert put["ShardId"] == "shardId-000000000000"
    code, _ = refusal(
        lambda: kinesis.put_record(StreamName=stream, Data=largest + b"x", PartitionKey="k" * 256)
    )
    assert code == "InvalidArgumentException"


def test_11_1_large_requests_are_stored_as_they_came(local_aws: LocalAws, stream: str) -> None:
    kinesis = local_aws.unchecked("kinesis")
    records = entries(4, MIB - 1) + entries(100, 5_000)
    answer = kinesis.put_records(StreamName=stream, Records=records)
    assert answer["FailedRecordCount"] == 0
    first = answer["Records"][0]
    iterator = kinesis.get_shard_iterator(
        StreamName=stream,
        ShardId=first["ShardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        StartingSequenceNumber=first["SequenceNumber"],
    )["ShardIterator"]
    stored: list[bytes] = []
    while len(stored) < len(records):
        read = kinesis.get_records(ShardIterator=iterator)
        stored += [record["Data"] for record in read["Records"]]
        iterator = read["NextShardIterator"]
    assert stored == [record["Data"] for record in records]


@pytest.mark.parametrize("key", ["0", str(2**128 - 1)])
def test_a_hash_key_is_less_than_2_to_the_128th(key: str) -> None:
    record = {"Data": b"x", "PartitionKey": "k", "ExplicitHashKey": key}
    limits.check(record)
    over = {**record, "ExplicitHashKey": str(int(key) + 2**128)}
    with pytest.raises(ApiError, match="must be in the range"):
        limits.check(over)
    with pytest.raises(ApiError, match="must be in the range"):
        limits.check({"Records": [record, over]})
