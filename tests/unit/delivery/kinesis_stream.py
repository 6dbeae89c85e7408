"""A Kinesis stream that can be resharded under load: closed shards, iterators that expire, throttled calls."""

from __future__ import annotations

import base64
import itertools
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.unit.delivery.kinesis_server import FakeKinesis, error
from tests.unit.delivery.support import NOON_MS, sequence

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass
class _Shard:
    shard_id: str
    parents: tuple[str, ...] = ()
    closed: bool = False
    records: list[tuple[str, str, bytes]] = field(default_factory=list)


class KinesisStream:
    """Answers for a `FakeKinesis`; shards take the keys of their slots, of which there are `SLOTS`.

    Each `expire_every`th GetRecords finds its iterator expired, each `throttle_every`th is throttled.
    """

    SLOTS = 10

    def __init__(self, server: FakeKinesis, *, expire_every: int, throttle_every: int) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._calls = itertools.count(1)
        self._expire_every = expire_every
        self._throttle_every = throttle_every
        self.throttled = 0
        self._shards = [_Shard("shardId-000000000000")]
        self._slots = ["shardId-000000000000"] * self.SLOTS
        server.answers |= {
            "DescribeStream": self._describe,
            "ListShards": self._list,
            "GetShardIterator": self._iterator,
            "GetRecords": self._get,
        }

    def put(self, slot: int, data: bytes) -> None:
        with self._lock:
            record = (sequence(next(self._numbers)), f"key{slot}", data)
            self._shard(self._slots[slot]).records.append(record)

    def reshard(self, shard_ids: Sequence[str], slots: Sequence[Sequence[int]]) -> list[str]:
        """Close `shard_ids` and open a child of all of them for each group of slots; give the children."""
        with self._lock:
            children = []
            for shard_id in shard_ids:
                self._shard(shard_id).closed = True
            for group in slots:
                child = _Shard(f"shardId-{len(self._shards):012d}", tuple(shard_ids))
                self._shards.append(child)
                children.append(child.shard_id)
                for slot in group:
                    self._slots[slot] = child.shard_id
            return children

    def _shard(self, shard_id: str) -> _Shard:
        return next(shard for shard in self._shards if shard.shard_id == shard_id)

    def _describe(self, _: dict[str, Any]) -> Any:
        summary = {
            "StreamName": "source",
            "StreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/source",
            "StreamStatus": "ACTIVE",
            "RetentionPeriodHours": 24,
            "StreamCreationTimestamp": NOON_MS / 1000,
            "EnhancedMonitoring": [],
            "HasMoreShards": True,
            "Shards": [],
        }
        return {"StreamDescription": summary}

    def _list(self, _: dict[str, Any]) -> Any:
        with self._lock:
            listed = []
            for shard in self._shards:
                members: dict[str, Any] = {
                    "ShardId": shard.shard_id,
                    "HashKeyRange": {"StartingHashKey": "0", "EndingHashKey": "1"},
                    "SequenceNumberRange": {"StartingSequenceNumber": sequence(0)},
                }
                if shard.closed:
                    members["SequenceNumberRange"]["EndingSequenceNumber"] = sequence(10**6)
                parents = zip(("ParentShardId", "AdjacentParentShardId"), shard.parents, strict=False)
                listed.append(members | dict(parents))
            return {"Shards": listed}

    def _iterator(self, request: dict[str, Any]) -> Any:
        start = 0
        kind = request["ShardIteratorType"]
        if kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
            with self._lock:
                numbers = [number for number, _, _ in self._shard(request["ShardId"]).records]
            start = numbers.index(request["StartingSequenceNumber"]) + (kind == "AFTER_SEQUENCE_NUMBER")
        return {"ShardIterator": f"{request['ShardId']}:{start}"}

    def _get(self, request: dict[str, Any]) -> Any:
        with self._lock:
            call = next(self._calls)
            if call % self._expire_every == 0:
                return error("ExpiredIteratorException")
            if call % self._throttle_every == 0:
                self.throttled += 1
                return error("ProvisionedThroughputExceededException")
            shard_id, _, text = request["ShardIterator"].partition(":")
            shard, start = self._shard(shard_id), int(text)
            # A few at a time, so that a parent is still being read when its children have records.
            records = shard.records[start : start + 150]
            end = start + len(records)
            answer: dict[str, Any] = {
                "Records": [
                    {
                        "Data": base64.b64encode(data).decode(),
                        "SequenceNumber": number,
                        "PartitionKey": key,
                        "ApproximateArrivalTimestamp": NOON_MS / 1000,
                    }
                    for number, key, data in records
                ],
                "MillisBehindLatest": 0 if end == len(shard.records) else 1000,
            }
            if not (shard.closed and end == len(shard.records)):
                answer["NextShardIterator"] = f"{shard_id}:{end}"
            return answer
