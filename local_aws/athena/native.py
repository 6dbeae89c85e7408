"""The quick way to read a table: its Parquet objects as local files, read by DuckDB itself.

It is taken when it is known what a query wants of the table (`planning`) and when the files have the columns of the
catalog in types that DuckDB turns into the catalog's as Athena would; any other table is read by `scan`.
"""

# ruff: noqa: S608  the SQL here is made from the catalog, with every name and text quoted

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from local_aws.athena.catalog import PATH_COLUMN, SIZE_COLUMN
from local_aws.athena.formats import parquet
from local_aws.athena.formats.readers import is_parquet
from local_aws.athena.partitions import PruningConditions, find_files, hive_path
from local_aws.athena.scan import table_schema, with_constants
from local_aws.athena.sql.types import duckdb_type, quote, quote_text
from local_aws.athena.storage import file_system_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack

    from local_aws.athena.catalog import TableDefinition
    from local_aws.athena.object_cache import ObjectCache
    from local_aws.athena.partitions import DataFile
    from local_aws.athena.planning import Need
    from local_aws.athena.scan import ScanContext
    from local_aws.athena.sql.session import Column, Scan


@dataclass(frozen=True)
class NativeTable:
    """A table that DuckDB can read itself: the query that reads it."""

    sql: str


def native_table(
    scan: Scan,
    table: TableDefinition,
    needs: Sequence[Need],
    context: ScanContext,
    cache: ObjectCache,
    held: ExitStack,
) -> NativeTable | None:
    """Prepare the objects of a table and give the query that reads them; None when the other way has to be taken.

    The objects are kept as files until `held` is closed. Raises what listing and reading raise.
    """
    data_columns = {column.name for column in table.columns}
    wanted = {name for need in needs for name in need.columns}
    schema = table_schema(table)
    # A condition that is tested while reading is on columns that the query need not want.
    tested = {name for need in needs for name in parquet.columns_of(need.condition, schema.names)}
    hidden = (wanted | tested) & {PATH_COLUMN, SIZE_COLUMN}
    if not needs or not is_parquet(table) or not wanted & data_columns or hidden:
        return None
    files = _files(scan, table, needs, context)
    if not files:
        return NativeTable(_empty(table))
    system = file_system_of(context.clients)
    opened = parquet.open_files(
        [(file.stored, constants) for file, constants in with_constants(table, files)],
        schema,
        system,
        context.clients.credentials.access_key_id,
    )
    read = {name for name in wanted if name in data_columns}
    for need in needs:
        read |= parquet.columns_of(need.condition, schema.names) & data_columns
    groups = _by_schema(files, opened)
    texts = [(_select(table, physical), members) for physical, members in groups]
    if any(text is None for text, _ in texts):
        return None
    positions = {id(file.constants): position for position, file in enumerate(opened)}
    kept: set[int] = set()
    for need in needs:
        left = parquet.prune_row_groups(opened, schema, need.condition)
        columns = {*need.columns, *parquet.columns_of(need.condition, schema.names)} & data_columns
        context.add_bytes(parquet.scanned_bytes(left, sorted(columns)))
        context.scanned_rows += sum(group.num_rows for file in left for group in file.fragment.row_groups)
        kept |= {positions[id(file.constants)] for file in left}
    context.files += len(kept)
    queries = []
    for text, members in texts:
        chosen = [files[position] for position in members if position in kept]
        if chosen:
            objects = [(file.stored, _folder(table, file)) for file in chosen]
            paths = held.enter_context(cache.holding(context.clients, objects, context.check))
            queries.append(f"SELECT {text} FROM {_read_parquet(table, [str(path) for path in paths])}")
    return NativeTable(" UNION ALL ".join(queries) if queries else _empty(table))


def _files(scan: Scan, table: TableDefinition, needs: Sequence[Need], context: ScanContext) -> list[DataFile]:
    """List the objects that any of the openings of a table needs."""
    found: dict[tuple[str, tuple[str | None, ...]], DataFile] = {}
    for condition in _conditions(needs):
        conditions = PruningConditions(
            predicates=tuple(scan.predicates),
            alias=scan.alias,
            evaluate=context.evaluate,
            constants=context.constants,
            pushed=condition,
            equalities=scan.equalities,
        )
        for file in find_files(
            context.clients,
            table,
            lambda: context.catalog.partitions(table.database, table.name),
            conditions,
            context.now,
        ):
            found[(file.stored.path, file.values)] = file
    return list(found.values())


def _conditions(needs: Sequence[Need]) -> list[Any]:
    if any(need.condition is None for need in needs):
        return [None]
    return [need.condition for need in needs]


def _by_schema(
    files: Sequence[DataFile], opened: Sequence[parquet.ParquetFile]
) -> list[tuple[Any, list[int]]]:
    """Put files with the same columns together: DuckDB takes the columns of the first file for those of all."""
    groups: list[tuple[Any, list[int]]] = []
    for position, file in enumerate(opened):
        physical = file.fragment.physical_schema
        for known, members in groups:
            if known.equals(physical):
                members.append(position)
                break
        else:
            groups.append((physical, [position]))
    return groups


def _folder(table: TableDefinition, file: DataFile) -> str:
    return hive_path([column.name for column in table.partition_columns], file.values)


def _read_parquet(table: TableDefinition, paths: Sequence[str]) -> str:
    listed = "[" + ", ".join(quote_text(path) for path in paths) + "]"
    if not table.partition_columns:
        return f"read_parquet({listed}, hive_partitioning = false)"
    kinds = ", ".join(f"{quote_text(c.name)}: {duckdb_type(c.type)}" for c in table.partition_columns)
    return f"read_parquet({listed}, hive_partitioning = true, hive_types = {{{kinds}}})"


def _select(table: TableDefinition, physical: Any) -> str | None:
    """Write the select list over files of one schema; None when a column cannot be taken over this way."""
    by_lower = {item.name.lower(): item for item in reversed(list(physical))}
    pieces = ['CAST(0 AS TINYINT) AS "$rows"', 'NULL AS "$path"', 'NULL AS "$file_size"']
    partition_names = {column.name for column in table.partition_columns}
    for column in table.columns:
        item = by_lower.get(column.name)
        if item is None:
            pieces.append(f"CAST(NULL AS {duckdb_type(column.type)}) AS {quote(column.name)}")
            continue
        if item.name.lower() in partition_names:
            return None
        text = _converted(item, column)
        if text is None:
            return None
        pieces.append(f"{text} AS {quote(column.name)}")
    if any(name in by_lower for name in partition_names):
        return None  # the file's own column would hide the partition's value
    pieces += [quote(name) for name in (column.name for column in table.partition_columns)]
    return ", ".join(pieces)


def _converted(item: Any, column: Column) -> str | None:
    """Write the conversion of a file's column into the catalog's type; None when DuckDB would do it differently."""
    from local_aws.athena.arrow_types import arrow_type

    source, target, name = item.type, arrow_type(column.type), quote(item.name)
    if pa.types.is_timestamp(source) and pa.types.is_timestamp(target):
        text = f"CAST({name} AS TIMESTAMP)"
        return text if source.unit in ("s", "ms") else f"round_timestamp({text}, 3)"
    if pa.types.is_nested(source):
        return name if _same_nested(source, target) else None
    if source.equals(target):
        return name
    numbers = pa.types.is_signed_integer(source) or pa.types.is_decimal(source)
    if numbers and (pa.types.is_decimal(target) or pa.types.is_floating(target)):
        return f"CAST({name} AS {duckdb_type(column.type)})"
    if pa.types.is_signed_integer(source) and pa.types.is_signed_integer(target):
        return f"CAST({name} AS {duckdb_type(column.type)})" if source.bit_width <= target.bit_width else None
    if pa.types.is_float32(source) and pa.types.is_float64(target):
        return f"CAST({name} AS DOUBLE)"
    return None


def _same_nested(source: Any, target: Any) -> bool:
    """Tell whether two types are the same, apart from the names that files give to the elements of lists and maps."""
    if pa.types.is_list(source) and pa.types.is_list(target):
        return _same_nested(source.value_type, target.value_type)
    if pa.types.is_map(source) and pa.types.is_map(target):
        return _same_nested(source.key_type, target.key_type) and _same_nested(
            source.item_type, target.item_type
        )
    if pa.types.is_struct(source) and pa.types.is_struct(target):
        if [item.name for item in source] != [item.name for item in target]:
            return False
        return all(_same_nested(a.type, b.type) for a, b in zip(source, target, strict=True))
    return bool(source.equals(target)) and not pa.types.is_timestamp(source)


def _empty(table: TableDefinition) -> str:
    columns = (*table.columns, *table.partition_columns)
    texts = [f"CAST(NULL AS {duckdb_type(column.type)}) AS {quote(column.name)}" for column in columns]
    return f'SELECT CAST(0 AS TINYINT) AS "$rows", {", ".join(texts)} WHERE false'
