"""Queries on a lake of events: the whole local Athena call against DuckDB on the same files: ``make bench-query``.

    python -m benchmarks.query [--events 1000000 ...] [--rounds 15] [--delivered 40000]

A local AWS of its own is started. The events have the contract's columns and folders (12 families, 10 days, four
Snappy Parquet objects in each) and a table with partition projection. A call is StartQueryExecution, polling every
20 ms, and all pages of GetQueryResults. DuckDB reads the very files that the local S3 keeps, with as many threads.
Both take turns; the fastest of the rounds is shown, since whatever else runs only adds to it, and the first call apart:
it fetches the objects.

At last events are delivered from Kinesis to S3, alone and beside clients that query without a pause.
"""

# ruff: noqa: S608  the SQL here is made from constants

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb

from benchmarks import query_lake
from benchmarks.query_beside_delivery import beside_delivery
from tests.gateway_fixture import start_local_aws

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ALLOWED_FACTOR: Final = 1.5
ALLOWED_EXTRA_SECONDS: Final = 0.1
POLL_SECONDS: Final = 0.02
ONE_DAY: Final = query_lake.DAYS[2]
# The name, Athena's statement, and what differs in DuckDB's ({t} is the table, {v} the deduplicated view).
QUERIES: Final[tuple[tuple[str, str, dict[str, str]], ...]] = (
    ("count", "SELECT count(*) FROM {t}", {}),
    ("group by", "SELECT event_type, event_name, count(*) FROM {t} GROUP BY 1, 2 ORDER BY 3 DESC, 2", {}),
    (
        "top-k",
        "SELECT event_uuid, event_name, created_datetime FROM {t} ORDER BY created_at DESC LIMIT 20",
        {},
    ),
    (
        "time window",
        "SELECT date_trunc('hour', created_datetime) AS h, event_type, count(*) FROM {t}"
        f" WHERE created_date >= '{query_lake.DAYS[-3]}'"
        f" AND created_datetime >= TIMESTAMP '{query_lake.DAYS[-3]} 06:00:00' GROUP BY 1, 2 ORDER BY 1, 2",
        {},
    ),
    ("deduplicated view", "SELECT event_type, count(*) FROM {v} GROUP BY 1 ORDER BY 1", {}),
    (
        "field of the payload",
        "SELECT json_extract_scalar(payload, '$.platform') AS p, count(*) FROM {t}"
        f" WHERE created_date = '{ONE_DAY}' GROUP BY 1 ORDER BY 2 DESC",
        {"json_extract_scalar": "json_extract_string"},
    ),
    (
        "one partition",
        "SELECT event_name, count(*), count(DISTINCT event_uuid) FROM {t}"
        f" WHERE event_type = 'order' AND created_date = '{ONE_DAY}' GROUP BY 1 ORDER BY 1",
        {},
    ),
)
WHOLE: Final = "SELECT event_name, count(*), count(DISTINCT event_uuid) FROM {t} GROUP BY 1 ORDER BY 1"
VIEW_QUERY: Final = (
    "SELECT event_uuid, event_name, created_at, created_datetime, event_subtype, payload, event_type, created_date"
    " FROM (SELECT *, row_number() OVER (PARTITION BY event_uuid, created_at ORDER BY created_datetime) AS copy"
    " FROM {t}) AS numbered WHERE copy = 1"
)


@dataclass(frozen=True)
class Measured:
    """One query: seconds of the first and of the fastest call, of DuckDB alone, and bytes scanned."""

    name: str
    first_seconds: float
    athena_seconds: float
    duckdb_seconds: float
    scanned_bytes: int

    @property
    def within(self) -> bool:
        """Whether the call takes no more than 1.5 times DuckDB alone and 100 ms."""
        return self.athena_seconds <= ALLOWED_FACTOR * self.duckdb_seconds + ALLOWED_EXTRA_SECONDS


@dataclass(frozen=True)
class Athena:
    """The local Athena as a client sees it."""

    client: Any

    def call(self, sql: str) -> tuple[list[Any], dict[str, Any]]:
        """Run a statement to its end; gives all rows of its result, without the header, and its execution."""
        started = self.client.start_query_execution(
            QueryString=sql, ResultConfiguration={"OutputLocation": f"s3://{query_lake.BUCKET}/results/"}
        )
        execution_id = started["QueryExecutionId"]
        while True:
            found = self.client.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]
            if found["Status"]["State"] not in ("QUEUED", "RUNNING"):
                break
            time.sleep(POLL_SECONDS)
        if found["Status"]["State"] != "SUCCEEDED":
            raise SystemExit(f"{found['Status']['State']}: {found['Status'].get('StateChangeReason')}: {sql}")
        pages = self.client.get_paginator("get_query_results").paginate(QueryExecutionId=execution_id)
        rows = [row["Data"] for page in pages for row in page["ResultSet"]["Rows"]]
        return rows[1:], found


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Give the seconds that a call takes, and what it gives."""
    start = time.perf_counter()
    answer = call()
    return time.perf_counter() - start, answer


def measure(athena: Athena, connection: duckdb.DuckDBPyConnection, rounds: int) -> list[Measured]:
    """Run every query on both sides, in turns; both have to give as many rows."""
    found = []
    for name, sql, differences in QUERIES:
        text = sql.format(t=query_lake.TABLE, v=query_lake.VIEW)
        same = sql.format(t="events", v="events_once")
        for old, new in differences.items():
            same = same.replace(old, new)
        ours, theirs = [], []
        execution: dict[str, Any] = {}
        for _ in range(rounds):
            seconds, (rows, execution) = timed(lambda text=text: athena.call(text))  # type: ignore[misc]
            ours.append(seconds)
            seconds, same_rows = timed(lambda same=same: connection.execute(same).fetchall())  # type: ignore[misc]
            theirs.append(seconds)
            if len(rows) != len(same_rows):
                raise SystemExit(f"{name}: {len(rows)} rows here, {len(same_rows)} by DuckDB alone")
        scanned = int(execution["Statistics"]["DataScannedInBytes"])
        found.append(Measured(name, ours[0], min(ours), min(theirs), scanned))
    return found


def connect_duckdb(state_dir: Path) -> duckdb.DuckDBPyConnection:
    """Open DuckDB on the files of the lake as the local S3 keeps them."""
    connection = duckdb.connect(config={"threads": max(2, os.cpu_count() or 2)})
    files = state_dir / "ministack" / "s3" / "000000000000" / query_lake.BUCKET / query_lake.PREFIX
    pattern = f"{files}/*/*/*.parquet"
    connection.execute(
        "CREATE VIEW events AS SELECT * FROM"
        f" read_parquet('{pattern}', hive_partitioning = true, hive_types_autocast = false)"
    )
    connection.execute(f"CREATE VIEW events_once AS {VIEW_QUERY.format(t='events')}")
    return connection


def run(events: int, rounds: int, delivered: int) -> bool:
    """Measure on a lake of a size and print the tables; tells whether every query is within what is allowed."""
    with tempfile.TemporaryDirectory() as folder:
        state_dir = Path(folder) / "state"
        instance = start_local_aws(state_dir, delivery=delivered > 0)
        try:
            seconds, count = timed(lambda: query_lake.fill(instance.clients, events))
            athena = Athena(instance.clients.client("athena"))
            athena.call(f"CREATE VIEW {query_lake.VIEW} AS {VIEW_QUERY.format(t=query_lake.TABLE)}")
            connection = connect_duckdb(state_dir)
            measured = measure(athena, connection, rounds)
            whole = int(athena.call(WHOLE.format(t=query_lake.TABLE))[1]["Statistics"]["DataScannedInBytes"])
            part, rows = _share_of_rows(connection)
            connection.close()
            _print_queries(count, seconds, measured)
            scanned = measured[-1].scanned_bytes
            print(
                f"\none partition: {scanned:,} of {whole:,} bytes are scanned ({scanned / whole:.2%});"
                f" it has {part:,} of {rows:,} rows ({part / rows:.2%})"
            )
            if delivered:
                texts = [sql.format(t=query_lake.TABLE, v=query_lake.VIEW) for _, sql, _ in QUERIES]
                beside_delivery(instance.clients, Path(folder), delivered, texts)
        finally:
            instance.clients.close()
            instance.stop()
    return all(one.within for one in measured)


def _share_of_rows(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    row = connection.execute(
        f"SELECT count(*) FILTER (WHERE event_type = 'order' AND created_date = '{ONE_DAY}'), count(*) FROM events"
    ).fetchone()
    if row is None:
        raise SystemExit("DuckDB counts nothing")
    return int(row[0]), int(row[1])


def _print_queries(count: int, seconds: float, measured: Sequence[Measured]) -> None:
    objects = len(query_lake.DAYS) * 12 * query_lake.OBJECTS_PER_PARTITION
    print(
        f"\n{count:,} events in up to {objects} objects (made in {seconds:.0f} s), DuckDB {duckdb.__version__},"
        f" {os.cpu_count()} cores\n"
    )
    print("| query | first call | local Athena | DuckDB alone | within 1.5 x + 100 ms | scanned |")
    print("|---|---|---|---|---|---|")
    for one in measured:
        print(
            f"| {one.name} | {one.first_seconds * 1000:.0f} ms | {one.athena_seconds * 1000:.0f} ms"
            f" | {one.duckdb_seconds * 1000:.0f} ms | {'yes' if one.within else 'NO'} | {one.scanned_bytes:,} B |",
            flush=True,
        )


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark for each size; 1 when a query takes longer than is allowed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.query", description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000], help="sizes of the lake")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument(
        "--delivered", type=int, default=40_000, help="events delivered beside queries; 0: leave that out"
    )
    options = parser.parse_args(arguments)
    good = [
        run(events, options.rounds, options.delivered if position == 0 else 0)
        for position, events in enumerate(options.events)
    ]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
