"""Delivery streams on a running local AWS, made through the API, for rules that need the whole engine."""

from __future__ import annotations

from typing import Any

from local_aws.delivery.status import Status, read_status
from tests.gateway_fixture import LocalAws, unique
from tests.waiting import wait_until

ROLE = "arn:aws:iam::000000000000:role/delivery"
QUICK = {"SizeInMBs": 64, "IntervalInSeconds": 1}
ERRORS = "errors/!{firehose:error-output-type}/"


class Live:
    """One delivery stream with a bucket of its own; without `source` it takes PutRecord."""

    def __init__(self, aws: LocalAws, *, source: str | None = None, bucket: bool = True, **settings: Any):
        self.aws = aws
        self.firehose: Any = aws.clients.client("firehose")
        self.s3: Any = aws.clients.client("s3")
        self.name, self.bucket = unique("live"), unique("live")
        if bucket:
            self.s3.create_bucket(Bucket=self.bucket)
        request: dict[str, Any] = {
            "DeliveryStreamName": self.name,
            "ExtendedS3DestinationConfiguration": {
                "RoleARN": ROLE,
                "BucketARN": f"arn:aws:s3:::{self.bucket}",
                "Prefix": "data/",
                "ErrorOutputPrefix": ERRORS,
                "BufferingHints": QUICK,
                **settings,
            },
        }
        if source is not None:
            request |= {
                "DeliveryStreamType": "KinesisStreamAsSource",
                "KinesisStreamSourceConfiguration": {"KinesisStreamARN": source, "RoleARN": ROLE},
            }
        self.firehose.create_delivery_stream(**request)
        wait_until(lambda: self.describe()["DeliveryStreamStatus"] == "ACTIVE", "the stream is active")

    def describe(self) -> dict[str, Any]:
        answer = self.firehose.describe_delivery_stream(DeliveryStreamName=self.name)
        found: dict[str, Any] = answer["DeliveryStreamDescription"]
        return found

    def put(self, *records: bytes) -> None:
        self.firehose.put_record_batch(
            DeliveryStreamName=self.name, Records=[{"Data": record} for record in records]
        )

    def update(self, **settings: Any) -> None:
        described = self.describe()
        self.firehose.update_destination(
            DeliveryStreamName=self.name,
            CurrentDeliveryStreamVersionId=described["VersionId"],
            DestinationId=described["Destinations"][0]["DestinationId"],
            ExtendedS3DestinationUpdate=settings,
        )

    def status(self) -> Status | None:
        """Give what the engine says about the delivery stream."""
        for folder in (self.aws.settings.delivery_dir / self.name).glob("*"):
            return read_status(folder)
        return None

    def wait_until_running(self, version: int) -> None:
        """Wait until the engine works by this version: a change takes a moment, here as on AWS."""

        def is_running() -> bool:
            status = self.status()
            return status is not None and (status.version, status.state) == (version, "running")

        wait_until(is_running, f"version {version} runs")

    def keys(self, prefix: str = "data/", bucket: str | None = None) -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=bucket or self.bucket, Prefix=prefix).get("Contents", [])
        return [item["Key"] for item in listed]

    def objects(self, prefix: str = "data/", bucket: str | None = None) -> dict[str, bytes]:
        """Give the objects under `prefix` by key."""
        bucket = bucket or self.bucket
        keys = self.keys(prefix, bucket)
        return {key: self.s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}

    def wait_for(self, count: int, prefix: str = "data/") -> dict[str, bytes]:
        """Wait until there are `count` objects under `prefix`, then give them."""
        wait_until(lambda: len(self.keys(prefix)) >= count, f"{count} objects under {prefix}")
        return self.objects(prefix)


def glue_table(aws: LocalAws, *columns: str) -> dict[str, str]:
    """Make a Glue table of string columns; give the members of a SchemaConfiguration."""
    glue = aws.clients.client("glue")
    name = unique("live").replace("-", "_")
    glue.create_database(DatabaseInput={"Name": name})
    glue.create_table(DatabaseName=name, TableInput=table_input(name, *columns))
    return {"DatabaseName": name, "TableName": name}


def table_input(name: str, *columns: str) -> Any:
    listed = [{"Name": column, "Type": "string"} for column in columns]
    return {"Name": name, "TableType": "EXTERNAL_TABLE", "StorageDescriptor": {"Columns": listed}}


def conversion(table: dict[str, str]) -> dict[str, Any]:
    return {
        "DataFormatConversionConfiguration": {
            "SchemaConfiguration": {"RoleARN": ROLE, **table},
            "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
            "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}},
        }
    }
