"""What PutRecord and PutRecords may hold, looked at before MiniStack stores it: MiniStack leaves out partition keys.

AWS rule: a record is its data and its partition key, at most 1 MiB of them unless the stream was told otherwise; a
request holds at most 10 MiB of both, reference 11.1 and vector 15.
"""

from __future__ import annotations

from typing import Any

import orjson

from local_aws.gateway.service import ApiError

MIB = 1024 * 1024
LARGEST_RECORD_BYTES = MIB
LARGEST_REQUEST_BYTES = 10 * MIB
OPERATIONS = ("PutRecord", "PutRecords")


def may_exceed(operation: str, body_bytes: int) -> bool:
    """Tell whether a request of that size can break a rule of this module."""
    return operation in OPERATIONS and body_bytes > LARGEST_RECORD_BYTES


def check(body: bytes) -> None:
    """Raise `ApiError` for a request that AWS refuses because of its size; anything else is not judged here."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return
    records = content.get("Records", [content]) if isinstance(content, dict) else []
    total = 0
    for number, record in enumerate(records if isinstance(records, list) else [], start=1):
        size = _record_bytes(record)
        if size > LARGEST_RECORD_BYTES:
            which = f"Record {number}" if len(records) > 1 else "The record"
            raise ApiError(
                "InvalidArgumentException",
                f"{which} has {size} bytes of data and partition key; "
                f"at most {LARGEST_RECORD_BYTES} are allowed.",
            )
        total += size
    if total > LARGEST_REQUEST_BYTES:
        raise ApiError(
            "InvalidArgumentException",
            f"The records have {total} bytes of data and partition keys; "
            f"at most {LARGEST_REQUEST_BYTES} are allowed in a request.",
        )


def _record_bytes(record: Any) -> int:
    if not isinstance(record, dict):
        return 0
    data, key = record.get("Data"), record.get("PartitionKey")
    size = len(key.encode("utf-8", "surrogatepass")) if isinstance(key, str) else 0
    return size + (len(data) // 4 * 3 - data[-2:].count("=") if isinstance(data, str) else 0)
