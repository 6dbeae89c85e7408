"""The compaction of a table: all its closed partitions, as far as time allows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lambda_compaction import partitions, staging
from lambda_compaction.clients import Surroundings
from lambda_compaction.engine import Engine
from lambda_compaction.errors import CompactionError, ConflictError, OutOfTimeError
from lambda_compaction.manifest import DONE, Held
from lambda_compaction.partitions import Partition
from lambda_compaction.request import Request
from lambda_compaction.table import read_table

# A partition is not begun with less time than this.
_LEAST_SECONDS = 90.0

COMPACTED, SETTLED, UNDONE, BUSY, UNFINISHED, FAILED = (
    "compacted",
    "settled",
    "undone",
    "busy",
    "unfinished",
    "failed",
)


@dataclass(frozen=True)
class Report:
    """What became of one partition. Figures are of the objects that were merged; those of others do not count."""

    partition: str
    outcome: str
    files_before: int = 0
    files_after: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    rows_before: int = 0
    rows_after: int = 0
    unread_files: int = 0
    message: str = ""

    @property
    def duplicates(self) -> int:
        """Return how many rows were removed because another one has the same unique key."""
        return self.rows_before - self.rows_after


@dataclass(frozen=True)
class Summary:
    """What a run did. ``complete`` is false when partitions are left for the next run because time was over."""

    table: str
    reports: tuple[Report, ...]
    complete: bool
    swept: tuple[str, ...] = ()

    def of(self, outcome: str) -> tuple[Report, ...]:
        """Return the partitions with one outcome."""
        return tuple(report for report in self.reports if report.outcome == outcome)

    def as_json(self) -> dict[str, Any]:
        """Return the run as a document: sums, and each partition that was not simply settled."""
        compacted = self.of(COMPACTED)
        return {
            "table": self.table,
            "complete": self.complete,
            "partitions": len(self.reports),
            **{
                outcome: len(self.of(outcome))
                for outcome in (COMPACTED, SETTLED, UNDONE, BUSY, UNFINISHED, FAILED)
            },
            "files_before": sum(report.files_before for report in compacted),
            "files_after": sum(report.files_after for report in compacted),
            "bytes_before": sum(report.bytes_before for report in compacted),
            "bytes_after": sum(report.bytes_after for report in compacted),
            "duplicates": sum(report.duplicates for report in compacted),
            "swept": list(self.swept),
            "details": [asdict(report) for report in self.reports if report.outcome != SETTLED],
        }


def compact(request: Request, surroundings: Surroundings) -> Summary:
    """Compact the closed partitions of a table. What fails for one partition does not stop the others.

    :raises RequestError: the table cannot be compacted.
    """
    table = read_table(request, surroundings)
    engine = Engine(table, request, surroundings)
    reports: list[Report] = []
    waiting: list[tuple[Partition, Held]] = []
    complete = True
    # First all partitions are merged; the grace period of the first ones is over when the last one is ready.
    for partition in partitions.find(table, request, surroundings):
        if surroundings.remaining_seconds() < _LEAST_SECONDS:
            complete = False
            break
        try:
            held = engine.advance(partition)
        except OutOfTimeError:
            complete = False
            break
        except (CompactionError, ClientError, BotoCoreError) as error:
            reports.append(_failure(partition, error))
            continue
        if held is None:
            reports.append(Report(str(partition), SETTLED))
        elif held.manifest.state == DONE:
            reports.append(
                Report(str(partition), UNDONE, message="interrupted earlier; the next run starts anew")
            )
        else:
            waiting.append((partition, held))
    for partition, held in waiting:
        try:
            reports.append(_report(partition, engine.finish(held, partition)))
        except OutOfTimeError as error:
            complete = False
            reports.append(Report(str(partition), UNFINISHED, message=str(error)))
        except (CompactionError, ClientError, BotoCoreError) as error:
            reports.append(_failure(partition, error))
    swept = staging.sweep(table, {held.manifest.staging_table for _, held in waiting}, surroundings)
    return Summary(f"{table.database}.{table.name}", tuple(reports), complete, tuple(swept))


def _failure(partition: Partition, error: Exception) -> Report:
    return Report(str(partition), BUSY if isinstance(error, ConflictError) else FAILED, message=str(error))


def _report(partition: Partition, held: Held) -> Report:
    manifest = held.manifest
    counts = manifest.counts
    return Report(
        partition=str(partition),
        outcome=COMPACTED,
        files_before=len(manifest.sources),
        files_after=len(manifest.outputs),
        bytes_before=sum(one.size for one in manifest.sources),
        bytes_after=sum(one.size for one in manifest.outputs),
        rows_before=counts.source_rows if counts else 0,
        rows_after=counts.merged_rows if counts else 0,
        unread_files=len(manifest.left),
    )
