"""Uploads in parts: noted beside the file while they run, so that those of a process that was killed can be aborted."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.athena.storage import parse_location

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from local_aws.clients import Clients

_log = logging.getLogger(__name__)
_NOTE = ".upload"


@contextmanager
def noted_upload(path: Path, uri: str) -> Iterator[None]:
    """Leave a note of where a file is uploaded to for as long as the block runs."""
    note = path.with_name(path.name + _NOTE)
    note.write_text(uri, encoding="utf-8")
    try:
        yield
    finally:
        note.unlink()


def unfinished_uploads(scratch: Path) -> list[str]:
    """Return the addresses of the uploads that processes with files below `scratch` have not finished."""
    return [note.read_text(encoding="utf-8") for note in scratch.rglob("*" + _NOTE)]


def abort_uploads(clients: Clients, uris: Sequence[str]) -> None:
    """Abort the uploads in parts to these addresses; what S3 refuses is only logged.

    Nobody else uploads there: the names of the objects are made up for each statement.
    """
    s3 = clients.client("s3")
    for uri in uris:
        location = parse_location(uri)
        try:
            found = s3.list_multipart_uploads(Bucket=location.bucket, Prefix=location.key)
            for upload in found.get("Uploads", []):
                if upload["Key"] == location.key:
                    s3.abort_multipart_upload(
                        Bucket=location.bucket, Key=location.key, UploadId=upload["UploadId"]
                    )
        except (BotoCoreError, ClientError) as error:
            _log.warning("the parts uploaded to %s could not be removed: %s", uri, error)
