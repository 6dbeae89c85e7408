"""What is to be compacted, and how: the event of the Lambda function, parsed once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from lambda_compaction.errors import RequestError

_NAME = re.compile(r"[a-z0-9_]{1,255}")
_ADDRESS = re.compile(r"s3://([a-z0-9.-]{3,63})/((?:[^/]+/)+)")

# What Athena writes at once: more buckets than this are refused (AWS rule: reference 10.6).
MAX_FILES = 100


@dataclass(frozen=True)
class Request:
    """One table and the rules by which its partitions are compacted.

    ``manifests`` is the ``s3://bucket/prefix/`` where each partition's manifest is kept. A partition is closed
    ``closed_after_seconds`` after its end; objects younger than ``settle_seconds`` are never touched; sources are
    deleted no earlier than ``grace_seconds`` after the last merged object was put beside them. At most ``max_objects``
    objects of ``max_bytes`` in sum are merged at once, into objects of about ``target_file_bytes``.
    """

    database: str
    table: str
    unique_key: tuple[str, ...]
    workgroup: str
    manifests: str
    closed_after_seconds: int = 6 * 3600
    settle_seconds: int = 900
    grace_seconds: int = 60
    lookback_days: int | None = 7
    include_open: bool = False
    target_file_bytes: int = 256 * 1024**2
    max_objects: int = 500
    max_bytes: int = 5 * 1024**3
    compression: str = "SNAPPY"

    @property
    def manifests_bucket(self) -> str:
        """Return the bucket of the manifests."""
        return self.manifests.split("/")[2]

    @property
    def manifests_prefix(self) -> str:
        """Return the prefix of the manifests, which ends in /."""
        return self.manifests.split("/", 3)[3]


def parse_request(event: Mapping[str, Any]) -> Request:
    """Check an event and make a request of it.

    :raises RequestError: a member is missing, unknown, or not what is allowed.
    """
    known = {field.name: field for field in fields(Request)}
    unknown = sorted(set(event) - set(known))
    if unknown:
        raise RequestError(f"the request has {', '.join(unknown)}; allowed: {', '.join(known)}")
    missing = [name for name, field in known.items() if field.default is MISSING and name not in event]
    if missing:
        raise RequestError(f"the request lacks {', '.join(missing)}")
    values = dict(event)
    for name in ("database", "table"):
        _check(
            name,
            values[name],
            isinstance(values[name], str) and _NAME.fullmatch(values[name]),
            "a name of a-z, 0-9, _",
        )
    key = values["unique_key"]
    _check(
        "unique_key",
        key,
        isinstance(key, list | tuple)
        and key
        and all(isinstance(one, str) and _NAME.fullmatch(one) for one in key),
        "a list of column names",
    )
    values["unique_key"] = tuple(key)
    _check(
        "workgroup",
        values["workgroup"],
        isinstance(values["workgroup"], str) and values["workgroup"],
        "a name",
    )
    address = values["manifests"]
    _check(
        "manifests",
        address,
        isinstance(address, str) and _ADDRESS.fullmatch(address),
        "s3://<bucket>/<prefix>/ with a prefix that ends in /",
    )
    for name, (least, most) in _BOUNDS.items():
        if name in values and not (name == "lookback_days" and values[name] is None):
            _check(
                name,
                values[name],
                _is_int(values[name]) and least <= values[name] <= most,
                f"a whole number from {least} to {most}",
            )
    if "include_open" in values:
        _check(
            "include_open", values["include_open"], isinstance(values["include_open"], bool), "true or false"
        )
    if "compression" in values:
        _check(
            "compression",
            values["compression"],
            values["compression"] in _COMPRESSIONS,
            ", ".join(_COMPRESSIONS),
        )
    return Request(**values)


_COMPRESSIONS = ("SNAPPY", "GZIP", "ZSTD", "ZLIB", "LZ4", "NONE")
_YEAR_SECONDS = 366 * 86400
# AWS rule: an object of more than 5 GiB cannot be copied in one call; merged objects stay far below that.
_BOUNDS = {
    "closed_after_seconds": (0, _YEAR_SECONDS),
    "settle_seconds": (0, _YEAR_SECONDS),
    "grace_seconds": (0, 3600),
    "lookback_days": (1, 36500),
    "target_file_bytes": (1024**2, 1024**3),
    "max_objects": (2, 1000),
    "max_bytes": (1024**2, 100 * 1024**3),
}


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check(name: str, value: object, good: object, allowed: str) -> None:
    if not good:
        raise RequestError(f"{name} is {value!r}; allowed: {allowed}")
