"""Percentiles of weighted values, as Trino's digests answer for a set that is small enough to be held whole; hashes."""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import TYPE_CHECKING

from local_aws.athena.hashes import murmur3, xxhash64
from local_aws.athena.udf_failures import failure, invalid_argument

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def _percentiles(
    values: Sequence[float], weights: Sequence[float], shares: Sequence[float]
) -> list[float] | None:
    """Return the value at each share of the total weight; None for no values.

    Raises `ValueError` with Trino's error for a weight or a share that is out of range.
    """
    if any(weight <= 0 for weight in weights):
        raise invalid_argument("weight must be > 0")
    if any(not 0 <= share <= 1 for share in shares):
        raise invalid_argument("Percentile must be between 0 and 1")
    points = sorted(zip(values, weights, strict=True))
    return [_value_at(points, share) for share in shares] if points else None


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


def _quantile_places(weights: Sequence[float], shares: Sequence[float]) -> list[int] | None:
    """Return the place, from 1, of the value at each share of the total weight of sorted values."""
    if any(not 0 <= share <= 1 for share in shares):
        raise invalid_argument("Quantile should be within bounds [0, 1]")
    total, places = sum(weights), []
    for share in shares:
        reached, place = 0.0, len(weights)
        for index, weight in enumerate(weights, start=1):
            reached += weight
            if reached > share * total:
                place = index
                break
        places.append(place)
    return places if weights else None


_WORD = 1 << 64
_PRIME = 0x9E3779B185EBCA87


def _signed(value: int) -> int:
    return value - _WORD if value >= _WORD // 2 else value


def _checksum_of_bytes(data: bytes) -> int:
    return _signed(xxhash64(data) * _PRIME % _WORD)


def _checksum(total: int) -> bytes:
    return (int(total) % _WORD).to_bytes(8, "little")


def _set_digest_hash(text: str) -> int:
    """Return the hash that a set digest has of a value: of a whole number's eight bytes, or of a text's."""
    if text[0] == "o":
        raise failure("NOT_SUPPORTED", "hash_counts of this type is not supported by the local Athena")
    data = struct.pack("<q", int(text[1:])) if text[0] == "i" else text[1:].encode()
    return int.from_bytes(murmur3(data)[:8], "little", signed=True)


def _checksum_of_number(value: int) -> int:
    return _checksum_of_bytes(struct.pack("<q", value))


def _checksum_of_double(value: float) -> int:
    return _checksum_of_bytes(struct.pack("<d", value + 0.0))  # -0.0 counts as 0.0


# Name, function, types of its parameters, type of its result.
FUNCTIONS: tuple[tuple[str, Callable[..., object], list[str], str], ...] = (
    ("python_percentiles", _percentiles, ["DOUBLE[]", "DOUBLE[]", "DOUBLE[]"], "DOUBLE[]"),
    ("python_quantile_places", _quantile_places, ["DOUBLE[]", "DOUBLE[]"], "BIGINT[]"),
    ("python_set_digest_hash", _set_digest_hash, ["VARCHAR"], "BIGINT"),
    ("python_checksum_of_bytes", _checksum_of_bytes, ["BLOB"], "BIGINT"),
    ("python_checksum_of_number", _checksum_of_number, ["BIGINT"], "BIGINT"),
    ("python_checksum_of_double", _checksum_of_double, ["DOUBLE"], "BIGINT"),
    ("python_checksum", _checksum, ["DECIMAL(38, 0)"], "BLOB"),
)
