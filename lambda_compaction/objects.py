"""The objects of a partition: listed, copied, deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import ClientError

from lambda_compaction.clients import Surroundings, error_code
from lambda_compaction.errors import CompactionError

# AWS rule: DeleteObjects takes up to 1,000 keys.
_DELETED_AT_ONCE = 1000


@dataclass(frozen=True)
class Object:
    """One object as a listing shows it."""

    key: str
    etag: str
    size: int
    modified: datetime


def listed(bucket: str, prefix: str, surroundings: Surroundings) -> dict[str, Object]:
    """List the objects directly in a folder, by key."""
    pages = surroundings.s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=prefix, Delimiter="/"
    )
    return {
        item["Key"]: Object(item["Key"], item["ETag"], item["Size"], item["LastModified"])
        for page in pages
        for item in page.get("Contents", ())
    }


def copied(source: tuple[str, str], target: tuple[str, str], surroundings: Surroundings) -> bool:
    """Copy an object from one (bucket, key) to another; False when there is no such source."""
    try:
        surroundings.s3.copy_object(
            Bucket=target[0], Key=target[1], CopySource={"Bucket": source[0], "Key": source[1]}
        )
    except ClientError as error:
        if error_code(error) in ("NoSuchKey", "404"):
            return False
        raise
    return True


def delete(bucket: str, keys: Iterable[str], surroundings: Surroundings) -> None:
    """Delete objects; those that are gone already are no error.

    :raises CompactionError: S3 refused one.
    """
    remaining: Sequence[str] = list(keys)
    while remaining:
        batch, remaining = remaining[:_DELETED_AT_ONCE], remaining[_DELETED_AT_ONCE:]
        answer: Mapping[str, list[dict[str, str]]] = surroundings.s3.delete_objects(
            Bucket=bucket, Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True}
        )
        refused = [
            f"{item['Key']}: {item.get('Message', item.get('Code', ''))}" for item in answer.get("Errors", [])
        ]
        if refused:
            raise CompactionError(f"S3 did not delete {len(refused)} objects of {bucket}, first {refused[0]}")
