"""ALTER TABLE, read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.athena.ddl.statements import (
    AddColumns,
    AddPartitions,
    ChangeColumn,
    DropColumn,
    DropPartitions,
    RenamePartition,
    RenameTable,
    SetLocation,
    SetTableProperties,
)
from local_aws.athena.ddl.tables_reader import read_column, read_columns
from local_aws.athena.errors import QueryError
from local_aws.athena.sql.parse import Source

if TYPE_CHECKING:
    from local_aws.athena.ddl.cursor import Cursor
    from local_aws.athena.ddl.statements import Name, PartitionSpec, Statement

_COMPARISONS = (("<", ">"), ("!", "="), ("<", "="), (">", "="), ("=",), ("<",), (">",))


def read_alter_table(cursor: Cursor) -> Statement:
    """Read what comes after ALTER."""
    cursor.expect("TABLE")
    name = cursor.hive_name(whole=True)
    if cursor.accept("ADD"):
        return _read_add(cursor, name)
    if cursor.accept("DROP"):
        return _read_drop(cursor, name)
    if cursor.accept("REPLACE", "COLUMNS"):
        return _finished(cursor, AddColumns(name, read_columns(cursor), True))
    if cursor.accept("SET", "TBLPROPERTIES"):
        return _finished(cursor, SetTableProperties(name, cursor.properties()))
    if cursor.accept("SET", "LOCATION"):
        return _finished(cursor, SetLocation(name, None, cursor.string()))
    if cursor.at("PARTITION"):
        specification = read_partition(cursor)
        if cursor.accept("RENAME", "TO"):
            return _finished(cursor, RenamePartition(name, specification, read_partition(cursor)))
        cursor.expect("SET", "LOCATION")
        return _finished(cursor, SetLocation(name, specification, cursor.string()))
    if cursor.accept("RENAME", "TO"):
        cursor.qualified_name()
        return _finished(cursor, RenameTable(name))
    if cursor.accept("CHANGE"):
        cursor.accept("COLUMN")
        return _finished(cursor, ChangeColumn(name, cursor.name(), read_column(cursor)))
    if cursor.accept("RENAME"):
        raise _missing_to(cursor)
    if cursor.at("REPLACE") or cursor.at("SET"):
        cursor.index += 1  # the word behind them is the one that cannot stand there
    raise cursor.no_viable()


def _missing_to(cursor: Cursor) -> QueryError:
    word = cursor.current
    if word is None:
        return cursor.no_viable()
    return QueryError(
        "SYNTAX_ERROR", f"missing 'TO' at '{word.raw}'", Source(cursor.text).position(word.start)
    )


def _finished(cursor: Cursor, statement: Statement) -> Statement:
    cursor.end()
    return statement


def _read_add(cursor: Cursor, name: Name) -> Statement:
    if cursor.accept("COLUMNS"):
        columns = read_columns(cursor)
        cursor.accept("CASCADE")
        return _finished(cursor, AddColumns(name, columns, False))
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    partitions: list[tuple[PartitionSpec, str | None]] = []
    while cursor.at("PARTITION"):
        specification = read_partition(cursor)
        location = cursor.string() if cursor.accept("LOCATION") else None
        partitions.append((specification, location))
    if not partitions:
        raise cursor.no_viable()
    return _finished(cursor, AddPartitions(name, if_not_exists, tuple(partitions)))


def _read_drop(cursor: Cursor, name: Name) -> Statement:
    if cursor.at("COLUMN") and cursor.current is not None:
        offset = cursor.current.start
        cursor.index += 1
        cursor.name()
        return _finished(cursor, DropColumn(name, offset))
    if_exists = cursor.accept("IF", "EXISTS")
    if not cursor.at("PARTITION"):
        raise cursor.no_viable()
    specifications = [_read_comparisons(cursor)]
    while cursor.accept(","):
        specifications.append(_read_comparisons(cursor))
    return _finished(cursor, DropPartitions(name, if_exists, tuple(specifications)))


def read_partition(cursor: Cursor) -> PartitionSpec:
    """Read `PARTITION (column = value, ...)`."""
    cursor.expect("PARTITION", "(")
    pairs: list[tuple[str, str]] = []
    while True:
        column = cursor.name()
        cursor.expect("=")
        pairs.append((column, _read_value(cursor)))
        if not cursor.accept(","):
            break
    cursor.expect(")")
    return tuple(pairs)


def _read_value(cursor: Cursor) -> str:
    cursor.accept("DATE")
    sign = "-" if cursor.accept("-") else ""
    return sign + cursor.take("string", "word").text


def _read_comparisons(cursor: Cursor) -> tuple[tuple[str, str, str], ...]:
    cursor.expect("PARTITION", "(")
    found: list[tuple[str, str, str]] = []
    while True:
        column = cursor.name()
        operator = next((symbols for symbols in _COMPARISONS if cursor.accept(*symbols)), None)
        if operator is None:
            raise cursor.unexpected("=")
        found.append((column, "".join(operator), _read_value(cursor)))
        if not cursor.accept(","):
            break
    cursor.expect(")")
    return tuple(found)
