"""Where measurements are kept: aggregates of a second or a minute, in a database file.

A laptop runs for weeks, so only what is asked for is in memory. What is kept is bounded in time: single seconds (of
metrics that ask for them) for three hours, minutes for 15 days, as on AWS; AWS then keeps coarser ones for longer.
A gateway that is killed loses nothing; a power cut may take the last seconds of measurements.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.cloudwatch.metric import Metric
from local_aws.cloudwatch.statistics import Aggregate
from local_aws.database import opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from local_aws.cloudwatch.metric import Sample

SECOND, MINUTE = 1, 60
# AWS rule: how long data points of a resolution are kept.
KEPT_SECONDS = {SECOND: 3 * 3600, MINUTE: 15 * 86400}
# AWS rule: ListMetrics has metrics with data in the last two weeks.
_LISTED_SECONDS = 14 * 86400
_PURGE_SECONDS = 600
_SCHEMA = """
create table if not exists metric (
    id integer primary key, namespace text not null, name text not null, dimensions text not null,
    seen integer not null, unique (namespace, name, dimensions)
);
create table if not exists point (
    metric integer not null, resolution integer not null, start integer not null, unit text not null,
    count real not null, total real not null, minimum real not null, maximum real not null, distribution text,
    primary key (metric, resolution, start, unit)
) without rowid;
create index if not exists point_age on point (resolution, start);
"""


@dataclass(frozen=True)
class Point:
    """What was measured from `start` (epoch seconds) on, for a second or a minute."""

    start: int
    unit: str
    values: Aggregate


class PointStore:
    """The measurements of one account and Region; for many threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._database: sqlite3.Connection | None = None
        self._purged_at = 0.0

    def open(self) -> None:
        """Open the file, or make it. One that is damaged is put aside and named in the log."""
        with self._lock:
            self._database = opened(self._path, _SCHEMA, durable=False)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def add(self, samples: Iterable[Sample], now_seconds: float) -> None:
        """Keep measurements, all of them or, if that fails, none."""
        with self._lock, self._connection as database:
            for sample in samples:
                metric = self._id(database, sample.metric, now_seconds)
                self._merge(database, metric, MINUTE, sample)
                if sample.high_resolution:
                    self._merge(database, metric, SECOND, sample)
            if now_seconds - self._purged_at >= _PURGE_SECONDS:
                self._purge(database, now_seconds)

    def read(
        self, metric: Metric, resolution: int, start: int, end: int, unit: str | None = None
    ) -> list[Point]:
        """Give what was measured in [`start`, `end`), oldest first; `unit` None is all units."""
        with self._lock:
            rows = self._connection.execute(
                "select start, unit, count, total, minimum, maximum, distribution from point where metric = "
                "(select id from metric where namespace = ? and name = ? and dimensions = ?) "
                "and resolution = ? and start >= ? and start < ? and (? is null or unit = ?) order by start, unit",
                (
                    metric.namespace,
                    metric.name,
                    _packed(metric.dimensions),
                    resolution,
                    start,
                    end,
                    unit,
                    unit,
                ),
            ).fetchall()
        return [Point(row[0], row[1], _aggregate(row[2:])) for row in rows]

    def metrics(self, namespace: str | None, name: str | None, since_seconds: float) -> list[Metric]:
        """Give the metrics that had measurements since then, in the order of their names."""
        with self._lock:
            rows = self._connection.execute(
                "select namespace, name, dimensions from metric where seen >= ? and (? is null or namespace = ?) "
                "and (? is null or name = ?) order by namespace, name, dimensions",
                (int(since_seconds), namespace, namespace, name, name),
            ).fetchall()
        return [
            Metric(row[0], row[1], tuple((pair[0], pair[1]) for pair in json.loads(row[2]))) for row in rows
        ]

    def listed_since(self, now_seconds: float) -> float:
        """Give since when a metric must have had measurements to be listed."""
        return now_seconds - _LISTED_SECONDS

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._database is None:
            raise RuntimeError("the measurements are not open")
        return self._database

    def _id(self, database: sqlite3.Connection, metric: Metric, now_seconds: float) -> int:
        (found,) = database.execute(
            "insert into metric (namespace, name, dimensions, seen) values (?, ?, ?, ?) "
            "on conflict do update set seen = max(seen, excluded.seen) returning id",
            (metric.namespace, metric.name, _packed(metric.dimensions), int(now_seconds)),
        ).fetchone()
        return int(found)

    def _merge(self, database: sqlite3.Connection, metric: int, resolution: int, sample: Sample) -> None:
        key = (metric, resolution, sample.second - sample.second % resolution, sample.unit)
        row = database.execute(
            "select count, total, minimum, maximum, distribution from point "
            "where metric = ? and resolution = ? and start = ? and unit = ?",
            key,
        ).fetchone()
        values = sample.values if row is None else _aggregate(row).merged(sample.values)
        database.execute(
            "insert or replace into point values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *key,
                values.count,
                values.total,
                values.minimum,
                values.maximum,
                None if values.distribution is None else json.dumps(list(values.distribution.items())),
            ),
        )

    def _purge(self, database: sqlite3.Connection, now_seconds: float) -> None:
        self._purged_at = now_seconds
        for resolution, kept_seconds in KEPT_SECONDS.items():
            database.execute(
                "delete from point where resolution = ? and start < ?",
                (resolution, int(now_seconds) - kept_seconds),
            )
        database.execute("delete from metric where seen < ?", (int(now_seconds) - KEPT_SECONDS[MINUTE],))


def _packed(dimensions: tuple[tuple[str, str], ...]) -> str:
    return json.dumps(dimensions)


def _aggregate(row: Sequence[Any]) -> Aggregate:
    count, total, minimum, maximum, distribution = row
    known = None if distribution is None else dict(json.loads(distribution))
    return Aggregate(count, total, minimum, maximum, known)
