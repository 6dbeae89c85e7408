"""Functions on lists of numbers: combinations of positions, histograms with merged buckets."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from local_aws.athena.udf_failures import invalid_argument

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MOST_COMBINATIONS = 100_000


def _combinations(count: int, size: int) -> list[list[int]]:
    if math.comb(count, size) * max(size, 1) > _MOST_COMBINATIONS:
        raise invalid_argument("combinations exceed max size")
    return [list(found) for found in itertools.combinations(range(1, count + 1), size)]


def _numeric_histogram(pairs: Sequence[Sequence[float]], buckets: int) -> list[dict[str, float]]:
    """Merge the two neighbours that cost least until there are no more than `buckets`."""
    if buckets < 2:
        raise invalid_argument("numeric_histogram bucket count must be greater than one")
    merged: list[tuple[float, float]] = []
    for value, weight in sorted((value, weight) for value, weight in pairs):
        if merged and merged[-1][0] == value:
            merged[-1] = (value, merged[-1][1] + weight)
        else:
            merged.append((value, weight))
    while len(merged) > buckets:
        place = min(range(len(merged) - 1), key=lambda i: _penalty(merged[i], merged[i + 1]))
        (left, a), (right, b) = merged[place : place + 2]
        merged[place : place + 2] = [((left * a + right * b) / (a + b), a + b)]
    return [{"k": value, "v": weight} for value, weight in merged]


def _penalty(left: tuple[float, float], right: tuple[float, float]) -> float:
    weight = left[1] + right[1]
    return weight * (left[0] - right[0]) ** 2 * (left[1] * right[1]) / (weight * weight)


# Name, function, types of its parameters, type of its result.
FUNCTIONS: tuple[tuple[str, Callable[..., object], list[str], str], ...] = (
    ("python_combinations", _combinations, ["BIGINT", "BIGINT"], "BIGINT[][]"),
    (
        "python_numeric_histogram",
        _numeric_histogram,
        ["DOUBLE[][]", "BIGINT"],
        "STRUCT(k DOUBLE, v DOUBLE)[]",
    ),
)
