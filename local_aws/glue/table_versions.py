"""Earlier versions of tables: MiniStack counts them and keeps none.

AWS rule: UpdateTable keeps what the table was, unless it is told to skip that.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from local_aws.durable import write_json
from local_aws.gateway.service import ApiError
from local_aws.glue import pages
from local_aws.glue.tables import as_given

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local_aws.clients import Clients

# AWS keeps up to a hundred thousand of each table.
_MOST_VERSIONS = 1000
_PAGE = 100
_INSTANTS = ("CreateTime", "UpdateTime", "LastAccessTime", "LastAnalyzedTime")


class TableVersions:
    """Answers what is about versions of tables; `behind` are clients of MiniStack, `folder` keeps the versions.

    A table that was deleted and made again has none of the versions it had before.
    """

    def __init__(self, behind: Clients, folder: Path) -> None:
        self._behind = behind
        self._folder = folder
        self._lock = threading.Lock()

    def update_table(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer UpdateTable, and keep what the table was."""
        database, name = (
            parameters["DatabaseName"],
            parameters.get("Name") or parameters["TableInput"]["Name"],
        )
        with self._lock:
            before = None if parameters.get("SkipArchive") else self._current(database, name)
            self._glue.update_table(**parameters)
            if before is not None:
                earlier = self._earlier(before)
                self._write(database, name, [*earlier, _stored(before)][-_MOST_VERSIONS:])
        return {}

    def list_versions(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer GetTableVersions: the latest first."""
        by_id = {table["VersionId"]: table for table in self._all(parameters)}
        found, token = pages.page(list(by_id), parameters, _PAGE, in_order=False)
        return {
            "TableVersions": [{"Table": by_id[one], "VersionId": one} for one in found],
            "NextToken": token,
        }

    def get_version(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer GetTableVersion: the latest, unless another is named."""
        wanted = parameters.get("VersionId")
        for table in self._all(parameters):
            if wanted in (None, table["VersionId"]):
                return {"TableVersion": {"Table": table, "VersionId": table["VersionId"]}}
        raise _no_version(parameters, str(wanted))

    def delete_version(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer DeleteTableVersion; raises `ApiError` for one that is not there and for the present one."""
        with self._lock:
            current = self._current(parameters["DatabaseName"], parameters["TableName"])
            earlier = self._earlier(current)
            wanted = parameters["VersionId"]
            if wanted == current["VersionId"]:
                raise ApiError(
                    "InvalidInputException",
                    f"Version {wanted} of table {parameters['TableName']} is the current one; only earlier ones can "
                    "be deleted.",
                )
            left = [table for table in earlier if table["VersionId"] != wanted]
            if len(left) == len(earlier):
                raise _no_version(parameters, wanted)
            self._write(parameters["DatabaseName"], parameters["TableName"], left)
        return {}

    def delete_versions(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer BatchDeleteTableVersion: what cannot be deleted is reported, the rest is."""
        failed = []
        for version in parameters["VersionIds"]:
            try:
                self.delete_version({**parameters, "VersionId": version})
            except ApiError as error:
                detail = {"ErrorCode": error.code, "ErrorMessage": error.message}
                failed.append(
                    {"TableName": parameters["TableName"], "VersionId": version, "ErrorDetail": detail}
                )
        return {"Errors": failed}

    @property
    def _glue(self) -> Any:
        return self._behind.client("glue")

    def _all(self, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Give all versions of a table, the latest first."""
        with self._lock:
            current = self._current(parameters["DatabaseName"], parameters["TableName"])
            return [current, *reversed(self._earlier(current))]

    def _current(self, database: str, name: str) -> dict[str, Any]:
        return as_given(self._glue.get_table(DatabaseName=database, Name=name)["Table"])

    def _earlier(self, current: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Give the versions that are kept of this very table, the oldest first."""
        path = self._path(current["DatabaseName"], current["Name"])
        if not path.exists():
            return []
        kept: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        made = _stored(current)["CreateTime"]
        latest = int(current["VersionId"])
        return [table for table in kept if table["CreateTime"] == made and int(table["VersionId"]) < latest]

    def _write(self, database: str, name: str, versions: list[dict[str, Any]]) -> None:
        write_json(self._path(database, name), versions)

    def _path(self, database: str, name: str) -> Path:
        return self._folder / f"{quote(database.lower(), safe='')}.{quote(name.lower(), safe='')}.json"


def _stored(table: Mapping[str, Any]) -> dict[str, Any]:
    """Give a table with its instants as epoch seconds, as a file keeps it and an answer may have it."""
    return {
        key: value.timestamp() if key in _INSTANTS and hasattr(value, "timestamp") else value
        for key, value in table.items()
    }


def _no_version(parameters: Mapping[str, Any], version: str) -> ApiError:
    return ApiError(
        "EntityNotFoundException",
        f"Table {parameters['TableName']} in database {parameters['DatabaseName']} has no version {version}.",
    )
