"""Which requests to other services count for their metrics."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from local_aws.cloudwatch import observed
from local_aws.gateway import cbor
from local_aws.gateway.observing import Exchange, Head

INVOKE = "/2015-03-31/functions/{}/invocations"


def call(function: str, status: int = 200, error: str | None = None) -> Exchange:
    headers = {} if error is None else {"x-amz-function-error": error}
    head = Head("lambda", "POST", INVOKE.format(function), "", {"x-amz-invocation-type": "RequestResponse"})
    return Exchange(head, status, headers, 1000.0, 0.25, None, None)


def put(target: str, asked: Any, answered: Any, status: int = 200, *, as_cbor: bool = False) -> Exchange:
    dumps: Any = cbor.dumps if as_cbor else lambda value: json.dumps(value).encode()
    kind = "application/x-amz-cbor-1.1" if as_cbor else "application/x-amz-json-1.1"
    headers = {"x-amz-target": f"Kinesis_20131202.{target}", "content-type": kind}
    head = Head("kinesis", "POST", "/", "", headers)
    return Exchange(head, status, {}, 1000.0, 0.1, dumps(asked), dumps(answered))


def counted(exchange: Exchange) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    assert observed.observes(exchange.head)
    found = {(one.metric.name, one.metric.dimensions): one.values.total for one in observed.samples(exchange)}
    assert all(one.second == 1000 for one in observed.samples(exchange))
    return found


def data(text: bytes) -> str:
    return base64.b64encode(text).decode()


@pytest.mark.parametrize(
    "function",
    [
        "f",
        "f:7",
        "arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af%3Alive",
        "000000000000:function:f",
    ],
)
def test_a_call_of_a_function(function: str) -> None:
    own = (("FunctionName", "f"),)
    values = {"Throttles": 0.0, "Invocations": 1.0, "Errors": 0.0, "Duration": 250.0}
    expected = {(name, dimensions): value for name, value in values.items() for dimensions in (own, ())}
    assert counted(call(function)) == expected


def test_a_call_that_fails_is_throttled_or_refused() -> None:
    failed = counted(call("f", error="Unhandled"))
    assert failed["Errors", (("FunctionName", "f"),)] == failed["Invocations", ()] == 1.0
    throttled = counted(call("f", 429))
    assert throttled == {("Throttles", (("FunctionName", "f"),)): 1.0, ("Throttles", ()): 1.0}
    assert counted(call("f", 403)) == counted(call("f", 404)) == {}


def test_a_call_that_nobody_waits_for_and_other_requests_do_not_count() -> None:
    for head in (
        Head("lambda", "POST", INVOKE.format("f"), "", {"x-amz-invocation-type": "Event"}),
        Head("lambda", "GET", INVOKE.format("f"), "", {}),
        Head("lambda", "POST", "/2015-03-31/functions", "", {}),
        Head("kinesis", "POST", "/", "", {"x-amz-target": "Kinesis_20131202.GetRecords"}),
        Head("s3", "PUT", "/bucket/key", "", {}),
    ):
        assert not observed.observes(head)


@pytest.mark.parametrize("as_cbor", [False, True])
def test_a_put_of_records(*, as_cbor: bool) -> None:
    first: Any = b"12345" if as_cbor else data(b"12345")
    asked = {"StreamName": "s", "Records": [{"Data": first}, {"Data": first}, {"Data": first}]}
    throttled = {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "slow"}
    answered = {
        "FailedRecordCount": 2,
        "Records": [{"ShardId": "0"}, throttled, {"ErrorCode": "InternalFailure"}],
    }
    own = (("StreamName", "s"),)
    assert counted(put("PutRecords", asked, answered, as_cbor=as_cbor)) == {
        ("WriteProvisionedThroughputExceeded", own): 1.0,
        ("IncomingRecords", own): 1.0,
        ("IncomingBytes", own): 5.0,
    }


@pytest.mark.parametrize("text", [b"", b"1", b"12", b"123", b"1234"])
def test_a_put_of_one_record(text: bytes) -> None:
    asked = {"StreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/s", "Data": data(text)}
    own = (("StreamName", "s"),)
    assert counted(put("PutRecord", asked, {"ShardId": "0"})) == {
        ("WriteProvisionedThroughputExceeded", own): 0.0,
        ("IncomingRecords", own): 1.0,
        ("IncomingBytes", own): float(len(text)),
    }


def test_a_put_that_is_throttled_or_refused() -> None:
    asked = {"StreamName": "s", "Data": data(b"1")}
    throttled = {"__type": "ProvisionedThroughputExceededException"}
    assert counted(put("PutRecord", asked, throttled, 400)) == {
        ("WriteProvisionedThroughputExceeded", (("StreamName", "s"),)): 1.0
    }
    assert counted(put("PutRecord", asked, {"__type": "ResourceNotFoundException"}, 400)) == {}
    assert counted(put("PutRecord", {"Data": data(b"1")}, {"ShardId": "0"})) == {}
