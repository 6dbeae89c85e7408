"""Writing rows into local files of a table's format, one or more for each partition."""

from __future__ import annotations

import base64
import gzip
import uuid
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.orc as po
import pyarrow.parquet as pq

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.partitions import HIVE_NULL
from local_aws.athena.writes.avro import CODECS, AvroWriter
from local_aws.athena.writes.errors import property_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

# AWS rule: at most 100 new partitions (or buckets) in one statement, reference 10.6.
MAX_OPEN_PARTITIONS = 100
_PARQUET = {"SNAPPY": "snappy", "GZIP": "gzip", "ZSTD": "zstd", "LZ4": "lz4", "NONE": "none"}
_ORC = {"SNAPPY": "snappy", "ZLIB": "zlib", "ZSTD": "zstd", "LZ4": "lz4", "NONE": "uncompressed"}
_TEXT = {"GZIP": True, "NONE": False}
_DEFAULTS = {"PARQUET": "GZIP", "ORC": "ZLIB", "JSON": "GZIP", "TEXTFILE": "GZIP", "AVRO": "DEFLATE"}


@dataclass(frozen=True)
class FileFormat:
    """A format with its compression; `delimiter` is that of text files."""

    name: str
    compression: str
    delimiter: str = "\x01"

    @property
    def extension(self) -> str:
        """The end of the objects' names: only text says there how it is packed."""
        return ".gz" if self.name in ("JSON", "TEXTFILE") and self.compression == "GZIP" else ""


def file_format(name: str, compression: str | None, delimiter: str | None = None) -> FileFormat:
    """Check a format and a compression against each other; raises `QueryError` for what Athena does not write."""
    upper = name.upper()
    if upper not in _DEFAULTS:
        raise property_error("format", name, "PARQUET, ORC, JSON, TEXTFILE or AVRO")
    allowed = {"PARQUET": _PARQUET, "ORC": _ORC, "AVRO": CODECS}.get(upper, _TEXT)
    chosen = (compression or _DEFAULTS[upper]).upper()
    if chosen not in allowed:
        raise property_error("write_compression", compression, ", ".join(allowed))
    return FileFormat(upper, chosen, delimiter or "\x01")


@dataclass(frozen=True)
class WrittenFile:
    """A file that is complete: the values of its partition as texts, where it is, what it is to be called."""

    values: tuple[str, ...]
    path: Path
    name: str
    rows: int


@dataclass
class _OpenFile:
    path: Path
    name: str
    stream: IO[bytes] | None
    writer: Any
    rows: int = 0


@dataclass
class FileSet:
    """Files being written. The partition columns are the last ones of the rows and are not in the files.

    `int96_times` has Parquet's timestamps written in its older form, as UNLOAD does.
    """

    folder: Path
    file_format: FileFormat
    schema: Any
    partition_columns: Sequence[str]
    prefix: str
    int96_times: bool = False
    _open: dict[tuple[str, ...], _OpenFile] = field(default_factory=dict)

    def write(self, batch: Any) -> None:
        """Write the rows of a batch; raises `QueryError` when they belong to too many partitions."""
        if not self.partition_columns:
            self._append((), pa.Table.from_batches([batch]))
            return
        table = pa.Table.from_batches([batch])
        for values, rows in _split(table, self.partition_columns):
            self._append(values, rows.drop_columns(list(self.partition_columns)))

    def close(self) -> list[WrittenFile]:
        """Complete all files."""
        finished = []
        for values, one in self._open.items():
            one.writer.close()
            if one.stream is not None:
                one.stream.close()
            finished.append(WrittenFile(values, one.path, one.name, one.rows))
        self._open.clear()
        return finished

    def discard(self) -> None:
        """Remove all files."""
        for one in self.close():
            one.path.unlink(missing_ok=True)

    def _append(self, values: tuple[str, ...], rows: Any) -> None:
        one = self._open.get(values)
        if one is None:
            if len(self._open) >= MAX_OPEN_PARTITIONS:
                raise QueryError(
                    "HIVE_TOO_MANY_OPEN_PARTITIONS",
                    f"Exceeded limit of {MAX_OPEN_PARTITIONS} open writers for partitions/buckets",
                )
            one = self._open[values] = self._new_file()
        one.writer.write_table(rows.cast(_file_schema(self.schema, self.partition_columns)))
        one.rows += rows.num_rows

    def _new_file(self) -> _OpenFile:
        name = f"{self.prefix}_{uuid.uuid4()}{self.file_format.extension}"
        path = self.folder / name
        schema = _file_schema(self.schema, self.partition_columns)
        if self.file_format.name == "PARQUET":
            writer: Any = pq.ParquetWriter(
                path,
                schema,
                compression=_PARQUET[self.file_format.compression],
                use_deprecated_int96_timestamps=self.int96_times,
            )
            return _OpenFile(path, name, None, writer)
        if self.file_format.name == "ORC":
            return _OpenFile(path, name, None, _OrcWriter(path, _ORC[self.file_format.compression]))
        if self.file_format.name == "AVRO":
            return _OpenFile(path, name, None, AvroWriter(path, schema, self.file_format.compression))
        stream: Any = gzip.open(path, "wb") if self.file_format.compression == "GZIP" else path.open("wb")  # noqa: SIM115
        if self.file_format.name == "JSON":
            return _OpenFile(path, name, stream, _JsonWriter(stream))
        return _OpenFile(path, name, stream, _DelimitedWriter(stream, self.file_format.delimiter))


def _file_schema(schema: Any, partition_columns: Sequence[str]) -> Any:
    return pa.schema([_stored_field(item) for item in schema if item.name not in partition_columns])


def _stored_field(item: Any) -> Any:
    return item.with_type(pa.timestamp("ms")) if pa.types.is_timestamp(item.type) else item


def _split(table: Any, columns: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Give the rows of each combination of partition values, with the values as texts."""
    texts = [partition_texts(table.column(name)) for name in columns]
    key = texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, "\x00")
    encoded = key.combine_chunks().dictionary_encode()
    for index, joined in enumerate(encoded.dictionary.to_pylist()):
        yield tuple(str(joined).split("\x00")), table.filter(pc.equal(encoded.indices, index))


def partition_texts(column: Any) -> Any:
    """Give partition values as Hive writes them into paths; raises `QueryError` for types that cannot be keys."""
    kind = column.type
    if pa.types.is_nested(kind) or pa.types.is_floating(kind) or pa.types.is_binary(kind):
        raise QueryError("NOT_SUPPORTED", f"a partition column of type {kind} is not supported")
    if pa.types.is_timestamp(kind):
        texts = pc.strftime(column, "%Y-%m-%d %H:%M:%S")
    elif pa.types.is_boolean(kind):
        texts = pc.if_else(column, "true", "false")
    else:
        texts = column.cast(pa.string())
    return pc.coalesce(texts, HIVE_NULL)


class _OrcWriter:
    def __init__(self, path: Path, compression: str) -> None:
        self._writer = po.ORCWriter(str(path), compression=compression)

    def write_table(self, table: Any) -> None:
        # ORC has microseconds at least; the values stay milliseconds.
        schema = pa.schema(
            [f.with_type(pa.timestamp("ns")) if pa.types.is_timestamp(f.type) else f for f in table.schema]
        )
        self._writer.write(table.cast(schema))

    def close(self) -> None:
        self._writer.close()


def _json_value(value: Any) -> Any:
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return {str(k): _json_value(v) for k, v in value}
    if isinstance(value, list):
        return [_json_value(item) for item in value]
    if isinstance(value, dict):
        return {key: _json_value(item) for key, item in value.items()}
    return value


def _json_default(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return float(value) if hasattr(value, "as_tuple") else str(value)


class _JsonWriter:
    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def write_table(self, table: Any) -> None:
        schema = pa.schema(
            [f.with_type(pa.string()) if pa.types.is_temporal(f.type) else f for f in table.schema]
        )
        for row in _texts_of_times(table, schema).to_pylist():
            kept = {key: _json_value(value) for key, value in row.items() if value is not None}
            self._stream.write(orjson.dumps(kept, default=_json_default) + b"\n")

    def close(self) -> None:
        self._stream.flush()


def _texts_of_times(table: Any, schema: Any) -> Any:
    columns = []
    for column, item in zip(table.columns, table.schema, strict=True):
        if pa.types.is_timestamp(item.type):
            columns.append(pc.strftime(column, "%Y-%m-%d %H:%M:%S"))
        elif pa.types.is_temporal(item.type):
            columns.append(column.cast(pa.string()))
        else:
            columns.append(column)
    return pa.table(columns, schema=schema)


class _DelimitedWriter:
    def __init__(self, stream: IO[bytes], delimiter: str) -> None:
        self._stream = stream
        self._delimiter = delimiter

    def write_table(self, table: Any) -> None:
        texts = [
            _delimited_texts(column, item) for column, item in zip(table.columns, table.schema, strict=True)
        ]
        for row in zip(*texts, strict=True):
            self._stream.write((self._delimiter.join(row) + "\n").encode())

    def close(self) -> None:
        self._stream.flush()


def _delimited_texts(column: Any, item: Any) -> list[str]:
    if pa.types.is_nested(item.type):
        raise UnsupportedError(f"Writing the column {item.name} of type {item.type} as TEXTFILE")
    if pa.types.is_binary(item.type):
        # AWS rule: a text file has binary values in base64.
        return ["\\N" if value is None else base64.b64encode(value).decode() for value in column.to_pylist()]
    if pa.types.is_timestamp(item.type):
        texts = pc.strftime(column, "%Y-%m-%d %H:%M:%S")
    elif pa.types.is_boolean(item.type):
        texts = pc.if_else(column, "true", "false")
    else:
        texts = column.cast(pa.string())
    return [str(text) for text in pc.coalesce(texts, "\\N").to_pylist()]
