"""Writing rows as Avro."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
from fastavro import parse_schema
from fastavro.write import Writer

from local_aws.athena.formats.avro_schema import record_schema

if TYPE_CHECKING:
    from pathlib import Path

CODECS = {
    "DEFLATE": "deflate",
    "GZIP": "deflate",
    "SNAPPY": "snappy",
    "ZSTD": "zstandard",
    "BZIP2": "bzip2",
    "NONE": "null",
}


class AvroWriter:
    """Writes tables of Arrow as records of Avro; each table ends a block."""

    def __init__(self, path: Path, schema: Any, compression: str) -> None:
        parsed = parse_schema(record_schema(schema))
        self._stream = path.open("wb")
        self._writer = Writer(self._stream, parsed, codec=CODECS[compression])

    def write_table(self, table: Any) -> None:
        """Add the rows of a table."""
        # fastavro takes a time without a zone as one of this machine's zone; a number is taken as it is.
        numbers = _with_times(_with_times(table, pa.timestamp("ms")), pa.int64())
        for row in numbers.to_pylist(maps_as_pydicts="strict"):
            self._writer.write(row)
        self._writer.flush()

    def close(self) -> None:
        """Complete the file."""
        self._writer.flush()
        self._stream.close()


def _with_times(table: Any, form: Any) -> Any:
    schema = pa.schema([field.with_type(_retyped(field.type, form)) for field in table.schema])
    return table.cast(schema)


def _retyped(kind: Any, form: Any) -> Any:
    """Return a type with all its timestamps, at any depth, as `form`."""
    if pa.types.is_timestamp(kind):
        return form
    if pa.types.is_list(kind):
        return pa.list_(_retyped(kind.value_type, form))
    if pa.types.is_map(kind):
        return pa.map_(kind.key_type, _retyped(kind.item_type, form))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_retyped(field.type, form)) for field in kind])
    return kind
