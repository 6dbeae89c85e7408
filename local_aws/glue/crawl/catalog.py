"""The part of the Glue catalog that a crawl reads and writes, by the public API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_aws.glue.crawl.objects import parse_location
from local_aws.glue.errors import CrawlFailedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local_aws.clients import Clients

UPDATED_BY = "UPDATED_BY_CRAWLER"
DEPRECATED_BY = "DEPRECATED_BY_CRAWLER"
PARTITION_INDEX = "crawler_partition_index"

# AWS's limits of one call.
_MOST_CREATED = 100
_MOST_UPDATED = 100
_MOST_DELETED = 25
# What a table of GetTable has that UpdateTable takes.
_TABLE_INPUT = (
    "Name",
    "Description",
    "Owner",
    "LastAccessTime",
    "Retention",
    "StorageDescriptor",
    "PartitionKeys",
    "ViewOriginalText",
    "ViewExpandedText",
    "TableType",
    "Parameters",
    "TargetTable",
)
_PARTITION_INPUT = ("Values", "LastAccessTime", "StorageDescriptor", "Parameters", "LastAnalyzedTime")


class Catalog:
    """One database of the catalog."""

    def __init__(self, clients: Clients, database: str) -> None:
        self.database = database
        self._glue: Any = clients.client("glue")

    def tables(self) -> list[dict[str, Any]]:
        """Give all tables; raises `CrawlFailedError` when the database is not there."""
        try:
            self._glue.get_database(Name=self.database)
            pages = self._glue.get_paginator("get_tables").paginate(DatabaseName=self.database)
            return [table for page in pages for table in page["TableList"]]
        except ClientError as error:
            if _code(error) == "EntityNotFoundException":
                raise CrawlFailedError(f"Database {self.database} not found.") from error
            raise

    def table(self, name: str) -> dict[str, Any] | None:
        """Give one table, or None when it is not there."""
        try:
            found: dict[str, Any] = self._glue.get_table(DatabaseName=self.database, Name=name)["Table"]
        except ClientError as error:
            if _code(error) == "EntityNotFoundException":
                return None
            raise
        return found

    def create_table(self, table: Mapping[str, Any]) -> None:
        """Create a table."""
        self._glue.create_table(DatabaseName=self.database, TableInput=dict(table))

    def update_table(self, table: Mapping[str, Any]) -> None:
        """Replace a table; members that only answers have, and empty ones, are left out."""
        taken = {name: table[name] for name in _TABLE_INPUT if table.get(name) not in (None, "")}
        self._glue.update_table(DatabaseName=self.database, TableInput=taken)

    def delete_table(self, name: str) -> None:
        """Delete a table."""
        self._glue.delete_table(DatabaseName=self.database, Name=name)

    def partitions(self, table: str) -> dict[tuple[str, ...], dict[str, Any]]:
        """Give the partitions of a table by their values."""
        pages = self._glue.get_paginator("get_partitions").paginate(
            DatabaseName=self.database, TableName=table
        )
        return {tuple(item["Values"]): item for page in pages for item in page["Partitions"]}

    def create_partitions(self, table: str, partitions: Sequence[Mapping[str, Any]]) -> None:
        """Create partitions; one that somebody else has created meanwhile is fine."""
        for start in range(0, len(partitions), _MOST_CREATED):
            answer = self._glue.batch_create_partition(
                DatabaseName=self.database,
                TableName=table,
                PartitionInputList=list(partitions[start : start + _MOST_CREATED]),
            )
            _check(answer.get("Errors", ()), table, "AlreadyExistsException")

    def update_partitions(self, table: str, partitions: Sequence[Mapping[str, Any]]) -> None:
        """Replace partitions; members that only answers have are left out."""
        entries = [
            {
                "PartitionValueList": list(item["Values"]),
                "PartitionInput": {name: item[name] for name in _PARTITION_INPUT if name in item},
            }
            for item in partitions
        ]
        for start in range(0, len(entries), _MOST_UPDATED):
            answer = self._glue.batch_update_partition(
                DatabaseName=self.database, TableName=table, Entries=entries[start : start + _MOST_UPDATED]
            )
            _check(answer.get("Errors", ()), table, "EntityNotFoundException")

    def delete_partitions(self, table: str, partitions: Sequence[Mapping[str, Any]]) -> None:
        """Delete partitions; one that is gone already is fine."""
        values = [{"Values": list(item["Values"])} for item in partitions]
        for start in range(0, len(values), _MOST_DELETED):
            answer = self._glue.batch_delete_partition(
                DatabaseName=self.database,
                TableName=table,
                PartitionsToDelete=values[start : start + _MOST_DELETED],
            )
            _check(answer.get("Errors", ()), table, "EntityNotFoundException")

    def create_partition_index(self, table: str, keys: Sequence[str]) -> None:
        """Create the index over all partition columns, if the table has no index yet."""
        answer = self._glue.get_partition_indexes(DatabaseName=self.database, TableName=table)
        if not answer.get("PartitionIndexDescriptorList"):
            self._glue.create_partition_index(
                DatabaseName=self.database,
                TableName=table,
                PartitionIndex={"Keys": list(keys), "IndexName": PARTITION_INDEX},
            )


def location_of(item: Mapping[str, Any]) -> tuple[str, str] | None:
    """Give bucket and key of a table's or partition's location, the key without slashes at its end; or None."""
    parsed = parse_location((item.get("StorageDescriptor") or {}).get("Location") or "")
    return None if parsed is None else (parsed[0], parsed[1].rstrip("/"))


def _check(errors: Sequence[Mapping[str, Any]], table: str, harmless: str) -> None:
    for error in errors:
        detail = error.get("ErrorDetail") or {}
        if detail.get("ErrorCode") != harmless:
            values = error.get("PartitionValues") or error.get("PartitionValueList")
            raise CrawlFailedError(
                f"Partition {values} of table {table}: {detail.get('ErrorCode')}: {detail.get('ErrorMessage')}"
            )


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])
