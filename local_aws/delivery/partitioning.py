"""Groups records by the prefix that the values of their partition keys make.

AWS rule: values come from the function's answer and from the jq query; a key that is missing, null or empty
sends the record to the error prefix, reference 5.4. A partition is an evaluated prefix, reference 7: values that
differ but make the same one (nothing need stand between two keys) are one partition. It has at most 512
characters, reference 3.1. Records of more than 1 MiB are not delivered with dynamic partitioning, reference 1.6.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local_aws.delivery.error_documents import EXTRACTION_FAILED, PARTITIONING_FAILED
from local_aws.delivery.prefix import LONGEST, PrefixEvaluator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EMPTY_VALUE = "partitionKeys values must not be null or empty"
EXTRACTION_CODE = "DynamicPartitioning.MetadataExtractionFailed"
# AWS shows no error object for a key that the function left out; the code is formed like its neighbours.
PARTITIONING_CODE = "DynamicPartitioning.PartitioningFailed"

LARGE_RECORD_BYTES = 1024 * 1024
# AWS says that such a record is not supported, not what becomes of it: code and text are our own.
LARGE_RECORD_CODE = "DynamicPartitioning.RecordTooLarge"

Values = tuple[str, ...]

# AWS rule: an S3 key has at most 1,024 bytes; the object's name takes up to 255 of them (reference 3.5).
_LONGEST_BYTES = 1024 - 255
# How many partitions are remembered as checked.
_REMEMBERED = 10_000


@dataclass(slots=True)
class Grouped:
    """Indices of the records by partition, and for the others by index the error type, code and message."""

    groups: dict[Values, list[int]] = field(default_factory=dict)
    failed: dict[int, tuple[str, str, str]] = field(default_factory=dict)


class Partitioner:
    """Groups batches for one prefix."""

    def __init__(self, evaluator: PrefixEvaluator) -> None:
        self._evaluator = evaluator
        self._keys = evaluator.partition_keys
        # The values that stand for a partition: by the values, and by what they make.
        self._fitting: dict[Values, Values] = {}
        self._partitions: dict[tuple[str, ...], Values] = {}

    def group(
        self, count: int, from_lambda: Sequence[Mapping[str, Any]], from_query: Sequence[Mapping[str, Any]]
    ) -> Grouped:
        """Group `count` records; a source of keys that the prefix does not use may be empty."""
        if len(self._fitting) >= _REMEMBERED:
            self._fitting.clear()
            self._partitions.clear()
        grouped = Grouped()
        groups = grouped.groups
        keys = [(key.source == "lambda", key.name) for key in self._keys]
        for index in range(count):
            values = tuple(
                [(from_lambda if is_lambda else from_query)[index].get(name) for is_lambda, name in keys]
            )
            try:
                groups[values].append(index)  # type: ignore[index]
                continue
            except (KeyError, TypeError):
                # A partition that is new in this batch, or a value that is a list or an object.
                failure = self._check(values)
            if failure is not None:
                grouped.failed[index] = failure
            else:
                groups[values] = [index]  # type: ignore[index]
        if any(self._fitting[values] != values for values in groups):
            grouped.groups = self._together(groups)
        return grouped

    def _together(self, groups: Mapping[Values, list[int]]) -> dict[Values, list[int]]:
        together: dict[Values, list[int]] = {}
        for values, indices in groups.items():
            together.setdefault(self._fitting[values], []).extend(indices)
        return {values: sorted(indices) for values, indices in together.items()}

    def _check(self, values: tuple[Any, ...]) -> tuple[str, str, str] | None:
        for key, value in zip(self._keys, values, strict=True):
            if not isinstance(value, str) or not value:
                if key.source == "lambda":
                    return PARTITIONING_FAILED, PARTITIONING_CODE, f"{EMPTY_VALUE}: {key.name}"
                return EXTRACTION_FAILED, EXTRACTION_CODE, EMPTY_VALUE
        if values not in self._fitting:
            problem = _unusable(self._evaluator.prefix(0, values))
            if problem is not None:
                return PARTITIONING_FAILED, PARTITIONING_CODE, problem
            self._fitting[values] = self._partitions.setdefault(self._evaluator.fixed_parts(values), values)
        return None


def _unusable(prefix: str) -> str | None:
    """Say why no object can have `prefix`, None when one can."""
    if len(prefix) > LONGEST:
        return f"Length of evaluated prefix cannot be greater than {LONGEST}, it is {len(prefix)}"
    try:
        size = len(prefix.encode("utf-8"))
    except UnicodeEncodeError:
        return "A partition key holds a lone surrogate, which no object key can"
    if size > _LONGEST_BYTES:
        return f"The evaluated prefix has {size} bytes of UTF-8, allowed are {_LONGEST_BYTES}"
    return None
