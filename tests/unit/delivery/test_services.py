"""The edges to other services: Lambda, Glue, CloudWatch, CloudWatch Logs, S3, when they do not answer as hoped."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from local_aws.delivery import metrics as metrics_module
from local_aws.delivery.config import SchemaReference, parse
from local_aws.delivery.conversion import SchemaError
from local_aws.delivery.error_documents import Rejects
from local_aws.delivery.errors import RejectedError, StoppedError, UnavailableError
from local_aws.delivery.glue_schema import GlueSchemaSource
from local_aws.delivery.invoker import Answer, LambdaInvoker
from local_aws.delivery.logs import ErrorLog
from local_aws.delivery.metrics import Metrics
from local_aws.delivery.records import RecordBatch
from local_aws.delivery.transform import Transformer
from tests.unit.delivery.support import (
    FUNCTION_ARN,
    ImpatientEvent,
    ManualClock,
    OneClient,
    client_error,
    describe,
    lambda_processor,
    processing,
    source_chunk,
)

UNREACHABLE = EndpointConnectionError(endpoint_url="http://127.0.0.1:1")


class Scripted:
    """A client whose calls give or raise what the script has, in order."""

    def __init__(self, *script: Any) -> None:
        self.script = list(script)
        self.calls: list[dict[str, Any]] = []

    def _next(self, **request: Any) -> Any:
        self.calls.append(request)
        step = self.script.pop(0)
        if isinstance(step, BaseException):
            raise step
        return step

    invoke = get_table = get_table_version = put_metric_data = put_log_events = _next


def clients(client: Scripted) -> Any:
    return OneClient(client)


def invoke(step: Any) -> Answer:
    return LambdaInvoker(clients(Scripted(step)), FUNCTION_ARN).invoke(b"{}")


def test_an_answer_of_lambda() -> None:
    assert invoke({"Payload": io.BytesIO(b"[]")}) == Answer(b"[]", None)
    failed = {"Payload": io.BytesIO(b"{}"), "FunctionError": "Unhandled"}
    assert invoke(failed) == Answer(b"{}", "Unhandled")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (client_error("AccessDeniedException", 403), "Lambda.InvokeAccessDenied"),
        (client_error("ResourceNotFoundException", 404), "Lambda.ResourceNotFound"),
        (client_error("TooManyRequestsException", 429), "Lambda.InvokeLimitExceeded"),
        (client_error("ServiceException", 500), "Lambda.ServiceUnavailable"),
        (client_error("Unheard", 502), "Lambda.InternalServerError"),
        (client_error("Unheard", 400), "Lambda.InvocationFailure"),
        (ReadTimeoutError(endpoint_url="http://x"), "Lambda.FunctionRequestTimedOut"),
    ],
)
def test_2_4_codes_of_refused_calls(error: Exception, code: str) -> None:
    with pytest.raises(RejectedError) as raised:
        invoke(error)
    assert raised.value.code == code


def test_an_unreachable_lambda_is_no_attempt() -> None:
    with pytest.raises(UnavailableError):
        invoke(UNREACHABLE)


def transformer(client: Scripted, stop: ImpatientEvent) -> Transformer:
    config = parse(describe(**processing(lambda_processor(NumberOfRetries="0"))))
    assert config.processing.transform is not None
    clock = ManualClock()
    invoker = LambdaInvoker(clients(client), FUNCTION_ARN)
    return Transformer(config, config.processing.transform, invoker, clock, Metrics("orders", clock), stop)


def test_a_transform_waits_for_an_endpoint_that_is_away() -> None:
    batch = source_chunk([b"a"], 0).records
    batch.ordinals = [0]
    answer = {"records": [{"recordId": batch.sequences[0] + "000000", "result": "Ok", "data": "Yg=="}]}
    client = Scripted(*[UNREACHABLE] * 7, {"Payload": io.BytesIO(json.dumps(answer).encode())})
    result = transformer(client, ImpatientEvent()).run(batch)
    assert result.records.data == [b"b"]
    assert result.rejects is None


def test_a_transform_that_waits_can_be_stopped() -> None:
    stop = ImpatientEvent()
    stop.set()
    batch = source_chunk([b"a"], 0).records
    with pytest.raises(StoppedError):
        transformer(Scripted(UNREACHABLE), stop).run(batch)


def table(*types: str) -> dict[str, Any]:
    columns = [{"Name": f"c{n}", "Type": text} for n, text in enumerate(types)]
    return {"Table": {"StorageDescriptor": {"Columns": columns}}}


REFERENCE = SchemaReference(None, "lake", "orders", "us-east-1", "LATEST", "role")


def source(client: Scripted, reference: SchemaReference = REFERENCE) -> tuple[GlueSchemaSource, ManualClock]:
    clock = ManualClock()
    return GlueSchemaSource(clients(client), reference, clock, ImpatientEvent()), clock


def test_4_1_updates_of_the_table_are_picked_up() -> None:
    client = Scripted(table("int"), table("int", "string"))
    schemas, clock = source(client)
    assert len(schemas.current().columns) == len(schemas.current().columns) == 1
    clock.advance(10)
    assert len(schemas.current().columns) == 2
    assert client.calls[0] == {"DatabaseName": "lake", "Name": "orders"}


def test_4_1_a_version_and_a_catalog_can_be_named() -> None:
    client = Scripted({"TableVersion": table("int")})
    reference = SchemaReference("123456789012", "lake", "orders", "us-east-1", "7", "role")
    assert len(source(client, reference)[0].current().columns) == 1
    assert client.calls == [
        {"CatalogId": "123456789012", "DatabaseName": "lake", "TableName": "orders", "VersionId": "7"}
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("EntityNotFoundException", "DataFormatConversion.EntityNotFound"),
        ("AccessDeniedException", "DataFormatConversion.AccessDenied"),
        ("InvalidInputException", "DataFormatConversion.InvalidInput"),
    ],
)
def test_4_5_codes_of_a_table_that_cannot_be_had(code: str, expected: str) -> None:
    with pytest.raises(SchemaError) as raised:
        source(Scripted(client_error(code)))[0].current()
    assert raised.value.code == expected


def test_a_table_without_columns_has_its_code() -> None:
    with pytest.raises(SchemaError) as raised:
        source(Scripted({"Table": {}}))[0].current()
    assert raised.value.code == "DataFormatConversion.NonExistentColumns"


def test_glue_is_asked_again_while_it_is_away() -> None:
    client = Scripted(
        UNREACHABLE, client_error("ThrottlingException"), client_error("Oops", 500), table("int")
    )
    assert len(source(client)[0].current().columns) == 1
    assert len(client.calls) == 4


def test_13_metrics_are_added_up_and_sent_with_their_dimension() -> None:
    clock = ManualClock()
    metrics = Metrics("orders", clock)
    for value in (3, 5, 1):
        metrics.add("DeliveryToS3.Records", value)
    metrics.add("DeliveryToS3.Bytes", 7, "Bytes")
    due = [metrics.due]
    clock.advance(60)
    due.append(metrics.due)
    client = Scripted({})
    metrics_module.send(clients(client), metrics.take())
    due.append(metrics.due)
    assert due == [False, True, False]
    assert metrics.take() == []
    (call,) = client.calls
    assert call["Namespace"] == "AWS/Firehose"
    first, second = call["MetricData"]
    assert first["MetricName"] == "DeliveryToS3.Bytes"
    assert first["Unit"] == "Bytes"
    assert second["Dimensions"] == [{"Name": "DeliveryStreamName", "Value": "orders"}]
    assert second["StatisticValues"] == {"SampleCount": 3, "Sum": 9, "Minimum": 1, "Maximum": 5}


def test_how_far_behind_a_reader_is_is_told_for_its_stream_too() -> None:
    metrics = Metrics("orders", ManualClock())
    metrics.add("KinesisMillisBehindLatest", 1500, "Milliseconds")
    metrics.add("KinesisMillisBehindLatest", 500, "Milliseconds")
    metrics.add("IncomingRecords", 3)
    client = Scripted({}, {})
    metrics_module.send(clients(client), metrics.take(), "source")
    own, source = client.calls
    assert (own["Namespace"], source["Namespace"]) == ("AWS/Firehose", "AWS/Kinesis")
    (age,) = source["MetricData"]
    assert age["MetricName"] == "GetRecords.IteratorAgeMilliseconds"
    assert age["Dimensions"] == [{"Name": "StreamName", "Value": "source"}]
    assert age["StatisticValues"] == {"SampleCount": 2, "Sum": 2000, "Minimum": 500, "Maximum": 1500}
    metrics.add("IncomingRecords", 3)
    silent = Scripted({})
    metrics_module.send(clients(silent), metrics.take(), "source")
    assert len(silent.calls) == 1


def test_metrics_that_cannot_be_sent_do_not_stop_anything(caplog: pytest.LogCaptureFixture) -> None:
    metrics = Metrics("orders", ManualClock())
    metrics.add("x", 1)
    with caplog.at_level(logging.WARNING):
        metrics_module.send(clients(Scripted(UNREACHABLE)), metrics.take())
    assert "metrics were not sent" in caplog.text


def rejects(*reasons: tuple[str, str]) -> Rejects:
    return Rejects("processing-failed", RecordBatch("s"), dict.fromkeys(reasons, 2))


def test_2_6_failures_are_logged_when_logging_is_on() -> None:
    logging_on = {
        "Enabled": True,
        "LogGroupName": "/aws/kinesisfirehose/orders",
        "LogStreamName": "DestinationDelivery",
    }
    config = parse(describe(CloudWatchLoggingOptions=logging_on, **processing(lambda_processor())))
    client = Scripted({}, {}, {})
    log = ErrorLog(config, clients(client), ManualClock())
    log.report(rejects(("Lambda.FunctionError", "it failed"), ("DataFormatConversion.ParseError", "no JSON")))
    log.close()
    events = [event for call in client.calls for event in call["logEvents"]]
    assert {(call["logGroupName"], call["logStreamName"]) for call in client.calls} == {
        ("/aws/kinesisfirehose/orders", "DestinationDelivery")
    }
    first, second = (json.loads(event["message"]) for event in events)
    assert first == {
        "deliveryStreamARN": config.arn,
        "destination": "arn:aws:s3:::lake",
        "deliveryStreamVersionId": 1,
        "message": "it failed",
        "errorCode": "Lambda.FunctionError",
        "recordCount": 2,
        "processor": FUNCTION_ARN,
    }
    assert "processor" not in second


def test_2_6_nothing_is_sent_when_logging_is_off() -> None:
    client = Scripted()
    log = ErrorLog(parse(describe()), clients(client), ManualClock())
    log.report(rejects(("Lambda.FunctionError", "it failed")))
    log.close()
    assert client.calls == []


def test_a_log_that_cannot_be_written_does_not_stop_anything(caplog: pytest.LogCaptureFixture) -> None:
    logging_on = {"Enabled": True, "LogGroupName": "g", "LogStreamName": "s"}
    client = Scripted(client_error("ResourceNotFoundException"))
    log = ErrorLog(parse(describe(CloudWatchLoggingOptions=logging_on)), clients(client), ManualClock())
    with caplog.at_level(logging.WARNING):
        log.report(rejects(("Lambda.FunctionError", "it failed")))
        log.close()
    assert "CloudWatch Logs refused" in caplog.text
