"""Distributions and intervals: normal, beta, Wilson."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

from local_aws.athena.udf_failures import invalid_argument

if TYPE_CHECKING:
    from collections.abc import Callable

_STEPS = 10_000
_TINY = 1e-50


def _normal_cdf(mean: float, deviation: float, value: float) -> float:
    if not deviation > 0:
        raise invalid_argument("standardDeviation must be > 0")
    return 0.5 * (1 + math.erf((value - mean) / (deviation * math.sqrt(2))))


def _inverse_normal_cdf(mean: float, deviation: float, share: float) -> float:
    if not 0 < share < 1:
        raise invalid_argument("p must be 0 > p > 1")
    if not deviation > 0:
        raise invalid_argument("sd must be > 0")
    return mean + deviation * NormalDist().inv_cdf(share)


def _beta_cdf(a: float, b: float, value: float) -> float:
    if not (a > 0 and b > 0):
        raise invalid_argument("betaCdf Function: a, b must be > 0")
    if not 0 <= value <= 1:
        raise invalid_argument("betaCdf Function: value must be in the interval [0, 1]")
    return regularized_beta(value, a, b)


def _inverse_beta_cdf(a: float, b: float, share: float) -> float:
    if not 0 <= share <= 1:
        raise invalid_argument("p must be 0 >= p >= 1")
    if not (a > 0 and b > 0):
        raise invalid_argument("a, b must be > 0")
    if share in (0, 1):
        return float(share)
    low, high = 0.0, 1.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if regularized_beta(middle, a, b) < share:
            low = middle
        else:
            high = middle


def regularized_beta(x: float, a: float, b: float) -> float:
    """Return the regularized incomplete beta function of `x`."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - regularized_beta(1 - x, b, a)

    def part(n: int) -> float:
        m = n // 2
        if n % 2 == 0:
            return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))

    front = a * math.log(x) + b * math.log1p(-x) - math.log(a) - _log_beta(a, b)
    return math.exp(front) / _continued_fraction(lambda _: 1.0, part, 1e-14)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _continued_fraction(whole: Callable[[int], float], part: Callable[[int], float], epsilon: float) -> float:
    """Return whole(0) + part(1) / (whole(1) + part(2) / …), by Lentz's method."""
    value = _away_from_zero(whole(0))
    c, d = value, 0.0
    for n in range(1, _STEPS):
        d = 1 / _away_from_zero(whole(n) + part(n) * d)
        c = _away_from_zero(whole(n) + part(n) / c)
        value *= c * d
        if abs(c * d - 1) < epsilon:
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _wilson(successes: int, trials: int, z: float, sign: int) -> float:
    if successes < 0:
        raise invalid_argument("number of successes must not be negative")
    if trials <= 0:
        raise invalid_argument("number of trials must be positive")
    if successes > trials:
        raise invalid_argument("number of successes must not be larger than number of trials")
    if z < 0:
        raise invalid_argument("z-score must not be negative")
    share = successes / trials
    centre = share + z * z / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return (centre + sign * spread) / (1 + z * z / trials)


_THREE = ["DOUBLE", "DOUBLE", "DOUBLE"]
_TRIALS = ["BIGINT", "BIGINT", "DOUBLE"]
# Name, function, types of its parameters, type of its result.
FUNCTIONS: tuple[tuple[str, Callable[..., object], list[str], str], ...] = (
    ("python_normal_cdf", _normal_cdf, _THREE, "DOUBLE"),
    ("python_inverse_normal_cdf", _inverse_normal_cdf, _THREE, "DOUBLE"),
    ("python_beta_cdf", _beta_cdf, _THREE, "DOUBLE"),
    ("python_inverse_beta_cdf", _inverse_beta_cdf, _THREE, "DOUBLE"),
    ("python_wilson_lower", lambda s, n, z: _wilson(s, n, z, -1), _TRIALS, "DOUBLE"),
    ("python_wilson_upper", lambda s, n, z: _wilson(s, n, z, 1), _TRIALS, "DOUBLE"),
)
