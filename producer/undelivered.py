"""Keeps the records that could not be delivered, so that none is lost."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import BinaryIO

from producer.errors import UndeliveredFileError
from producer.records import Records


class UndeliveredFile:
    """A file of undelivered records, one on each line; made when the first one comes.

    ``python -m producer --from-file`` sends it again.
    """

    def __init__(self, folder: Path, dataset: str) -> None:
        self._folder = folder
        self._dataset = dataset
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self.path: Path | None = None

    def keep(self, records: Records) -> None:
        """Write records to the file.

        :raises UndeliveredFileError: the disk is full, the folder cannot be written.
        """
        with self._lock:
            try:
                file = self._opened()
                file.writelines(p if p.endswith(b"\n") else p + b"\n" for p in records.payloads)
                file.flush()
                os.fsync(file.fileno())
            except OSError as error:
                raise UndeliveredFileError(
                    f"{len(records)} undelivered records cannot be kept in {self.path or self._folder}: {error}"
                ) from error

    def close(self) -> None:
        """Close the file, if there is one."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _opened(self) -> BinaryIO:
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            name = f"{self._dataset}-{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}.jsonl"
            self.path = self._folder / name
            self._file = self.path.open("ab")
        return self._file
