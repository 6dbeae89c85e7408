"""Which reader a table has, by its SerDe and input format, as Hive chooses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from local_aws.athena.errors import UnsupportedError
from local_aws.athena.formats import parquet
from local_aws.athena.formats.delimited import read_delimited
from local_aws.athena.formats.json import read_json
from local_aws.athena.formats.orc import read_orc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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
    """Tell whether the objects of a table are Parquet."""
    return "parquet" in table.serde.lower() or "parquet" in table.input_format.lower()


def reader_for(table: TableDefinition) -> Reader:
    """Give the reader of a table; raises `UnsupportedError` naming the SerDe when there is none."""
    if is_parquet(table):
        return _read_parquet
    serde = table.serde.lower()
    if "orc" in serde:
        return read_orc
    if "json" in serde:
        return read_json
    if "lazysimple" in serde or "opencsv" in serde or "csvserde" in serde:
        return read_delimited
    raise UnsupportedError(
        f"The SerDe {table.serde} with the input format {table.input_format} of {table.full_name}"
    )


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
