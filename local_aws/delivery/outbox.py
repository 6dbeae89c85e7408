"""Objects that are decided but not yet confirmed by S3, one local file each (see `checkpoint`).

A file is a line of JSON (where the object goes and what it holds), then the object's bytes. It appears under
its final name only when it is whole and durable.
"""

from __future__ import annotations

import itertools
import logging
from typing import TYPE_CHECKING

import orjson

from local_aws.delivery.errors import JournalError
from local_aws.delivery.objects import DeliveryObject
from local_aws.delivery.ordinals import decode, encode
from local_aws.durable import UNFINISHED, write_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOG = logging.getLogger(__name__)


class Outbox:
    """The outbox of one delivery stream. `store` and `remove` may be called from several threads."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        existing = [int(p.stem) for p in directory.glob("*.object") if p.stem.isdigit()]
        self._numbers = itertools.count(max(existing, default=0) + 1)

    def store(self, item: DeliveryObject) -> Path:
        """Write `item` durably and give its file. Raises `JournalError` when the disk does not take it."""
        header = {
            "bucket": item.bucket,
            "key": item.key,
            "sink": item.sink,
            "finished": {shard_id: encode(ordinals) for shard_id, ordinals in item.finished.items()},
            "version": item.version,
            "content_encoding": item.content_encoding,
            "kms_key_arn": item.kms_key_arn,
            "records": item.records,
            "source_bytes": item.source_bytes,
            "oldest_ms": item.oldest_ms,
            "size": len(item.body),
        }
        path = self._directory / f"{next(self._numbers):010d}.object"
        try:
            write_file(path, orjson.dumps(header, option=orjson.OPT_APPEND_NEWLINE), item.body)
        except OSError as error:
            raise JournalError(f"the outbox file {path} cannot be written: {error}") from error
        return path

    def remove(self, path: Path) -> None:
        """Forget an object that is confirmed and journalled."""
        path.unlink(missing_ok=True)

    def pending(self) -> Iterator[tuple[Path, DeliveryObject]]:
        """Give what an earlier run left, oldest first; what it had not finished writing is removed."""
        for unfinished in self._directory.glob(f"*{UNFINISHED}"):
            unfinished.unlink(missing_ok=True)
        for path in sorted(self._directory.glob("*.object")):
            item = _read(path)
            if item is not None:
                yield path, item


def _read(path: Path) -> DeliveryObject | None:
    line, _, body = path.read_bytes().partition(b"\n")
    try:
        header = orjson.loads(line)
        if len(body) != header["size"]:
            raise ValueError(f"it has {len(body)} bytes of {header['size']}")
        return DeliveryObject(
            bucket=header["bucket"],
            key=header["key"],
            body=body,
            sink=header["sink"],
            finished={shard_id: decode(encoded) for shard_id, encoded in header["finished"].items()},
            version=header["version"],
            content_encoding=header["content_encoding"],
            kms_key_arn=header["kms_key_arn"],
            records=header["records"],
            source_bytes=header["source_bytes"],
            oldest_ms=header["oldest_ms"],
        )
    except (ValueError, KeyError, JournalError) as error:
        damaged = path.with_suffix(".damaged")
        path.rename(damaged)
        _LOG.error("the outbox file %s is damaged (%s): its records are read again", damaged, error)
        return None
