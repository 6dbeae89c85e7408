"""What PutRecord and PutRecords may hold, looked at before MiniStack stores it: MiniStack leaves out partition keys.

AWS rule: a record is its data and its partition key, at most 1 MiB of them unless the stream was told otherwise; a
request holds at most 10 MiB of both, reference 11.1 and vector 15. A hash key is less than 2^128 (Kinesis reference
4.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

MIB = 1024 * 1024
LARGEST_RECORD_BYTES = MIB
LARGEST_REQUEST_BYTES = 10 * MIB
_HASH_KEYS = 1 << 128


def check(parameters: Mapping[str, Any]) -> None:
    """Raise `ApiError` for records that AWS refuses because of their size or their hash key."""
    records = parameters.get("Records", [parameters])
    total = 0
    for number, record in enumerate(records, start=1):
        if "PartitionKey" not in record:
            # The model lets it out for streams that choose keys themselves, which are not here.
            where = f"records.{number}.member.partitionKey" if "Records" in parameters else "partitionKey"
            raise ApiError(
                "ValidationException",
                f"1 validation error detected: Value null at '{where}' failed to satisfy constraint: "
                "Member must not be null",
            )
        hash_key = record.get("ExplicitHashKey")
        if hash_key is not None and int(hash_key) >= _HASH_KEYS:
            raise ApiError(
                "InvalidArgumentException",
                "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. "
                f"Specified value was {hash_key}",
            )
        size = len(record["Data"]) + len(record["PartitionKey"].encode())
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
