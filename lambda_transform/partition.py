"""Values of the partition keys of a dataset that is partitioned by attributes."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from lambda_transform.errors import RefusedError, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LONGEST_VALUE: Final = 256
_MOST_REMEMBERED: Final = 10_000


def compile_partition_keys(keys: tuple[str, ...]) -> Callable[[dict[str, Any]], Mapping[str, str]]:
    """Make the function from a row to the values of its partition keys; equal values give the same mapping object.

    AWS rule: a value is a string that is not empty (reference 2.2, 5.4). One that would break the folder's name is
    refused too.
    """
    pick = itemgetter(*keys)
    remembered: dict[Any, Mapping[str, str]] = {}

    def partition_keys(row: dict[str, Any]) -> Mapping[str, str]:
        values = pick(row)
        found = remembered.get(values)
        if found is None:
            found = {key: _text(key, row[key]) for key in keys}
            if len(remembered) < _MOST_REMEMBERED:
                remembered[values] = found
        return found

    return partition_keys


def _text(key: str, value: object) -> str:
    text = "" if value is None else str(value)
    if not text or len(text) > _LONGEST_VALUE or "/" in text or not text.isprintable():
        raise RefusedError(
            "partition_key",
            f"{quote(value)} cannot name a folder; allowed: 1 to {_LONGEST_VALUE} printable characters without slash",
        ).within(key)
    return text
