"""A delivery stream in one thread, on a clock that tests move, with an S3 and a function that tests script."""

from __future__ import annotations

import base64
import json
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_aws.delivery.checkpoint import Checkpoint
from local_aws.delivery.config import DeliveryConfig, parse
from local_aws.delivery.conversion import TableSchema
from local_aws.delivery.encoding import ConvertingEncoder, Encoder, ErrorEncoder, JoiningEncoder
from local_aws.delivery.intake import Chunk
from local_aws.delivery.invoker import Answer
from local_aws.delivery.ledger import BACKUP
from local_aws.delivery.metrics import Metrics
from local_aws.delivery.numbering import Numbering
from local_aws.delivery.outbox import Outbox
from local_aws.delivery.pipeline import DEFAULT_LIMIT_BYTES, Pipeline
from local_aws.delivery.prefix import PrefixEvaluator
from local_aws.delivery.records import RecordBatch
from local_aws.delivery.s3 import ObjectWriter
from local_aws.delivery.sink import DATA, ERRORS, Channel, Sink
from local_aws.delivery.transform import Transformer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from local_aws.delivery.error_documents import Rejects

STREAM_ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/source"
FUNCTION_ARN = "arn:aws:lambda:us-east-1:000000000000:function:transform:$LATEST"
ERROR_PREFIX = "errors/!{firehose:error-output-type}/"
SHARD = "shardId-000000000000"


def epoch_ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


NOON_MS = epoch_ms("2026-07-13T12:00:00+00:00")


class ManualClock:
    def __init__(self, now_ms: int = NOON_MS) -> None:
        self.start_ms = now_ms
        self.elapsed_ms = 0

    def now_ms(self) -> int:
        return self.start_ms + self.elapsed_ms

    def steady_seconds(self) -> float:
        return self.elapsed_ms / 1000

    def advance(self, seconds: float) -> None:
        self.elapsed_ms += round(seconds * 1000)


class ImpatientEvent(threading.Event):
    """An event whose `wait` returns at once and remembers for how long it was asked to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        return self.is_set()


def run_now(function: Callable[..., Any], *arguments: Any) -> Future[Any]:
    future: Future[Any] = Future()
    try:
        future.set_result(function(*arguments))
    except BaseException as error:
        future.set_exception(error)
    return future


class RunLater:
    """Keeps work until `run` is called."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []

    def __call__(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, function, arguments))
        return future

    def run(self, index: int = 0) -> None:
        future, function, arguments = self.waiting.pop(index)
        future.set_result(function(*arguments))


def client_error(code: str, status: int = 400, operation: str = "PutObject") -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": "injected"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, operation)


@dataclass
class ScriptedS3:
    """An S3 client that keeps what is put, after raising what `failures` has."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    puts: list[str] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    def put_object(self, **request: Any) -> dict[str, Any]:
        self.puts.append(f"{request['Bucket']}/{request['Key']}")
        if self.failures:
            raise self.failures.pop(0)
        self.objects[f"{request['Bucket']}/{request['Key']}"] = request
        return {}


class OneClient:
    """Stands in for `Clients` where one scripted client is all that is used."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def client(self, _: str) -> Any:
        return self._client


Handler = "Callable[[dict[str, Any]], Any]"


class ScriptedFunction:
    """A transform function: `handler` gets the event and gives the answer, `Answer`s and errors as they are."""

    def __init__(self, handler: Callable[[dict[str, Any]], Any]) -> None:
        self.handler = handler
        self.events: list[dict[str, Any]] = []

    def invoke(self, payload: bytes) -> Answer:
        event = json.loads(payload)
        self.events.append(event)
        answer = self.handler(event)
        return answer if isinstance(answer, Answer) else Answer(json.dumps(answer).encode(), None)


def decoded(record: Mapping[str, Any]) -> bytes:
    return base64.b64decode(record["data"])


def ok(record: Mapping[str, Any], data: bytes | None = None, **keys: str) -> dict[str, Any]:
    answer = {
        "recordId": record["recordId"],
        "result": "Ok",
        "data": base64.b64encode(decoded(record) if data is None else data).decode(),
    }
    return answer | {"metadata": {"partitionKeys": keys}} if keys else answer


def pass_through(event: Mapping[str, Any]) -> dict[str, Any]:
    return {"records": [ok(record) for record in event["records"]]}


def lambda_processor(**parameters: str) -> dict[str, Any]:
    settings = {"LambdaArn": FUNCTION_ARN, **parameters}
    return processor("Lambda", **settings)


def processor(kind: str, **parameters: str) -> dict[str, Any]:
    listed = [{"ParameterName": name, "ParameterValue": value} for name, value in parameters.items()]
    return {"Type": kind, "Parameters": listed}


def describe(
    *, kinesis: bool = True, name: str = "orders", version: int = 1, **destination: Any
) -> dict[str, Any]:
    """Give what DescribeDeliveryStream says about a stream; `destination` goes over the plainest S3 one."""
    created = datetime.fromtimestamp(NOON_MS / 1000, tz=UTC)
    s3 = {
        "RoleARN": "arn:aws:iam::000000000000:role/delivery",
        "BucketARN": "arn:aws:s3:::lake",
        "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
        "CompressionFormat": "UNCOMPRESSED",
    }
    description: dict[str, Any] = {
        "DeliveryStreamName": name,
        "DeliveryStreamARN": f"arn:aws:firehose:us-east-1:000000000000:deliverystream/{name}",
        "DeliveryStreamStatus": "ACTIVE",
        "VersionId": str(version),
        "CreateTimestamp": created,
        "Destinations": [{"DestinationId": "d", "ExtendedS3DestinationDescription": {**s3, **destination}}],
    }
    if kinesis:
        source = {"KinesisStreamARN": STREAM_ARN, "RoleARN": "r", "DeliveryStartTimestamp": created}
        description["Source"] = {"KinesisStreamSourceDescription": source}
    return description


def processing(*processors: dict[str, Any]) -> dict[str, Any]:
    return {"ProcessingConfiguration": {"Enabled": True, "Processors": list(processors)}}


def partitioned(prefix: str) -> dict[str, Any]:
    return {
        "DynamicPartitioningConfiguration": {"Enabled": True},
        "Prefix": prefix,
        "ErrorOutputPrefix": ERROR_PREFIX,
    }


def backed_up(**target: Any) -> dict[str, Any]:
    s3 = {
        "RoleARN": "r",
        "BucketARN": "arn:aws:s3:::raw",
        "Prefix": "raw/!{timestamp:yyyy}/",
        "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 60},
        "CompressionFormat": "UNCOMPRESSED",
    }
    return {"S3BackupMode": "Enabled", "S3BackupDescription": {**s3, **target}}


def converting(table: str = "orders") -> dict[str, Any]:
    return {
        "DataFormatConversionConfiguration": {
            "Enabled": True,
            "SchemaConfiguration": {
                "DatabaseName": "lake",
                "TableName": table,
                "RoleARN": "arn:aws:iam::000000000000:role/delivery",
                "Region": "us-east-1",
                "VersionId": "LATEST",
            },
            "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
            "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}},
        }
    }


@dataclass
class FixedSchema:
    """A Glue table that does not change."""

    columns: Sequence[Mapping[str, str]]

    def current(self) -> TableSchema:
        return TableSchema.from_glue(self.columns)


class Rig:
    """A pipeline with everything around it; one instance is one run, several on one folder are restarts."""

    def __init__(
        self,
        folder: Path,
        description: Mapping[str, Any],
        *,
        handler: Callable[[dict[str, Any]], Any] = pass_through,
        clock: ManualClock | None = None,
        s3: ScriptedS3 | None = None,
        columns: Sequence[Mapping[str, str]] = ({"Name": "n", "Type": "int"},),
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        submit: Callable[..., Future[Any]] = run_now,
        write: Callable[..., Future[Any]] = run_now,
        source_created: str = "2026-07-13T00:00:00+00:00",
    ) -> None:
        self.config: DeliveryConfig = parse(description)
        self.clock = clock or ManualClock()
        self.s3 = s3 or ScriptedS3()
        self.function = ScriptedFunction(handler)
        self.stop = ImpatientEvent()
        self.metrics = Metrics(self.config.name, self.clock)
        self.reported: list[Rejects] = []
        self.checkpoint = Checkpoint(folder)
        self.checkpoint.begin(source_created)
        self.outbox = Outbox(folder / "outbox")
        clients: Any = OneClient(self.s3)
        self.writer = ObjectWriter(clients, self.metrics, self.stop)
        prefixes = PrefixEvaluator(self.config.destination)
        self.sink = Sink(self.config, self._channels(prefixes, columns), self.outbox, self.writer, self.clock)
        transform = self.config.processing.transform
        run = None
        if transform is not None:
            run = Transformer(self.config, transform, self.function, self.clock, self.metrics, self.stop).run
        self.pipeline = Pipeline(
            self.config,
            self.checkpoint,
            self.outbox,
            prefixes,
            run,
            submit,
            lambda kind, buffer: write(self.sink.deliver, kind, buffer),
            self.clock,
            self.metrics,
            lambda: None,
            self.reported.append,
            limit_bytes,
        )
        self._sequence = 0

    def _channels(
        self, prefixes: PrefixEvaluator, columns: Sequence[Mapping[str, str]]
    ) -> dict[str, Channel]:
        target = self.config.destination
        encoder: Encoder = JoiningEncoder(target)
        if self.config.conversion is not None:
            encoder = ConvertingEncoder(
                target, self.config.conversion, FixedSchema(columns), "000000000000", self.clock, self.metrics
            )
        channels = {
            DATA: Channel(DATA, target, prefixes, encoder),
            ERRORS: Channel(ERRORS, target, prefixes, ErrorEncoder()),
        }
        if self.config.backup is not None:
            backup = self.config.backup
            channels[BACKUP] = Channel(BACKUP, backup, PrefixEvaluator(backup), JoiningEncoder(backup))
        return channels

    # Driving it

    def put(self, *records: bytes, shard: str = SHARD, arrivals_ms: Sequence[int] = ()) -> None:
        """Read `records` in one chunk, arriving now unless said otherwise, and move on."""
        self.offer(
            source_chunk(records, self._sequence, shard, arrivals_ms or [self.clock.now_ms()] * len(records))
        )
        self._sequence += len(records)

    def offer(self, chunk: Chunk) -> None:
        self.checkpoint.adopt(Numbering.of(self.config.processing))
        if chunk.shard_id not in self.checkpoint.shards:
            self.checkpoint.add_shard(chunk.shard_id, "TRIM_HORIZON")
            self.checkpoint.save()
        self.pipeline.accept(chunk)
        self.pipeline.step()

    def wait(self, seconds: float) -> None:
        """Let time pass, a second at a time."""
        whole, rest = divmod(round(seconds * 1000), 1000)
        for step in [*[1.0] * whole, rest / 1000]:
            self.clock.advance(step)
            self.pipeline.step()

    def drain(self) -> None:
        self.pipeline.drain()
        for _ in range(10):
            self.pipeline.step()
            if self.pipeline.is_idle:
                self.checkpoint.save()
                return
        raise AssertionError("the pipeline does not come to rest")

    def finish_outbox(self) -> None:
        """Do what a restart does first."""
        for path, item in self.outbox.pending():
            self.writer.put(item)
            self.checkpoint.restore_finished(item.sink, item.finished)
            self.outbox.remove(path)

    # Looking at it

    def names(self, start: str = "") -> list[str]:
        return sorted(key for key in self.s3.objects if key.startswith(start))

    def body(self, start: str) -> bytes:
        return b"".join(self.s3.objects[key]["Body"] for key in self.names(start))

    def documents(self, start: str = "lake/errors/") -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.body(start).splitlines()]

    def position(self, shard: str = SHARD) -> tuple[str | None, int]:
        position = self.checkpoint.shards[shard].position
        return position.after_sequence, position.main_ordinal


def sequence(number: int) -> str:
    return f"{49000000000000000000000000000000000000000000000000000000 + number:056d}"


def source_chunk(
    records: Sequence[bytes],
    first: int,
    shard: str = SHARD,
    arrivals_ms: Sequence[int] = (),
    *,
    ended: bool = False,
) -> Chunk:
    """Give a chunk of plain records whose sequence numbers count on from `first`."""
    batch = RecordBatch(shard)
    for offset, data in enumerate(records):
        arrival = arrivals_ms[offset] if arrivals_ms else NOON_MS
        batch.append(data, 0, arrival, sequence(first + offset), 0, f"key-{first + offset}")
    if not records:
        return Chunk(shard, batch, None, 0, ended)
    return Chunk(shard, batch, sequence(first + len(records) - 1), 0, ended)
