"""The Athena statements of one partition. Every one reads exactly the objects it is given, by ``"$path"``."""

# ruff: noqa: S608  the SQL here is made from the catalog and from names of objects, with every name and text quoted

from __future__ import annotations

import re
from collections.abc import Sequence

from lambda_compaction.errors import RequestError
from lambda_compaction.partitions import Partition
from lambda_compaction.request import Request
from lambda_compaction.table import Table

# The name of a merged object: the run that wrote it, and a number.
MERGED_NAME = "compacted-{run}-{number:05d}{extension}"
MERGED = re.compile(r"compacted-(\d{8}t\d{6}z[0-9a-f]{8})-\d{5}\.[a-z]+$")

# AWS rule: a statement has at most 262,144 bytes, reference 10.8.
MAX_STATEMENT_BYTES = 262_144

_NUMERIC = ("tinyint", "smallint", "int", "bigint")


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def text(value: str) -> str:
    """Return a text as an SQL literal."""
    escaped = value.replace("'", "''")
    return f"'{escaped}'"


def rows_by_object(table: Table, partition: Partition, keys: Sequence[str]) -> str:
    """Count the rows of each object, as readers of the table see them: an object without rows does not appear."""
    return f'SELECT "$path", count(*) FROM {_source(table, partition, keys)} GROUP BY "$path"'


def merge(
    table: Table, partition: Partition, keys: Sequence[str], request: Request, staging: str, files: int
) -> str:
    """Make the staging table: of the rows that share a unique key the first one, and every row without a whole key.

    First is the one in the object that comes first by name, as in the view without duplicates, and then the one that is
    first by its values. Merged objects have names that come before those of most delivery streams.
    """
    columns = ", ".join(quoted(name) for name, _ in table.columns)
    key = ", ".join(map(quoted, request.unique_key))
    order = ", ".join(['"$path"', *map(quoted, table.orderable_columns)])
    return (
        f"CREATE TABLE {quoted(table.database)}.{quoted(staging)} WITH (format = {text(table.format)},"
        f" write_compression = {text(request.compression)},"
        f" bucketed_by = ARRAY[{text(request.unique_key[0])}], bucket_count = {files}) AS"
        f" SELECT {columns} FROM (SELECT {columns},"
        f" row_number() OVER (PARTITION BY {key} ORDER BY {order}) AS compaction_rank"
        f" FROM {_source(table, partition, keys)})"
        f" WHERE compaction_rank = 1 OR {_keyless(request)}"
    )


def duplicates(table: Table, partition: Partition, keys: Sequence[str], request: Request) -> str:
    """Count the rows that share their whole unique key with an earlier one."""
    key = ", ".join(map(quoted, request.unique_key))
    return (
        f"SELECT coalesce(sum(n - 1), 0) FROM (SELECT {key}, count(*) AS n"
        f" FROM {_source(table, partition, keys)} GROUP BY {key}) WHERE NOT ({_keyless(request)})"
    )


def comparison(
    table: Table, partition: Partition, keys: Sequence[str], request: Request, staging: str
) -> str:
    """Compare the staging table with its sources.

    One row of whole numbers: rows, distinct whole keys and rows without a whole key of the sources; the same of the
    staging table; keys of the sources that the staging table has not.
    """
    key = ", ".join(map(quoted, request.unique_key))
    staged = f"{quoted(table.database)}.{quoted(staging)}"
    keyless = _keyless(request)
    counts = ", ".join(
        f"(SELECT coalesce(sum(n), 0) FROM {side}), (SELECT count(*) FROM {side} WHERE NOT ({keyless})),"
        f" (SELECT coalesce(sum(n), 0) FROM {side} WHERE {keyless})"
        for side in ("source", "merged")
    )
    return (
        f"WITH source AS (SELECT {key}, count(*) AS n FROM {_source(table, partition, keys)} GROUP BY {key}),"
        f" merged AS (SELECT {key}, count(*) AS n FROM {staged} GROUP BY {key})"
        f" SELECT {counts},"
        f" (SELECT count(*) FROM (SELECT {key} FROM source EXCEPT SELECT {key} FROM merged))"
    )


def _keyless(request: Request) -> str:
    return " OR ".join(f"{quoted(name)} IS NULL" for name in request.unique_key)


def _source(table: Table, partition: Partition, keys: Sequence[str]) -> str:
    types = dict(table.partition_keys)
    conditions = [
        f"{quoted(name)} = {_value(value, types[name])}" for name, value in partition.values.items()
    ]
    paths = ", ".join(text(f"s3://{table.bucket}/{key}") for key in keys)
    conditions.append(f'"$path" IN ({paths})')
    return f"{quoted(table.database)}.{quoted(table.name)} WHERE {' AND '.join(conditions)}"


def _value(value: str, kind: str) -> str:
    if kind in _NUMERIC:
        if not re.fullmatch(r"-?\d+", value):
            raise RequestError(
                f"a partition key of type {kind} has the value {value!r}; allowed: a whole number"
            )
        return str(int(value))
    return f"DATE {text(value)}" if kind == "date" else text(value)
