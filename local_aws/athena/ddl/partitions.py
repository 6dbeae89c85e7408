"""Registered partitions: ALTER TABLE ADD, DROP and RENAME PARTITION, SET LOCATION, MSCK REPAIR TABLE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from botocore.exceptions import ClientError

from local_aws.athena.ddl.context import TextResult, ddl_task_error, glue_error, hive_error
from local_aws.athena.ddl.databases import update_location
from local_aws.athena.partitions import HIVE_NULL, hive_path
from local_aws.athena.storage import list_folder, parse_location

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from local_aws.athena.ddl.context import Context
    from local_aws.athena.ddl.statements import (
        AddPartitions,
        DropPartitions,
        PartitionSpec,
        RenamePartition,
        Repair,
        SetLocation,
    )

_CREATED_AT_ONCE = 100


def _keys(answer: Mapping[str, Any]) -> list[str]:
    return [column["Name"].lower() for column in answer.get("PartitionKeys") or []]


def _values(specification: PartitionSpec, keys: Sequence[str], name: str) -> list[str]:
    given = dict(specification)
    if set(given) != set(keys) or len(given) != len(specification):
        written = ", ".join(f"{column}={value}" for column, value in specification)
        raise hive_error(
            f"SemanticException partition spec {{{written}}} doesn't contain all ({len(keys)})"
            f" partition columns of {name}"
        )
    return [given[key] for key in keys]


def _partition_input(
    answer: Mapping[str, Any], values: Sequence[str], location: str | None
) -> dict[str, Any]:
    storage = {key: value for key, value in answer["StorageDescriptor"].items() if value is not None}
    base = str(storage["Location"])
    base = base if base.endswith("/") else base + "/"
    storage["Location"] = location or base + hive_path(_keys(answer), values).rstrip("/") + "/"
    return {"Values": list(values), "StorageDescriptor": storage, "Parameters": {}}


def add_partitions(statement: AddPartitions, context: Context) -> TextResult:
    """Register partitions; one that is there already is an error unless IF NOT EXISTS is said."""
    answer = context.table(statement.name)
    database, name = context.full_name(statement.name)
    keys = _keys(answer)
    inputs = [
        _partition_input(answer, _values(spec, keys, name), location)
        for spec, location in statement.partitions
    ]
    known = {tuple(item["Values"]) for item in context.catalog.partitions(database, name)}
    fresh = []
    for item in inputs:
        if tuple(item["Values"]) not in known:
            fresh.append(item)
        elif not statement.if_not_exists:
            raise ddl_task_error(
                f"AlreadyExistsException(message:Partition already exists: {item['Values']})"
            )
    register(context, database, name, fresh)
    return TextResult()


def register(context: Context, database: str, name: str, inputs: Sequence[Mapping[str, Any]]) -> None:
    """Register partitions in Glue, as many at a time as it takes."""
    glue = context.clients.client("glue")
    for start in range(0, len(inputs), _CREATED_AT_ONCE):
        answer = glue.batch_create_partition(
            DatabaseName=database,
            TableName=name,
            PartitionInputList=inputs[start : start + _CREATED_AT_ONCE],  # type: ignore[arg-type]
        )
        for failed in answer.get("Errors") or []:
            detail = failed.get("ErrorDetail") or {}
            if detail.get("ErrorCode") != "AlreadyExistsException":
                raise hive_error(
                    f"SemanticException: {detail.get('ErrorCode')}: {detail.get('ErrorMessage')}"
                )


def partition_input(answer: Mapping[str, Any], values: Sequence[str], location: str | None) -> dict[str, Any]:
    """Give a partition of a table as Glue takes it; its location is the layout's own when it is None."""
    return _partition_input(answer, values, location)


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def drop_partitions(statement: DropPartitions, context: Context) -> TextResult:
    """Drop the partitions that a specification matches; its objects stay."""
    answer = context.table(statement.name)
    database, name = context.full_name(statement.name)
    keys = _keys(answer)
    numeric = {
        column["Name"].lower(): str(column.get("Type", "")).lower()
        in ("int", "bigint", "smallint", "tinyint")
        for column in answer.get("PartitionKeys") or []
    }
    known = [list(item["Values"]) for item in context.catalog.partitions(database, name)]
    dropped: list[list[str]] = []
    for specification in statement.specifications:
        for column, _, _ in specification:
            if column not in keys:
                raise hive_error(
                    f"SemanticException [Error 10096]: {column} is no partition column of {name}"
                )
        matching = [
            values
            for values in known
            if all(_matches(values[keys.index(c)], op, v, numeric[c]) for c, op, v in specification)
        ]
        if not matching and not statement.if_exists:
            written = ", ".join(f"{c}{op}{v}" for c, op, v in specification)
            raise hive_error(f"SemanticException [Error 10006]: Partition not found ({written})")
        dropped += [values for values in matching if values not in dropped]
    glue = context.clients.client("glue")
    for values in dropped:
        glue.delete_partition(DatabaseName=database, TableName=name, PartitionValues=values)
    return TextResult()


def _matches(value: str, operator: str, wanted: str, numeric: bool) -> bool:
    if numeric and value.lstrip("-").isdigit() and wanted.lstrip("-").isdigit():
        return _COMPARE[operator](int(value), int(wanted))
    return _COMPARE[operator](value, wanted)


def rename_partition(statement: RenamePartition, context: Context) -> TextResult:
    """Give a partition other values; where its objects are does not change."""
    answer = context.table(statement.name)
    database, name = context.full_name(statement.name)
    keys = _keys(answer)
    old, new = _values(statement.old, keys, name), _values(statement.new, keys, name)
    found = _partition(context, database, name, old)
    changed = {
        "Values": new,
        "StorageDescriptor": found["StorageDescriptor"],
        "Parameters": found.get("Parameters", {}),
    }
    _replace(context, database, name, old, changed)
    return TextResult()


def set_location(statement: SetLocation, context: Context) -> TextResult:
    """Point a table or one of its partitions at other objects."""
    if statement.partition is None:
        return update_location(statement.name, statement.location, context)
    answer = context.table(statement.name)
    database, name = context.full_name(statement.name)
    values = _values(statement.partition, _keys(answer), name)
    found = _partition(context, database, name, values)
    storage = {**found["StorageDescriptor"], "Location": statement.location}
    changed = {"Values": values, "StorageDescriptor": storage, "Parameters": found.get("Parameters", {})}
    _replace(context, database, name, values, changed)
    return TextResult()


def _partition(context: Context, database: str, name: str, values: list[str]) -> Mapping[str, Any]:
    try:
        return context.clients.client("glue").get_partition(
            DatabaseName=database, TableName=name, PartitionValues=values
        )["Partition"]
    except ClientError as error:
        raise hive_error(f"SemanticException [Error 10006]: Partition not found {values}") from error


def _replace(
    context: Context, database: str, name: str, values: list[str], changed: Mapping[str, Any]
) -> None:
    """Put a partition in the place of another one.

    Made and removed instead of updated: not every catalog behind the endpoint has UpdatePartition.
    """
    glue = context.clients.client("glue")
    try:
        if changed["Values"] == values:
            glue.delete_partition(DatabaseName=database, TableName=name, PartitionValues=values)
        glue.create_partition(DatabaseName=database, TableName=name, PartitionInput=changed)  # type: ignore[arg-type]
        if changed["Values"] != values:
            glue.delete_partition(DatabaseName=database, TableName=name, PartitionValues=values)
    except ClientError as error:
        raise glue_error(error) from error


def repair(statement: Repair, context: Context) -> TextResult:
    """Register the partitions that are there as folders in Hive's layout.

    AWS rule: MSCK REPAIR TABLE only adds, and only sees folders whose keys are in lower case, reference 10.4.
    """
    answer = context.catalog.raw_table(*context.full_name(statement.name))
    database, name = context.full_name(statement.name)
    if answer is None:
        return TextResult(lines=(f"Tables not in metastore:\t{name}",))
    if answer.get("TableType") is None:
        raise ddl_task_error("null (the table has no TableType)")
    keys = _keys(answer)
    location = parse_location(str(answer["StorageDescriptor"]["Location"])).folder
    objects = list_folder(context.clients, location)
    if not objects:
        return TextResult(lines=(f"Tables missing on filesystem:\t{name}",))
    if not keys:
        return TextResult()
    known = {tuple(item["Values"]) for item in context.catalog.partitions(database, name)}
    found: dict[tuple[str, ...], str] = {}
    for item in objects:
        folders = item.key[len(location.key) :].split("/")[: len(keys)]
        values = _folder_values(folders, keys)
        if values is not None and values not in known:
            folder = f"{location.uri}{'/'.join(folders)}/"
            found.setdefault(values, folder)
    register(
        context,
        database,
        name,
        [_partition_input(answer, values, folder) for values, folder in found.items()],
    )
    shown = [f"{name}:" + hive_path(keys, values).rstrip("/") for values in found]
    if not shown:
        return TextResult()
    lines = ["Partitions not in metastore:\t" + "\t".join(shown)]
    lines += [f"Repair: Added partition to metastore {partition}" for partition in shown]
    return TextResult(lines=lines)


def _folder_values(folders: Sequence[str], keys: Sequence[str]) -> tuple[str, ...] | None:
    if len(folders) < len(keys):
        return None
    values: list[str] = []
    for folder, key in zip(folders, keys, strict=True):
        name, equals, value = folder.partition("=")
        if not equals or name != key or not value:
            return None
        values.append(HIVE_NULL if value == HIVE_NULL else unquote(value))
    return tuple(values)
