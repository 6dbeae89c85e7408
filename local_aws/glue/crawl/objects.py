"""Objects in S3 as a crawl sees them: which there are, and parts of what is in them."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_aws.glue.crawl.globs import matcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from local_aws.clients import Clients
    from local_aws.glue.plan import S3Target

_LOCATION = re.compile(r"s3[an]?://([^/]+)/?(.*)", re.DOTALL)
# A Parquet footer of a few hundred columns fits; a longer one is asked for once more.
TAIL_BYTES = 128 * 1024
_NOT_FOUND, _CHANGED, _SHORTER = 404, 412, 416


@dataclass(frozen=True)
class StoredObject:
    """One object; `size` in bytes as stored."""

    bucket: str
    key: str
    size: int
    etag: str

    @property
    def uri(self) -> str:
        """The object as `s3://bucket/key`."""
        return f"s3://{self.bucket}/{self.key}"

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The key up to its last slash, with the slash; empty at the top of the bucket."""
        return self.key[: self.key.rfind("/") + 1]


def parse_location(uri: str) -> tuple[str, str] | None:
    """Give bucket and key of an `s3://` address, or None when it is none."""
    match = _LOCATION.fullmatch(uri.strip())
    return None if match is None else (match[1], match[2])


def as_folder(prefix: str) -> str:
    """Give a prefix with a slash at its end, unless it is empty."""
    return prefix if not prefix or prefix.endswith("/") else prefix + "/"


def target_objects(clients: Clients, target: S3Target, check: Callable[[], None]) -> list[StoredObject]:
    """List the objects of a target that are not excluded, by key; `check` is called now and then and may raise.

    A path without a slash at its end is a folder; when it is also an object, that object. Empty objects, folder
    markers and what is hidden (a part of the key that is empty or starts with `_` or `.`) are left out, as engines do.
    Raises boto3's `ClientError`.
    """
    folder = as_folder(target.prefix)
    excluded = matcher(target.exclusions)
    found = []
    for item in _listed(clients, target.bucket, target.prefix, check):
        single = item.key == target.prefix
        if not single and not item.key.startswith(folder):
            continue
        relative = item.name if single else item.key[len(folder) :]
        if item.size > 0 and not _hidden(relative) and not excluded(relative):
            found.append(item)
    return sorted(found, key=lambda item: item.key)


def sample(objects: Iterable[StoredObject], size: int | None) -> list[StoredObject]:
    """Keep at most `size` objects of each folder; all when it is None."""
    if size is None:
        return list(objects)
    taken: dict[str, int] = {}
    kept = []
    for item in objects:
        taken[item.folder] = taken.get(item.folder, 0) + 1
        if taken[item.folder] <= size:
            kept.append(item)
    return kept


def read_start(clients: Clients, item: StoredObject, most_bytes: int) -> bytes:
    """Read at most `most_bytes` from the beginning of an object."""
    last = min(item.size, most_bytes) - 1
    return _read(clients, item, 0, last)


def current(clients: Clients, item: StoredObject) -> StoredObject | None:
    """Give an object as it is now, or None when it is gone."""
    try:
        answer = clients.client("s3").head_object(Bucket=item.bucket, Key=item.key)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == _NOT_FOUND:
            return None
        raise
    return StoredObject(item.bucket, item.key, answer["ContentLength"], answer["ETag"])


def has_changed(error: ClientError) -> bool:
    """Tell whether a read failed because the object is not the one that was listed."""
    return error.response["ResponseMetadata"]["HTTPStatusCode"] in (_NOT_FOUND, _CHANGED, _SHORTER)


def _read(clients: Clients, item: StoredObject, first: int, last: int) -> bytes:
    answer = clients.client("s3").get_object(
        Bucket=item.bucket, Key=item.key, Range=f"bytes={first}-{last}", IfMatch=item.etag
    )
    body: bytes = answer["Body"].read()
    return body


def _listed(clients: Clients, bucket: str, prefix: str, check: Callable[[], None]) -> Iterable[StoredObject]:
    pages: Any = clients.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        check()
        for item in page.get("Contents", ()):
            yield StoredObject(bucket, item["Key"], item["Size"], item.get("ETag", ""))


def _hidden(relative: str) -> bool:
    return relative.endswith("/") or any(
        not part or part.startswith(("_", ".")) for part in relative.split("/")
    )


class RangedObject(io.RawIOBase):
    """An object as a file that can be read anywhere, for formats with footers.

    Its end is fetched first and kept; `content` is all of it, where that has been read already.
    """

    def __init__(self, clients: Clients, item: StoredObject, content: bytes | None = None) -> None:
        super().__init__()
        self._clients = clients
        self._item = item
        self._position = 0
        self._tail_start = item.size if content is None else 0
        self._tail = content or b""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be read from anywhere."""
        return True

    def tell(self) -> int:
        """Give the position of the next read."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move the position of the next read."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._item.size}[whence]
        self._position = start + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Read at most `size` bytes."""
        end = self._item.size if size < 0 else min(self._item.size, self._position + size)
        if end <= self._position:
            return b""
        content = self._between(self._position, end)
        self._position = end
        return content

    def readall(self) -> bytes:
        """Read to the end."""
        return self.read()

    def _between(self, start: int, end: int) -> bytes:
        if end > self._tail_start - 1 and not self._tail:
            self._tail_start = max(0, self._item.size - TAIL_BYTES)
            self._tail = self._fetch(self._tail_start, self._item.size)
        if start >= self._tail_start:
            return self._tail[start - self._tail_start : end - self._tail_start]
        return self._fetch(start, end)

    def _fetch(self, start: int, end: int) -> bytes:
        return _read(self._clients, self._item, start, end - 1)
