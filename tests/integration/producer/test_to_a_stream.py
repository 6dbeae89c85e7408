"""The producer's command against the local AWS: what the stream holds is what was made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from local_aws.config import REPOSITORY_DIR
from tests.gateway_fixture import LocalAws, unique


def produce(local_aws: LocalAws, *arguments: str) -> dict[str, Any]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-m", "producer", *arguments, "--output", "json"],
        env={**kept, "AWS_ENDPOINT_URL": local_aws.endpoint},
        cwd=REPOSITORY_DIR,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def stored(local_aws: LocalAws, stream_name: str) -> list[tuple[str, bytes]]:
    """Partition key and data of every record of the stream."""
    kinesis = local_aws.clients.client("kinesis")
    found: list[tuple[str, bytes]] = []
    for shard in kinesis.list_shards(StreamName=stream_name)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream_name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while True:
            answer = kinesis.get_records(ShardIterator=iterator, Limit=10_000)
            found += [(record["PartitionKey"], record["Data"]) for record in answer["Records"]]
            if not answer["Records"] and not answer["MillisBehindLatest"]:
                break
            iterator = answer["NextShardIterator"]
    return found


@pytest.mark.parametrize(("dataset", "key"), [("events", "event_uuid"), ("customers", "uuid")])
def test_the_stream_holds_what_was_made(local_aws: LocalAws, dataset: str, key: str) -> None:
    stream_name = unique(dataset)
    kinesis = local_aws.clients.client("kinesis")
    kinesis.create_stream(StreamName=stream_name, ShardCount=2)
    kinesis.get_waiter("stream_exists").wait(StreamName=stream_name, WaiterConfig={"Delay": 1})
    same = ("--dataset", dataset, "--amount", "1200", "--seed", "4", "--start-time", "2026-01-31T12:00:00Z")
    report = produce(local_aws, *same, "--stream", stream_name)
    assert (report["sent"], report["failed"], report["possible_duplicates"]) == (1200, 0, 0)
    dry = subprocess.run(
        [sys.executable, "-m", "producer", *same, "--dry-run"],
        cwd=REPOSITORY_DIR,
        capture_output=True,
        check=True,
    )
    records = stored(local_aws, stream_name)
    assert sorted(data for _, data in records) == sorted(dry.stdout.splitlines(keepends=True))
    assert all(json.loads(data)[key] == partition_key for partition_key, data in records)
    kinesis.delete_stream(StreamName=stream_name)
