"""Counts where a dataset's records are: rows in the lake, lines in error objects, objects and bytes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scripts import athena
from scripts.deployment import Dataset, Outputs
from scripts.errors import ToolError


@dataclass(frozen=True)
class Objects:
    """What lies under a prefix. ``newest`` is the time of the youngest object, ``None`` without any."""

    count: int
    size_bytes: int
    newest: datetime | None


@dataclass(frozen=True)
class Counted:
    """How many records of a dataset can be found where."""

    rows: int
    quarantined: int

    @property
    def total(self) -> int:
        """Every record that has arrived somewhere."""
        return self.rows + self.quarantined


def objects(client: Any, bucket: str, prefix: str) -> Objects:
    """Look at every object under a prefix."""
    found = list(_list(client, bucket, prefix))
    return Objects(
        len(found),
        sum(item["Size"] for item in found),
        max((item["LastModified"] for item in found), default=None),
    )


def quarantined(client: Any, bucket: str, prefix: str) -> int:
    """Count the records in error objects: one JSON document a line."""
    keys = [item["Key"] for item in _list(client, bucket, prefix)]

    def lines(key: str) -> int:
        body: bytes = client.get_object(Bucket=bucket, Key=key)["Body"].read()
        return sum(1 for line in body.splitlines() if line.strip())

    with ThreadPoolExecutor(max_workers=8) as pool:
        return sum(pool.map(lines, keys))


def count(outputs: Outputs, dataset: Dataset) -> Counted:
    """Count a dataset's rows by Athena and its quarantined records in the error prefix."""
    result = athena.run(outputs, f'select count(*) from "{dataset.table_name}"')  # noqa: S608 - a name from our own outputs
    client = outputs.session().client("s3")
    return Counted(
        int(result.rows[0][0] or 0), quarantined(client, outputs.data_bucket, dataset.error_prefix)
    )


def wait_until(
    outputs: Outputs,
    dataset: Dataset,
    expected: int,
    *,
    timeout_seconds: float,
    seen: Callable[[Counted], None] = lambda counted: None,
) -> Counted:
    """Wait until ``expected`` records of a dataset have arrived, as rows or in the error prefix.

    ``seen`` is called with each count on the way.

    :raises ToolError: they have not arrived in time; the message says how many have, and where to look.
    """
    deadline = time.monotonic() + timeout_seconds
    while True:
        counted = count(outputs, dataset)
        seen(counted)
        if counted.total >= expected:
            return counted
        if time.monotonic() > deadline:
            raise ToolError(
                f"{counted.total} of {expected} records of {dataset.table_name} arrived within {timeout_seconds:.0f} s "
                f"({counted.rows} rows, {counted.quarantined} quarantined); see: make status"
            )
        time.sleep(0.5)


def _list(client: Any, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        yield from page.get("Contents", ())
