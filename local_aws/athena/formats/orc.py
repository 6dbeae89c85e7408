"""ORC objects, stripe by stripe.

AWS rule: Athena finds ORC columns by position unless `orc.column.index.access` is false, reference 10.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.orc as po

from local_aws.athena.errors import QueryError
from local_aws.athena.formats.conform import conform_array
from local_aws.athena.formats.parquet import cannot_open, needed_columns
from local_aws.athena.formats.text import finished_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyarrow.fs import FileSystem

    from local_aws.athena.catalog import TableDefinition
    from local_aws.athena.storage import StoredObject
    from local_aws.clients import Clients


class _CountingFile:
    """A file that reports how many bytes have been read from it; a part read twice does not count over its size."""

    def __init__(self, file: Any, size_bytes: int, report: Callable[[int], None]) -> None:
        self._file = file
        self._left_bytes = size_bytes
        self._report = report
        self.closed = False

    def read(self, count: int = -1) -> bytes:
        data: bytes = self._file.read(None if count < 0 else count)
        counted = min(len(data), self._left_bytes)
        self._left_bytes -= counted
        self._report(counted)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        position: int = self._file.seek(offset, whence)
        return position

    def tell(self) -> int:
        position: int = self._file.tell()
        return position

    def size(self) -> int:
        length: int = self._file.size()
        return length

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        self.closed = True


def read_orc(
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
    """Read ORC objects: of each stripe the columns asked for. The bytes are those that the reader fetched."""
    needed = needed_columns(columns, condition, schema)
    parameters = {key.lower(): value for key, value in {**table.parameters, **table.serde_parameters}.items()}
    by_name = parameters.get("orc.column.index.access", "true").lower() == "false"

    for stored, constants in files:
        try:
            source = pa.PythonFile(
                _CountingFile(system.open_input_file(stored.path), stored.size, add_bytes), mode="r"
            )
            file = po.ORCFile(source)
        except FileNotFoundError as error:
            raise cannot_open(stored.uri, error) from error
        except (OSError, pa.ArrowException) as error:
            raise QueryError("HIVE_BAD_DATA", f"Malformed ORC file: {stored.uri}: {error}") from error
        physical = _physical_names(file.schema.names, data_columns, by_name)
        wanted = {name: physical[name] for name in needed if name in physical}
        if not wanted:
            rows = pa.table({"rows_": pa.nulls(file.nrows)})
            yield from finished_batches(rows, schema, columns, constants, condition, needed)
            continue
        for stripe in range(file.nstripes):
            batch = file.read_stripe(stripe, columns=list(dict.fromkeys(wanted.values())))
            arrays = {
                name: conform_array(batch.column(own), schema.field(name).type, name, stored.path)
                for name, own in wanted.items()
            }
            yield from finished_batches(pa.table(arrays), schema, columns, constants, condition, needed)


def _physical_names(names: Sequence[str], data_columns: Sequence[str], by_name: bool) -> dict[str, str]:
    """Give the name in the file of each column of the table that the file has."""
    if not by_name:
        return dict(zip(data_columns, names, strict=False))
    lowered = {name.lower(): name for name in reversed(names)}
    return {name: lowered[name] for name in data_columns if name in lowered}
