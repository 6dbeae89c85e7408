"""Reference 2.6: entries in CloudWatch Logs, for records that failed and for services that refuse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.delivery.config import parse
from local_aws.delivery.error_documents import Rejects
from local_aws.delivery.errors import StoppedError
from local_aws.delivery.logs import ErrorLog
from local_aws.delivery.metrics import Metrics
from local_aws.delivery.objects import DeliveryObject
from local_aws.delivery.records import RecordBatch
from local_aws.delivery.s3 import ObjectWriter
from tests.unit.delivery.kinesis_server import START, ReadAll, error, fake_kinesis, records
from tests.unit.delivery.support import (
    FUNCTION_ARN,
    ImpatientEvent,
    ManualClock,
    OneClient,
    ScriptedS3,
    backed_up,
    client_error,
    describe,
    lambda_processor,
    processing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUP = "/aws/kinesisfirehose/orders"


def logged_to(stream: str) -> dict[str, Any]:
    return {
        "CloudWatchLoggingOptions": {"Enabled": True, "LogGroupName": GROUP, "LogStreamName": stream},
    }


class Logs:
    """A CloudWatch Logs that keeps what is put."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str, dict[str, Any]]] = []

    def put_log_events(self, **request: Any) -> dict[str, Any]:
        self.entries += [
            (request["logGroupName"], request["logStreamName"], json.loads(event["message"]))
            for event in request["logEvents"]
        ]
        return {}


def error_log(logs: Logs, description: Mapping[str, Any], clock: ManualClock | None = None) -> ErrorLog:
    clients: Any = OneClient(logs)
    return ErrorLog(parse(description), clients, clock or ManualClock())


def test_2_6_failed_records_go_to_the_stream_of_the_destination() -> None:
    logs = Logs()
    log = error_log(
        logs, describe(**logged_to("DestinationDelivery"), **processing(lambda_processor()), **backed_up())
    )
    log.report(Rejects("processing-failed", RecordBatch("s"), {("Lambda.FunctionError", "it failed"): 3}))
    log.close()
    ((group, stream, entry),) = logs.entries
    assert (group, stream) == (GROUP, "DestinationDelivery")
    assert entry == {
        "deliveryStreamARN": "arn:aws:firehose:us-east-1:000000000000:deliverystream/orders",
        "destination": "arn:aws:s3:::lake",
        "deliveryStreamVersionId": 1,
        "message": "it failed",
        "errorCode": "Lambda.FunctionError",
        "processor": FUNCTION_ARN,
        "recordCount": 3,
    }


@pytest.mark.parametrize(
    ("code", "logged"),
    [
        ("NoSuchBucket", "S3.NoSuchBucket"),
        ("AccessDenied", "S3.AccessDenied"),
        ("SlowDown", "S3.SlowDown"),
        ("KMS.DisabledException", "S3.KMS.KeyDisabled"),
        ("InternalError", "InternalError"),
        ("SomethingNew", "InternalError"),
    ],
)
@pytest.mark.parametrize(
    ("sink", "stream", "bucket"),
    [("main", "DestinationDelivery", "lake"), ("backup", "BackupDelivery", "raw")],
)
def test_2_6_a_refusal_of_s3_goes_to_the_stream_of_its_bucket_once_a_minute(
    code: str, logged: str, sink: str, stream: str, bucket: str
) -> None:
    logs, clock, stop = Logs(), ManualClock(), ImpatientEvent()
    description = describe(**logged_to("DestinationDelivery"), **backed_up(**logged_to("BackupDelivery")))
    log = error_log(logs, description, clock)
    clients: Any = OneClient(ScriptedS3(failures=[client_error(code)] * 5))
    writer = ObjectWriter(clients, Metrics("orders", clock), stop, log.refused)
    item = DeliveryObject(bucket, "key", b"data", sink, {}, 1)
    writer.put(item)
    clock.advance(60)
    clients = OneClient(ScriptedS3(failures=[client_error(code)] * 5))
    ObjectWriter(clients, Metrics("orders", clock), stop, log.refused).put(item)
    log.close()
    assert [(group, name, entry["errorCode"]) for group, name, entry in logs.entries] == [
        (GROUP, stream, logged)
    ] * 2
    assert {entry["destination"] for *_, entry in logs.entries} == {f"arn:aws:s3:::{bucket}"}
    assert all(entry["message"].endswith((".", "resolution.")) for *_, entry in logs.entries)


def test_2_6_a_backup_without_logging_logs_nothing() -> None:
    logs = Logs()
    log = error_log(logs, describe(**logged_to("DestinationDelivery"), **backed_up()))
    log.refused("backup", "S3.NoSuchBucket", "text")
    log.close()
    assert logs.entries == []


def test_2_6_s3_without_an_answer_is_an_internal_error() -> None:
    logs, stop = Logs(), ImpatientEvent()
    stop.set()
    log = error_log(logs, describe(**logged_to("DestinationDelivery")))
    clients: Any = OneClient(ScriptedS3(failures=[client_error("", 500)]))
    writer = ObjectWriter(clients, Metrics("orders", ManualClock()), stop, log.refused)
    with pytest.raises(StoppedError):
        writer.put(DeliveryObject("lake", "key", b"data", "main", {}, 1))
    log.close()
    assert [entry["errorCode"] for *_, entry in logs.entries] == ["InternalError"]


@pytest.mark.parametrize(
    ("code", "logged"),
    [
        ("ProvisionedThroughputExceededException", ["Kinesis.Throttling"]),
        ("AccessDeniedException", ["Kinesis.AccessDenied"]),
        ("ResourceNotFoundException", ["Kinesis.ResourceNotFound"]),
        ("KMSDisabledException", ["Kinesis.KMS.KeyDisabled"]),
        ("ExpiredIteratorException", []),
    ],
)
def test_2_6_a_refusal_of_kinesis(code: str, logged: list[str]) -> None:
    entries: list[dict[str, Any]] = []

    def put(request: dict[str, Any]) -> Any:
        entries.extend(json.loads(event["message"]) for event in request["logEvents"])
        return {}

    with fake_kinesis() as kinesis:
        kinesis.answers["PutLogEvents"] = put
        read = ReadAll(
            kinesis,
            START,
            records(1),
            error(code),
            error(code),
            records(2, iterator=None),
            **logged_to("DestinationDelivery"),
        )
    assert read.data == [b"1", b"2"]
    assert [entry["errorCode"] for entry in entries] == logged
