"""Which reader a table has, by its SerDe and input format, as Hive chooses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from local_aws.athena.errors import UnsupportedError
from local_aws.athena.formats import parquet, serdes
from local_aws.athena.formats.avro import read_avro
from local_aws.athena.formats.avro_schema import table_schema
from local_aws.athena.formats.delimited import check_delimited, read_delimited
from local_aws.athena.formats.json import check_json, read_json
from local_aws.athena.formats.orc import read_orc
from local_aws.athena.formats.table_properties import is_true, lowered_properties

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyarrow.fs import FileSystem

    from local_aws.athena.catalog import TableDefinition
    from local_aws.athena.storage import StoredObject
    from local_aws.clients import Clients


class Reader(Protocol):
    """Reads the objects of a table as record batches with exactly the columns asked for."""

    def __call__(
        self,
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
        """Yield the batches; only rows that pass `condition`. Bytes are reported before they are read."""


def is_parquet(table: TableDefinition) -> bool:
    """Return whether the objects of a table are Parquet; raises `QueryError` as `check_table` does."""
    return serdes.family_of(table) == serdes.PARQUET


def check_table(table: TableDefinition) -> None:
    """Raise `QueryError` for a table that cannot be read, or whose properties cannot be, whatever its objects."""
    family = serdes.family_of(table)
    if family == serdes.LINES:
        check_delimited(table)
    elif family == serdes.JSON:
        check_json(table)
    elif family == serdes.AVRO:
        table_schema(table)
    elif family == serdes.PARQUET and is_true(lowered_properties(table), "parquet.column.index.access"):
        raise UnsupportedError(f"The property 'parquet.column.index.access' = 'true' of {table.full_name}")


def reader_for(table: TableDefinition) -> Reader:
    """Return the reader of a table; raises `QueryError` as `check_table` does."""
    check_table(table)
    return _READERS[serdes.family_of(table)]


def _read_parquet(
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
    opened = parquet.open_files(files, schema, system, clients.credentials.access_key_id)
    read = {*columns, *parquet.columns_of(condition, schema.names)} & set(data_columns)
    if not read:
        return parquet.read_constants(opened, schema, columns, condition)
    opened = parquet.prune_row_groups(opened, schema, condition)
    add_bytes(parquet.scanned_bytes(opened, sorted(read)))
    return parquet.read(opened, schema, columns, condition, system)


_READERS: Mapping[tuple[str, ...], Reader] = {
    serdes.PARQUET: _read_parquet,
    serdes.ORC: read_orc,
    serdes.AVRO: read_avro,
    serdes.JSON: read_json,
    serdes.LINES: read_delimited,
}
