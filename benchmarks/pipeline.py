"""One dataset's path (stream, transform, table, delivery stream) made through public AWS calls, on any endpoint."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lambda_transform.contract import load_contract
from scripts import package_transform
from scripts.paths import SCHEMAS

if TYPE_CHECKING:
    from lambda_transform.contract import Contract
    from local_aws.clients import Clients

BUCKET = "bench"
STREAM = "bench"
ROLE = "arn:aws:iam::000000000000:role/bench"
# Short, so that the figure is about throughput and not about waiting; the size limits are AWS's smallest.
INTERVAL_SECONDS = 5
SIZE_MIB = 64
LAMBDA_MB = "1"
LAMBDA_SECONDS = "1"


@dataclass(frozen=True)
class Pipeline:
    """What was made; ``prefix`` holds the data objects."""

    stream: str
    bucket: str
    prefix: str


def create(clients: Clients, folder: Path, dataset: str = "events") -> Pipeline:
    """Make everything for one dataset and wait until the delivery stream is active."""
    contract = load_contract(SCHEMAS / f"{dataset}.schema.json")
    package_transform.main(["--dataset", dataset, "--out", str(folder)])
    clients.client("s3").create_bucket(Bucket=BUCKET)
    stream = _stream(clients.client("kinesis"))
    function = _function(clients, (folder / f"{dataset}.zip").read_bytes())
    _table(clients.client("glue"), contract)
    _delivery_stream(clients.client("firehose"), stream, function, contract)
    return Pipeline(STREAM, BUCKET, "data/")


def _stream(client: Any) -> str:
    client.create_stream(StreamName=STREAM, ShardCount=1)
    client.get_waiter("stream_exists").wait(StreamName=STREAM, WaiterConfig={"Delay": 1})
    arn: str = client.describe_stream_summary(StreamName=STREAM)["StreamDescriptionSummary"]["StreamARN"]
    return arn


def _function(clients: Clients, package: bytes) -> str:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": ["lambda.amazonaws.com", "firehose.amazonaws.com"]},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    clients.client("iam").create_role(RoleName="bench", AssumeRolePolicyDocument=json.dumps(trust))
    created = clients.client("lambda").create_function(
        FunctionName="bench",
        Runtime="python3.13",
        Role=ROLE,
        Handler="lambda_transform.handler.handler",
        Code={"ZipFile": package},
        Timeout=60,
        MemorySize=512,
    )
    return f"{created['FunctionArn']}:$LATEST"


def _table(client: Any, contract: Contract) -> None:
    client.create_database(DatabaseInput={"Name": "bench"})
    client.create_table(
        DatabaseName="bench",
        TableInput={
            "Name": "bench",
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"classification": "parquet"},
            "PartitionKeys": [{"Name": name, "Type": kind} for name, kind in contract.glue_partition_keys],
            "StorageDescriptor": {
                "Columns": [{"Name": name, "Type": kind} for name, kind in contract.glue_columns],
                "Location": f"s3://{BUCKET}/data/",
                "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
                "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
                "SerdeInfo": {
                    "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
                },
            },
        },
    )


def _delivery_stream(client: Any, stream_arn: str, function_arn: str, contract: Contract) -> None:
    partitions = "".join(
        f"{name}=!{{partitionKeyFromLambda:{name}}}/" for name, _kind in contract.glue_partition_keys
    )
    client.create_delivery_stream(
        DeliveryStreamName="bench",
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": stream_arn, "RoleARN": ROLE},
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": f"arn:aws:s3:::{BUCKET}",
            "Prefix": f"data/{partitions}",
            "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
            "BufferingHints": {"SizeInMBs": SIZE_MIB, "IntervalInSeconds": INTERVAL_SECONDS},
            "DynamicPartitioningConfiguration": {"Enabled": True},
            "ProcessingConfiguration": {
                "Enabled": True,
                "Processors": [
                    {
                        "Type": "Lambda",
                        "Parameters": [
                            {"ParameterName": "LambdaArn", "ParameterValue": function_arn},
                            {"ParameterName": "BufferSizeInMBs", "ParameterValue": LAMBDA_MB},
                            {"ParameterName": "BufferIntervalInSeconds", "ParameterValue": LAMBDA_SECONDS},
                        ],
                    }
                ],
            },
            "DataFormatConversionConfiguration": {
                "Enabled": True,
                "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
                "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}},
                "SchemaConfiguration": {
                    "RoleARN": ROLE,
                    "DatabaseName": "bench",
                    "TableName": "bench",
                    "Region": "us-east-1",
                    "VersionId": "LATEST",
                },
            },
        },
    )
    while True:
        described = client.describe_delivery_stream(DeliveryStreamName="bench")["DeliveryStreamDescription"]
        if described["DeliveryStreamStatus"] == "ACTIVE":
            return
        time.sleep(0.2)
