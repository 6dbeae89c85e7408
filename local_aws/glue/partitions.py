"""Partitions: MiniStack answers GetPartitions with all at once, whatever is asked, and takes any as new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from local_aws.glue import pages
from local_aws.glue.errors import invalid_input
from local_aws.glue.partition_filter import PartitionFilter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local_aws.clients import Clients

_MOST_IN_A_PAGE: Final = 1000
_PLACE: Final = ("CatalogId", "DatabaseName", "TableName")


class Partitions:
    """Answers GetPartitions, CreatePartition and BatchCreatePartition; `behind` are clients of MiniStack."""

    def __init__(self, behind: Clients) -> None:
        self._behind = behind

    def get_partitions(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer GetPartitions: those that the expression keeps, of the segment that is asked for, in pages.

        All are in one page when no size is asked for. Raises `ApiError` for an expression that is none, and boto3's
        `ClientError` for a table that is not there.
        """
        glue: Any = self._behind.client("glue")
        place = {name: parameters[name] for name in _PLACE if parameters.get(name)}
        found: list[dict[str, Any]] = glue.get_partitions(**place)["Partitions"]
        expression, segment = parameters.get("Expression"), parameters.get("Segment")
        if expression or not found:
            keys = self._keys(place)
            wanted = PartitionFilter(expression, keys) if expression else None
            found = [one for one in found if wanted is None or wanted.keeps(one["Values"])]
        if segment:
            found = found[segment["SegmentNumber"] :: segment["TotalSegments"]]
        token = None
        if parameters.get("MaxResults") or parameters.get("NextToken"):
            found, token = _page(found, parameters)
        if parameters.get("ExcludeColumnSchema"):
            found = [_without_columns(one) for one in found]
        return {"Partitions": found, "NextToken": token}

    def create_partition(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer CreatePartition; raises `ApiError` InvalidInputException unless there is a value for each key."""
        self._check(parameters, [parameters["PartitionInput"]])
        self._behind.client("glue").create_partition(**parameters)
        return {}

    def create_partitions(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer BatchCreatePartition: what is there already is reported; raises as `create_partition` does."""
        self._check(parameters, parameters["PartitionInputList"])
        return {"Errors": self._behind.client("glue").batch_create_partition(**parameters).get("Errors", [])}

    def _check(self, place: Mapping[str, Any], partitions: Sequence[Mapping[str, Any]]) -> None:
        names = [name for name, _ in self._keys(place)]
        for one in partitions:
            values = one.get("Values", ())
            if len(values) != len(names):
                raise invalid_input(
                    f"The number of partition keys do not match the number of partition values: {list(values)} "
                    f"for the keys {names} of table {place['TableName']}"
                )

    def _keys(self, place: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Give name and type of a table's partition keys; boto3's `ClientError` for a table that is not there."""
        catalog = {"CatalogId": place["CatalogId"]} if place.get("CatalogId") else {}
        table = self._behind.client("glue").get_table(
            **catalog, DatabaseName=place["DatabaseName"], Name=place["TableName"]
        )["Table"]
        return [(key["Name"], key.get("Type", "string")) for key in table.get("PartitionKeys", ())]


def _page(
    found: list[dict[str, Any]], parameters: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], str | None]:
    """Give one page, in the order of the values: so a client may delete what it was given before it asks for more."""
    by_name = {"\x1f".join(one["Values"]): one for one in found}
    names, token = pages.page(sorted(by_name), parameters, _MOST_IN_A_PAGE, most=_MOST_IN_A_PAGE)
    return [by_name[name] for name in names], token


def _without_columns(partition: Mapping[str, Any]) -> dict[str, Any]:
    storage = {key: value for key, value in partition["StorageDescriptor"].items() if key != "Columns"}
    return {**partition, "StorageDescriptor": storage}
