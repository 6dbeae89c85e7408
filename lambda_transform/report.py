"""Why records failed, as lines of JSON on standard output, which Lambda sends to CloudWatch Logs.

Firehose's error objects carry only the source record and a fixed message (reference 2.5), so the reason is here: one
line per failed record with `recordId`, arrival time and `sha256` of the source bytes (its first 16 digits, to match it
with `rawData`), `reason`, `path` and `detail`, never the record itself. At most MAX_LINES an invocation, then one line
that counts them all.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from lambda_transform.errors import RefusedError

MAX_LINES: Final = 100
_DIGEST_LENGTH: Final = 16


class FailureReport:
    """Collects the failures of one invocation."""

    def __init__(self, dataset: str, invocation_id: object) -> None:
        self._common = {"dataset": dataset, "invocationId": invocation_id}
        self._lines: list[str] = []
        self._reasons: Counter[str] = Counter()

    def add(self, record: dict[str, Any], data: bytes | None, refused: RefusedError) -> None:
        """Note that a record of the event failed; `data` is None when it was not even base64."""
        self._reasons[refused.reason] += 1
        if len(self._lines) >= MAX_LINES:
            return
        line = {
            "level": "WARN",
            "message": "record refused",
            **self._common,
            "recordId": record.get("recordId"),
            "approximateArrivalTimestamp": record.get("approximateArrivalTimestamp"),
            "bytes": None if data is None else len(data),
            "sha256": None if data is None else hashlib.sha256(data).hexdigest()[:_DIGEST_LENGTH],
            "reason": refused.reason,
            "path": refused.path[:200],
            "detail": refused.detail[:500],
        }
        self._lines.append(json.dumps(line, separators=(",", ":")))

    def write(self, records: int) -> None:
        """Print the collected lines and their count; nothing when no record failed."""
        failed = sum(self._reasons.values())
        if not failed:
            return
        summary = {
            "level": "WARN",
            "message": "records refused",
            **self._common,
            "records": records,
            "failed": failed,
            "logged": len(self._lines),
            "reasons": dict(self._reasons.most_common()),
        }
        lines = [*self._lines, json.dumps(summary, separators=(",", ":"))]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
