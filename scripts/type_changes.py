"""Columns whose type a plan changes while objects of the old type lie under their table.

Objects that are written stay as they are: after such a change, queries of them fail (HIVE_BAD_DATA, or
HIVE_PARTITION_SCHEMA_MISMATCH) or read other values. Terraform sees only a table that is updated in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_TABLE = "aws_glue_catalog_table"


@dataclass(frozen=True)
class TypeChange:
    """One column of a table, with its type before and after, and where the table's objects are."""

    table: str
    column: str
    before: str
    after: str
    location: str

    def __str__(self) -> str:
        """Return the change in one line."""
        return f"{self.table}.{self.column}: {self.before} becomes {self.after}, and {self.location} holds objects"


def of_plan(
    resource_changes: Iterable[Mapping[str, Any]], has_objects: Callable[[str, str], bool]
) -> list[TypeChange]:
    """Return the changes of types in a plan (`resource_changes` of its JSON) of tables that hold objects.

    `has_objects` answers whether a bucket has an object under a prefix.
    """
    found = [
        change for planned in resource_changes if planned["type"] == _TABLE for change in _of_table(planned)
    ]
    held = {location: has_objects(*_place(location)) for location in {change.location for change in found}}
    return [change for change in found if held[change.location]]


def _of_table(planned: Mapping[str, Any]) -> Iterator[TypeChange]:
    before, after = planned["change"]["before"], planned["change"]["after"]
    if before is None or after is None:
        return
    old, new = _types(before), _types(after)
    location = str(before["storage_descriptor"][0]["location"]) if before.get("storage_descriptor") else ""
    for column in old.keys() & new.keys():
        if old[column] != new[column] and location.startswith("s3://"):
            yield TypeChange(str(before["name"]), column, old[column], new[column], location)


def _types(table: Mapping[str, Any]) -> dict[str, str]:
    stored = table.get("storage_descriptor") or [{}]
    columns = [*(stored[0].get("columns") or []), *(table.get("partition_keys") or [])]
    return {str(column["name"]).lower(): str(column["type"]).lower() for column in columns}


def _place(location: str) -> tuple[str, str]:
    parts = urlsplit(location)
    return parts.netloc, parts.path.lstrip("/")
