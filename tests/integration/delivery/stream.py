"""A whole delivery stream on a running local AWS, for tests that look at what arrives."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from local_aws.delivery.status import Status, read_status
from tests.gateway_fixture import LocalAws, unique
from tests.waiting import LIMIT_SECONDS, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FUNCTION = """
import base64, json

def handler(event, context):
    answers = []
    for record in event["records"]:
        answer = {"recordId": record["recordId"]}
        try:
            item = json.loads(base64.b64decode(record["data"]))
            if item.get("drop"):
                answer["result"] = "Dropped"
            else:
                item["kind"] = "kind%d" % (item["id"] % 3)
                data = (json.dumps(item) + "\\n").encode()
                answer |= {"result": "Ok", "data": base64.b64encode(data).decode(),
                           "metadata": {"partitionKeys": {"kind": item["kind"]}}}
        except (ValueError, KeyError):
            answer |= {"result": "ProcessingFailed", "data": record["data"]}
        answers.append(answer)
    return {"records": answers}
"""
ROLE = "arn:aws:iam::000000000000:role/delivery"


@dataclass
class Contents:
    """What a delivery stream has written: ids of rows, ids of source records in error documents, raw lines."""

    rows: list[int] = field(default_factory=list)
    failed: list[bytes] = field(default_factory=list)
    backup: bytes = b""
    data_keys: list[str] = field(default_factory=list)
    error_keys: list[str] = field(default_factory=list)
    backup_keys: list[str] = field(default_factory=list)

    def ids_in_backup(self) -> list[int]:
        decoder = json.JSONDecoder()
        text, position, ids = self.backup.decode(), 0, []
        while position < len(text):
            if not text.startswith("{", position):
                position = text.find("{", position)
                if position < 0:
                    break
            document, position = decoder.raw_decode(text, position)
            ids.append(document["id"])
        return ids


class Pipeline:
    """A Kinesis stream, a function, a table, two buckets and the delivery stream between them."""

    def __init__(self, aws: LocalAws, *, shards: int = 1, interval_seconds: int = 1) -> None:
        self.aws = aws
        self.stream = unique("source")
        self.name = unique("delivery")
        self.bucket = unique("lake")
        self.raw_bucket = unique("raw")
        self.function = unique("transform")
        self.table = unique("table").replace("-", "_")
        self.interval_seconds = interval_seconds
        self._create(shards)

    def _create(self, shards: int) -> None:
        s3 = self.aws.clients.client("s3")
        s3.create_bucket(Bucket=self.bucket)
        s3.create_bucket(Bucket=self.raw_bucket)
        kinesis = self.aws.clients.client("kinesis")
        kinesis.create_stream(StreamName=self.stream, ShardCount=shards)
        summary: Callable[[], Any] = lambda: kinesis.describe_stream_summary(StreamName=self.stream)  # noqa: E731
        wait_until(
            lambda: summary()["StreamDescriptionSummary"]["StreamStatus"] == "ACTIVE", "the stream is active"
        )
        self.stream_arn = summary()["StreamDescriptionSummary"]["StreamARN"]
        glue = self.aws.clients.client("glue")
        self.database = self.table + "_db"
        glue.create_database(DatabaseInput={"Name": self.database})
        columns: Any = [{"Name": "id", "Type": "bigint"}, {"Name": "pad", "Type": "string"}]
        glue.create_table(
            DatabaseName=self.database,
            TableInput={"Name": self.table, "StorageDescriptor": {"Columns": columns}},
        )
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as code:
            code.writestr("function.py", FUNCTION)
        made = self.aws.clients.client("lambda").create_function(
            FunctionName=self.function,
            Runtime="python3.12",
            Role=ROLE,
            Handler="function.handler",
            Code={"ZipFile": archive.getvalue()},
            Timeout=60,
        )
        self.function_arn = made["FunctionArn"] + ":$LATEST"
        self.aws.clients.client("firehose").create_delivery_stream(**self.request())
        self.wait_active()

    def request(self) -> dict[str, Any]:
        hints = {"SizeInMBs": 64, "IntervalInSeconds": self.interval_seconds}
        return {
            "DeliveryStreamName": self.name,
            "DeliveryStreamType": "KinesisStreamAsSource",
            "KinesisStreamSourceConfiguration": {"KinesisStreamARN": self.stream_arn, "RoleARN": ROLE},
            "ExtendedS3DestinationConfiguration": {
                "RoleARN": ROLE,
                "BucketARN": f"arn:aws:s3:::{self.bucket}",
                "Prefix": "data/kind=!{partitionKeyFromLambda:kind}/",
                "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
                "BufferingHints": hints,
                "DynamicPartitioningConfiguration": {"Enabled": True},
                "S3BackupMode": "Enabled",
                "S3BackupConfiguration": {
                    "RoleARN": ROLE,
                    "BucketARN": f"arn:aws:s3:::{self.raw_bucket}",
                    "Prefix": "raw/",
                    "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 60},
                    "CompressionFormat": "GZIP",
                },
                "ProcessingConfiguration": {"Enabled": True, "Processors": [self.processor()]},
                "DataFormatConversionConfiguration": {
                    "Enabled": True,
                    "SchemaConfiguration": {
                        "DatabaseName": self.database,
                        "TableName": self.table,
                        "RoleARN": ROLE,
                        "Region": self.aws.settings.region,
                    },
                    "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
                    "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}},
                },
            },
        }

    def processor(self) -> dict[str, Any]:
        values = {"LambdaArn": self.function_arn, "BufferIntervalInSeconds": "1", "BufferSizeInMBs": "0.5"}
        return {
            "Type": "Lambda",
            "Parameters": [
                {"ParameterName": name, "ParameterValue": value} for name, value in values.items()
            ],
        }

    def describe(self) -> dict[str, Any]:
        answer = self.aws.clients.client("firehose").describe_delivery_stream(DeliveryStreamName=self.name)
        description: dict[str, Any] = dict(answer["DeliveryStreamDescription"])
        return description

    def wait_active(self) -> None:
        wait_until(
            lambda: self.describe()["DeliveryStreamStatus"] == "ACTIVE", "the delivery stream is active"
        )

    def put(self, ids: Iterable[int], *, poison_every: int = 0, drop_every: int = 0) -> None:
        """Put one record for each id; every so many is no JSON but still has its id in it, or asks to be dropped."""
        kinesis = self.aws.clients.client("kinesis")
        batch: list[Any] = []
        for number in ids:
            data = json.dumps({"id": number, "pad": "x" * 100})
            if drop_every and number % drop_every == 1:
                data = json.dumps({"id": number, "drop": True})
            if poison_every and number % poison_every == 0:
                data = f"poison {number} "
            batch.append({"Data": data.encode(), "PartitionKey": str(number)})
            if len(batch) == 500:
                assert kinesis.put_records(StreamName=self.stream, Records=batch)["FailedRecordCount"] == 0
                batch = []
        if batch:
            assert kinesis.put_records(StreamName=self.stream, Records=batch)["FailedRecordCount"] == 0

    def contents(self) -> Contents:
        contents = Contents()
        for key, body in self._objects(self.bucket):
            if key.startswith("data/"):
                contents.data_keys.append(key)
                contents.rows += pq.read_table(io.BytesIO(body))["id"].to_pylist()
            else:
                contents.error_keys.append(key)
                contents.failed += [json.loads(line)["rawData"].encode() for line in body.splitlines()]
        for key, body in self._objects(self.raw_bucket):
            contents.backup_keys.append(key)
            contents.backup += gzip.decompress(body)
        return contents

    def _objects(self, bucket: str) -> Iterable[tuple[str, bytes]]:
        s3 = self.aws.clients.client("s3")
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for item in page.get("Contents", []):
                yield item["Key"], s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()

    def status(self) -> Status | None:
        """Give what the engine says about the delivery stream."""
        for folder in (self.aws.settings.delivery_dir / self.name).glob("*"):
            return read_status(folder)
        return None

    def wait_until_read(self, records: int) -> None:
        """Wait until the engine has read so many source records."""

        def enough() -> bool:
            status = self.status()
            return status is not None and status.records_read >= records

        wait_until(enough, f"{records} records are read")

    def wait_for(self, rows: int, failed: int = 0) -> Contents:
        """Wait until so many rows and failed records are delivered, then give everything there is."""
        seen = Contents()

        def enough() -> bool:
            nonlocal seen
            seen = self.contents()
            return len(seen.rows) >= rows and len(seen.failed) >= failed

        # Everything is read back each time: twice the usual limit, and no hurry.
        what = f"{rows} rows and {failed} failed records"
        wait_until(enough, what, 2 * LIMIT_SECONDS, pause_seconds=0.2)
        return seen
