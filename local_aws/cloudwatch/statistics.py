"""What is kept of the measurements of one span of time, and the statistics that can be had of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_aws.cloudwatch.errors import invalid_value, not_here

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Statistic = Callable[["Aggregate"], float | None]

# More different values than this in one span are kept rounded: first to three digits, then two, then one.
_MOST_VALUES = 200
_PERCENTILE = re.compile(r"p(100(?:\.0{1,10})?|\d{1,2}(?:\.\d{1,10})?)")
# AWS rule: the other extended statistics of a metric (trimmed and winsorized means, ranks and what is between).
_OTHER_EXTENDED = re.compile(r"(?i)(tm|wm|tc|ts|pr)\s*(\d+(\.\d+)?|\(.*\))|iqm")


@dataclass(frozen=True)
class Aggregate:
    """Number, sum and extremes of measurements; `distribution` has how often each value came.

    It is None where nobody knows: statistic sets tell no single values.
    """

    count: float
    total: float
    minimum: float
    maximum: float
    distribution: Mapping[float, float] | None

    @classmethod
    def of_values(cls, counts: Mapping[float, float]) -> Aggregate:
        """Make the aggregate of values that came so many times each."""
        total = sum(value * count for value, count in counts.items())
        return cls(sum(counts.values()), total, min(counts), max(counts), _bounded(counts))

    @classmethod
    def of_set(cls, count: float, total: float, minimum: float, maximum: float) -> Aggregate:
        """Make the aggregate of a statistic set.

        AWS rule: percentiles can be had of a set only when all of its values are the same.
        """
        return cls(count, total, minimum, maximum, {minimum: count} if minimum == maximum else None)

    def merged(self, other: Aggregate) -> Aggregate:
        """Give the aggregate of both."""
        distribution = None
        if self.distribution is not None and other.distribution is not None:
            together = dict(self.distribution)
            for value, count in other.distribution.items():
                together[value] = together.get(value, 0.0) + count
            distribution = _bounded(together)
        return Aggregate(
            self.count + other.count,
            self.total + other.total,
            min(self.minimum, other.minimum),
            max(self.maximum, other.maximum),
            distribution,
        )

    def percentile(self, percent: float) -> float | None:
        """Give the value below or at which `percent` of all values are, None where nobody knows them."""
        if self.distribution is None:
            return None
        wanted, seen = self.count * percent / 100, 0.0
        for value in sorted(self.distribution):
            seen += self.distribution[value]
            # Rounding has moved values, but not beyond what was measured.
            if seen >= wanted:
                return min(max(value, self.minimum), self.maximum)
        return self.maximum


_SIMPLE: Mapping[str, Statistic] = {
    "SampleCount": lambda one: one.count,
    "Average": lambda one: one.total / one.count if one.count else None,
    "Sum": lambda one: one.total,
    "Minimum": lambda one: one.minimum,
    "Maximum": lambda one: one.maximum,
}


def statistic(name: str) -> Statistic:
    """Give the function for a statistic: `Sum`, `Average`, …, `p99.9`.

    It gives None where the statistic is not known. Raises `ApiError` for a statistic that does not exist or that
    is not built.
    """
    if name in _SIMPLE:
        return _SIMPLE[name]
    match = _PERCENTILE.fullmatch(name)
    if match is not None:
        percent = float(match[1])
        return lambda one: one.percentile(percent)
    if _OTHER_EXTENDED.fullmatch(name):
        raise not_here(f"statistic {name}", f"it has {', '.join(_SIMPLE)} and percentiles such as p99.9")
    raise invalid_value(
        f"The statistic is {name!r}; allowed are {', '.join(_SIMPLE)} and percentiles such as p99.9"
    )


def _bounded(counts: Mapping[float, float]) -> Mapping[float, float]:
    for digits in (2, 1, 0):
        if len(counts) <= _MOST_VALUES:
            break
        rounded: dict[float, float] = {}
        for value, count in counts.items():
            near = float(f"{value:.{digits}e}")
            rounded[near] = rounded.get(near, 0.0) + count
        counts = rounded
    return counts
