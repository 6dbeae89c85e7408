"""Databases and tables: CREATE, DROP, ALTER without partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_aws.athena.catalog import is_view
from local_aws.athena.ddl.context import (
    TextResult,
    database_missing,
    ddl_task_error,
    glue_error,
    hive_error,
    table_input,
)
from local_aws.athena.errors import Position, QueryError
from local_aws.athena.formats.serdes import is_known
from local_aws.athena.sql.session import CATALOG_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.athena.ddl.context import Context
    from local_aws.athena.ddl.statements import (
        AddColumns,
        AlterDatabase,
        ChangeColumn,
        ChangeRows,
        ColumnDefinition,
        CreateDatabase,
        CreateTable,
        DropColumn,
        DropDatabase,
        DropTable,
        DropView,
        RenameTable,
        SetTableProperties,
    )


def create_database(statement: CreateDatabase, context: Context) -> TextResult:
    """Create a database; fails when it is there already, unless IF NOT EXISTS is said."""
    described: dict[str, Any] = {"Name": statement.name, "Parameters": dict(statement.properties)}
    if statement.comment is not None:
        described["Description"] = statement.comment
    if statement.location is not None:
        described["LocationUri"] = statement.location
    try:
        context.clients.client("glue").create_database(DatabaseInput=described)  # type: ignore[arg-type]
    except ClientError as error:
        if error.response["Error"]["Code"] == "AlreadyExistsException":
            if statement.if_not_exists:
                return TextResult()
            raise ddl_task_error(f"Database {statement.name} already exists") from error
        raise glue_error(error) from error
    return TextResult()


def drop_database(statement: DropDatabase, context: Context) -> TextResult:
    """Drop a database; tables in it are in the way unless CASCADE is said."""
    if not context.catalog.has_database(statement.name):
        if statement.if_exists:
            return TextResult()
        raise database_missing(statement.name)
    if not statement.cascade and context.catalog.tables(statement.name):
        raise ddl_task_error(
            f"InvalidOperationException(message:Database {statement.name} is not empty. One or more tables exist.)"
        )
    glue = context.clients.client("glue")
    for table in context.catalog.tables(statement.name):
        glue.delete_table(DatabaseName=statement.name, Name=table["Name"])
    glue.delete_database(Name=statement.name)
    return TextResult()


def alter_database(statement: AlterDatabase, context: Context) -> TextResult:
    """Set properties of a database."""
    glue = context.clients.client("glue")
    try:
        known: Mapping[str, Any] = glue.get_database(Name=statement.name)["Database"]
        changed = {key: known[key] for key in ("Name", "Description", "LocationUri") if known.get(key)}
        changed["Parameters"] = {**(known.get("Parameters") or {}), **statement.properties}
        glue.update_database(Name=statement.name, DatabaseInput=changed)  # type: ignore[arg-type]
    except ClientError as error:
        raise glue_error(error) from error
    return TextResult()


def glue_columns(columns: tuple[ColumnDefinition, ...]) -> list[dict[str, str]]:
    """Give columns as Glue takes them."""
    return [
        {"Name": c.name, "Type": c.type, **({"Comment": c.comment} if c.comment is not None else {})}
        for c in columns
    ]


def create_table(statement: CreateTable, context: Context) -> TextResult:
    """Create a table over objects; fails when it is there already, unless IF NOT EXISTS is said."""
    database, name = context.full_name(statement.name)
    if not context.catalog.has_database(database):
        raise database_missing(database)
    if not statement.location.startswith("s3://"):
        raise hive_error(
            f"SemanticException: The location {statement.location!r} is no S3 path; allowed is s3://bucket/folder/"
        )
    if not is_known(statement.storage.serde):
        raise ddl_task_error(f"Cannot validate serde: {statement.storage.serde}")
    seen: set[str] = set()
    for column in (*statement.columns, *statement.partitions):
        if column.name in seen:
            raise hive_error(f"SemanticException [Error 10036]: Duplicate column name: {column.name}")
        seen.add(column.name)
    described = {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {
            "EXTERNAL": "TRUE",
            "transient_lastDdlTime": str(int(context.now_seconds)),
            **({"comment": statement.comment} if statement.comment is not None else {}),
            **statement.properties,
        },
        "PartitionKeys": glue_columns(statement.partitions),
        "StorageDescriptor": {
            "Columns": glue_columns(statement.columns),
            "Location": statement.location.rstrip("/"),  # measured: Athena keeps no slash at the end
            "InputFormat": statement.storage.input_format,
            "OutputFormat": statement.storage.output_format,
            "NumberOfBuckets": statement.bucket_count or -1,
            "BucketColumns": list(statement.bucket_columns),
            "SerdeInfo": {
                "SerializationLibrary": statement.storage.serde,
                "Parameters": dict(statement.storage.parameters),
            },
        },
    }
    try:
        context.clients.client("glue").create_table(DatabaseName=database, TableInput=described)  # type: ignore[arg-type]
    except ClientError as error:
        if error.response["Error"]["Code"] == "AlreadyExistsException":
            if statement.if_not_exists:
                return TextResult()
            raise ddl_task_error(
                f"AlreadyExistsException(message:Table {name} already exist)",
                error_type=1006,
                error_message=f"Table {name} already exists.",
            ) from error
        raise glue_error(error) from error
    return TextResult()


def drop_table(statement: DropTable, context: Context) -> TextResult:
    """Drop a table from the catalog; its objects stay."""
    database, name = context.full_name(statement.name)
    answer = context.catalog.raw_table(database, name)
    if answer is None:
        if statement.if_exists:
            return TextResult()
        raise hive_error(f"SemanticException [Error 10001]: Table not found {database}.{name}")
    if is_view(answer):
        raise hive_error(
            f"SemanticException [Error 10002]: Cannot drop a view with DROP TABLE: {database}.{name}"
        )
    context.clients.client("glue").delete_table(DatabaseName=database, Name=name)
    return TextResult()


def drop_view(statement: DropView, context: Context) -> TextResult:
    """Drop a view."""
    database, name = context.full_name(statement.name)
    answer = context.catalog.raw_table(database, name)
    if answer is None or not is_view(answer):
        if answer is None and statement.if_exists:
            return TextResult()
        raise QueryError("TABLE_NOT_FOUND", f"View 'awsdatacatalog.{database}.{name}' does not exist")
    context.clients.client("glue").delete_table(DatabaseName=database, Name=name)
    return TextResult()


def change_rows(statement: ChangeRows, context: Context) -> TextResult:
    """Refuse DELETE, UPDATE and MERGE as Athena does; always raises `QueryError`.

    AWS rule: only rows of Iceberg tables can be changed, reference 10.7.
    """
    database, name = context.full_name(statement.table)
    source = context.catalog.table(database, name)
    if source is None or context.catalog_name not in CATALOG_NAMES:
        missing = f"{context.catalog_name}.{database}.{name}"
        raise QueryError("TABLE_NOT_FOUND", f"Table '{missing}' does not exist", Position(1, 1))
    if source.view_text is not None:
        raise QueryError("NOT_SUPPORTED", f"{statement.word} of a view is not supported")
    raise QueryError("NOT_SUPPORTED", "Modifying Hive table rows is only supported for transactional tables")


def add_columns(statement: AddColumns, context: Context) -> TextResult:
    """Add columns behind the others, or put new ones in the place of all."""
    answer = context.table(statement.name)
    changed = table_input(answer)
    storage = dict(changed["StorageDescriptor"])
    known = [] if statement.replace else list(storage.get("Columns") or [])
    names = {column["Name"].lower() for column in known}
    names |= {column["Name"].lower() for column in answer.get("PartitionKeys") or []}
    for column in statement.columns:
        if column.name in names:
            raise ddl_task_error(f"Duplicate column name: {column.name}")
        names.add(column.name)
    storage["Columns"] = known + glue_columns(statement.columns)
    changed["StorageDescriptor"] = storage
    _update(statement.name, changed, context)
    return TextResult()


def change_column(statement: ChangeColumn, context: Context) -> TextResult:
    """Give a column another name, type or comment."""
    changed = table_input(context.table(statement.name))
    storage = dict(changed["StorageDescriptor"])
    columns = list(storage.get("Columns") or [])
    names = [column["Name"].lower() for column in columns]
    if statement.old not in names:
        raise ddl_task_error(f"Invalid column reference {statement.old}")
    if statement.new.name != statement.old and statement.new.name in names:
        raise ddl_task_error(f"Column {statement.new.name} already exists")
    place = names.index(statement.old)
    kept = {key: columns[place][key] for key in ("Comment",) if columns[place].get(key)}
    columns[place] = {**kept, **glue_columns((statement.new,))[0]}
    storage["Columns"] = columns
    changed["StorageDescriptor"] = storage
    _update(statement.name, changed, context)
    return TextResult()


def rename_table(statement: RenameTable, context: Context) -> TextResult:
    """Refuse RENAME TO as Glue does; always raises `QueryError`. Measured."""
    context.table(statement.name)
    raise ddl_task_error(
        "Unable to alter table. Table cannot be renamed",
        error_type=1006,
        error_message="Query type not supported by DDL engine.",
    )


def drop_column(statement: DropColumn, context: Context) -> TextResult:
    """Refuse DROP COLUMN as Hive's parser does; always raises `QueryError`. Measured."""
    context.table(statement.name)
    raise hive_error(
        f"ParseException line 1:{statement.offset} mismatched input 'COLUMN' expecting PARTITION near 'DROP' in drop"
        " partition statement",
        error_type=1006,
    )


def set_properties(statement: SetTableProperties, context: Context) -> TextResult:
    """Set properties of a table; the others stay."""
    changed = table_input(context.table(statement.name))
    changed["Parameters"] = {**(changed.get("Parameters") or {}), **statement.properties}
    _update(statement.name, changed, context)
    return TextResult()


def update_location(name: tuple[str | None, str], location: str, context: Context) -> TextResult:
    """Point a table at other objects."""
    changed = table_input(context.table(name))
    changed["StorageDescriptor"] = {**changed["StorageDescriptor"], "Location": location}
    _update(name, changed, context)
    return TextResult()


def _update(name: tuple[str | None, str], changed: dict[str, Any], context: Context) -> None:
    database, _ = context.full_name(name)
    try:
        context.clients.client("glue").update_table(DatabaseName=database, TableInput=changed)  # type: ignore[arg-type]
    except ClientError as error:
        raise glue_error(error) from error
