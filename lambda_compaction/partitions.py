"""The partitions of a table, found by listing their folders, and which of them are closed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lambda_compaction.clients import Surroundings
from lambda_compaction.request import Request
from lambda_compaction.table import Table

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PARTS = ("year", "month", "day", "hour")


@dataclass(frozen=True)
class Partition:
    """A folder of a table. ``path`` is its part of the key after the table's prefix, empty or ending in /."""

    path: str
    values: Mapping[str, str]

    def __str__(self) -> str:
        return self.path.rstrip("/") or "(all)"


@dataclass(frozen=True)
class Span:
    """The time that a partition is about, in UTC."""

    start: datetime
    end: datetime


def find(table: Table, request: Request, surroundings: Surroundings) -> Iterator[Partition]:
    """Yield the partitions that may be compacted now, in the order of their folders."""
    yield from _descend(Partition("", {}), table, request, surroundings)


def _descend(
    parent: Partition, table: Table, request: Request, surroundings: Surroundings
) -> Iterator[Partition]:
    if len(parent.values) == len(table.partition_keys):
        if is_closed(parent.values, request, surroundings.now()):
            yield parent
        return
    key = table.partition_keys[len(parent.values)][0]
    pages = surroundings.s3.get_paginator("list_objects_v2").paginate(
        Bucket=table.bucket, Prefix=f"{table.prefix}{parent.path}", Delimiter="/"
    )
    for page in pages:
        for folder in page.get("CommonPrefixes", ()):
            path = folder["Prefix"].removeprefix(table.prefix)
            name, _, value = path.removeprefix(parent.path).rstrip("/").partition("=")
            # A folder that is no partition of this table is nobody's business here.
            if name != key or not value:
                continue
            child = Partition(path, {**parent.values, key: value})
            if not is_past(child.values, request, surroundings.now()):
                yield from _descend(child, table, request, surroundings)


def span(values: Mapping[str, str]) -> Span | None:
    """Return the time that partition values name: a key that is a date, or year, month, day and hour as far as given.

    None when no key names a time. An ``hour`` beside a date narrows it to that hour.
    """
    parts = [values[name] for name in _PARTS if name in values]
    for value in values.values():
        if _DATE.fullmatch(value):
            parts = [*value.split("-"), *([values["hour"]] if "hour" in values else [])]
    try:
        numbers = [int(part) for part in parts]
        if not numbers or ("year" not in values and len(numbers) < 3):
            return None
        year, month, day, hour = [*numbers, *([0, 1, 1, 0][len(numbers) :])]
        start = datetime(year, month, day, hour, tzinfo=UTC)
    except ValueError:
        return None
    if len(numbers) == 1:
        return Span(start, start.replace(year=year + 1))
    if len(numbers) == 2:
        return Span(start, (start + timedelta(days=31)).replace(day=1))
    return Span(start, start + (timedelta(days=1) if len(numbers) == 3 else timedelta(hours=1)))


def is_closed(values: Mapping[str, str], request: Request, now: datetime) -> bool:
    """Say whether a partition's time is over for long enough. One that is about no time is never open."""
    about = span(values)
    if about is None or request.include_open:
        return True
    return about.end + timedelta(seconds=request.closed_after_seconds) <= now


def is_past(values: Mapping[str, str], request: Request, now: datetime) -> bool:
    """Say whether the values, as far as they go, are of a time before the days that are looked at."""
    about = span(values)
    if about is None or request.lookback_days is None:
        return False
    looked_at = timedelta(days=request.lookback_days, seconds=request.closed_after_seconds)
    return about.end < now - looked_at
