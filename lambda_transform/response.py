"""The answer to Firehose, kept within what Lambda can return.

AWS rule: a synchronous invocation returns at most 6 MB (reference 0.3, 2.4); a longer answer is an error of the whole
batch, which Firehose sends again, with the same result, until every record of it is marked as failed. Records grow by
their derived fields, so a batch that came in can be too big to go out. Then the records that do not fit are answered
`ProcessingFailed`, which keeps their source bytes under the error prefix, from where they can be replayed; all others
are delivered. Sending them back to the stream from here would need permissions and could duplicate or lose them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# 6 MiB less room for what surrounds the records.
MAX_RESPONSE_BYTES: Final = 6 * 1024 * 1024 - 4096

# Punctuation and fixed words of one answered record, generously.
_RECORD_OVERHEAD_BYTES: Final = 128


def overflowing(records: list[dict[str, Any]], limit_bytes: int = MAX_RESPONSE_BYTES) -> Iterator[int]:
    """Give the indices of the accepted records that do not fit into an answer of `limit_bytes`.

    Failed records keep their place without data first; then as many accepted ones as fit, in order.
    """
    if _upper_bound(records) <= limit_bytes:
        return
    without_data = [
        _json_bytes({k: v for k, v in r.items() if k not in ("data", "metadata")}) for r in records
    ]
    # "ProcessingFailed" is longer than "Ok"; any record may have to say it.
    used = sum(without_data) + len("ProcessingFailed") * len(records)
    for index, record in enumerate(records):
        if record["result"] != "Ok":
            record.pop("data", None)
            continue
        more = _json_bytes(record) - without_data[index]
        if used + more > limit_bytes:
            yield index
        else:
            used += more


def _upper_bound(records: list[dict[str, Any]]) -> int:
    """Bytes that the answer has at most, found quickly: nearly all answers are far from the limit."""
    size = sum([len(record["recordId"]) + len(record.get("data", "")) for record in records])
    # Records of the same partition share one mapping, so there are few.
    shared = {
        id(record["metadata"]["partitionKeys"]): record["metadata"]
        for record in records
        if "metadata" in record
    }
    largest = max((_json_bytes(metadata) for metadata in shared.values()), default=0)
    return size + len(records) * (_RECORD_OVERHEAD_BYTES + largest)


def _json_bytes(record: dict[str, Any]) -> int:
    return len(json.dumps(record)) + 2
