"""Reference 11.1 and vector 15: what PutRecord and PutRecords refuse.

The streams are MiniStack's. Where its limits differ from AWS's, `docs/local-aws.md` says so: it counts a request up to
5 MiB instead of 10, and a record without its partition key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def stream(local_aws: LocalAws) -> str:
    name = unique("limits")
    local_aws.clients.client("kinesis").create_stream(StreamName=name, ShardCount=1)
    return name


def entries(count: int, size: int) -> list[dict[str, Any]]:
    return [{"Data": b"x" * size, "PartitionKey": "k"}] * count


@pytest.mark.parametrize(
    "records",
    [entries(501, 1), entries(11, MIB - 1), entries(1, 3 * MIB // 2)],
    ids=["501", "11 MiB", "1.5 MiB"],
)
def test_vector_15_requests_that_are_too_large_are_refused_as_a_whole(
    local_aws: LocalAws, stream: str, records: list[dict[str, Any]]
) -> None:
    kinesis = local_aws.unchecked("kinesis")
    with pytest.raises(ClientError):
        kinesis.put_records(StreamName=stream, Records=records)


def test_vector_15_a_record_that_is_too_large_is_refused(local_aws: LocalAws, stream: str) -> None:
    with pytest.raises(ClientError):
        local_aws.unchecked("kinesis").put_record(
            StreamName=stream, Data=b"x" * (3 * MIB // 2), PartitionKey="k"
        )


def test_11_1_the_largest_request_that_both_take(local_aws: LocalAws, stream: str) -> None:
    answer = local_aws.unchecked("kinesis").put_records(StreamName=stream, Records=entries(500, 10_000))
    assert answer["FailedRecordCount"] == 0
    assert len({record["SequenceNumber"] for record in answer["Records"]}) == 500
    answer = local_aws.unchecked("kinesis").put_record(
        StreamName=stream, Data=b"x" * (MIB - 1), PartitionKey="k"
    )
    assert answer["ShardId"] == "shardId-000000000000"
