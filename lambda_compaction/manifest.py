"""What is known of a partition's compaction, kept in S3 so that any later run can go on from there.

A manifest is only ever written on the condition that nobody else has written it since it was read (``If-Match``,
``If-None-Match``): of two runs that meet on a partition, one goes on and the other one stops.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from botocore.exceptions import ClientError

from lambda_compaction.clients import Surroundings, error_code
from lambda_compaction.errors import CompactionError, ConflictError
from lambda_compaction.partitions import Partition
from lambda_compaction.request import Request

MERGING, COPYING, UNDOING, DELETING, DONE = "merging", "copying", "undoing", "deleting", "done"
_VERSION = 1


@dataclass(frozen=True)
class Source:
    """An object that is merged, as it was when it was listed. ``rows`` is what Athena reads from it."""

    key: str
    etag: str
    size: int
    rows: int


@dataclass(frozen=True)
class Output:
    """A merged object: where Athena has written it, and what it is called in the partition."""

    staged: str
    key: str
    size: int


@dataclass(frozen=True)
class Counts:
    """What the comparison found. ``keyless`` rows lack a part of their unique key and are all kept."""

    source_rows: int
    keys: int
    keyless: int
    merged_rows: int


@dataclass(frozen=True)
class Manifest:
    """One compaction of one partition.

    ``left`` are the objects (key and ETag) that a look at the partition found no reason to merge: Athena reads no row
    from them, or they are as few and as free of duplicates as they can be.
    """

    run: str
    state: str
    partition: str
    staging_table: str
    sources: tuple[Source, ...]
    left: Mapping[str, str]
    outputs: tuple[Output, ...] = ()
    staging_bucket: str = ""
    counts: Counts | None = None
    copied_at: str | None = None


@dataclass(frozen=True)
class Held:
    """A manifest as it was read or written, with the ETag on whose condition it may be replaced."""

    manifest: Manifest
    etag: str


def read(partition: Partition, request: Request, surroundings: Surroundings) -> Held | None:
    """Read a partition's manifest.

    :raises CompactionError: it cannot be understood.
    """
    key = _key(partition, request)
    try:
        answer = surroundings.s3.get_object(Bucket=request.manifests_bucket, Key=key)
    except ClientError as error:
        if error_code(error) == "NoSuchKey":
            return None
        raise
    try:
        return Held(_parsed(json.loads(answer["Body"].read())), answer["ETag"])
    except (ValueError, KeyError, TypeError) as error:
        raise CompactionError(f"s3://{request.manifests_bucket}/{key} is no manifest: {error!r}") from error


def write(
    manifest: Manifest,
    before: Held | None,
    partition: Partition,
    request: Request,
    surroundings: Surroundings,
) -> Held:
    """Write a manifest in the place of the one before.

    :raises ConflictError: somebody else has written one since.
    """
    condition = {"IfMatch": before.etag} if before else {"IfNoneMatch": "*"}
    body = json.dumps({"version": _VERSION, **asdict(manifest)}, indent=1).encode()
    try:
        answer = surroundings.s3.put_object(
            Bucket=request.manifests_bucket,
            Key=_key(partition, request),
            Body=body,
            ContentType="application/json",
            **condition,
        )
    except ClientError as error:
        if error_code(error) in ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"):
            raise ConflictError(f"another run works on {partition}") from error
        raise
    return Held(manifest, answer["ETag"])


def advanced(held: Held, **changes: Any) -> Manifest:
    """Return the manifest with changes."""
    return replace(held.manifest, **changes)


def _key(partition: Partition, request: Request) -> str:
    return f"{request.manifests_prefix}{partition.path}manifest.json"


def _parsed(values: dict[str, Any]) -> Manifest:
    if values.pop("version") != _VERSION:
        raise ValueError("written by another version")
    return Manifest(
        **{
            **values,
            "sources": tuple(Source(**one) for one in values["sources"]),
            "outputs": tuple(Output(**one) for one in values["outputs"]),
            "counts": Counts(**values["counts"]) if values["counts"] else None,
        }
    )
