"""What a query can name beside the tables in Glue: `information_schema`, and the partitions of a table as a table."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from local_aws.athena import projection
from local_aws.athena.catalog import TableDefinition, is_view, table_source
from local_aws.athena.errors import QueryError
from local_aws.athena.partitions import HIVE_NULL, MAX_ENUMERATED, typed_values
from local_aws.athena.sql import types
from local_aws.athena.sql.session import CATALOG_NAMES, Column, TableSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from local_aws.athena.catalog import GlueCatalog

INFORMATION_SCHEMA = "information_schema"
PARTITIONS_SUFFIX = "$partitions"


@dataclass(frozen=True)
class MemoryTable:
    """A table whose rows are made when a query reads it."""

    make: Callable[[], Any]


@dataclass(frozen=True)
class QueryCatalog:
    """Looks tables up for one query."""

    glue: GlueCatalog
    now: datetime

    def has_database(self, database: str) -> bool:
        """Tell whether there is a database of that name."""
        return database == INFORMATION_SCHEMA or self.glue.has_database(database)

    def table(self, database: str, name: str) -> TableSource | None:
        """Give a table, a view or one of the tables about tables; None when there is none of that name."""
        if database == INFORMATION_SCHEMA:
            return self._about(name)
        if name.endswith(PARTITIONS_SUFFIX):
            return self._partitions(database, name)
        return self.glue.table(database, name)

    def _partitions(self, database: str, name: str) -> TableSource | None:
        source = self.glue.table(database, name.removesuffix(PARTITIONS_SUFFIX))
        if source is None or not isinstance(source.scan, TableDefinition) or not source.partition_columns:
            return None
        table = source.scan
        return TableSource(
            catalog=CATALOG_NAMES[0],
            database=database,
            name=name,
            columns=table.partition_columns,
            scan=MemoryTable(lambda: self._partition_rows(table)),
        )

    def _partition_rows(self, table: TableDefinition) -> Any:
        names = [column.name for column in table.partition_columns]
        if projection.is_projected(table):
            rows = self._projected_rows(table)
        else:
            rows = [
                tuple(None if value == HIVE_NULL else value for value in item["Values"])
                for item in self.glue.partitions(table.database, table.name)
            ]
        return typed_values(table, names, rows)

    def _projected_rows(self, table: TableDefinition) -> list[tuple[str | None, ...]]:
        domains = [column.values for column in projection.project(table, self.now)]
        count = 1
        for domain in domains:
            count *= len(domain or ())
        if None in domains or count > MAX_ENUMERATED:
            raise QueryError(
                "NOT_SUPPORTED",
                f"{table.full_name}{PARTITIONS_SUFFIX} is not supported by the local Athena for injected projection and"
                f" for more than {MAX_ENUMERATED} projected partitions",
            )
        return list(itertools.product(*(domain or () for domain in domains)))

    def _about(self, name: str) -> TableSource | None:
        known = _ABOUT.get(name)
        if known is None:
            return None
        columns, rows = known
        return TableSource(
            catalog=CATALOG_NAMES[0],
            database=INFORMATION_SCHEMA,
            name=name,
            columns=columns,
            scan=MemoryTable(lambda: _table_of(columns, list(rows(self.glue)))),
        )


def _table_of(columns: tuple[Column, ...], rows: list[tuple[Any, ...]]) -> Any:
    kinds = {"bigint": pa.int64()}
    arrays = [
        pa.array([row[index] for row in rows], kinds.get(column.type.name, pa.string()))
        for index, column in enumerate(columns)
    ]
    return pa.table(arrays, names=[column.name for column in columns])


def _text_columns(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, types.VARCHAR) for name in names)


def _schemata(glue: GlueCatalog) -> Iterator[tuple[Any, ...]]:
    for item in glue.databases():
        yield CATALOG_NAMES[0], item["Name"]
    yield CATALOG_NAMES[0], INFORMATION_SCHEMA


def _all_tables(glue: GlueCatalog) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for database in glue.databases():
        try:
            tables = glue.tables(database["Name"])
        except QueryError:
            # One that was deleted meanwhile, or whose name an earlier version took and the API refuses.
            continue
        for table in tables:
            yield database["Name"], table


def _tables(glue: GlueCatalog) -> Iterator[tuple[Any, ...]]:
    for database, table in _all_tables(glue):
        yield CATALOG_NAMES[0], database, table["Name"], "VIEW" if is_view(table) else "BASE TABLE"
    for name in _ABOUT:
        yield CATALOG_NAMES[0], INFORMATION_SCHEMA, name, "BASE TABLE"


def _columns(glue: GlueCatalog) -> Iterator[tuple[Any, ...]]:
    for database, table in _all_tables(glue):
        try:
            source = table_source(database, table)
        except QueryError:
            continue  # a table that no query could read has no columns to show
        comments = {
            column["Name"].lower(): column.get("Comment")
            for column in [
                *((table.get("StorageDescriptor") or {}).get("Columns") or []),
                *(table.get("PartitionKeys") or []),
            ]
        }
        partition_names = {column.name for column in source.partition_columns}
        for position, column in enumerate((*source.columns, *source.partition_columns), start=1):
            extra = "partition key" if column.name in partition_names else None
            yield (
                CATALOG_NAMES[0],
                database,
                table["Name"],
                column.name,
                position,
                None,
                "YES",
                str(column.type),
                comments.get(column.name),
                extra,
            )


def _views(glue: GlueCatalog) -> Iterator[tuple[Any, ...]]:
    for database, table in _all_tables(glue):
        if is_view(table):
            yield CATALOG_NAMES[0], database, table["Name"], table_source(database, table).view_text


_ABOUT: Mapping[str, tuple[tuple[Column, ...], Callable[[GlueCatalog], Iterator[tuple[Any, ...]]]]] = {
    "schemata": (_text_columns("catalog_name", "schema_name"), _schemata),
    "tables": (_text_columns("table_catalog", "table_schema", "table_name", "table_type"), _tables),
    "columns": (
        (
            *_text_columns("table_catalog", "table_schema", "table_name", "column_name"),
            Column("ordinal_position", types.BIGINT),
            *_text_columns("column_default", "is_nullable", "data_type", "comment", "extra_info"),
        ),
        _columns,
    ),
    "views": (_text_columns("table_catalog", "table_schema", "table_name", "view_definition"), _views),
}
