"""Rules that show only in a running engine: changes under way, alarms and logs in the emulator."""

from __future__ import annotations

import io
import json
import time
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from tests.conformance.delivery.live import ROLE, Live, conversion, glue_table, table_input
from tests.gateway_fixture import unique
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws


def test_1_7_the_processing_block_is_replaced_under_way(local_aws_delivering: LocalAws) -> None:
    delimiter = {"Type": "AppendDelimiterToRecord"}
    live = Live(local_aws_delivering, ProcessingConfiguration={"Enabled": True, "Processors": [delimiter]})
    live.put(b"a", b"b")
    ((first, body),) = live.wait_for(1).items()
    assert (f"{live.name}-1-" in first, body) == (True, b"a\nb\n")
    live.update(ProcessingConfiguration={"Enabled": False})
    live.wait_until_running(2)
    live.put(b"c", b"d")
    live.wait_for(2)
    bodies = [body for key, body in live.objects().items() if f"{live.name}-2-" in key]
    assert b"".join(bodies) == b"cd"


def test_6_a_backup_that_is_switched_on_later_has_what_comes_from_then_on(
    local_aws_delivering: LocalAws,
) -> None:
    live, raw = Live(local_aws_delivering), unique("raw")
    live.s3.create_bucket(Bucket=raw)
    live.put(b"before")
    live.wait_for(1)
    live.update(
        S3BackupMode="Enabled",
        S3BackupUpdate={
            "RoleARN": ROLE,
            "BucketARN": f"arn:aws:s3:::{raw}",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
        },
    )
    live.wait_until_running(2)
    # As much as fills the backup's buffer: it would be a minute otherwise.
    filling = b"x" * 900_000
    live.put(filling, filling)
    wait_until(lambda: live.objects("", raw), "an object in the backup")
    assert b"before" not in b"".join(live.objects("", raw).values())
    assert b"".join(live.objects("", raw).values()).startswith(filling)
    live.wait_for(2)


def test_4_1_a_change_of_the_table_is_picked_up_under_way(local_aws_delivering: LocalAws) -> None:
    table = glue_table(local_aws_delivering, "id")
    live = Live(local_aws_delivering, **conversion(table))
    record = b'{"id": "1", "extra": "more"}'
    live.put(record)
    (body,) = live.wait_for(1).values()
    assert pq.read_table(io.BytesIO(body)).to_pylist() == [{"id": "1"}]
    local_aws_delivering.clients.client("glue").update_table(
        DatabaseName=table["DatabaseName"], TableInput=table_input(table["TableName"], "id", "extra")
    )

    def has_new_column() -> bool:
        live.put(record)
        tables = [pq.read_table(io.BytesIO(body)) for body in live.objects().values()]
        return any(found.to_pylist()[0] == {"id": "1", "extra": "more"} for found in tables)

    wait_until(has_new_column, "a row with the new column")
    assert live.describe()["VersionId"] == "1"


def test_13_an_alarm_on_failed_conversions_fires(local_aws_delivering: LocalAws) -> None:
    live = Live(local_aws_delivering, **conversion(glue_table(local_aws_delivering, "id")))
    cloudwatch: Any = local_aws_delivering.clients.client("cloudwatch")
    alarm = unique("failed-conversions")
    dimensions = [{"Name": "DeliveryStreamName", "Value": live.name}]
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="AWS/Firehose",
        MetricName="FailedConversion.Records",
        Dimensions=dimensions,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )

    def state() -> str:
        (found,) = cloudwatch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
        return str(found["StateValue"])

    assert state() != "ALARM"
    live.put(b"broken", b'{"id": "1"}')
    live.wait_for(1, "errors/")
    # A version that ends sends its metrics at once: it would be a minute otherwise.
    live.update(Prefix="new/")
    wait_until(lambda: state() == "ALARM", "the alarm fires")
    now = time.time()
    statistics = cloudwatch.get_metric_statistics(
        Namespace="AWS/Firehose",
        MetricName="SucceedConversion.Records",
        Dimensions=dimensions,
        StartTime=now - 600,
        EndTime=now + 600,
        Period=60,
        Statistics=["Sum"],
    )
    assert sum(point["Sum"] for point in statistics["Datapoints"]) == 1


def test_2_6_failures_are_found_in_cloudwatch_logs(local_aws_delivering: LocalAws) -> None:
    logs: Any = local_aws_delivering.clients.client("logs")
    group = f"/aws/kinesisfirehose/{unique('live')}"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="DestinationDelivery")
    logging = {"Enabled": True, "LogGroupName": group, "LogStreamName": "DestinationDelivery"}
    table = glue_table(local_aws_delivering, "id")
    live = Live(local_aws_delivering, bucket=False, CloudWatchLoggingOptions=logging, **conversion(table))
    live.put(b"broken", b'{"id": "1"}')

    def codes() -> set[str]:
        events = logs.get_log_events(logGroupName=group, logStreamName="DestinationDelivery")["events"]
        found = [json.loads(event["message"]) for event in events]
        assert all(entry["deliveryStreamARN"].endswith(live.name) for entry in found)
        return {entry["errorCode"] for entry in found}

    wait_until(lambda: codes() == {"S3.NoSuchBucket"}, "the missing bucket is logged")
    live.s3.create_bucket(Bucket=live.bucket)
    live.wait_for(1)
    live.wait_for(1, "errors/")
    both = {"DataFormatConversion.ParseError", "S3.NoSuchBucket"}
    wait_until(lambda: codes() == both, "the failed record is logged")


def test_1_2_several_delivery_streams_read_one_kinesis_stream(local_aws_delivering: LocalAws) -> None:
    kinesis: Any = local_aws_delivering.clients.client("kinesis")
    stream = unique("shared")
    kinesis.create_stream(StreamName=stream, ShardCount=2)

    def summary() -> dict[str, Any]:
        found: dict[str, Any] = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
        return found

    wait_until(lambda: summary()["StreamStatus"] == "ACTIVE", "the stream is active")
    readers = [Live(local_aws_delivering, source=summary()["StreamARN"]) for _ in range(2)]
    lines = [b"%03d\n" % number for number in range(200)]
    batch: Any = [{"Data": line, "PartitionKey": line.decode()} for line in lines]
    assert kinesis.put_records(StreamName=stream, Records=batch)["FailedRecordCount"] == 0

    def delivered(reader: Live) -> list[bytes]:
        return sorted(b"".join(reader.objects().values()).splitlines(keepends=True))

    for reader in readers:
        wait_until(lambda reader=reader: len(delivered(reader)) >= 200, "200 records")  # type: ignore[misc]
        assert delivered(reader) == lines
