"""What a statement says, once it has been read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Name = tuple[str | None, str]  # database, if it is given, and table


@dataclass(frozen=True)
class ColumnDefinition:
    """A column with its Hive type as text."""

    name: str
    type: str
    comment: str | None = None


@dataclass(frozen=True)
class CreateDatabase:
    """CREATE DATABASE."""

    name: str
    if_not_exists: bool
    comment: str | None
    location: str | None
    properties: Mapping[str, str]


@dataclass(frozen=True)
class DropDatabase:
    """DROP DATABASE; `cascade` drops the tables in it too."""

    name: str
    if_exists: bool
    cascade: bool


@dataclass(frozen=True)
class AlterDatabase:
    """ALTER DATABASE … SET DBPROPERTIES."""

    name: str
    properties: Mapping[str, str]


@dataclass(frozen=True)
class StorageFormat:
    """How the objects of a table are written and read."""

    input_format: str
    output_format: str
    serde: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CreateTable:
    """CREATE EXTERNAL TABLE."""

    name: Name
    if_not_exists: bool
    columns: tuple[ColumnDefinition, ...]
    partitions: tuple[ColumnDefinition, ...]
    comment: str | None
    storage: StorageFormat
    location: str
    properties: Mapping[str, str]
    bucket_columns: tuple[str, ...] = ()
    bucket_count: int = 0


@dataclass(frozen=True)
class DropTable:
    """DROP TABLE; the objects stay where they are."""

    name: Name
    if_exists: bool


@dataclass(frozen=True)
class DropView:
    """DROP VIEW."""

    name: Name
    if_exists: bool


@dataclass(frozen=True)
class CreateView:
    """CREATE [OR REPLACE] VIEW; `query` is the text after AS, `offset` where it starts in the statement."""

    name: Name
    or_replace: bool
    query: str
    offset: int


PartitionSpec = tuple[tuple[str, str], ...]  # column and value, in the order written


@dataclass(frozen=True)
class AddPartitions:
    """ALTER TABLE … ADD PARTITION; each with its location, None for the layout's own."""

    name: Name
    if_not_exists: bool
    partitions: tuple[tuple[PartitionSpec, str | None], ...]


@dataclass(frozen=True)
class DropPartitions:
    """ALTER TABLE … DROP PARTITION; a specification may leave columns out and compare with others than `=`."""

    name: Name
    if_exists: bool
    specifications: tuple[tuple[tuple[str, str, str], ...], ...]


@dataclass(frozen=True)
class RenamePartition:
    """ALTER TABLE … PARTITION … RENAME TO PARTITION."""

    name: Name
    old: PartitionSpec
    new: PartitionSpec


@dataclass(frozen=True)
class SetLocation:
    """ALTER TABLE … [PARTITION …] SET LOCATION."""

    name: Name
    partition: PartitionSpec | None
    location: str


@dataclass(frozen=True)
class AddColumns:
    """ALTER TABLE … ADD COLUMNS, or REPLACE COLUMNS."""

    name: Name
    columns: tuple[ColumnDefinition, ...]
    replace: bool


@dataclass(frozen=True)
class ChangeColumn:
    """ALTER TABLE … CHANGE [COLUMN] old new type [COMMENT 'text']."""

    name: Name
    old: str
    new: ColumnDefinition


@dataclass(frozen=True)
class RenameTable:
    """ALTER TABLE … RENAME TO, which Hive's catalog refuses."""

    name: Name


@dataclass(frozen=True)
class DropColumn:
    """ALTER TABLE … DROP COLUMN, which Hive cannot read; `offset` is where COLUMN stands."""

    name: Name
    offset: int


@dataclass(frozen=True)
class SetTableProperties:
    """ALTER TABLE … SET TBLPROPERTIES."""

    name: Name
    properties: Mapping[str, str]


@dataclass(frozen=True)
class Repair:
    """MSCK REPAIR TABLE."""

    name: Name


@dataclass(frozen=True)
class Show:
    """SHOW …: `what` is the thing shown, `pattern` the filter of its names."""

    what: str
    database: str | None = None
    name: Name | None = None
    pattern: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class Describe:
    """DESCRIBE [EXTENDED | FORMATTED] table [PARTITION (…)] [column]; `form` is empty for the plain one."""

    name: Name
    form: str = ""
    partition: PartitionSpec | None = None
    column: str | None = None


@dataclass(frozen=True)
class CreateTableAs:
    """CREATE TABLE … WITH (…) AS query; `properties` are the texts of the expressions in WITH."""

    name: Name
    if_not_exists: bool
    properties: Mapping[str, str]
    query: str
    with_data: bool
    offset: int


@dataclass(frozen=True)
class Insert:
    """INSERT INTO table [(columns)] query."""

    name: Name
    columns: tuple[str, ...]
    query: str
    offset: int


@dataclass(frozen=True)
class Unload:
    """UNLOAD (query) TO 's3://…' WITH (…)."""

    query: str
    location: str
    properties: Mapping[str, str]
    offset: int


@dataclass(frozen=True)
class Prepare:
    """PREPARE name FROM statement."""

    name: str
    statement: str


@dataclass(frozen=True)
class Execute:
    """EXECUTE name [USING values]; the values are the texts of expressions."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Deallocate:
    """DEALLOCATE PREPARE name."""

    name: str


@dataclass(frozen=True)
class Explain:
    """EXPLAIN [ANALYZE] [(options)] statement."""

    statement: str
    analyze: bool
    options: Mapping[str, str]


@dataclass(frozen=True)
class ChangeRows:
    """DELETE, UPDATE or MERGE, of which only the table matters: what Athena has here are tables of files."""

    word: str
    table: tuple[str | None, str]


@dataclass(frozen=True)
class Query:
    """A SELECT in any form."""

    text: str


Statement = (
    CreateDatabase
    | DropDatabase
    | AlterDatabase
    | CreateTable
    | DropTable
    | DropView
    | CreateView
    | AddPartitions
    | DropPartitions
    | RenamePartition
    | SetLocation
    | AddColumns
    | ChangeColumn
    | RenameTable
    | DropColumn
    | SetTableProperties
    | Repair
    | Show
    | Describe
    | CreateTableAs
    | Insert
    | Unload
    | Prepare
    | Execute
    | Deallocate
    | Explain
    | ChangeRows
    | Query
)
