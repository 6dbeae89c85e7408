"""S3's buckets in host names: `<bucket>.localhost`, `<bucket>.s3.localhost`, `<bucket>.s3.<region>.…`."""

from __future__ import annotations

import re

_BUCKET_HOST = re.compile(r"([a-z0-9][a-z0-9.-]*?)\.((s3[a-z0-9-]*\.)([a-z0-9-]+\.)*)?localhost(:\d+)?")
_BUCKET_OF_S3 = re.compile(r"([a-z0-9][a-z0-9.-]*?)\.s3[a-z0-9-]*\..+")


def bucket_in_host(host: str) -> str | None:
    """Return the bucket that a Host header names, None where the bucket is in the path."""
    match = _BUCKET_HOST.fullmatch(host.lower()) or _BUCKET_OF_S3.fullmatch(host.lower())
    return None if match is None else match[1]
