"""What a run did, for a person and for a program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from producer.counts import Counts


@dataclass(frozen=True)
class Report:
    """The end of a run."""

    dataset: str
    stream_name: str
    counts: Counts
    seconds: float
    seed: int | None
    interrupted: bool
    undelivered_file: str | None
    error: str | None

    @property
    def per_second(self) -> float:
        """Acknowledged records a second."""
        return self.counts.sent / self.seconds if self.seconds > 0 else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the report with JSON's own types."""
        counts = self.counts
        return {
            "dataset": self.dataset,
            "stream": self.stream_name,
            "generated": counts.generated,
            "sent": counts.sent,
            "sent_bytes": counts.sent_bytes,
            "retried": counts.retried,
            "failed": counts.failed,
            "possible_duplicates": counts.possible_duplicates,
            "throttled": counts.throttled,
            "calls": counts.calls,
            "seconds": round(self.seconds, 3),
            "per_second": round(self.per_second, 1),
            "seed": self.seed,
            "interrupted": self.interrupted,
            "undelivered_file": self.undelivered_file,
            "error": self.error,
        }

    def as_lines(self) -> list[str]:
        """Return the lines a person reads at the end: what happened, in numbers, and what to type next."""
        counts = self.counts
        stopped = "stopped early; " if self.interrupted else ""
        lines = [
            f"{stopped}{counts.sent:,} {self.dataset} sent to {self.stream_name}, {counts.retried:,} retried, "
            f"{counts.failed:,} failed, in {self.seconds:.1f} s ({self.per_second:,.0f} a second)"
        ]
        if counts.possible_duplicates:
            lines.append(
                f"{counts.possible_duplicates:,} of them were sent again after an answer was lost and may be in the "
                "stream twice; queries see them once"
            )
        if self.undelivered_file:
            lines.append(
                f"the {counts.failed:,} that failed are kept; send them again with: "
                f"python -m producer --dataset {self.dataset} --from-file {self.undelivered_file}"
            )
        if counts.sent:
            chosen = "" if self.dataset == "events" else f"DATASET={self.dataset} "
            lines.append(f'next: make query {chosen}SQL="select count(*) from {self.dataset}"')  # noqa: S608 - shown, not run
        return lines
