"""Databases and tables through Athena's API: the Glue catalog as the clients ask for it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_aws.athena.executions import ENGINE_VERSION
from local_aws.gateway.service import ApiError
from local_aws.patterns import matching

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from local_aws.clients import Clients

GLUE_CATALOG = "AwsDataCatalog"
_MAX_ITEMS = 50


class MetadataApi:
    """ListDatabases, GetDatabase, ListTableMetadata, GetTableMetadata, answered from Glue; and ListEngineVersions."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self.operations: Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {
            "ListDatabases": self._list_databases,
            "GetDatabase": self._get_database,
            "ListTableMetadata": self._list_tables,
            "GetTableMetadata": self._get_table,
            "ListEngineVersions": _list_engine_versions,
        }

    def _list_databases(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        _check_catalog(parameters)
        pages = self._clients.client("glue").get_paginator("get_databases").paginate()
        items = sorted(
            (item for page in pages for item in page["DatabaseList"]), key=lambda item: item["Name"]
        )
        return _page([_database(item) for item in items], parameters, "DatabaseList")

    def _get_database(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        _check_catalog(parameters)
        name = str(parameters["DatabaseName"])
        try:
            return {"Database": _database(self._clients.client("glue").get_database(Name=name)["Database"])}
        except ClientError as error:
            raise _metadata_error(error, name) from error

    def _list_tables(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        _check_catalog(parameters)
        name = str(parameters["DatabaseName"])
        expression = str(parameters.get("Expression") or "")
        try:
            pages = self._clients.client("glue").get_paginator("get_tables").paginate(DatabaseName=name)
            items = sorted(
                (item for page in pages for item in page["TableList"]), key=lambda item: item["Name"]
            )
        except ClientError as error:
            raise _metadata_error(error, name) from error
        wanted = set(_wanted([item["Name"] for item in items], expression))
        tables = [_table(item) for item in items if item["Name"] in wanted]
        return _page(tables, parameters, "TableMetadataList")

    def _get_table(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        _check_catalog(parameters)
        name = str(parameters["DatabaseName"])
        try:
            answer = self._clients.client("glue").get_table(
                DatabaseName=name, Name=str(parameters["TableName"])
            )
        except ClientError as error:
            raise _metadata_error(error, name) from error
        return {"TableMetadata": _table(answer["Table"])}


def _list_engine_versions(_: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "EngineVersions": [
            ENGINE_VERSION,
            {
                "SelectedEngineVersion": "Athena engine version 3",
                "EffectiveEngineVersion": "Athena engine version 3",
            },
        ]
    }


def _check_catalog(parameters: Mapping[str, Any]) -> None:
    name = str(parameters["CatalogName"])
    if name.lower() != GLUE_CATALOG.lower():
        raise ApiError(
            "MetadataException",
            f"Data catalog {name} was not found; the local Athena has {GLUE_CATALOG} only",
        )


def _metadata_error(error: ClientError, database: str) -> ApiError:
    """Wrap an error of Glue as Athena does; clients look into the brackets for Glue's own code.

    AWS rule: of a table that is missing Athena says no more than `Entity Not Found`, of a database its name.
    """
    code = error.response["Error"]["Code"]
    message = error.response["Error"].get("Message", "")
    if code == "EntityNotFoundException":
        missing_table = error.operation_name == "GetTable"
        message = "Entity Not Found" if missing_table else f"Database {database} not found."
    about = error.response["ResponseMetadata"]
    envelope = (
        f"Service: AmazonDataCatalog; Status Code: {about['HTTPStatusCode']}; Error Code: {code};"
        f" Request ID: {about.get('RequestId') or uuid.uuid4()}; Proxy: null"
    )
    return ApiError("MetadataException", f"{message} ({envelope})")


def _wanted(names: Sequence[str], expression: str) -> Sequence[str]:
    """Return the names that fit a filter: a regular expression in which `*` alone stands for anything."""
    if not expression:
        return names
    pattern = expression.strip("'")
    if "*" in pattern and ".*" not in pattern:
        pattern = pattern.replace("*", ".*")
    try:
        return matching(pattern, names)
    except ValueError as error:
        raise ApiError(
            "InvalidRequestException", f"Expression {expression!r} is not a pattern: {error}"
        ) from None


def _page(
    items: Sequence[Mapping[str, Any]], parameters: Mapping[str, Any], member: str
) -> Mapping[str, Any]:
    limit = int(parameters.get("MaxResults") or _MAX_ITEMS)
    try:
        start = int(parameters.get("NextToken") or 0)
    except ValueError:
        raise ApiError("InvalidRequestException", "Invalid NextToken") from None
    answer: dict[str, Any] = {member: list(items[start : start + limit])}
    if start + limit < len(items):
        answer["NextToken"] = str(start + limit)
    return answer


def _database(item: Mapping[str, Any]) -> Mapping[str, Any]:
    answer = {"Name": item["Name"], "Parameters": item.get("Parameters") or {}}
    if item.get("Description"):
        answer["Description"] = item["Description"]
    return answer


def _column(item: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: item[key] for key in ("Name", "Type", "Comment") if item.get(key) is not None}


def _table(item: Mapping[str, Any]) -> Mapping[str, Any]:
    storage = item.get("StorageDescriptor") or {}
    serde = storage.get("SerdeInfo") or {}
    parameters = dict(item.get("Parameters") or {})
    # Athena shows where and how a table is stored as parameters beside the table's own.
    for key, value in (
        ("inputformat", storage.get("InputFormat")),
        ("outputformat", storage.get("OutputFormat")),
        ("location", storage.get("Location")),
        ("serde.serialization.lib", serde.get("SerializationLibrary")),
    ):
        if value:
            parameters[key] = str(value)
    for key, value in (serde.get("Parameters") or {}).items():
        parameters[f"serde.param.{key}"] = value
    answer: dict[str, Any] = {
        "Name": item["Name"],
        "TableType": item.get("TableType") or "",
        "Columns": [_column(column) for column in storage.get("Columns") or []],
        "PartitionKeys": [_column(column) for column in item.get("PartitionKeys") or []],
        "Parameters": parameters,
    }
    if item.get("CreateTime") is not None:
        answer["CreateTime"] = item["CreateTime"]
    if item.get("LastAccessTime") is not None:
        answer["LastAccessTime"] = item["LastAccessTime"]
    return answer
