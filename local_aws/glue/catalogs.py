"""The catalog of each region: what is answered in front of MiniStack's, with its own clients and versions."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from botocore import xform_name

from local_aws.clients import BEHIND_HEADER, Clients
from local_aws.glue.account_settings import AccountSettings
from local_aws.glue.default_database import DefaultDatabase
from local_aws.glue.errors import invalid_input
from local_aws.glue.missing import MissingOperations
from local_aws.glue.partition_indexes import PartitionIndexes
from local_aws.glue.partitions import Partitions
from local_aws.glue.search import Search
from local_aws.glue.table_versions import TableVersions
from local_aws.glue.tables import Tables
from local_aws.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.config import Settings

    Operation = Callable[[Mapping[str, Any]], Mapping[str, Any]]


# Answered by MiniStack; they pass through here for the names in them, which Glue folds.
_FORWARDED: Final = (
    "BatchGetPartition",
    "BatchUpdatePartition",
    "CreateDatabase",
    "CreateUserDefinedFunction",
    "DeleteColumnStatisticsForPartition",
    "DeleteColumnStatisticsForTable",
    "DeletePartition",
    "DeleteUserDefinedFunction",
    "GetColumnStatisticsForPartition",
    "GetColumnStatisticsForTable",
    "GetDatabase",
    "GetDatabases",
    "GetPartition",
    "GetUserDefinedFunction",
    "GetUserDefinedFunctions",
    "UpdateColumnStatisticsForPartition",
    "UpdateColumnStatisticsForTable",
    "UpdateDatabase",
    "UpdateUserDefinedFunction",
)


_BY_TABLE_INPUT: Final = frozenset({"CreateTable", "UpdateTable"})


class _Catalog:
    """The catalog of one region."""

    def __init__(self, settings: Settings, region: str) -> None:
        self.behind = Clients(settings.endpoint, region, headers={BEHIND_HEADER: "1"})
        versions = TableVersions(self.behind, settings.state_dir / "glue" / "versions" / region)
        missing = MissingOperations(self.behind)
        kept = Kept(settings.state_dir / "glue" / "kept" / region)
        self._indexes = PartitionIndexes(self.behind, kept)
        settings_of = AccountSettings(kept)
        partitions = Partitions(self.behind)
        tables = Tables(self.behind)
        self._default = DefaultDatabase(self.behind)
        self.operations: Mapping[str, Operation] = {
            "BatchCreatePartition": partitions.create_partitions,
            "CreatePartition": partitions.create_partition,
            "GetPartitions": partitions.get_partitions,
            "GetTable": tables.get_table,
            "GetTables": tables.get_tables,
            "SearchTables": Search(self.behind).search_tables,
            "UpdateTable": versions.update_table,
            "GetTableVersions": versions.list_versions,
            "GetTableVersion": versions.get_version,
            "DeleteTableVersion": versions.delete_version,
            "BatchDeleteTableVersion": versions.delete_versions,
            "BatchDeletePartition": missing.delete_partitions,
            "UpdatePartition": missing.update_partition,
            "UpdateClassifier": missing.update_classifier,
            "CreatePartitionIndex": self._indexes.create,
            "DeletePartitionIndex": self._indexes.delete,
            "GetPartitionIndexes": self._indexes.get,
            "GetDataCatalogEncryptionSettings": settings_of.get_encryption,
            "PutDataCatalogEncryptionSettings": settings_of.put_encryption,
            "GetResourcePolicy": settings_of.get_policy,
            "GetResourcePolicies": settings_of.get_policies,
            "PutResourcePolicy": settings_of.put_policy,
            "DeleteResourcePolicy": settings_of.delete_policy,
            "BatchDeleteTable": self._batch_delete_table,
            "CreateTable": self._create_table,
            "DeleteDatabase": self._delete_database,
            "DeleteTable": self._delete_table,
            **{operation: partial(self._forward, operation) for operation in _FORWARDED},
            "GetTags": self._get_tags,
            "TagResource": self._tag,
            "UntagResource": self._untag,
        }

    def handle(self, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer an operation of the catalog, in which the database `default` is from the beginning."""
        if operation in _BY_TABLE_INPUT and "TableInput" not in parameters:
            raise invalid_input(
                f"{operation} has no TableInput; the local Glue reads no other description of a table."
            )
        self._default.ensure()
        return self.operations[operation](parameters)

    def _forward(self, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = getattr(self.behind.client("glue"), xform_name(operation))(**parameters)
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}

    def _create_table(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        table = parameters["TableInput"]
        indexes = parameters.get("PartitionIndexes") or []
        checked = self._indexes.checked(table, indexes)
        self._forward(
            "CreateTable", {name: value for name, value in parameters.items() if name != "PartitionIndexes"}
        )
        self._indexes.begin(parameters["DatabaseName"], table["Name"], checked)
        return {}

    def _delete_table(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = self._forward("DeleteTable", parameters)
        self._indexes.forget(parameters["DatabaseName"], [parameters["Name"]])
        return answer

    def _batch_delete_table(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = self._forward("BatchDeleteTable", parameters)
        kept = {error["TableName"] for error in answer.get("Errors") or []}
        gone = [name for name in parameters["TablesToDelete"] if name not in kept]
        self._indexes.forget(parameters["DatabaseName"], gone)
        return answer

    def _delete_database(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        place = {"CatalogId": parameters["CatalogId"]} if parameters.get("CatalogId") else {}
        tables = self.behind.client("glue").get_tables(**place, DatabaseName=parameters["Name"])["TableList"]
        answer = self._forward("DeleteDatabase", parameters)
        self._indexes.forget(parameters["Name"], [table["Name"] for table in tables])
        return answer

    def _get_tags(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"Tags": self.behind.client("glue").get_tags(**parameters)["Tags"]}

    def _tag(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        self.behind.client("glue").tag_resource(**parameters)
        return {}

    def _untag(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        self.behind.client("glue").untag_resource(**parameters)
        return {}


class Catalogs:
    """The catalogs of all regions, each made when it is first asked for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._by_region: dict[str, _Catalog] = {}

    def handles(self, operation: str) -> bool:
        """Tell whether an operation is answered here."""
        return operation in self._of(self._settings.region).operations

    def handle(self, region: str, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer an operation; raises boto3's `ClientError` with MiniStack's refusals, and `ApiError`."""
        return self._of(region).handle(operation, parameters)

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for catalog in self._by_region.values():
                catalog.behind.close()

    def _of(self, region: str) -> _Catalog:
        with self._lock:
            if region not in self._by_region:
                self._by_region[region] = _Catalog(self._settings, region)
            return self._by_region[region]
