"""Objects as local files, by version: fetched once, read by DuckDB from then on, the least recently used removed.

A file's path has the values of its partition in it, as Hive lays them out, so that DuckDB finds them there itself.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
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
# How exactly it is known when a file was used last.
_NOTED_NANOSECONDS = 10 * 10**9


@lru_cache(maxsize=65_536)
def _place(folder: Path, identity: str, partition: str) -> Path:
    version = hashlib.sha256(identity.encode()).hexdigest()
    return folder / version[:2] / f"{partition}{version[2:34]}.parquet"


@dataclass
class ObjectCache:
    """A folder of objects. `limit_bytes` is what it is cut down to; files in use are kept even beyond it.

    Several processes share the folder: what one holds is listed in a file that it keeps locked, and the folder is cut
    down by one at a time. What is being fetched is in `parts`, on the same disk, until it is complete.
    """

    folder: Path
    parts: Path
    limit_bytes: int = DEFAULT_LIMIT_BYTES

    def __post_init__(self) -> None:
        self._holds.mkdir(parents=True, exist_ok=True)

    @property
    def _holds(self) -> Path:
        return self.folder / ".holds"

    @contextmanager
    def holding(
        self, clients: Clients, objects: Sequence[tuple[StoredObject, str]], check: Callable[[], None]
    ) -> Iterator[list[Path]]:
        """Give the files of objects, each with the folder for its partition, and keep them while the block runs.

        `check` is called between objects and may raise to stop. Raises `QueryError` for an object that is gone.
        """
        paths = [self._path(clients, stored, partition) for stored, partition in objects]
        wanted = [(stored, path) for (stored, _), path in zip(objects, paths, strict=True)]
        fetched = 0
        with self._held(paths):
            fetched = self._fetch(clients, wanted, check)
            yield paths
        if fetched:
            self._add(fetched)

    @contextmanager
    def _held(self, paths: Sequence[Path]) -> Iterator[None]:
        """List files as used in a file of their own that stays locked; the lock goes with this process."""
        hold = self._holds / uuid.uuid4().hex
        with ExitStack() as kept:
            # Whoever cuts the folder down has seen this list, or is done before anybody looks whether a file is there.
            with self._locked(fcntl.LOCK_SH):
                listed = kept.enter_context(hold.open("x", encoding="utf-8"))
                fcntl.flock(listed, fcntl.LOCK_EX)
                listed.writelines(f"{path}\n" for path in paths)
                listed.flush()
            try:
                yield
            finally:
                hold.unlink()

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        with (self._holds / "lock").open("a", encoding="utf-8") as lock:
            fcntl.flock(lock, how)
            yield

    def _path(self, clients: Clients, stored: StoredObject, partition: str) -> Path:
        # By reader: what one may read, another may not.
        reader = clients.credentials.access_key_id
        return _place(self.folder, f"{reader}\0{stored.path}\0{stored.etag}\0{stored.size}", partition)

    def _fetch(
        self, clients: Clients, wanted: Sequence[tuple[StoredObject, Path]], check: Callable[[], None]
    ) -> int:
        """Fetch what is not there; returns the bytes that came."""
        missing = [(stored, path) for stored, path in wanted if not _is_there(path, stored.size)]
        if not missing:
            return 0

        def one(item: tuple[StoredObject, Path]) -> int:
            check()
            stored, path = item
            part = self.parts / f"{uuid.uuid4().hex}.part"
            size = 0
            try:
                body = clients.client("s3").get_object(Bucket=stored.bucket, Key=stored.key)["Body"]
                with part.open("wb") as file:
                    for chunk in body.iter_chunks(1024 * 1024):
                        size += file.write(chunk)
            except ClientError as error:
                raise cannot_open(stored.uri, error) from error
            _note_use(part, part.stat())
            path.parent.mkdir(parents=True, exist_ok=True)
            part.replace(path)
            return size

        with ThreadPoolExecutor(_FETCH_THREADS, thread_name_prefix="athena-object") as pool:
            return sum(pool.map(one, missing))

    def _add(self, size_bytes: int) -> None:
        """Count what has come to the folder; beyond the limit, look what is there and cut it down."""
        total_file = self._holds / "total"
        with self._locked(fcntl.LOCK_EX):
            known = _number(total_file)
            # Without a number nobody knows what is there: it is looked at once.
            total = self._cut_down() if known is None else known + size_bytes
            if total > self.limit_bytes:
                total = self._cut_down()
            total_file.write_text(str(total), encoding="ascii")

    def _cut_down(self) -> int:
        """Remove the files used longest ago that nobody holds, down to the limit; returns the bytes that are left."""
        held = self._all_held()
        found = []
        for path in self.folder.rglob("*.parquet"):
            with suppress(FileNotFoundError):
                status = path.stat()
                found.append((status.st_atime_ns, status.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= self.limit_bytes:
                break
            if path not in held:
                path.unlink(missing_ok=True)
                total -= size
        return total

    def _all_held(self) -> set[Path]:
        held: set[Path] = set()
        for hold in self._holds.iterdir():
            if hold.name in ("lock", "total"):
                continue
            with suppress(FileNotFoundError), hold.open(encoding="utf-8") as listed:
                try:
                    fcntl.flock(listed, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    held |= {Path(line.rstrip("\n")) for line in listed}
                else:
                    hold.unlink(missing_ok=True)  # its process has ended
        return held


def _is_there(path: Path, size_bytes: int) -> bool:
    """Return whether a file is there and whole, and note that it is used."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return False
    if status.st_size != size_bytes:
        return False  # the machine stopped before all of it was on disk
    if time.time_ns() - status.st_atime_ns > _NOTED_NANOSECONDS:
        _note_use(path, status)
    return True


def _note_use(path: Path, status: os.stat_result) -> None:
    """Set the time of the last access: not every disk keeps it, and DuckDB goes by that of the last change."""
    os.utime(path, ns=(time.time_ns(), status.st_mtime_ns))


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None
