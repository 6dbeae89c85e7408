"""Reference 11.4 and 1.2: shards are split and merged under load while iterators expire and calls are throttled."""

from __future__ import annotations

import io
import json
import random
import threading
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from local_aws.delivery.config import parse
from local_aws.delivery.worker import Worker
from tests.unit.delivery.kinesis_server import FakeKinesis, fake_kinesis
from tests.unit.delivery.kinesis_stream import KinesisStream
from tests.unit.delivery.support import (
    ScriptedS3,
    decoded,
    describe,
    lambda_processor,
    ok,
    partitioned,
    processing,
)
from tests.waiting import LIMIT_SECONDS, wait_until

if TYPE_CHECKING:
    from pathlib import Path


class KeyFunction:
    """A function that gives each record its key, and takes its time so that invocations overlap."""

    def __init__(self) -> None:
        self.records = 0
        self._dice = random.Random(7)
        self._lock = threading.Lock()

    def invoke(self, *, Payload: bytes, **_: Any) -> dict[str, Any]:  # noqa: N803 - boto3's name
        event = json.loads(Payload)
        time.sleep(self._dice.choice([0, 0, 0, 0.4]))
        answers = [ok(record, key=json.loads(decoded(record))["key"]) for record in event["records"]]
        with self._lock:
            self.records += len(answers)
        return {"Payload": io.BytesIO(json.dumps({"records": answers}).encode())}


class Metrics:
    """A CloudWatch that adds up what is put."""

    def __init__(self) -> None:
        self.sums: dict[str, float] = defaultdict(float)

    def put_metric_data(self, **request: Any) -> None:
        for one in request["MetricData"]:
            self.sums[one["MetricName"]] += one["StatisticValues"]["Sum"]


class Services:
    """Stands in for `Clients`: Kinesis is the scripted server, the others are objects of this process."""

    def __init__(self, kinesis: FakeKinesis) -> None:
        self.endpoint = kinesis.clients.endpoint
        self.region = kinesis.clients.region
        self.credentials = kinesis.clients.credentials
        self.s3, self.function, self.cloudwatch = ScriptedS3(), KeyFunction(), Metrics()
        self._clients = {
            "kinesis": kinesis.clients.client("kinesis"),
            "s3": self.s3,
            "lambda": self.function,
            "cloudwatch": self.cloudwatch,
        }

    def client(self, service: str) -> Any:
        return self._clients[service]

    def acting_as(self, role_arn: str, source_arn: str) -> Services:
        assert role_arn
        assert source_arn
        return self


PHASE_RECORDS = 400


def produce(stream: KinesisStream, counters: dict[int, int], stop: threading.Event) -> None:
    while not stop.is_set():
        for slot in range(stream.SLOTS):
            data = json.dumps({"key": f"key{slot}", "number": counters[slot]}).encode() + b"\n"
            stream.put(slot, data)
            counters[slot] += 1
        time.sleep(0.005)


def put_more(counters: dict[int, int]) -> None:
    """Wait until so many records more are in the stream."""
    wanted = sum(counters.copy().values()) + PHASE_RECORDS
    wait_until(lambda: sum(counters.copy().values()) >= wanted, "records are put")


def test_11_4_nothing_is_lost_and_records_of_a_key_stay_in_order(tmp_path: Path) -> None:
    description = describe(
        **partitioned("data/!{partitionKeyFromLambda:key}/"),
        **processing(lambda_processor(BufferSizeInMBs="0.2", BufferIntervalInSeconds="0")),
        BufferingHints={"SizeInMBs": 64, "IntervalInSeconds": 900},
    )
    with fake_kinesis() as kinesis:
        stream = KinesisStream(kinesis, expire_every=7, throttle_every=11)
        services: Any = Services(kinesis)
        worker = Worker(parse(description), services, tmp_path / "state", tmp_path / "spool")
        counters: dict[int, int] = defaultdict(int)
        stop = threading.Event()
        producer = threading.Thread(target=produce, args=(stream, counters, stop))
        worker.start()
        producer.start()
        try:
            put_more(counters)
            first, second = stream.reshard(["shardId-000000000000"], [range(5), range(5, 10)])
            put_more(counters)
            third, fourth = stream.reshard([second], [range(5, 7), range(7, 10)])
            (merged,) = stream.reshard([first, third], [range(7)])
            put_more(counters)
            stream.reshard([merged, fourth], [range(10)])
            put_more(counters)
        finally:
            stop.set()
            producer.join()
        total = sum(counters.values())
        wait_until(lambda: services.function.records >= total, f"{total} records came through")
        wait_until(lambda: stream.throttled, "a call was throttled")
        worker.stop(flush=True)
        assert worker.join(LIMIT_SECONDS)
    assert worker.failure is None
    objects = services.s3.objects
    assert len(objects) == stream.SLOTS
    for slot, count in counters.items():
        (body,) = [one["Body"] for key, one in objects.items() if key.startswith(f"lake/data/key{slot}/")]
        assert [json.loads(line)["number"] for line in body.splitlines()] == list(range(count))
    assert services.cloudwatch.sums["DataReadFromKinesisStream.Records"] == total
    assert services.cloudwatch.sums["ThrottledGetRecords"] > 0
