"""Which objects of a partition are merged next."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from lambda_compaction.objects import Object
from lambda_compaction.request import MAX_FILES, Request
from lambda_compaction.statements import MERGED


def choose(
    present: Mapping[str, Object], left: Mapping[str, str], request: Request, now: datetime
) -> tuple[Object, ...]:
    """Return the objects to merge, none when the partition is as it should be.

    It is when everything in it was written by one compaction, or was looked at and left before. A partition of more
    than ``max_bytes`` or ``max_objects`` is merged part by part, new objects only.
    """
    settled = now - timedelta(seconds=request.settle_seconds)
    candidates = sorted((one for one in present.values() if one.modified <= settled), key=lambda one: one.key)
    fresh = [one for one in candidates if left.get(one.key) != one.etag]
    runs = {run for one in fresh if (run := written_by(one.key))}
    new = [one for one in fresh if written_by(one.key) is None]
    if not new and len(runs) <= 1:
        return ()
    if _fit(candidates, request):
        return tuple(candidates)
    chosen: list[Object] = []
    for one in new:
        if _fit([*chosen, one], request):
            chosen.append(one)
    return tuple(chosen) if len(chosen) > 1 else ()


def written_by(key: str) -> str | None:
    """Return the run that wrote a merged object; None for an object of another origin."""
    found = MERGED.fullmatch(key.rpartition("/")[2])
    return found[1] if found else None


def file_count(sizes: Sequence[int], request: Request) -> int:
    """Return how many objects the rows of objects of these sizes are merged into."""
    return min(MAX_FILES, max(1, math.ceil(sum(sizes) / request.target_file_bytes)))


def _fit(chosen: Sequence[Object], request: Request) -> bool:
    return len(chosen) <= request.max_objects and sum(one.size for one in chosen) <= request.max_bytes
