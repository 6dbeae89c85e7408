"""Views, kept in Glue as Athena keeps them: the query in base64 JSON, the columns in Hive's types beside it."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_aws.athena.catalog import is_view
from local_aws.athena.ddl.context import TextResult, glue_error, hive_error
from local_aws.athena.errors import Position, QueryError
from local_aws.athena.sql.type_text import hive_text

if TYPE_CHECKING:
    from local_aws.athena.ddl.context import Context
    from local_aws.athena.ddl.statements import CreateView
    from local_aws.athena.sql.compiled import CompiledQuery
    from local_aws.athena.sql.types import Type


def create_view(statement: CreateView, query: CompiledQuery, context: Context) -> TextResult:
    """Store a view whose query has been compiled; every column needs a name, and no two the same."""
    database, name = context.full_name(statement.name)
    columns: list[tuple[str, Type]] = []
    seen: set[str] = set()
    for position, column in enumerate(query.columns, start=1):
        if column.name is None:
            raise QueryError(
                "MISSING_COLUMN_NAME", f"Column name not specified at position {position}", Position(1, 1)
            )
        lowered = column.name.lower()
        if lowered in seen:
            raise QueryError("DUPLICATE_COLUMN_NAME", f"Column name '{lowered}' specified more than once")
        seen.add(lowered)
        columns.append((lowered, column.type))
    if not context.catalog.has_database(database):
        raise QueryError("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist")
    known = context.catalog.raw_table(database, name)
    if known is not None and not is_view(known):
        raise QueryError("TABLE_ALREADY_EXISTS", f"Table already exists: '{database}.{name}'")
    if known is not None and not statement.or_replace:
        raise QueryError("TABLE_ALREADY_EXISTS", f"View already exists: '{database}.{name}'")
    described = _view_input(name, database, statement.query, columns, context.database)
    glue = context.clients.client("glue")
    try:
        if known is None:
            glue.create_table(DatabaseName=database, TableInput=described)  # type: ignore[arg-type]
        else:
            glue.update_table(DatabaseName=database, TableInput=described)  # type: ignore[arg-type]
    except ClientError as error:
        raise glue_error(error) from error
    return TextResult()


def _view_input(
    name: str, database: str, query: str, columns: list[tuple[str, Type]], query_database: str
) -> dict[str, Any]:
    document = {
        "originalSql": query.strip(),
        "catalog": "awsdatacatalog",
        "schema": query_database,
        "columns": [{"name": column, "type": str(kind)} for column, kind in columns],
        "runAsInvoker": False,
        "properties": {},
    }
    encoded = base64.b64encode(json.dumps(document).encode()).decode()
    return {
        "Name": name,
        "TableType": "VIRTUAL_VIEW",
        "Parameters": {"presto_view": "true", "comment": "Presto View"},
        "PartitionKeys": [],
        "ViewOriginalText": f"/* Presto View: {encoded} */",
        "ViewExpandedText": "/* Presto View */",
        "StorageDescriptor": {
            "Columns": [{"Name": column, "Type": _stored_type(kind)} for column, kind in columns],
            "Location": "",
            "NumberOfBuckets": 0,
            "SerdeInfo": {},
        },
    }


def _stored_type(kind: Type) -> str:
    """Give the type that Glue shows for a column of a view; what Hive does not know is shown as a string."""
    try:
        return hive_text(kind)
    except QueryError:
        return "string"


def view_text(database: str, name: str, context: Context) -> str:
    """Give the query of a view; raises `QueryError` when there is none of that name."""
    source = context.catalog.table(database, name)
    if source is None or source.view_text is None:
        raise hive_error(f"SemanticException [Error 10001]: View not found {database}.{name}")
    return source.view_text
