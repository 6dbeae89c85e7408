"""Model of what is around the records in an object: compression, headers, extension (reference 3.6, 4.3)."""

from __future__ import annotations

import gzip
import io
import re
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet
import snappy

from tests.conformance.model.prefixes import UUID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# By CompressionFormat: extension and Content-Encoding, as measured.
TEXT = {
    "UNCOMPRESSED": ("", None),
    "GZIP": (".gz", "gzip"),
    "ZIP": (".zip", "zip"),
    "Snappy": (".snappy", "snappy-java"),
    "HADOOP_SNAPPY": (".snappy", "hadoop-snappy"),
}
CONVERTED_ENCODING = "hadoop-snappy"
CONTENT_TYPE = "application/octet-stream"


def extension_and_encoding(s3: Mapping[str, Any], *, converted: bool) -> tuple[str, str | None]:
    """3.6: FileExtension replaces the extension and nothing else."""
    extension, encoding = TEXT[s3.get("CompressionFormat", "UNCOMPRESSED")]
    if converted:
        serializer = s3["DataFormatConversionConfiguration"]["OutputFormatConfiguration"]["Serializer"]
        extension, encoding = (".orc" if "OrcSerDe" in serializer else ".parquet"), CONVERTED_ENCODING
    return s3.get("FileExtension") or extension, encoding


def decompressed(body: bytes, compression: str) -> bytes:
    match compression:
        case "GZIP":
            return gzip.decompress(body)
        case "ZIP":
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                (entry,) = archive.infolist()
                assert re.fullmatch(UUID, entry.filename), entry
                assert entry.compress_type == zipfile.ZIP_DEFLATED
                return archive.read(entry)
        case "Snappy":
            assert body[:16] == b"\x82SNAPPY\x00" + struct.pack(">ii", 1, 1)
            return b"".join(snappy.decompress(block) for block in _blocks(body[16:]))
        case "HADOOP_SNAPPY":
            return _hadoop(body)
    return body


def _blocks(body: bytes) -> list[bytes]:
    found, position = [], 0
    while position < len(body):
        (length,) = struct.unpack_from(">i", body, position)
        found.append(body[position + 4 : position + 4 + length])
        assert len(found[-1]) == length
        position += 4 + length
    return found


def _hadoop(body: bytes) -> bytes:
    out = b""
    position = 0
    while position < len(body):
        (raw_length,) = struct.unpack_from(">i", body, position)
        position += 4
        block = b""
        while len(block) < raw_length:
            (length,) = struct.unpack_from(">i", body, position)
            block += snappy.decompress(body[position + 4 : position + 4 + length])
            position += 4 + length
        assert len(block) == raw_length
        out += block
    return out


def converted_rows(
    body: bytes, s3: Mapping[str, Any], columns: Sequence[tuple[str, str]]
) -> list[tuple[Any, ...]]:
    """Read a Parquet or ORC object; a timestamp is given as epoch milliseconds."""
    serializer = s3["DataFormatConversionConfiguration"]["OutputFormatConfiguration"]["Serializer"]
    if "OrcSerDe" in serializer:
        file = pyarrow.orc.ORCFile(io.BytesIO(body))
        assert file.compression == serializer["OrcSerDe"].get("Compression", "SNAPPY").replace(
            "NONE", "UNCOMPRESSED"
        )
        table = file.read()
    else:
        metadata = pyarrow.parquet.read_metadata(io.BytesIO(body))
        wanted = serializer["ParquetSerDe"].get("Compression", "SNAPPY")
        assert metadata.row_group(0).column(0).compression == wanted
        table = pyarrow.parquet.read_table(io.BytesIO(body))
    assert table.column_names == [name for name, _ in columns]
    for index, (name, kind) in enumerate(columns):
        if kind == "timestamp":
            exact = table.column(name).cast(pa.timestamp("ms")).cast(pa.int64())
            table = table.set_column(index, name, exact)
    return [tuple(row.values()) for row in table.to_pylist()]
