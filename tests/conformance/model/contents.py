"""Reads back what is in S3: the records in joined objects, the rows in converted ones, the error documents."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tests.conformance.model import objects, prefixes
from tests.conformance.model import scenario as names
from tests.conformance.model.function import mark_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.conformance.model.stand_ins import Written

# 3.4: the values that the stages of the scenarios can give.
ERROR_TYPES = (
    "processing-failed",
    "format-conversion-failed",
    "metadata-extraction-failed",
    "partitioning-failed",
    "activePartitionExceeded",
)
Kind = Literal["data", "errors", "backup"]


@dataclass(frozen=True)
class Found:
    """An object with what it is; `error_type` and `version` come from its key."""

    written: Written
    kind: Kind
    version: int
    error_type: str = ""

    def __str__(self) -> str:
        return f"s3://{self.written.bucket}/{self.written.key}"


def classify(written: Written, destinations: Mapping[int, Mapping[str, Any]]) -> Found:
    """Tell by bucket and key what an object is; the scenarios' prefixes leave no doubt."""
    named = re.search(rf"{names.STREAM}-(\d+)-\d{{4}}-\d\d-\d\d-\d\d-\d\d-\d\d-{prefixes.UUID}", written.key)
    assert named is not None, f"{written.key} is no name of an object"
    version = int(named[1])
    if written.bucket == names.RAW:
        return Found(written, "backup", version)
    assert written.bucket == names.LAKE
    s3 = destinations[version]
    template = prefixes.error_prefix(s3.get("Prefix"), s3.get("ErrorOutputPrefix"))
    for error_type in ERROR_TYPES:
        if re.match(prefixes.key_pattern(template, None, error_type=error_type), written.key):
            return Found(written, "errors", version, error_type)
    return Found(written, "data", version)


class Splitter:
    """Takes joined records apart again. Nearly all carry a mark that no other does; some are blank."""

    def __init__(self, candidates: Iterable[bytes]) -> None:
        self._by_mark: dict[bytes, list[bytes]] = {}
        for candidate in sorted(set(candidates) - {b""}, key=len, reverse=True):
            self._by_mark.setdefault(mark_of(candidate), []).append(candidate)

    def split(self, body: bytes) -> list[bytes]:
        ways: list[tuple[int, list[bytes]]] = [(0, [])]
        dead: set[int] = set()
        while ways:
            position, pieces = ways.pop()
            if position == len(body):
                return pieces
            if position in dead:
                continue
            dead.add(position)
            rest = body[position : position + 2_000_000]
            ways += [
                (position + len(candidate), [*pieces, candidate])
                for candidate in (*self._by_mark.get(b"", ()), *self._by_mark.get(mark_of(rest), ()))
                if body.startswith(candidate, position)
            ]
        raise AssertionError(f"this is not made of the expected records: {body[max(dead) :][:300]!r}")


def joined_records(found: Found, s3: Mapping[str, Any], splitter: Splitter) -> list[bytes]:
    return splitter.split(objects.decompressed(found.written.body, s3.get("CompressionFormat", "")))


def converted_rows(
    found: Found, s3: Mapping[str, Any], columns: Sequence[tuple[str, str]]
) -> list[tuple[Any, ...]]:
    return objects.converted_rows(found.written.body, s3, columns)


def error_documents(found: Found) -> list[dict[str, Any]]:
    """2.5 and 4.7: one JSON document a line, no compression."""
    body = found.written.body
    assert body.endswith(b"\n")
    return [json.loads(line) for line in body[:-1].split(b"\n")]
