"""The Lambda function: its event is a :class:`lambda_compaction.request.Request` as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import boto3

from lambda_compaction.clients import Surroundings
from lambda_compaction.errors import CompactionError
from lambda_compaction.request import parse_request
from lambda_compaction.run import FAILED, compact


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Compact one table and say what was done.

    :raises CompactionError: a partition failed; the others were compacted all the same, and the error says everything.
    """
    request = parse_request(event)
    surroundings = Surroundings(
        athena=boto3.client("athena"),
        glue=boto3.client("glue"),
        s3=boto3.client("s3"),
        remaining_seconds=lambda: context.get_remaining_time_in_millis() / 1000,
    )
    summary = compact(request, surroundings)
    document = summary.as_json()
    print(json.dumps(document))  # noqa: T201 - one line in the function's log
    if summary.of(FAILED):
        raise CompactionError(json.dumps(document))
    return document
