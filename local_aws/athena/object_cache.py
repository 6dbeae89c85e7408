"""Objects as local files, by version: fetched once, read by DuckDB from then on, the least recently used removed.

A file's path has the values of its partition in it, as Hive lays them out, so that DuckDB finds them there itself.
"""

from __future__ import annotations

import hashlib
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from local_aws.athena.formats.parquet import cannot_open

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from local_aws.athena.storage import StoredObject
    from local_aws.clients import Clients

DEFAULT_LIMIT_BYTES = 4 * 1024**3
_FETCH_THREADS = 8


@dataclass
class _Entry:
    size_bytes: int
    used_seconds: float
    users: int = 0


@lru_cache(maxsize=65_536)
def _place(folder: Path, identity: str, partition: str) -> Path:
    version = hashlib.sha256(identity.encode()).hexdigest()
    return folder / version[:2] / f"{partition}{version[2:34]}.parquet"


@dataclass
class ObjectCache:
    """A folder of objects. `limit_bytes` is what it is cut down to; files in use are kept even beyond it.

    What is being fetched is in `parts` until it is complete.
    """

    folder: Path
    parts: Path
    limit_bytes: int = DEFAULT_LIMIT_BYTES
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _entries: dict[Path, _Entry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in self.folder.rglob("*"):
            if path.is_file():
                status = path.stat()
                self._entries[path] = _Entry(status.st_size, status.st_mtime)

    @contextmanager
    def holding(
        self, clients: Clients, objects: Sequence[tuple[StoredObject, str]], check: Callable[[], None]
    ) -> Iterator[list[Path]]:
        """Give the files of objects, each with the folder for its partition, and keep them while the block runs.

        `check` is called between objects and may raise to stop. Raises `QueryError` for an object that is gone.
        """
        paths = [self._path(clients, stored, partition) for stored, partition in objects]
        with self._lock:
            for path, (stored, _) in zip(paths, objects, strict=True):
                entry = self._entries.setdefault(path, _Entry(stored.size, 0.0))
                entry.users += 1
                entry.used_seconds = time.time()
        try:
            self._fetch(
                clients, [(stored, path) for (stored, _), path in zip(objects, paths, strict=True)], check
            )
            yield paths
        finally:
            self._release(paths)

    def _path(self, clients: Clients, stored: StoredObject, partition: str) -> Path:
        # By reader: what one may read, another may not.
        reader = clients.credentials.access_key_id
        return _place(self.folder, f"{reader}\0{stored.path}\0{stored.etag}\0{stored.size}", partition)

    def _fetch(
        self, clients: Clients, wanted: Sequence[tuple[StoredObject, Path]], check: Callable[[], None]
    ) -> None:
        missing = [(stored, path) for stored, path in wanted if not path.exists()]
        if not missing:
            return

        def one(item: tuple[StoredObject, Path]) -> None:
            check()
            stored, path = item
            try:
                body = clients.client("s3").get_object(Bucket=stored.bucket, Key=stored.key)["Body"]
                path.parent.mkdir(parents=True, exist_ok=True)
                part = self.parts / f"{uuid.uuid4().hex}.part"
                with part.open("wb") as file:
                    for chunk in body.iter_chunks(1024 * 1024):
                        file.write(chunk)
            except ClientError as error:
                raise cannot_open(stored.uri, error) from error
            part.replace(path)

        with ThreadPoolExecutor(_FETCH_THREADS, thread_name_prefix="athena-object") as pool:
            list(pool.map(one, missing))

    def _release(self, paths: Sequence[Path]) -> None:
        removed: list[Path] = []
        with self._lock:
            for path in paths:
                self._entries[path].users -= 1
            total = sum(entry.size_bytes for entry in self._entries.values())
            if total > self.limit_bytes:
                for path, entry in sorted(self._entries.items(), key=lambda item: item[1].used_seconds):
                    if total <= self.limit_bytes:
                        break
                    if entry.users == 0:
                        total -= entry.size_bytes
                        removed.append(path)
                for path in removed:
                    del self._entries[path]
                    path.unlink(missing_ok=True)
