"""Kinesis, S3, Lambda, Glue and CloudWatch in memory, behind the clients' methods that the engine calls."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ConnectionClosedError

from local_aws.delivery.errors import RejectedError, UnavailableError
from local_aws.delivery.kinesis_api import ReadAnswer, SourceRecord
from tests.conformance.model import scenario as names
from tests.conformance.model.function import OVERSIZED_BYTES, Call, Function
from tests.unit.delivery.support import client_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.conformance.model.scenario import Scenario, ShardLife
    from tests.conformance.model.simulation import Simulation
    from tests.conformance.model.source import Put

_ENDPOINT = "http://127.0.0.1:1"
_ITERATOR_LIFE_MS = 300_000


@dataclass
class World:
    """What all stand-ins share: the clock, which life of the engine it is, how long calls take."""

    simulation: Simulation
    scenario: Scenario
    life: int = 0
    calls: int = 0

    def wait(self) -> None:
        latencies = self.scenario.troubles.latencies_ms
        milliseconds = latencies[self.calls % len(latencies)]
        self.calls += 1
        if milliseconds:
            self.simulation.sleep(milliseconds / 1000)


class Kinesis:
    """Both the client and the stand-in for `RecordsApi`. `served_ms` is when a record was first read, by life."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._shards = {shard.shard_id: shard for shard in world.scenario.shards}
        self._records: dict[str, list[Put]] = {shard_id: [] for shard_id in self._shards}
        for put in () if world.scenario.is_direct else world.scenario.puts:
            self._records[put.shard].append(put)
        self._reads = 0
        self.served_ms: dict[tuple[int, str], int] = {}

    def describe_stream(self, StreamARN: str, Limit: int) -> dict[str, Any]:  # noqa: N803 - as boto3 names it
        assert (StreamARN, Limit) == (names.STREAM_ARN, 1)
        return {"StreamDescription": {"StreamCreationTimestamp": datetime(2026, 7, 1, tzinfo=UTC)}}

    def list_shards(self, **request: Any) -> dict[str, Any]:
        """Give two shards a page."""
        known = [s for s in self._shards.values() if s.opened_ms <= self._world.simulation.now_ms()]
        start = int(request.get("NextToken", "0"))
        answer: dict[str, Any] = {"Shards": [_described(shard) for shard in known[start : start + 2]]}
        return answer | ({"NextToken": str(start + 2)} if start + 2 < len(known) else {})

    def get_shard_iterator(self, **request: Any) -> dict[str, Any]:
        assert request["StreamARN"] == names.STREAM_ARN
        records = self._records[request["ShardId"]]
        match request["ShardIteratorType"]:
            case "TRIM_HORIZON":
                index = 0
            case "AT_TIMESTAMP":
                start_ms = round(request["Timestamp"].timestamp() * 1000)
                index = sum(1 for put in records if put.arrival_ms < start_ms)
            case "AT_SEQUENCE_NUMBER" | "AFTER_SEQUENCE_NUMBER" as kind:
                sequences = [put.sequence for put in records]
                index = sequences.index(request["StartingSequenceNumber"]) + kind.startswith("AFTER")
            case other:
                raise AssertionError(other)
        return {"ShardIterator": self._iterator(request["ShardId"], index)}

    def get_records(self, stream_arn: str, iterator: str, limit: int) -> ReadAnswer:
        assert stream_arn == names.STREAM_ARN
        self._world.wait()
        shard_id, index, made_ms = iterator.split(":")
        now_ms = self._world.simulation.now_ms()
        self._trouble(now_ms - int(made_ms))
        first = int(index)
        limit = min(limit, self._world.scenario.troubles.records_per_read)
        visible = [put for put in self._records[shard_id] if put.at_ms <= now_ms]
        found = visible[first : first + limit]
        for put in found:
            self.served_ms.setdefault((self._world.life, put.sequence), now_ms)
        following = first + len(found)
        closed_ms = self._shards[shard_id].closed_ms
        ended = closed_ms is not None and closed_ms <= now_ms and following == len(self._records[shard_id])
        return ReadAnswer(
            [SourceRecord(put.data, put.sequence, put.partition_key, put.arrival_ms) for put in found],
            None if ended else self._iterator(shard_id, following),
            0 if following >= len(visible) else now_ms - visible[following].arrival_ms,
        )

    def close(self) -> None:
        return

    def _iterator(self, shard_id: str, index: int) -> str:
        return f"{shard_id}:{index}:{self._world.simulation.now_ms()}"

    def _trouble(self, iterator_age_ms: int) -> None:
        trouble = self._world.scenario.troubles.kinesis.get(self._reads)
        self._reads += 1
        if trouble == "throttled":
            raise RejectedError("ProvisionedThroughputExceededException", "injected")
        if trouble == "expired" or iterator_age_ms > _ITERATOR_LIFE_MS:
            raise RejectedError("ExpiredIteratorException", "injected")
        if trouble == "unavailable":
            raise UnavailableError("injected")


def _described(shard: ShardLife) -> dict[str, Any]:
    parents = dict(zip(("ParentShardId", "AdjacentParentShardId"), shard.parents, strict=False))
    numbers = {"StartingSequenceNumber": "0"}
    if shard.closed_ms is not None:
        numbers["EndingSequenceNumber"] = "9" * 56
    return {"ShardId": shard.shard_id, "SequenceNumberRange": numbers, **parents}


@dataclass(frozen=True)
class Written:
    """An object as it was put; times are those of the call that wrote it first."""

    bucket: str
    key: str
    request: Mapping[str, Any]
    begun_ms: int
    life: int

    @property
    def body(self) -> bytes:
        return bytes(self.request["Body"])


class S3:
    def __init__(self, world: World) -> None:
        self._world = world
        self._puts = 0
        self.objects: dict[tuple[str, str], Written] = {}

    def put_object(self, **request: Any) -> dict[str, Any]:
        world = self._world
        begun_ms, life = world.simulation.now_ms(), world.life
        trouble = world.scenario.troubles.s3.get(self._puts)
        self._puts += 1
        world.wait()
        if trouble == "refused":
            raise client_error("SlowDown", 503)
        place = request.pop("Bucket"), request.pop("Key")
        before = self.objects.setdefault(place, Written(*place, request, begun_ms, life))
        assert before.request == request, f"{place} is overwritten with something else"
        world.wait()
        if trouble == "lost answer":
            raise ConnectionClosedError(endpoint_url=_ENDPOINT)
        return {}


class Lambda:
    def __init__(self, world: World, function: Function) -> None:
        self._world = world
        self._function = function
        self.calls: list[Call] = []
        self.events: list[dict[str, Any]] = []

    def invoke(self, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert FunctionName == names.FUNCTION_ARN
        assert InvocationType == "RequestResponse"
        event = json.loads(Payload)
        begun_ms, life = self._world.simulation.now_ms(), self._world.life
        data = [base64.b64decode(record["data"]) for record in event["records"]]
        how = self._function.failure(data)
        self._world.wait()
        records = tuple((*_place(record), raw) for record, raw in zip(event["records"], data, strict=True))
        ids = tuple(record["recordId"] for record in event["records"])
        now_ms = self._world.simulation.now_ms()
        self.calls.append(Call(life, begun_ms, now_ms, records, ids, len(Payload), how))
        self.events.append(event)
        return self._answer(how, event)

    def _answer(self, how: str | None, event: Mapping[str, Any]) -> dict[str, Any]:
        match how:
            case "raises":
                return _payload(b'{"errorMessage": "boom", "errorType": "ValueError"}', "Unhandled")
            case "times out":
                return _payload(b'{"errorMessage": "2026 Task timed out after 60.00 seconds"}', "Unhandled")
            case "is throttled":
                raise client_error("TooManyRequestsException", 429, "Invoke")
            case "answers too much":
                return _payload(b'{"records": []}' + b" " * OVERSIZED_BYTES)
            case "answers no JSON":
                return _payload(b"not JSON")
            case "answers without records":
                return _payload(b"{}")
        return _payload(self._function.answer(event))


def _payload(body: bytes, error: str | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = {"StatusCode": 200, "Payload": io.BytesIO(body)}
    return answer | ({"FunctionError": error} if error else {})


def _place(record: Mapping[str, Any]) -> tuple[str, str]:
    metadata = record.get("kinesisRecordMetadata")
    return (metadata["shardId"], metadata["sequenceNumber"]) if metadata else (names.DIRECT_SHARD, "")


@dataclass
class Glue:
    columns: Sequence[tuple[str, str]]

    def get_table(self, **request: Any) -> dict[str, Any]:
        assert (request["DatabaseName"], request["Name"]) == (names.DATABASE, names.TABLE)
        columns = [{"Name": name, "Type": kind} for name, kind in self.columns]
        return {"Table": {"StorageDescriptor": {"Columns": columns}}}


@dataclass
class CloudWatch:
    sums: dict[str, float] = field(default_factory=dict)

    def put_metric_data(self, Namespace: str, MetricData: Sequence[Mapping[str, Any]]) -> None:  # noqa: N803
        kinds = {datum["MetricName"] for datum in MetricData}
        # How far behind its stream the reader is, Kinesis publishes too.
        assert Namespace == "AWS/Firehose" or (
            Namespace == "AWS/Kinesis" and kinds == {"GetRecords.IteratorAgeMilliseconds"}
        )
        for datum in MetricData:
            name = datum["MetricName"]
            self.sums[name] = self.sums.get(name, 0) + datum["StatisticValues"]["Sum"]


class Clients:
    """Stands in for `local_aws.clients.Clients`."""

    def __init__(self, world: World, function: Function) -> None:
        self.kinesis = Kinesis(world)
        self.s3 = S3(world)
        self.function = Lambda(world, function)
        self.cloudwatch = CloudWatch()
        self._all = {
            "kinesis": self.kinesis,
            "s3": self.s3,
            "lambda": self.function,
            "glue": Glue(world.scenario.columns),
            "cloudwatch": self.cloudwatch,
        }

    def client(self, service: str) -> Any:
        return self._all[service]

    def acting_as(self, role_arn: str, source_arn: str) -> Clients:
        assert role_arn
        assert source_arn
        return self
