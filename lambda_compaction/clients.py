"""The three AWS clients and the clock that compaction works with; tests put others in their place."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError


def _unlimited() -> float:
    return float("inf")


@dataclass(frozen=True)
class Surroundings:
    """boto3 clients, and what tells and passes time. ``remaining_seconds`` is how long this run may still take."""

    athena: Any
    glue: Any
    s3: Any
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    remaining_seconds: Callable[[], float] = _unlimited


def error_code(error: ClientError) -> str:
    """Return the code of an error that AWS answered."""
    return str(error.response.get("Error", {}).get("Code", ""))
