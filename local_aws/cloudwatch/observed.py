"""The metrics of other services that are counted from the requests which pass the gateway.

AWS rule: Lambda and Kinesis publish these themselves, under these names and dimensions. What MiniStack does within
itself (a schedule or a queue that calls a function) passes no gateway and is not counted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import orjson

from local_aws.cloudwatch.metric import Metric, single
from local_aws.gateway import cbor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_aws.cloudwatch.metric import Sample
    from local_aws.gateway.observing import Exchange, Head

_INVOCATION = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")
_PUTS = {"Kinesis_20131202.PutRecord", "Kinesis_20131202.PutRecords"}
_THROTTLED = "ProvisionedThroughputExceededException"
_ALL_FUNCTIONS = ""
_OK, _TOO_MANY = 200, 429


def observes(head: Head) -> bool:
    """Tell whether a request counts for a metric: a call of a function that is waited for, a put to a stream."""
    if head.service == "lambda":
        waited_for = head.headers.get("x-amz-invocation-type", "RequestResponse") == "RequestResponse"
        return head.method == "POST" and waited_for and _INVOCATION.fullmatch(head.path) is not None
    return head.service == "kinesis" and head.headers.get("x-amz-target") in _PUTS


def wants_bodies(head: Head) -> bool:
    """Tell whether what counts stands in the bodies."""
    return head.service == "kinesis"


def samples(exchange: Exchange) -> list[Sample]:
    """Give what an exchange adds to the metrics; nothing for one that was refused."""
    found = _of_function(exchange) if exchange.head.service == "lambda" else _of_stream(exchange)
    return list(found)


def _of_function(exchange: Exchange) -> Iterator[Sample]:
    match = _INVOCATION.fullmatch(exchange.head.path)
    if match is None or exchange.status not in (_OK, _TOO_MANY):
        return
    name = _function_name(unquote(match[1]))
    called = exchange.status == _OK
    values = [("Throttles", 0.0 if called else 1.0, "Count")]
    if called:
        # AWS rule: a throttled call is no invocation.
        failed = "x-amz-function-error" in exchange.answer_headers
        values += [
            ("Invocations", 1.0, "Count"),
            ("Errors", 1.0 if failed else 0.0, "Count"),
            ("Duration", exchange.took_seconds * 1000, "Milliseconds"),
        ]
    for function in (name, _ALL_FUNCTIONS):
        dimensions = (("FunctionName", function),) if function else ()
        for metric, value, unit in values:
            yield single(Metric("AWS/Lambda", metric, dimensions), exchange.began_at, value, unit)


def _function_name(text: str) -> str:
    """Give the name in what a call may have for it: a name or an ARN, both with or without a qualifier."""
    parts = text.split(":")
    if "function" in parts:
        return parts[parts.index("function") + 1]
    return parts[0]


def _of_stream(exchange: Exchange) -> Iterator[Sample]:
    if exchange.request is None or exchange.answer is None:
        return
    asked, answered = _members(exchange, exchange.request), _members(exchange, exchange.answer)
    stream = asked.get("StreamName") or str(asked.get("StreamARN", "")).rpartition("/")[2]
    if not stream:
        return
    records = asked.get("Records", [asked])
    results = answered.get("Records", [answered])
    if exchange.status != _OK:
        if _THROTTLED not in str(answered.get("__type")):
            return
        results = [{"ErrorCode": _THROTTLED}] * len(records)
    taken = [record for record, result in zip(records, results, strict=True) if not result.get("ErrorCode")]
    throttled = sum(1 for result in results if result.get("ErrorCode") == _THROTTLED)
    values = [("WriteProvisionedThroughputExceeded", throttled, "Count")]
    if taken:
        values += [
            ("IncomingRecords", len(taken), "Count"),
            ("IncomingBytes", sum(_size_bytes(record.get("Data", b"")) for record in taken), "Bytes"),
        ]
    for metric, value, unit in values:
        yield single(
            Metric("AWS/Kinesis", metric, (("StreamName", stream),)), exchange.began_at, float(value), unit
        )


def _members(exchange: Exchange, body: bytes) -> dict[str, Any]:
    is_cbor = "cbor" in exchange.head.headers.get("content-type", "")
    content: Any = (cbor.loads if is_cbor else orjson.loads)(body) if body else {}
    return content if isinstance(content, dict) else {}


def _size_bytes(data: str | bytes) -> int:
    """Give how many bytes a record's data are; in JSON they stand as base64."""
    if isinstance(data, bytes):
        return len(data)
    return len(data) * 3 // 4 - data[-2:].count("=")
