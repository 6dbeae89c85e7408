"""The Lambda function.

Its environment: ``STREAMS``, a JSON object of the stream's name by dataset, and ``DEFAULT_DATASET``, the dataset of
events that come without one.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3

from lambda_publisher import contracts
from lambda_publisher.errors import PublishError
from lambda_publisher.publish import MAX_RECORD_BYTES, Stream, put
from lambda_publisher.request import parse_request

# So many invalid events are described in the answer; the rest are only counted.
_SHOWN = 10


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Send what the event says and answer how many records were sent.

    :raises RequestError: the event cannot be understood; nothing was sent.
    :raises PublishError: some events are not valid (the others were sent), or were not taken by the stream.
    """
    streams: dict[str, str] = json.loads(os.environ["STREAMS"])
    request = parse_request(event, streams, os.environ.get("DEFAULT_DATASET"), lambda: datetime.now(UTC))
    records: list[bytes] = []
    invalid: list[dict[str, Any]] = []
    for index, one in enumerate(request.events):
        data = json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode()
        reason = _reason(request.dataset, data)
        if reason is None:
            records.append(data)
        else:
            invalid.append({"index": index, "reason": reason})
    stream = Stream(
        _client(),
        streams[request.dataset],
        remaining_seconds=lambda: context.get_remaining_time_in_millis() / 1000,
    )
    outcome = put(records, stream)
    answer = {
        "dataset": request.dataset,
        "stream": stream.name,
        "sent": outcome.sent,
        "retried": outcome.retried,
        "failed": outcome.failed,
        "invalid": len(invalid),
        "reasons": invalid[:_SHOWN],
    }
    print(json.dumps(answer))  # noqa: T201 - one line in the function's log
    if invalid or outcome.failed_count:
        raise PublishError(json.dumps(answer))
    return answer


def _reason(dataset: str, data: bytes) -> str | None:
    if len(data) > MAX_RECORD_BYTES:
        return f"has {len(data)} bytes; a stream takes at most {MAX_RECORD_BYTES}"
    return contracts.problem(dataset, data)


@cache
def _client() -> Any:
    return boto3.client("kinesis")
