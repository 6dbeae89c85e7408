"""Tables of JSON lines: OpenX's and Hive's SerDe, by the same rules as Firehose's deserializers of those names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from local_aws.athena.errors import QueryError
from local_aws.athena.formats.conform import conform_array
from local_aws.athena.formats.parquet import needed_columns
from local_aws.athena.formats.text import finished_batches, lines_of, read_objects
from local_aws.athena.sql.type_text import hive_text
from local_aws.delivery.conversion import Converter, FormatConfig, TableSchema
from local_aws.delivery.conversion.format_config import HiveOptions, OpenXOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyarrow.fs import FileSystem

    from local_aws.athena.catalog import TableDefinition
    from local_aws.athena.storage import StoredObject
    from local_aws.clients import Clients


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
    add_bytes(sum(stored.size for stored, _ in files))
    needed = needed_columns(columns, condition, schema)
    wanted = [name for name in needed if name in data_columns]
    reader = _LineReader(table, wanted)
    return _batches(reader, files, schema, columns, needed, condition, clients)


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
        rows = reader.read(stored, lines_of(content))
        for index, name in enumerate(rows.column_names):
            kind = schema.field(name).type
            chunks = [conform_array(chunk, kind, name, stored.path) for chunk in rows.column(index).chunks]
            rows = rows.set_column(index, pa.field(name, kind), pa.chunked_array(chunks, kind))
        yield from finished_batches(rows, schema, columns, constants, condition, needed)


class _LineReader:
    """Turns lines into rows of the columns wanted, by the rules of the table's SerDe."""

    def __init__(self, table: TableDefinition, wanted: Sequence[str]) -> None:
        parameters = {key.lower(): value for key, value in table.serde_parameters.items()}
        self._ignore_malformed = parameters.get("ignore.malformed.json", "false").lower() == "true"
        by_name = {column.name: column for column in table.columns}
        # Counting rows needs no column, and still each line has to be a document.
        names = list(wanted) or [table.columns[0].name]
        self._columns = TableSchema.from_glue(
            [{"Name": name, "Type": hive_text(by_name[name].type)} for name in names]
        )
        self._converter = Converter(
            self._columns, FormatConfig(deserializer=_options(table, parameters, names))
        )

    def read(self, stored: StoredObject, lines: list[bytes]) -> Any:
        """Convert the lines of one object; raises `QueryError` for a line that is no JSON object."""
        lines = [line for line in lines if line.strip()]
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
    mappings = tuple(
        (key.removeprefix("mapping."), value)
        for key, value in parameters.items()
        if key.startswith("mapping.") and key.removeprefix("mapping.") in names
    )
    return OpenXOptions(
        case_insensitive=parameters.get("case.insensitive", "true").lower() != "false",
        convert_dots_to_underscores=parameters.get("dots.in.keys", "false").lower() == "true",
        column_to_json_key=mappings,
    )
