"""Whose failure an exception is, and which record's.

An exception is the environment's by its type: `DeliveryError` (what this engine raises when a service, the disk or a
shutdown stops it), `OSError`, and what boto3 raises. These are tried again, by whoever calls, and quarantine nothing.
Every other exception comes from handling data: `RecursionError`, `MemoryError`, `ValueError` and all that nobody
foresaw. Then the batch is halved until the record that raises is alone; it goes to the error prefix, the others go on.
A batch that fails whole while its halves do not (a lack of memory, say) goes on as two.

Every stage that handles records is a member of `Stage` and runs through `isolate`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Generic, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.delivery.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LOG = logging.getLogger(__name__)

ENVIRONMENT = (DeliveryError, OSError, BotoCoreError, ClientError)

_T = TypeVar("_T")


class Stage(Enum):
    """The stages that handle records, in their order."""

    UNPACK = "decompression, message extraction and de-aggregation"
    TRANSFORM = "the transform"
    EXTRACT = "the jq query"
    PARTITION = "the choice of partitions"
    DELIMITER = "the delimiter"
    OBJECT = "the object"
    DOCUMENT = "the error document"


@dataclass(slots=True)
class Isolated(Generic[_T]):
    """What a stage gave for which records, in order, and by index why a record failed in it."""

    parts: list[tuple[Sequence[int], _T]] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)


def isolate(stage: Stage, data: Sequence[bytes], run: Callable[[Sequence[int]], _T]) -> Isolated[_T]:
    """Run a stage on all records of `data`; `run` gets their indices, and fewer after a failure.

    `run` changes nothing that a second call could not do again. Raises what the environment raises.
    """
    isolated: Isolated[_T] = Isolated()
    waiting: list[Sequence[int]] = [range(len(data))]
    while waiting:
        indices = waiting.pop()
        try:
            isolated.parts.append((indices, attempt(stage, data, indices, run)))
        except ENVIRONMENT:
            raise
        except Exception as error:
            if len(indices) > 1:
                middle = len(indices) // 2
                waiting += (indices[middle:], indices[:middle])
                continue
            if not len(indices):
                raise
            _LOG.exception("a record of %d bytes failed in %s", len(data[indices[0]]), stage.value)
            isolated.failed[indices[0]] = describe(stage, error)
    return isolated


def attempt(
    stage: Stage,
    data: Sequence[bytes],
    indices: Sequence[int],
    run: Callable[[Sequence[int]], _T],
) -> _T:
    """Run `stage` on the records at `indices`: the one place where a stage begins, so that tests can make any fail."""
    return run(indices)


def describe(stage: Stage, error: Exception) -> str:
    """Return the text that the error document of a record has."""
    return f"The record could not be handled in {stage.value}: {error!r}"
