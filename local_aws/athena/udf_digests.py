"""Percentiles of weighted values, as Trino's t-digest answers for a set that is small enough to be held whole."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def _percentiles(
    values: Sequence[float], weights: Sequence[float], shares: Sequence[float]
) -> list[float] | None:
    """Return the value at each share of the total weight; None for no values.

    Raises `ValueError` with Trino's error for a weight or a share that is out of range.
    """
    if any(weight <= 0 for weight in weights):
        raise _failure("weight must be > 0")
    if any(not 0 <= share <= 1 for share in shares):
        raise _failure("Percentile must be between 0 and 1")
    points = sorted(zip(values, weights, strict=True))
    return [_value_at(points, share) for share in shares] if points else None


def _failure(message: str) -> ValueError:
    return ValueError(f"failure<INVALID_FUNCTION_ARGUMENT: {message}>' to INT64")


def _value_at(points: Sequence[tuple[float, float]], share: float) -> float:
    total = sum(weight for _, weight in points)
    offset = share * total
    if offset < 1:
        return points[0][0]
    if offset >= total - 1:
        return points[-1][0]
    middle = points[0][1] / 2  # where the weight of a value is in the middle
    if offset < middle:
        return points[0][0]
    for (value, weight), (following, following_weight) in pairwise(points):
        section = (weight + following_weight) / 2
        if middle + section > offset:
            return _between((value, weight), (following, following_weight), offset - middle)
        middle += section
    return points[-1][0]


def _between(left: tuple[float, float], right: tuple[float, float], offset: float) -> float:
    """Return a value `offset` behind the middle of `left`; one that stands for itself alone is never mixed."""
    (low, low_weight), (high, high_weight) = left, right
    section = (low_weight + high_weight) / 2
    if low_weight == 1 and offset < 0.5:
        return low
    if high_weight == 1 and offset >= low_weight / 2:
        return high
    if low_weight == 1:
        offset, section = offset - 0.5, high_weight / 2
    elif high_weight == 1:
        section = low_weight / 2
    return low + offset / section * (high - low)


FUNCTIONS = (("python_percentiles", _percentiles, ["DOUBLE[]", "DOUBLE[]", "DOUBLE[]"], "DOUBLE[]"),)
