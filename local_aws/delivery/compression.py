"""The five compressions of an S3 destination, with the extension and header that go with each.

AWS rule: as measured, reference 3.6.
"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import snappy

if TYPE_CHECKING:
    from collections.abc import Callable

# The stream of snappy-java: a magic, its version, the lowest version that can read it; then blocks.
_XERIAL_HEADER = b"\x82SNAPPY\x00" + struct.pack(">ii", 1, 1)
_XERIAL_BLOCK_BYTES = 32 * 1024
# Hadoop's block stream: for each block its raw length, then chunks, each with its compressed length.
_HADOOP_BLOCK_BYTES = 256 * 1024
_GZIP_LEVEL = 6


@dataclass(frozen=True)
class Compression:
    """One value of CompressionFormat. `compress` gets the bytes and a name for what is inside."""

    extension: str
    content_encoding: str | None
    compress: Callable[[bytes, str], bytes]


def _none(data: bytes, _: str) -> bytes:
    return data


def _gzip(data: bytes, _: str) -> bytes:
    # No file time: the same records make the same bytes.
    return gzip.compress(data, _GZIP_LEVEL, mtime=0)


def _zip(data: bytes, name: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _snappy(data: bytes, _: str) -> bytes:
    parts = [_XERIAL_HEADER]
    for start in range(0, len(data), _XERIAL_BLOCK_BYTES):
        block: bytes = snappy.compress(data[start : start + _XERIAL_BLOCK_BYTES])
        parts += (struct.pack(">i", len(block)), block)
    return b"".join(parts)


def _hadoop_snappy(data: bytes, _: str) -> bytes:
    parts: list[bytes] = []
    for start in range(0, len(data), _HADOOP_BLOCK_BYTES):
        raw = data[start : start + _HADOOP_BLOCK_BYTES]
        block: bytes = snappy.compress(raw)
        parts += (struct.pack(">ii", len(raw), len(block)), block)
    return b"".join(parts)


COMPRESSIONS = {
    "UNCOMPRESSED": Compression("", None, _none),
    "GZIP": Compression(".gz", "gzip", _gzip),
    "ZIP": Compression(".zip", "zip", _zip),
    "Snappy": Compression(".snappy", "snappy-java", _snappy),
    "HADOOP_SNAPPY": Compression(".snappy", "hadoop-snappy", _hadoop_snappy),
}
