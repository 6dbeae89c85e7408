"""Types that a partition declares for its columns, against those of its table.

AWS rule: before anything is read, each column of a partition has to have the table's type or one that turns into it;
columns are compared by name where the files are read by name, and by position otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.athena.errors import QueryError
from local_aws.athena.formats.serdes import ORC, PARQUET
from local_aws.athena.formats.table_properties import lowered_properties
from local_aws.athena.sql.type_text import glue_type, hive_text
from local_aws.athena.sql.types import row_field_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from local_aws.athena.catalog import TableDefinition
    from local_aws.athena.sql.session import Column
    from local_aws.athena.sql.types import Type

    Declared = tuple[tuple[str, str], ...]

_INTEGERS = ("tinyint", "smallint", "integer", "bigint")
_WIDER = {
    "real": ("double", "decimal"),
    "double": ("real", "decimal"),
    "decimal": ("decimal", "real", "double"),
}


def check_partition_types(table: TableDefinition, partitions: Iterable[tuple[str, Declared]]) -> None:
    """Raise HIVE_PARTITION_SCHEMA_MISMATCH for the first partition (name and columns) that does not fit its table."""
    fitting: set[Declared] = {()}
    for name, declared in partitions:
        if declared not in fitting:
            _check(table, name, declared)
            fitting.add(declared)


def _check(table: TableDefinition, partition: str, declared: Declared) -> None:
    if _by_name(table):
        own = {column.name: column for column in table.columns}
        pairs = [(own[name.lower()], name, text) for name, text in declared if name.lower() in own]
    else:
        pairs = [(column, *found) for column, found in zip(table.columns, declared, strict=False)]
    for column, name, text in pairs:
        kind = _parsed(table, partition, name, text)
        if not can_coerce(kind, column.type):
            raise _mismatch(table, column, partition, name.lower(), kind)


def _by_name(table: TableDefinition) -> bool:
    if table.serde in ORC:
        return lowered_properties(table).get("orc.column.index.access", "true").strip().lower() == "false"
    return table.serde in PARQUET


def _parsed(table: TableDefinition, partition: str, name: str, text: str) -> Type:
    try:
        return glue_type(text)
    except ValueError as error:
        raise QueryError(
            "HIVE_INVALID_METADATA",
            f"Glue table '{table.full_name}' partition '{partition}' column '{name}' has invalid data type: {error}",
        ) from None


def _mismatch(table: TableDefinition, column: Column, partition: str, name: str, kind: Type) -> QueryError:
    return QueryError(
        "HIVE_PARTITION_SCHEMA_MISMATCH",
        "There is a mismatch between the table and partition schemas. The types are incompatible and cannot be"
        f" coerced. The column '{column.name}' in table '{table.full_name}' is declared as type"
        f" '{hive_text(column.type)}', but partition '{partition}' declared column '{name}' as type"
        f" '{hive_text(kind)}'.",
    )


def can_coerce(source: Type, target: Type) -> bool:
    """Return whether a column that a partition declares as `source` can be read as the table's `target`."""
    if source == target:
        return True
    if source.name == "varchar":
        return target.name in ("varchar", *_INTEGERS)
    if target.name == "varchar":
        return source.name in _INTEGERS
    if source.name in _INTEGERS:
        return target.name in _INTEGERS[_INTEGERS.index(source.name) :]
    if source.name in _WIDER:
        return target.name in _WIDER[source.name]
    if source.name != target.name:
        return False
    if source.name == "row":
        return _can_coerce_rows(source, target)
    return bool(source.arguments) and _all_coerce(source.arguments, target.arguments)


def _can_coerce_rows(source: Type, target: Type) -> bool:
    """Fields are compared by position, as far as both rows go."""
    names = zip(row_field_names(source), row_field_names(target), strict=False)
    same = all(one.lower() == other.lower() for one, other in names)
    return same and _all_coerce(source.arguments, target.arguments)


def _all_coerce(sources: Sequence[Type], targets: Sequence[Type]) -> bool:
    return all(can_coerce(one, other) for one, other in zip(sources, targets, strict=False))
