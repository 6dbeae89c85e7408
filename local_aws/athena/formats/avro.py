"""Avro objects, block by block.

The fields of a file are found by the names in the table's `avro.schema.literal`, or by the columns' own names without
it; a field that a file does not have is its default, or NULL.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import fastavro
import pyarrow as pa
from fastavro.schema import SchemaParseException, UnknownType

from local_aws.athena.errors import QueryError
from local_aws.athena.formats.avro_schema import (
    arrow_type_of,
    expanded,
    read_logical_values_as_stored,
    table_schema,
)
from local_aws.athena.formats.conform import conform_array
from local_aws.athena.formats.parquet import cannot_open, needed_columns
from local_aws.athena.formats.text import finished_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyarrow.fs import FileSystem

    from local_aws.athena.catalog import TableDefinition
    from local_aws.athena.storage import StoredObject
    from local_aws.clients import Clients

_BUFFER_BYTES = 1 << 20
# What fastavro raises for content that is no Avro, ends too early or is packed in a way that it does not know.
_MALFORMED = (
    ValueError,
    EOFError,
    OSError,
    KeyError,
    IndexError,
    TypeError,
    AssertionError,
    OverflowError,
    SchemaParseException,
    UnknownType,
)


def read_avro(
    *,
    table: TableDefinition,
    files: Sequence[tuple[StoredObject, dict[str, Any]]],
    schema: Any,
    columns: Sequence[str],
    data_columns: Sequence[str],
    condition: Any,
    system: FileSystem,
    clients: Clients,
    add_bytes: Callable[[int], None],
) -> Iterator[Any]:
    """Read Avro objects. All bytes of an object are read, whatever the columns."""
    read_logical_values_as_stored()
    add_bytes(sum(stored.size for stored, _ in files))
    needed = needed_columns(columns, condition, schema)
    fields = _table_fields(table, [name for name in needed if name in data_columns])
    return _batches(files, fields, schema, columns, needed, condition, system)


def _table_fields(table: TableDefinition, names: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Return the field of each column in the table's own schema."""
    stated = table_schema(table)
    if stated is None:
        return {name: {"name": name} for name in names}
    by_lower = {field["name"].lower(): field for field in reversed(stated["fields"])}
    missing = [name for name in names if name not in by_lower]
    if missing:
        raise QueryError(
            "HIVE_CURSOR_ERROR",
            f"Unable to find the columns {', '.join(missing)} of {table.full_name} in its avro.schema.literal",
        )
    return {name: by_lower[name] for name in names}


def _batches(
    files: Sequence[tuple[StoredObject, dict[str, Any]]],
    fields: Mapping[str, Mapping[str, Any]],
    schema: Any,
    columns: Sequence[str],
    needed: Sequence[str],
    condition: Any,
    system: FileSystem,
) -> Iterator[Any]:
    for stored, constants in files:
        if not stored.size:
            continue
        for rows in _read_file(stored, fields, schema, system):
            yield from finished_batches(rows, schema, columns, constants, condition, needed)


def _read_file(
    stored: StoredObject, fields: Mapping[str, Mapping[str, Any]], schema: Any, system: FileSystem
) -> Iterator[Any]:
    try:
        file = system.open_input_file(stored.path)
    except OSError as error:
        raise cannot_open(stored.uri, error) from error
    with file:
        buffered = io.BufferedReader(file, _BUFFER_BYTES)
        try:
            blocks = fastavro.block_reader(buffered)
            written = expanded(blocks.writer_schema)
        except _MALFORMED as error:
            raise cannot_open(stored.uri, ValueError(f"Not an Avro data file ({error})")) from error
        if written.get("type") != "record":
            raise QueryError("HIVE_BAD_DATA", f"The values of {stored.uri} are no records of Avro")
        found = {name: _written_field(written, field) for name, field in fields.items()}
        while (records := _next_block(blocks, stored)) is not None:
            yield _rows(records, found, fields, schema, stored)


def _next_block(blocks: Any, stored: StoredObject) -> list[Any] | None:
    try:
        block = next(blocks, None)
        return None if block is None else list(block)
    except _MALFORMED as error:
        raise QueryError("HIVE_CURSOR_ERROR", f"Failed to read Avro file: {stored.uri}: {error}") from error


def _written_field(written: Mapping[str, Any], field: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the field of a file that holds what a field of the table names, or None."""
    names = (field["name"], *field.get("aliases", ()))
    return next((item for item in written["fields"] if item["name"] in names), None)


def _rows(
    records: Sequence[Mapping[str, Any]],
    found: Mapping[str, Mapping[str, Any] | None],
    fields: Mapping[str, Mapping[str, Any]],
    schema: Any,
    stored: StoredObject,
) -> Any:
    arrays: dict[str, Any] = {}
    for name, field in found.items():
        kind = schema.field(name).type
        source = arrow_type_of((field or fields[name]).get("type", "null"), kind)
        if field is None:
            values = [fields[name].get("default")] * len(records)
        else:
            values = [record[field["name"]] for record in records]
        try:
            column = pa.array(values, source)
        except (pa.ArrowException, OverflowError) as error:
            raise QueryError(
                "HIVE_BAD_DATA", f"Malformed Avro value of {name} in {stored.uri}: {error}"
            ) from error
        arrays[name] = conform_array(column, kind, name, stored.path)
    return pa.table(arrays) if arrays else pa.table({"rows_": pa.nulls(len(records))})
