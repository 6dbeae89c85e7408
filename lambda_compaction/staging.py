"""The temporary tables that Athena writes merged rows into."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from lambda_compaction import objects
from lambda_compaction.clients import Surroundings, error_code
from lambda_compaction.table import STAGING_PREFIX, Table

# Longer than any statement may run, so a table of this age belongs to no run that is still at work.
_ABANDONED_AFTER = timedelta(hours=6)


def name(table: Table, run: str) -> str:
    """Return the name of a run's temporary table."""
    return f"{STAGING_PREFIX}{table.name}_{run}"


def location(table: Table, staging: str, surroundings: Surroundings) -> tuple[str, str] | None:
    """Return bucket and prefix (ending in /) of a temporary table's objects; None when there is no such table."""
    try:
        described: Any = surroundings.glue.get_table(DatabaseName=table.database, Name=staging)["Table"]
    except ClientError as error:
        if error_code(error) == "EntityNotFoundException":
            return None
        raise
    bucket, _, prefix = described["StorageDescriptor"]["Location"].removeprefix("s3://").partition("/")
    return bucket, f"{prefix.rstrip('/')}/"


def discard(table: Table, staging: str, surroundings: Surroundings) -> None:
    """Remove a temporary table and its objects, as far as they are there."""
    where = location(table, staging, surroundings)
    if where is None:
        return
    # The objects go first: without the table nobody would know where they are.
    objects.delete(where[0], objects.listed(*where, surroundings), surroundings)
    try:
        surroundings.glue.delete_table(DatabaseName=table.database, Name=staging)
    except ClientError as error:
        if error_code(error) != "EntityNotFoundException":
            raise


def sweep(table: Table, in_use: Collection[str], surroundings: Surroundings) -> list[str]:
    """Remove temporary tables that a run left behind when it ended in the middle of a statement; gives their names."""
    oldest = surroundings.now() - _ABANDONED_AFTER
    abandoned = [
        found["Name"]
        for page in surroundings.glue.get_paginator("get_tables").paginate(DatabaseName=table.database)
        for found in page["TableList"]
        if found["Name"].startswith(name(table, ""))
        and found["Name"] not in in_use
        and found["CreateTime"] < oldest
    ]
    for staging in abandoned:
        discard(table, staging, surroundings)
    return abandoned
