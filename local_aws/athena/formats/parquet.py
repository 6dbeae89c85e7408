"""Parquet objects: columns by name in any case, row groups left out by their statistics, bytes counted as read."""

from __future__ import annotations

import re
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.dataset as ds

from local_aws.athena.errors import QueryError
from local_aws.athena.formats.conform import conform_batch, fits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyarrow.fs import FileSystem

    from local_aws.athena.storage import StoredObject

    Key = tuple[str, str, str]

_FOOTER_THREADS = 8
_MAX_CACHED_FRAGMENTS = 8_192
BATCH_ROWS = 122_880  # DuckDB's own row group: a batch becomes one unit of its parallel work
# INT96 is what Hive, Spark and Firehose write; Athena's own precision is milliseconds.
_FORMAT = ds.ParquetFileFormat(coerce_int96_timestamp_unit="ms")
_OPTIONS = ds.ParquetFragmentScanOptions(pre_buffer=True)


@dataclass(frozen=True)
class ParquetFile:
    """One Parquet object: its fragment with the footer read, and what is known of each row of it."""

    fragment: Any
    constants: dict[str, Any]


class FragmentCache:
    """Footers that have been read, by object version; the least recently used go first."""

    def __init__(self, limit: int = _MAX_CACHED_FRAGMENTS) -> None:
        self._limit = limit
        self._lock = Lock()
        self._fragments: OrderedDict[Key, Any] = OrderedDict()

    def known(self, key: Key) -> Any:
        """Give the fragment of an object version that has been read already, or None."""
        with self._lock:
            fragment = self._fragments.get(key)
            if fragment is not None:
                self._fragments.move_to_end(key)
            return fragment

    def read(self, key: Key, stored: StoredObject, expression: Any, system: FileSystem) -> Any:
        """Read the footer of an object version; raises `QueryError` when it cannot be read."""
        fragment = _FORMAT.make_fragment(
            stored.path, system, partition_expression=expression, file_size=stored.size
        )
        try:
            fragment.ensure_complete_metadata()
        except FileNotFoundError as error:
            raise cannot_open(stored.uri, error) from error
        except (OSError, pa.ArrowException) as error:
            raise _bad_data(stored.uri, error) from error
        with self._lock:
            self._fragments[key] = fragment
            while len(self._fragments) > self._limit:
                self._fragments.popitem(last=False)
        return fragment


FRAGMENTS = FragmentCache()


def cannot_open(uri: str, error: Exception) -> QueryError:
    """Make the error of an object that went away between listing and reading."""
    return QueryError(
        "HIVE_CANNOT_OPEN_SPLIT", f"Error opening Hive split {uri} (offset=0, length=0): {error}"
    )


def _bad_data(uri: str, error: Exception) -> QueryError:
    return QueryError("HIVE_BAD_DATA", f"Malformed Parquet file: {uri}: {error}")


def open_files(
    files: Sequence[tuple[StoredObject, dict[str, Any]]], schema: Any, system: FileSystem
) -> list[ParquetFile]:
    """Read the footers of the objects, several at a time; `constants` hold for every row of an object."""
    opened: list[ParquetFile | None] = []
    missing: list[tuple[int, Key, StoredObject, dict[str, Any]]] = []
    for index, (stored, constants) in enumerate(files):
        key = (stored.path, stored.etag, repr(constants))
        fragment = FRAGMENTS.known(key)
        opened.append(None if fragment is None else ParquetFile(fragment, constants))
        if fragment is None:
            missing.append((index, key, stored, constants))

    def one(item: tuple[int, Key, StoredObject, dict[str, Any]]) -> None:
        index, key, stored, constants = item
        fragment = FRAGMENTS.read(key, stored, _expression(constants, schema), system)
        opened[index] = ParquetFile(fragment, constants)

    if len(missing) > 1:
        with ThreadPoolExecutor(_FOOTER_THREADS, thread_name_prefix="athena-footer") as pool:
            list(pool.map(one, missing))
    else:
        for item in missing:
            one(item)
    return [file for file in opened if file is not None]


def _expression(constants: dict[str, Any], schema: Any) -> Any:
    """Give the Arrow expression that is true for all rows of an object."""
    expression = ds.scalar(True)
    for name, value in constants.items():
        kind = schema.field(name).type
        equal = ds.field(name).is_null() if value is None else ds.field(name) == pa.scalar(value, kind)
        expression = expression & equal
    return expression


def prune_row_groups(files: Sequence[ParquetFile], schema: Any, condition: Any) -> list[ParquetFile]:
    """Leave out the row groups, and the objects, whose statistics say that no row can pass the condition."""
    if condition is None:
        return list(files)
    kept: list[ParquetFile] = []
    for file in files:
        fragment = file.fragment
        # Statistics are by the file's own names; a file with other cases or types is read whole.
        if fits(fragment.physical_schema, schema):
            fragment = fragment.subset(filter=condition, schema=schema)
            if not fragment.row_groups:
                continue
        kept.append(ParquetFile(fragment, file.constants))
    return kept


def scanned_bytes(files: Sequence[ParquetFile], columns: Sequence[str]) -> int:
    """Give the compressed size of the column chunks of `columns` in the row groups that are left."""
    wanted = set(columns)
    total = 0
    for file in files:
        metadata = file.fragment.metadata
        leaves = [
            index
            for index in range(metadata.num_columns)
            if metadata.schema.column(index).path.split(".", 1)[0].lower() in wanted
        ]
        for group in file.fragment.row_groups:
            row_group = metadata.row_group(group.id)
            total += sum(row_group.column(index).total_compressed_size for index in leaves)
    return total


_FIELD = re.compile(r"[A-Za-z_$][\w$]*")


def columns_of(condition: Any, schema: Any) -> set[str]:
    """Give the columns of a schema that an Arrow expression mentions."""
    if condition is None:
        return set()
    words = set(_FIELD.findall(str(condition)))
    return {name for name in schema.names if name in words}


def read(
    files: Sequence[ParquetFile], schema: Any, columns: Sequence[str], condition: Any, system: FileSystem
) -> Iterator[Any]:
    """Yield record batches with exactly `columns`, of the rows that pass `condition`."""
    plain = [file for file in files if fits(file.fragment.physical_schema, schema)]
    if plain:
        dataset = ds.FileSystemDataset([file.fragment for file in plain], schema, _FORMAT, system)
        scanner = dataset.scanner(
            columns=list(columns),
            filter=condition,
            batch_size=BATCH_ROWS,
            fragment_scan_options=_OPTIONS,
            use_threads=True,
        )
        yield from scanner.to_reader()
    needed = [*columns, *(name for name in sorted(columns_of(condition, schema)) if name not in columns)]
    for file in files:
        if not fits(file.fragment.physical_schema, schema):
            yield from _read_conformed(file, schema, columns, needed, condition)


def _read_conformed(
    file: ParquetFile, schema: Any, columns: Sequence[str], needed: Sequence[str], condition: Any
) -> Iterator[Any]:
    physical = file.fragment.physical_schema
    by_lower = {name.lower(): name for name in reversed(physical.names)}
    wanted = [by_lower[name] for name in needed if name in by_lower]
    for batch in file.fragment.to_batches(
        schema=physical, columns=wanted, batch_size=BATCH_ROWS, fragment_scan_options=_OPTIONS
    ):
        conformed = conform_batch(batch, schema, needed, file.constants, file.fragment.path)
        if condition is not None:
            conformed = conformed.filter(condition)
        yield conformed.select(list(columns))
