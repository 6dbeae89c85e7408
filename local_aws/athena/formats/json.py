"""Tables of JSON lines: OpenX's and Hive's SerDe, by the same rules as Firehose's deserializers of those names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.formats.conform import conform_array
from local_aws.athena.formats.json_keys import duplicate_key
from local_aws.athena.formats.parquet import needed_columns
from local_aws.athena.formats.table_properties import is_true, line_options, lowered_properties
from local_aws.athena.formats.text import finished_batches, lines_of, read_objects
from local_aws.athena.sql.type_text import hive_text
from local_aws.delivery.conversion import Converter, FormatConfig, TableSchema
from local_aws.delivery.conversion.errors import FormatError
from local_aws.delivery.conversion.format_config import HiveOptions, OpenXOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyarrow.fs import FileSystem

    from local_aws.athena.catalog import TableDefinition
    from local_aws.athena.storage import StoredObject
    from local_aws.clients import Clients

_NO_COLUMN = "$none"


def read_json(
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
    """Read JSON objects, one document to a line. All bytes of an object are read, whatever the columns."""
    needed = needed_columns(columns, condition, schema)
    wanted = [name for name in needed if name in data_columns]
    reader = _LineReader(table, wanted)
    add_bytes(sum(stored.size for stored, _ in files))
    return _batches(reader, files, schema, columns, needed, condition, clients)


def check_json(table: TableDefinition) -> None:
    """Raise `QueryError` for properties of a table of JSON that cannot be, or are not available."""
    _LineReader(table, ())


def _batches(
    reader: _LineReader,
    files: Sequence[tuple[StoredObject, dict[str, Any]]],
    schema: Any,
    columns: Sequence[str],
    needed: Sequence[str],
    condition: Any,
    clients: Clients,
) -> Iterator[Any]:
    for stored, constants, content in read_objects(files, clients):
        rows = reader.read(stored, lines_of(content, reader.options))
        for index, name in enumerate(rows.column_names):
            if name == _NO_COLUMN:
                continue
            kind = schema.field(name).type
            chunks = [conform_array(chunk, kind, name, stored.path) for chunk in rows.column(index).chunks]
            rows = rows.set_column(index, pa.field(name, kind), pa.chunked_array(chunks, kind))
        yield from finished_batches(rows, schema, columns, constants, condition, needed)


class _LineReader:
    """Turns lines into rows of the columns wanted, by the rules of the table's SerDe."""

    def __init__(self, table: TableDefinition, wanted: Sequence[str]) -> None:
        parameters = lowered_properties(table)
        self.options = line_options(table)
        self._ignore_malformed = is_true(parameters, "ignore.malformed.json")
        by_name = {column.name: hive_text(column.type) for column in table.columns}
        # Counting rows needs no column, and still each line has to be a document: one that none can have the key of.
        wanted_types = {name: by_name[name] for name in wanted} or {_NO_COLUMN: "string"}
        columns = TableSchema.from_glue([{"Name": name, "Type": kind} for name, kind in wanted_types.items()])
        options = _options(table, parameters, list(wanted))
        # AWS rule: OpenX JSON keeps each key once, and unless told otherwise in any case.
        self._once = isinstance(options, OpenXOptions)
        self._fold = isinstance(options, OpenXOptions) and options.case_insensitive
        try:
            self._converter = Converter(columns, FormatConfig(deserializer=options))
        except FormatError as error:
            raise UnsupportedError(
                f"The property 'timestamp.formats' of {table.full_name} ({error})"
            ) from None

    def read(self, stored: StoredObject, lines: list[bytes]) -> Any:
        """Convert the lines of one object; raises `QueryError` for a line that is no JSON object."""
        lines = [line for line in lines if line.strip()]
        if self.options.encoding != "utf-8":
            lines = [self.options.text(line).encode() for line in lines]
        if self._once:
            lines = [self._with_keys_once(stored, index, line) for index, line in enumerate(lines)]
        converted = self._converter.convert(lines)
        if converted.table.num_rows + len(converted.failures) != len(lines):
            # Only the first document of a line is read: the SerDe looks at nothing after it.
            converted = self._converter.convert([_first_document(line) for line in lines])
        if not converted.failures:
            return converted.table
        if not self._ignore_malformed:
            failure = converted.failures[0]
            name = "HIVE_BAD_DATA" if failure.code.endswith("MalformedData") else "HIVE_CURSOR_ERROR"
            detail = (
                failure.message
                if name == "HIVE_BAD_DATA"
                else f"Row is not a valid JSON Object - {failure.message}"
            )
            raise QueryError(name, f"{detail} (line {failure.index + 1} of {stored.uri})")
        return self._with_nulls(converted, len(lines))

    def _with_keys_once(self, stored: StoredObject, index: int, line: bytes) -> bytes:
        """Return a line, or one that is malformed when malformed ones become NULL and it has a key twice."""
        key = duplicate_key(line, fold=self._fold)
        if key is None:
            return line
        if self._ignore_malformed:
            return b"{"
        raise QueryError(
            "HIVE_CURSOR_ERROR",
            f'Row is not a valid JSON Object - JSONException: Duplicate key "{key}"'
            f" (line {index + 1} of {stored.uri})",
        )

    def _with_nulls(self, converted: Any, count: int) -> Any:
        """Put a row of NULLs in the place of each line that could not be read."""
        bad = {failure.index for failure in converted.failures}
        positions: list[int | None] = []
        row = 0
        for index in range(count):
            positions.append(None if index in bad else row)
            row += index not in bad
        return converted.table.take(pa.array(positions, pa.int64()))


def _first_document(line: bytes) -> bytes:
    try:
        text = line.decode().lstrip()
        _, end = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return line
    return text[:end].encode()


def _options(
    table: TableDefinition, parameters: dict[str, str], names: Sequence[str]
) -> OpenXOptions | HiveOptions:
    if "openx" not in table.serde.lower():
        formats = tuple(
            item.strip() for item in parameters.get("timestamp.formats", "").split(",") if item.strip()
        )
        return HiveOptions(timestamp_formats=formats)
    # The name of the column is part of the property's name, and the key that it maps to keeps its case.
    mappings = tuple(
        (key.removeprefix("mapping."), value)
        for key, value in parameters.items()
        if key.startswith("mapping.") and key.removeprefix("mapping.") in names
    )
    return OpenXOptions(
        case_insensitive=is_true(parameters, "case.insensitive", default=True),
        convert_dots_to_underscores=is_true(parameters, "dots.in.keys"),
        column_to_json_key=mappings,
    )
