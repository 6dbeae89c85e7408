"""Small documents that a service keeps beside what MiniStack has: one file each, durable when written."""

from __future__ import annotations

import hashlib
import json
import threading
from typing import TYPE_CHECKING, Any

from local_aws.durable import sync_directory, write_json

if TYPE_CHECKING:
    from pathlib import Path


class Kept:
    """Documents by their keys, in one folder; for many threads. Hold `lock` to read and write in one step."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.lock = threading.RLock()

    def get(self, key: str) -> Any:
        """Return a document, or None when there is none."""
        with self.lock:
            path = self._path(key)
            return json.loads(path.read_bytes()) if path.exists() else None

    def put(self, key: str, document: Any) -> None:
        """Write a document. Raises `OSError` when it cannot be made durable."""
        with self.lock:
            write_json(self._path(key), document)

    def delete(self, key: str) -> None:
        """Remove a document, if there is one."""
        with self.lock:
            path = self._path(key)
            if path.exists():
                path.unlink()
                sync_directory(self._folder)

    def _path(self, key: str) -> Path:
        # A key may have characters, and a length, that no file name has.
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.json"
