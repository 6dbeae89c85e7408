"""What a delivery stream is doing, in a small file beside its checkpoint, for people and tools to look at."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from pathlib import Path

_LOG = logging.getLogger(__name__)
FILE_NAME = "status.json"


@dataclass(frozen=True)
class Status:
    """The state of one delivery stream.

    `state` is `starting`, `running`, `stopped` or `failed`; `records_read` counts source records since the beginning,
    `records_outstanding` those that are not in S3 yet (once for the lake, once for the backup), `held_bytes` is
    the memory they take, `objects_in_delivery` how many objects are being made or written at this moment,
    `records_failed` how many records went to the error prefix since the worker started.
    """

    version: int
    state: str
    records_read: int = 0
    records_outstanding: int = 0
    held_bytes: int = 0
    objects_in_delivery: int = 0
    failure: str | None = None
    records_failed: int = 0


class StatusFile:
    """The status file of one delivery stream; written when something changed."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE_NAME
        self._written: Status | None = None

    def write(self, status: Status) -> None:
        """Replace the file. A disk that refuses is logged: nothing depends on this file."""
        if status == self._written:
            return
        temporary = self._path.with_suffix(".tmp")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(orjson.dumps(asdict(status)))
            temporary.replace(self._path)
        except OSError as error:
            _LOG.warning("%s cannot be written: %s", self._path, error)
            return
        self._written = status


def read_status(directory: Path) -> Status | None:
    """Give the last written status of the delivery stream in `directory`, None when there is none."""
    try:
        return Status(**orjson.loads((directory / FILE_NAME).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
