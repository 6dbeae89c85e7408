"""The Glue catalog as a query sees it: databases, tables with types, views with their text."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_aws.athena.errors import SYSTEM_ERROR, QueryError
from local_aws.athena.sql import types
from local_aws.athena.sql.session import CATALOG_NAMES, Column, TableSource
from local_aws.athena.sql.type_text import glue_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local_aws.clients import Clients

# The database that Athena and Glue always have, in which names without one are looked up.
DEFAULT_DATABASE = "default"
# Columns that every table of files has besides its own; `$rows` is ours and costs nothing to read.
ROW_COLUMN = "$rows"
PATH_COLUMN = "$path"
SIZE_COLUMN = "$file_size"
HIDDEN_COLUMNS = (Column(PATH_COLUMN, types.VARCHAR), Column(SIZE_COLUMN, types.BIGINT))

_VIEW = re.compile(r"/\*\s*Presto View:\s*([A-Za-z0-9+/=]+)\s*\*/")


@dataclass(frozen=True)
class TableDefinition:
    """A table of files in Glue, parsed once.

    `parameters` are the table's own, `serde_parameters` those of its SerDe; both with the names Glue gives them.
    """

    database: str
    name: str
    columns: tuple[Column, ...]
    partition_columns: tuple[Column, ...]
    location: str
    input_format: str
    serde: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    serde_parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """The name as messages give it."""
        return f"{self.database}.{self.name}"


class GlueCatalog:
    """Looks up databases and tables; every answer is kept for as long as this object lives: one query."""

    def __init__(self, clients: Clients) -> None:
        self._glue = clients.client("glue")
        self._tables: dict[tuple[str, str], TableSource | None] = {}

    def table(self, database: str, name: str) -> TableSource | None:
        """Give a table or view, or None when there is none of that name."""
        key = (database, name)
        if key not in self._tables:
            answer = self._get_table(database, name)
            self._tables[key] = None if answer is None else table_source(database, answer)
        return self._tables[key]

    def has_database(self, database: str) -> bool:
        """Tell whether there is a database of that name."""
        try:
            self._glue.get_database(Name=database)
        except ClientError as error:
            if _code(error) == "EntityNotFoundException":
                return False
            raise _catalog_failed(error) from error
        return True

    def raw_table(self, database: str, name: str) -> Mapping[str, Any] | None:
        """Give Glue's own answer for a table, or None when there is none of that name."""
        return self._get_table(database, name)

    def databases(self) -> list[Mapping[str, Any]]:
        """Give Glue's own answers for all databases, sorted by name."""
        pages = self._glue.get_paginator("get_databases").paginate()
        return sorted(
            (item for page in pages for item in page["DatabaseList"]), key=lambda item: item["Name"]
        )

    def tables(self, database: str) -> list[Mapping[str, Any]]:
        """Give Glue's own answers for all tables of a database, sorted by name; none when there is no such database."""
        try:
            pages = self._glue.get_paginator("get_tables").paginate(DatabaseName=database)
            return sorted(
                (item for page in pages for item in page["TableList"]), key=lambda item: item["Name"]
            )
        except ClientError as error:
            if _code(error) == "EntityNotFoundException":
                return []
            raise _catalog_failed(error) from error

    def partitions(self, database: str, name: str) -> Iterator[Mapping[str, Any]]:
        """Give Glue's own answers for the registered partitions of a table."""
        pages = self._glue.get_paginator("get_partitions").paginate(DatabaseName=database, TableName=name)
        for page in pages:
            yield from page["Partitions"]

    def _get_table(self, database: str, name: str) -> Mapping[str, Any] | None:
        try:
            return self._glue.get_table(DatabaseName=database, Name=name)["Table"]
        except ClientError as error:
            if _code(error) == "EntityNotFoundException":
                return None
            raise _catalog_failed(error) from error


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


def _catalog_failed(error: ClientError) -> QueryError:
    message = error.response["Error"].get("Message", "")
    return QueryError("GENERIC_INTERNAL_ERROR", f"Glue: {_code(error)}: {message}", category=SYSTEM_ERROR)


def table_source(database: str, answer: Mapping[str, Any]) -> TableSource:
    """Turn Glue's answer for a table into what the compiler needs; raises `QueryError` for types that are none."""
    if is_view(answer):
        return _view_source(database, answer)
    definition = table_definition(database, answer)
    return TableSource(
        catalog=CATALOG_NAMES[0],
        database=database,
        name=definition.name,
        columns=definition.columns,
        partition_columns=definition.partition_columns,
        hidden_columns=HIDDEN_COLUMNS,
        scan=definition,
    )


def is_view(answer: Mapping[str, Any]) -> bool:
    """Tell whether Glue's answer for a table is a view."""
    return answer.get("TableType") == "VIRTUAL_VIEW"


def table_definition(database: str, answer: Mapping[str, Any]) -> TableDefinition:
    """Turn Glue's answer for a table of files into its definition."""
    name = str(answer["Name"])
    storage: Mapping[str, Any] = answer.get("StorageDescriptor") or {}
    serde: Mapping[str, Any] = storage.get("SerdeInfo") or {}
    if not storage.get("Columns"):
        raise QueryError(
            "HIVE_INVALID_METADATA", f"Table '{database}.{name}' has no columns in its storage descriptor"
        )
    if (answer.get("Parameters") or {}).get("table_type", "").upper() == "ICEBERG":
        raise QueryError(
            "NOT_SUPPORTED", f"Iceberg table {database}.{name} is not supported by the local Athena"
        )
    return TableDefinition(
        database=database,
        name=name,
        columns=_columns(storage["Columns"], f"{database}.{name}"),
        partition_columns=_columns(answer.get("PartitionKeys") or [], f"{database}.{name}"),
        location=str(storage.get("Location") or ""),
        input_format=str(storage.get("InputFormat") or ""),
        serde=str(serde.get("SerializationLibrary") or ""),
        parameters=dict(answer.get("Parameters") or {}),
        serde_parameters=dict(serde.get("Parameters") or {}),
    )


def _columns(items: list[Mapping[str, Any]], table: str) -> tuple[Column, ...]:
    columns = []
    for item in items:
        name = str(item["Name"]).lower()
        try:
            columns.append(Column(name, glue_type(str(item.get("Type") or "string"))))
        except ValueError as error:
            raise QueryError(
                "HIVE_INVALID_METADATA",
                f"Glue table '{table}' column '{name}' has invalid data type: {error}",
            ) from None
    return tuple(columns)


def _view_source(database: str, answer: Mapping[str, Any]) -> TableSource:
    name = str(answer["Name"])
    match = _VIEW.search(str(answer.get("ViewOriginalText") or ""))
    if match is None:
        raise QueryError(
            "HIVE_INVALID_VIEW_DATA", f"View '{database}.{name}' has no Presto view text in the catalog"
        )
    try:
        view = json.loads(base64.b64decode(match.group(1)))
        columns = tuple(Column(str(c["name"]).lower(), glue_type(str(c["type"]))) for c in view["columns"])
        text = str(view["originalSql"])
    except (ValueError, KeyError, TypeError) as error:
        raise QueryError(
            "HIVE_INVALID_VIEW_DATA", f"View '{database}.{name}' cannot be read: {error!r}"
        ) from error
    return TableSource(
        catalog=CATALOG_NAMES[0],
        database=database,
        name=name,
        columns=columns,
        view_text=text,
        view_database=str(view.get("schema") or database),
    )
