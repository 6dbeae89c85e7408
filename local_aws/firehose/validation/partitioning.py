"""Rules for dynamic partitioning; AWS rule: reference 5.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_aws.firehose.destination import is_partitioning, is_processing
from local_aws.firehose.errors import invalid_argument

if TYPE_CHECKING:
    from collections.abc import Mapping

_LEAST_SIZE_MIB = 64


def check(destination: Mapping[str, Any]) -> None:
    """Check what dynamic partitioning asks of buffers and processors; the prefix has its own rules."""
    if not is_partitioning(destination):
        return
    hints = destination.get("BufferingHints", {})
    if hints.get("SizeInMBs", _LEAST_SIZE_MIB) < _LEAST_SIZE_MIB:
        raise invalid_argument(
            f"BufferingHints.SizeInMBs must be at least {_LEAST_SIZE_MIB} when Dynamic Partitioning is enabled."
        )
    if hints.get("IntervalInSeconds") == 0:
        raise invalid_argument(
            "BufferingHints.IntervalInSeconds is 0; zero buffering is not available when Dynamic Partitioning "
            "is enabled."
        )
    processors = destination.get("ProcessingConfiguration", {}).get("Processors", [])
    kinds = {processor["Type"] for processor in processors} if is_processing(destination) else set()
    if not kinds & {"Lambda", "MetadataExtraction"}:
        raise invalid_argument(
            "Dynamic Partitioning needs partition keys: a processor of type MetadataExtraction or Lambda "
            "must be enabled."
        )


def check_unchanged(present: Mapping[str, Any], merged: Mapping[str, Any]) -> None:
    """Refuse an update that switches dynamic partitioning on or off; it is decided at creation."""
    if is_partitioning(present) != is_partitioning(merged):
        state = "enabled" if is_partitioning(present) else "disabled"
        raise invalid_argument(
            f"Dynamic Partitioning is {state}; it can only be switched when a delivery stream is created."
        )
