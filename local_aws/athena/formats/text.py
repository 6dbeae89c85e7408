"""Objects of lines: fetched some at a time, unpacked by the extension of their names, split into lines."""

from __future__ import annotations

import bz2
import codecs
import gzip
import zlib
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from botocore.exceptions import ClientError

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.formats.parquet import cannot_open

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from local_aws.athena.formats.table_properties import LineOptions
    from local_aws.athena.storage import StoredObject
    from local_aws.clients import Clients

_FETCHED_AHEAD = 4
_NOT_AVAILABLE = (".lzo", ".zip", ".xz", ".7z", ".br")
_LZ4_FRAME = b"\x04\x22\x4d\x18"


def _zstd(data: bytes) -> bytes:
    return bytes(pa.CompressedInputStream(pa.BufferReader(data), "zstd").read())


def _lz4(data: bytes) -> bytes:
    if data.startswith(_LZ4_FRAME):
        return bytes(pa.CompressedInputStream(pa.BufferReader(data), "lz4").read())
    return _hadoop_blocks(data, "lz4_raw")


def _snappy(data: bytes) -> bytes:
    return _hadoop_blocks(data, "snappy")


def _hadoop_blocks(data: bytes, codec: str) -> bytes:
    """Unpack what Hadoop writes: blocks of their size unpacked, and chunks in them of their size packed."""
    unpack_chunk = pa.Codec(codec).decompress
    found: list[bytes] = []
    position = 0
    while position < len(data):
        left, position = _size_at(data, position), position + 4
        while left > 0:
            size, position = _size_at(data, position), position + 4
            chunk = data[position : position + size]
            if len(chunk) < size or size == 0:
                raise OSError(f"a block of {size} bytes at {position} is not complete")
            length = _snappy_length(chunk) if codec == "snappy" else left
            if length > left:
                raise OSError(f"a block at {position} is longer than its {left} bytes")
            found.append(unpack_chunk(chunk, decompressed_size=length).to_pybytes())
            left -= length
            position += size
    return b"".join(found)


def _size_at(data: bytes, position: int) -> int:
    if position + 4 > len(data):
        raise OSError(f"no size of a block at {position}")
    return int.from_bytes(data[position : position + 4], "big")


def _snappy_length(chunk: bytes) -> int:
    """Return the size unpacked that stands in front of a chunk, seven bits in each byte."""
    length = 0
    for index, byte in enumerate(chunk[:5]):
        length |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return length
    raise OSError("no size of a chunk")


_UNPACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.decompress,
    ".bz2": bz2.decompress,
    ".deflate": zlib.decompress,
    ".zst": _zstd,
    ".lz4": _lz4,
    ".snappy": _snappy,
}


def unpack(stored: StoredObject, data: bytes) -> bytes:
    """Decompress an object as Hive does: by its name, whatever its headers say. Raises `QueryError`."""
    name = stored.key.rsplit("/", 1)[-1].lower()
    for extension, decompress in _UNPACK.items():
        if name.endswith(extension):
            try:
                return decompress(data)
            except (OSError, EOFError, ValueError, zlib.error) as error:
                raise QueryError(
                    "HIVE_CURSOR_ERROR", f"Failed to read file: {stored.uri}: {error}"
                ) from error
    if name.endswith(_NOT_AVAILABLE):
        raise UnsupportedError(f"The compression of {stored.uri}")
    return data


def read_objects(
    files: Sequence[tuple[StoredObject, dict[str, Any]]], clients: Clients
) -> Iterator[tuple[StoredObject, dict[str, Any], bytes]]:
    """Yield each object's content, unpacked; a few are fetched ahead. What holds for its rows comes with it."""
    s3 = clients.client("s3")

    def fetch(stored: StoredObject) -> bytes:
        try:
            body = s3.get_object(Bucket=stored.bucket, Key=stored.key)["Body"].read()
        except ClientError as error:
            raise cannot_open(stored.uri, error) from error
        return unpack(stored, body)

    with ThreadPoolExecutor(_FETCHED_AHEAD, thread_name_prefix="athena-fetch") as pool:
        waiting: deque[tuple[StoredObject, dict[str, Any], Any]] = deque()
        for stored, constants in files:
            waiting.append((stored, constants, pool.submit(fetch, stored)))
            if len(waiting) > _FETCHED_AHEAD:
                first, values, future = waiting.popleft()
                yield first, values, future.result()
        for stored, constants, future in waiting:
            yield stored, constants, future.result()


def lines_of(data: bytes, options: LineOptions) -> list[bytes]:
    r"""Split a content into its lines that are rows; they end with `\n`, `\r\n` or `\r`, as Hadoop reads them.

    A byte order mark is no text, and header and footer lines are those of each object.
    """
    lines = data.removeprefix(codecs.BOM_UTF8).splitlines()
    return lines[options.header_lines : max(0, len(lines) - options.footer_lines)]


def finished_batches(
    table: Any,
    schema: Any,
    columns: Sequence[str],
    constants: dict[str, Any],
    condition: Any,
    needed: Sequence[str],
) -> Iterator[Any]:
    """Complete the rows of one object: values that hold for all of it, the condition, the order of the columns."""
    arrays = []
    for name in needed:
        kind = schema.field(name).type
        if name in constants:
            arrays.append(pa.repeat(pa.scalar(constants[name], kind), table.num_rows))
        elif name in table.column_names:
            arrays.append(table.column(name))
        else:
            arrays.append(pa.nulls(table.num_rows, kind))
    whole = pa.table(arrays, schema=pa.schema([schema.field(name) for name in needed]))
    if condition is not None:
        whole = whole.filter(condition)
    yield from whole.select(list(columns)).combine_chunks().to_batches(max_chunksize=65_536)
