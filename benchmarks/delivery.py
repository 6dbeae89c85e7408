"""Events through the whole local path, next to MiniStack's own Firehose: ``make bench-delivery``.

Both get the same stream, the same transform zip, the same table and the same delivery stream, in one run. Ours counts
an event as delivered when it is in a Parquet object; so does the other. The ratio is what matters: the
figures themselves depend on the machine and on what else runs on it.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pyarrow.parquet

from benchmarks import pipeline
from local_aws import process, running
from local_aws.clients import Clients
from local_aws.config import Settings
from scripts.paths import REPOSITORY

ROWS_TIMEOUT_SECONDS = 600
PRODUCER = (sys.executable, "-m", "producer", "--seed", "1", "--show", "0")
Send = Callable[[Clients, str, int], None]


@dataclass(frozen=True)
class Measured:
    """What one run gave."""

    name: str
    events: int
    seconds: float
    objects: int
    peak_mib: float

    @property
    def events_per_second(self) -> float:
        """From the first event sent to the last one readable."""
        return self.events / self.seconds


def main(arguments: Sequence[str]) -> int:
    """Run both and print the table."""
    options = _parse(arguments)
    print(f"{'':<18}{'events':>9}{'seconds':>9}{'events/s':>10}{'objects':>9}{'peak MiB':>10}")
    with tempfile.TemporaryDirectory() as folder:
        with _ours(Path(folder), options.buffer_mib) as (clients, engine):
            ours = _measure("streamlake", _produce, clients, Path(folder), options.events, engine)
        with _ministack(Path(folder)) as (clients, engine):
            theirs = _measure("MiniStack's own", _put, clients, Path(folder), options.baseline_events, engine)
    print(
        f"our engine may hold {options.buffer_mib} MiB of records; the rest of its memory is Python, Arrow and boto3"
    )
    print(f"ratio of events/s: {ours.events_per_second / theirs.events_per_second:,.0f}")
    return 0


def _measure(
    name: str, send: Send, clients: Clients, folder: Path, events: int, engine: psutil.Process
) -> Measured:
    made = pipeline.create(clients, folder)
    watch = _PeakMemory(engine)
    started = time.monotonic()
    send(clients, made.stream, events)
    counter = _Counter(clients.client("s3"), made)
    while counter.rows() < events:
        if time.monotonic() - started > ROWS_TIMEOUT_SECONDS:
            raise SystemExit(f"{name}: {counter.rows()} of {events} events after {ROWS_TIMEOUT_SECONDS} s")
        time.sleep(0.2)
    seconds = time.monotonic() - started
    measured = Measured(name, events, seconds, counter.objects, watch.stop() / 2**20)
    print(
        f"{name:<18}{events:>9,}{seconds:>9.1f}{measured.events_per_second:>10,.0f}"
        f"{measured.objects:>9,}{measured.peak_mib:>10,.0f}",
        flush=True,
    )
    return measured


class _Counter:
    """Counts rows in Parquet objects; each object is opened once."""

    def __init__(self, client: Any, made: pipeline.Pipeline) -> None:
        self._client = client
        self._made = made
        self._seen: dict[str, int] = {}

    @property
    def objects(self) -> int:
        return len(self._seen)

    def rows(self) -> int:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._made.bucket, Prefix=self._made.prefix
        )
        for page in pages:
            for item in page.get("Contents", ()):
                if item["Key"] not in self._seen:
                    body = self._client.get_object(Bucket=self._made.bucket, Key=item["Key"])["Body"].read()
                    self._seen[item["Key"]] = pyarrow.parquet.ParquetFile(io.BytesIO(body)).metadata.num_rows
        return sum(self._seen.values())


class _PeakMemory:
    """Samples a process's resident memory until it is stopped."""

    def __init__(self, watched: psutil.Process) -> None:
        self._watched = watched
        self._peak_bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def _sample(self) -> None:
        while not self._done.wait(0.05):
            self._peak_bytes = max(self._peak_bytes, self._watched.memory_info().rss)

    def stop(self) -> int:
        self._done.set()
        self._thread.join()
        return self._peak_bytes


def _produce(clients: Clients, stream: str, events: int) -> None:
    """Send by the producer, as a user does."""
    command = [*PRODUCER, "--stream", stream, "--amount", str(events)]
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": clients.endpoint or "",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    subprocess.run(command, cwd=REPOSITORY, env=environment, check=True, stdout=sys.stderr)


def _put(clients: Clients, stream: str, events: int) -> None:
    """Send the same events a few at a time: MiniStack delivers while it answers, too slowly for a usual time-out."""
    command = [*PRODUCER, "--dry-run", "--amount", str(events)]
    made = subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE).stdout
    records: list[Any] = [
        {"Data": line + b"\n", "PartitionKey": str(n)} for n, line in enumerate(made.splitlines())
    ]
    for start in range(0, len(records), 10):
        answer = clients.client("kinesis").put_records(StreamName=stream, Records=records[start : start + 10])
        if answer["FailedRecordCount"]:
            raise SystemExit(f"MiniStack refused {answer['FailedRecordCount']} records")


@contextmanager
def _ours(folder: Path, buffer_mib: int) -> Iterator[tuple[Clients, psutil.Process]]:
    settings = Settings(port=_free_port(), state_dir=folder / "ours", delivery_buffer_mib=buffer_mib)
    environment = {**os.environ, **settings.to_environment()}
    subprocess.run(
        [sys.executable, "-m", "local_aws", "up"],
        cwd=REPOSITORY,
        env=environment,
        check=True,
        stdout=sys.stderr,
    )
    try:
        found = running.find(settings)
        if found is None:
            raise SystemExit("the local AWS ended right after it was started; see its log")
        yield Clients(settings.endpoint, settings.region), _engine(found[0].pid)
    finally:
        process.down(settings)


def _engine(gateway_pid: int) -> psutil.Process:
    for child in psutil.Process(gateway_pid).children(recursive=True):
        if child.cmdline()[-1:] == ["deliver"]:
            return child
    raise SystemExit("the local AWS runs without its delivery engine")


@contextmanager
def _ministack(folder: Path) -> Iterator[tuple[Clients, psutil.Process]]:
    port = _free_port()
    environment = {
        **os.environ,
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(folder / "theirs"),
        "S3_DATA_DIR": str(folder / "theirs" / "s3"),
    }
    bind = ["--bind", f"127.0.0.1:{port}", "--keep-alive", "75"]
    command = [sys.executable, "-m", "hypercorn", "ministack.app:app", *bind]
    log = (folder / "ministack.log").open("wb")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        clients = Clients(f"http://127.0.0.1:{port}", "us-east-1")
        for _attempt in range(100):
            try:
                clients.client("s3").list_buckets()
                break
            except Exception:
                time.sleep(0.2)
        yield clients, psutil.Process(server.pid)
    finally:
        # It does not end while its own deliveries run, and nothing of it is kept.
        for one in [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]:
            one.kill()
        server.wait()
        log.close()


def _free_port() -> int:
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    made = argparse.ArgumentParser(prog="python -m benchmarks.delivery", description=__doc__)
    made.add_argument("--events", type=int, default=100_000)
    made.add_argument(
        "--baseline-events", type=int, default=300, help="for the other, which writes an object an event"
    )
    made.add_argument(
        "--buffer-mib", type=int, default=256, help="what our engine may hold between Kinesis and S3"
    )
    return made.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
