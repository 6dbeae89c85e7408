"""Message extraction from CloudWatch Logs subscription records.

AWS rule: owner, log group, log stream and all else are left out, only the messages of the log events go on (developer
guide, "Message extraction"); each ends with a newline.
"""

from __future__ import annotations

import orjson

from local_aws.delivery.error_documents import PROCESSING_FAILED

OUTPUT_TYPE = PROCESSING_FAILED
CODE = "CloudWatchLogProcessing.MessageExtractionFailed"


class ExtractionError(ValueError):
    """A record is not what CloudWatch Logs sends to a subscription."""


def messages(record: bytes) -> bytes:
    """Give the messages of one decompressed subscription record, a line each."""
    try:
        content = orjson.loads(record)
    except ValueError as error:
        raise ExtractionError(f"The record is not JSON: {error}") from error
    events = content.get("logEvents") if isinstance(content, dict) else None
    if not isinstance(events, list):
        raise ExtractionError("The record has no list logEvents")
    lines: list[str] = []
    for event in events:
        message = event.get("message") if isinstance(event, dict) else None
        if not isinstance(message, str):
            raise ExtractionError("A log event has no message")
        lines.append(message + "\n")
    return "".join(lines).encode("utf-8")
