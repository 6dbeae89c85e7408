"""Parquet objects: columns by name in any case, row groups left out by their statistics, bytes counted as read."""

from __future__ import annotations

import re
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds

from local_aws.athena.errors import QueryError
from local_aws.athena.formats.conform import conform_batch, fits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyarrow.fs import FileSystem

    from local_aws.athena.storage import StoredObject

    Key = tuple[str, str, str, str]

_FOOTER_THREADS = 8
_MAX_CACHED_FRAGMENTS = 8_192
_ROW_COUNT = "$count"
BATCH_ROWS = 122_880  # DuckDB's own row group: a batch becomes one unit of its parallel work
# INT96 is what Hive, Spark and Firehose write; Athena's own precision is milliseconds.
_FORMAT = ds.ParquetFileFormat(coerce_int96_timestamp_unit="ms")
_OPTIONS = ds.ParquetFragmentScanOptions(pre_buffer=True)


@dataclass(frozen=True)
class ParquetFile:
    """One Parquet object: its fragment with the footer read, and what is known of each row of it.

    `sizes` has the compressed bytes of every column by lower-case name, for each row group.
    """

    fragment: Any
    constants: dict[str, Any]
    sizes: tuple[dict[str, int], ...]


@dataclass(frozen=True)
class _Footer:
    fragment: Any
    sizes: tuple[dict[str, int], ...]


class FragmentCache:
    """Footers that have been read, by object version; the least recently used go first."""

    def __init__(self, limit: int = _MAX_CACHED_FRAGMENTS) -> None:
        self._limit = limit
        self._lock = Lock()
        self._footers: OrderedDict[Key, _Footer] = OrderedDict()

    def known(self, key: Key) -> _Footer | None:
        """Give the footer of an object version that has been read already, or None."""
        with self._lock:
            footer = self._footers.get(key)
            if footer is not None:
                self._footers.move_to_end(key)
            return footer

    def read(self, key: Key, stored: StoredObject, expression: Any, system: FileSystem) -> _Footer:
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
        footer = _Footer(fragment, _sizes(fragment.metadata))
        with self._lock:
            self._footers[key] = footer
            while len(self._footers) > self._limit:
                self._footers.popitem(last=False)
        return footer


FRAGMENTS = FragmentCache()


def cannot_open(uri: str, error: Exception) -> QueryError:
    """Make the error of an object that went away between listing and reading."""
    return QueryError(
        "HIVE_CANNOT_OPEN_SPLIT", f"Error opening Hive split {uri} (offset=0, length=0): {error}"
    )


def _bad_data(uri: str, error: Exception) -> QueryError:
    return QueryError("HIVE_BAD_DATA", f"Malformed Parquet file: {uri}: {error}")


def open_files(
    files: Sequence[tuple[StoredObject, dict[str, Any]]], schema: Any, system: FileSystem, reader: str
) -> list[ParquetFile]:
    """Read the footers of the objects, several at a time; `constants` hold for every row of an object.

    `reader` is the access key behind `system`: what one may read, another may not.
    """
    opened: list[ParquetFile | None] = []
    missing: list[tuple[int, Key, StoredObject, dict[str, Any]]] = []
    for index, (stored, constants) in enumerate(files):
        key = (reader, stored.path, stored.etag, repr(constants))
        footer = FRAGMENTS.known(key)
        opened.append(None if footer is None else ParquetFile(footer.fragment, constants, footer.sizes))
        if footer is None:
            missing.append((index, key, stored, constants))

    def one(item: tuple[int, Key, StoredObject, dict[str, Any]]) -> None:
        index, key, stored, constants = item
        footer = FRAGMENTS.read(key, stored, _expression(constants, schema), system)
        opened[index] = ParquetFile(footer.fragment, constants, footer.sizes)

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
    for file, plain in zip(files, _fitting(files, schema), strict=True):
        fragment = file.fragment
        # Statistics are by the file's own names; a file with other cases or types is read whole.
        if plain:
            fragment = fragment.subset(filter=condition, schema=schema)
            if not fragment.row_groups:
                continue
        kept.append(ParquetFile(fragment, file.constants, file.sizes))
    return kept


def _fitting(files: Sequence[ParquetFile], schema: Any) -> list[bool]:
    """Tell of each object whether it `fits` the table; it is worked out once for all objects of one schema."""
    known: list[tuple[Any, bool]] = []
    found: list[bool] = []
    for file in files:
        physical = file.fragment.physical_schema
        answer = next((plain for other, plain in known if other.equals(physical)), None)
        if answer is None:
            answer = fits(physical, schema)
            known.append((physical, answer))
        found.append(answer)
    return found


def scanned_bytes(files: Sequence[ParquetFile], columns: Sequence[str]) -> int:
    """Give the compressed size of the column chunks of `columns` in the row groups that are left."""
    total = 0
    for file in files:
        for group in file.fragment.row_groups:
            sizes = file.sizes[group.id]
            total += sum(sizes.get(name, 0) for name in columns)
    return total


def _sizes(metadata: Any) -> tuple[dict[str, int], ...]:
    """Give for each row group the compressed bytes of its columns, by lower-case name."""
    names = [
        metadata.schema.column(index).path.split(".", 1)[0].lower() for index in range(metadata.num_columns)
    ]
    found = []
    for number in range(metadata.num_row_groups):
        row_group = metadata.row_group(number)
        sizes: dict[str, int] = {}
        for index, name in enumerate(names):
            sizes[name] = sizes.get(name, 0) + row_group.column(index).total_compressed_size
        found.append(sizes)
    return tuple(found)


_FIELD = re.compile(r"[A-Za-z_$][\w$]*")


def columns_of(condition: Any, names: Iterable[str]) -> set[str]:
    """Give those of the columns named that an Arrow expression mentions."""
    if condition is None:
        return set()
    words = set(_FIELD.findall(str(condition)))
    return {name for name in names if name in words}


def needed_columns(columns: Sequence[str], condition: Any, schema: Any) -> list[str]:
    """Give the columns wanted and, behind them, those that only the condition on rows is about."""
    return list(dict.fromkeys([*columns, *sorted(columns_of(condition, schema.names))]))


def read(
    files: Sequence[ParquetFile], schema: Any, columns: Sequence[str], condition: Any, system: FileSystem
) -> Iterator[Any]:
    """Yield record batches with exactly `columns`, of the rows that pass `condition`."""
    fitting = _fitting(files, schema)
    plain = [file for file, fit in zip(files, fitting, strict=True) if fit]
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
    needed = needed_columns(columns, condition, schema)
    for file, fit in zip(files, fitting, strict=True):
        if not fit:
            yield from _read_conformed(file, schema, columns, needed, condition)


def read_constants(
    files: Sequence[ParquetFile], schema: Any, columns: Sequence[str], condition: Any
) -> Iterator[Any]:
    """Yield record batches of columns that are the same in all rows of an object: only the footers tell of the rows."""
    names = needed_columns(columns, condition, schema)
    arrays = [pa.array([file.constants[name] for file in files], schema.field(name).type) for name in names]
    counts = pa.array([file.fragment.metadata.num_rows for file in files], pa.int64())
    objects = pa.table([*arrays, counts], names=[*names, _ROW_COUNT])
    if condition is not None:
        objects = objects.filter(condition)
    numbers = np.repeat(np.arange(objects.num_rows), objects[_ROW_COUNT].to_numpy())
    chosen = objects.select(list(columns)).combine_chunks()
    for start in range(0, len(numbers), BATCH_ROWS):
        yield from chosen.take(pa.array(numbers[start : start + BATCH_ROWS])).to_batches()


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
