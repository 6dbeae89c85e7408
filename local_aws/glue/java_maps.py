"""The order in which Glue answers parameters: that of a Java HashMap, whatever order they were given in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIRST_BUCKETS = 16
_LOAD_FACTOR = 0.75


def in_java_order(properties: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return parameters by the bucket of their names; those of one bucket stay as they are.

    Clients write them out as they come, which shows it: `compressionType`, `classification`, `projection.enabled`,
    `typeOfData` (aws-sdk-pandas, test_athena_generate_create_query).
    """
    buckets = _FIRST_BUCKETS
    while len(properties) > buckets * _LOAD_FACTOR:
        buckets *= 2
    return sorted(properties.items(), key=lambda item: _spread(item[0]) & (buckets - 1))


def _spread(text: str) -> int:
    """Return Java's hash of a text, with its upper half mixed into the lower one."""
    found = 0
    units = text.encode("utf-16-be")
    for index in range(0, len(units), 2):
        found = (31 * found + int.from_bytes(units[index : index + 2])) & 0xFFFFFFFF
    return found ^ (found >> 16)
