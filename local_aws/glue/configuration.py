"""A crawler's `Configuration`: a JSON document in a string, parsed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from local_aws.glue.errors import invalid_input

INHERIT_FROM_TABLE = "InheritFromTable"
MERGE_NEW_COLUMNS = "MergeNewColumns"
COMBINE = "CombineCompatibleSchemas"

_MEMBERS = {
    "": {"Version", "CrawlerOutput", "Grouping", "CreatePartitionIndex"},
    "CrawlerOutput": {"Tables", "Partitions"},
    "CrawlerOutput.Tables": {"AddOrUpdateBehavior", "TableThreshold"},
    "CrawlerOutput.Partitions": {"AddOrUpdateBehavior"},
    "Grouping": {"TableGroupingPolicy", "TableLevelConfiguration"},
}


@dataclass(frozen=True)
class OutputOptions:
    """What `Configuration` changes.

    `table_level` is the absolute level of tables (the bucket is 1), `table_threshold` the most tables that a crawl
    may find.
    """

    inherit_from_table: bool = False
    merge_new_columns: bool = False
    combine_compatible: bool = False
    table_level: int | None = None
    table_threshold: int | None = None
    create_partition_index: bool = False


def parse(text: str | None) -> OutputOptions:
    """Parse a `Configuration`; raises `ApiError` InvalidInputException naming the member that is wrong."""
    if not text:
        return OutputOptions()
    try:
        document: Any = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise invalid_input(f"Configuration is {text!r}, which is not JSON: {error}") from error
    root = _object(document, "")
    if root.get("Version") not in (1, 1.0):
        raise invalid_input(f"Configuration has Version {root.get('Version')!r}; allowed is 1.0")
    output = _object(root.get("CrawlerOutput", {}), "CrawlerOutput")
    tables = _object(output.get("Tables", {}), "CrawlerOutput.Tables")
    partitions = _object(output.get("Partitions", {}), "CrawlerOutput.Partitions")
    grouping = _object(root.get("Grouping", {}), "Grouping")
    return OutputOptions(
        inherit_from_table=_one(
            partitions, "CrawlerOutput.Partitions", "AddOrUpdateBehavior", INHERIT_FROM_TABLE
        ),
        merge_new_columns=_one(tables, "CrawlerOutput.Tables", "AddOrUpdateBehavior", MERGE_NEW_COLUMNS),
        combine_compatible=_one(grouping, "Grouping", "TableGroupingPolicy", COMBINE),
        table_level=_number(grouping, "Grouping", "TableLevelConfiguration"),
        table_threshold=_number(tables, "CrawlerOutput.Tables", "TableThreshold"),
        create_partition_index=_switch(root, "CreatePartitionIndex"),
    )


def _object(value: Any, path: str) -> dict[str, Any]:
    shown = path or "Configuration"
    if not isinstance(value, dict):
        raise invalid_input(f"{shown} is {value!r}; it must be a JSON object")
    unknown = sorted(set(value) - _MEMBERS[path])
    if unknown:
        raise invalid_input(
            f"{shown} has the member {', '.join(unknown)}; allowed are {', '.join(sorted(_MEMBERS[path]))}"
        )
    return value


def _one(values: dict[str, Any], path: str, name: str, allowed: str) -> bool:
    if name not in values:
        return False
    if values[name] != allowed:
        raise invalid_input(f"{path}.{name} is {values[name]!r}; allowed is {allowed}")
    return True


def _number(values: dict[str, Any], path: str, name: str) -> int | None:
    value = values.get(name)
    if value is None:
        return None
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise invalid_input(f"{path}.{name} is {value!r}; allowed is a whole number from 1")
    return value


def _switch(values: dict[str, Any], name: str) -> bool:
    value = values.get(name, False)
    if not isinstance(value, bool):
        raise invalid_input(f"{name} is {value!r}; allowed are true and false")
    return value
