"""What queries do to delivery: the same events from Kinesis to S3, alone and beside clients that never pause."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pyarrow.parquet

from benchmarks import pipeline, query_lake
from scripts.paths import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from local_aws.clients import Clients

CLIENTS: Final = (0, 1, 4)
TIMEOUT_SECONDS: Final = 300


@dataclass
class Counter:
    """Counts rows in the Parquet objects of a pipeline; each object is opened once."""

    client: Any
    made: pipeline.Pipeline
    seen: dict[str, int] = field(default_factory=dict)

    def rows(self) -> int:
        """Give the rows that are there now."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.made.bucket, Prefix=self.made.prefix
        )
        for item in (item for page in pages for item in page.get("Contents", ())):
            if item["Key"] not in self.seen:
                body = self.client.get_object(Bucket=self.made.bucket, Key=item["Key"])["Body"].read()
                self.seen[item["Key"]] = pyarrow.parquet.ParquetFile(io.BytesIO(body)).metadata.num_rows
        return sum(self.seen.values())


@dataclass
class Queries:
    """Clients that query one after the other until they are stopped."""

    clients: Clients
    texts: Sequence[str]
    seconds: list[float] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self, position: int) -> None:
        """Query until stopped, each client starting with another query."""
        athena = self.clients.client("athena")
        while not self.stopped.is_set():
            started = time.perf_counter()
            execution = athena.start_query_execution(
                QueryString=self.texts[position % len(self.texts)],
                ResultConfiguration={"OutputLocation": f"s3://{query_lake.BUCKET}/results/"},
            )
            while athena.get_query_execution(QueryExecutionId=execution["QueryExecutionId"])[
                "QueryExecution"
            ]["Status"]["State"] in ("QUEUED", "RUNNING"):
                time.sleep(0.05)
            self.seconds.append(time.perf_counter() - started)
            position += 1


def beside_delivery(clients: Clients, folder: Path, events: int, texts: Sequence[str]) -> None:
    """Deliver `events` once for each number of querying clients and print the rates side by side."""
    made = pipeline.create(clients, folder)
    counter = Counter(clients.client("s3"), made)
    print("\n| querying clients | delivered events/s | queries answered | seconds a query |")
    print("|---|---|---|---|")
    for count in CLIENTS:
        queries = Queries(clients, texts)
        with ThreadPoolExecutor(max(1, count)) as pool:
            running = [pool.submit(queries.run, position) for position in range(count)]
            try:
                rate = _deliver(counter, events)
            finally:
                queries.stopped.set()
        for one in running:
            one.result()
        each = f"{sum(queries.seconds) / len(queries.seconds):.2f}" if queries.seconds else "-"
        print(f"| {count} | {rate:,.0f} | {len(queries.seconds)} | {each} |", flush=True)


def _deliver(counter: Counter, events: int) -> float:
    """Send events by the producer and wait until they are in S3; gives events a second."""
    before = counter.rows()
    started = time.perf_counter()
    endpoint = str(counter.client.meta.endpoint_url)
    subprocess.run(
        [
            *(sys.executable, "-m", "producer", "--show", "0"),
            "--stream",
            pipeline.STREAM,
            "--amount",
            str(events),
        ],
        cwd=REPOSITORY,
        env={
            **os.environ,
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        },
        check=True,
        capture_output=True,
    )
    while counter.rows() - before < events:
        if time.perf_counter() - started > TIMEOUT_SECONDS:
            raise SystemExit(f"{counter.rows() - before} of {events} events after {TIMEOUT_SECONDS} s")
        time.sleep(0.2)
    return events / (time.perf_counter() - started)
