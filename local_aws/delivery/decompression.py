"""Decompression of records that CloudWatch Logs sends gzipped.

AWS rule: a record that cannot be decompressed goes, as it came, under `decompression-failed`; the others go on
(developer guide, "Troubleshoot decompression in Firehose").
"""

from __future__ import annotations

import zlib

OUTPUT_TYPE = "decompression-failed"
# AWS shows no error object of this kind; the code is formed like those of the other processors.
CODE = "Decompression.DecompressionFailed"
_GZIP = 16 + zlib.MAX_WBITS
# A subscription record is at most 1 MB compressed; this is what a chunk of such records may grow to.
_LARGEST_BYTES = 64 * 1024 * 1024


class DecompressionError(ValueError):
    """A record is not gzip, is damaged or grows beyond all measure."""


def decompress(record: bytes) -> bytes:
    """Give the content of a gzip record of one or more members."""
    parts: list[bytes] = []
    size = 0
    rest = record
    while rest:
        member = zlib.decompressobj(_GZIP)
        try:
            part = member.decompress(rest, _LARGEST_BYTES - size)
        except zlib.error as error:
            raise DecompressionError(f"The record is not valid GZIP: {error}") from error
        size += len(part)
        if not member.eof:
            problem = "grows beyond 64 MiB" if member.unconsumed_tail else "ends too early"
            raise DecompressionError(f"The GZIP record {problem}")
        parts.append(part)
        rest = member.unused_data
    if not parts:
        raise DecompressionError("The record is empty")
    return b"".join(parts)
