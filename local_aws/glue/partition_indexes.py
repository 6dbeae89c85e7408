"""Partition indexes of tables. MiniStack keeps whatever it is given and cannot delete an index.

AWS rule (measured: floci-io/floci#3551): the keys of an index are partition keys of its table, a table has three
indexes at most, and each name is used once. Here an index is ACTIVE at once; AWS builds it first (CREATING).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from local_aws.gateway.service import ApiError
from local_aws.glue.errors import invalid_input

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from local_aws.clients import Clients
    from local_aws.kept import Kept

_MOST: Final = 3


class PartitionIndexes:
    """Answers the three operations on indexes; `behind` are clients of MiniStack, which has the tables."""

    def __init__(self, behind: Clients, kept: Kept) -> None:
        self._behind = behind
        self._kept = kept

    def create(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer CreatePartitionIndex. Raises `ApiError` for keys the table lacks, a used name, a fourth index."""
        table = self._table(parameters)
        with self._kept.lock:
            present = self._present(parameters)
            self._kept.put(
                _key(parameters), [*present, described(parameters["PartitionIndex"], table, present)]
            )
        return {}

    def checked(self, table: Mapping[str, Any], wanted: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return the indexes that a table is created with. Raises `ApiError` for those it cannot have."""
        found: list[dict[str, Any]] = []
        for index in wanted:
            found.append(described(index, table, found))
        return found

    def begin(self, database: str, table: str, indexes: Sequence[Mapping[str, Any]]) -> None:
        """Keep the indexes of a new table, and none that one of the same name had."""
        place = {"DatabaseName": database, "TableName": table}
        if indexes or self._present(place):
            self._kept.put(_key(place), list(indexes))

    def delete(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer DeletePartitionIndex. Raises `ApiError` EntityNotFoundException for an unknown index."""
        self._table(parameters)
        name = parameters["IndexName"]
        with self._kept.lock:
            present = self._present(parameters)
            left = [index for index in present if index["IndexName"] != name]
            if len(left) == len(present):
                raise ApiError(
                    "EntityNotFoundException", f"Index with the given indexName : {name} does not exist"
                )
            self._kept.put(_key(parameters), left)
        return {}

    def get(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer GetPartitionIndexes, on one page: there are never more than three."""
        self._table(parameters)
        return {"PartitionIndexDescriptorList": self._present(parameters)}

    def forget(self, database: str, tables: Iterable[str]) -> None:
        """Drop the indexes of tables that were deleted."""
        for table in tables:
            self._kept.delete(_key({"DatabaseName": database, "TableName": table}))

    def _present(self, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        return list(self._kept.get(_key(parameters)) or [])

    def _table(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._behind.client("glue").get_table(
            DatabaseName=parameters["DatabaseName"], Name=parameters["TableName"]
        )["Table"]
        return found


def described(
    index: Mapping[str, Any], table: Mapping[str, Any], present: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return an index as it is answered. Raises `ApiError` when the table cannot have it beside those present."""
    types = {key["Name"]: key.get("Type") for key in table.get("PartitionKeys") or []}
    unknown = [key for key in index["Keys"] if key not in types]
    if unknown:
        raise invalid_input(
            f"Keys {unknown} of the index {index['IndexName']} are not partition keys of the table: {list(types)}"
        )
    if any(one["IndexName"] == index["IndexName"] for one in present):
        raise ApiError(
            "AlreadyExistsException", f"Index with the given indexName : {index['IndexName']} already exists"
        )
    if len(present) >= _MOST:
        raise ApiError(
            "ResourceNumberLimitExceededException",
            f"The table has {_MOST} partition indexes; more are not allowed",
        )
    keys = [{"Name": key, **({"Type": types[key]} if types[key] else {})} for key in index["Keys"]]
    return {"IndexName": index["IndexName"], "Keys": keys, "IndexStatus": "ACTIVE"}


def _key(parameters: Mapping[str, Any]) -> str:
    return f"indexes/{parameters['DatabaseName']}/{parameters['TableName']}"
