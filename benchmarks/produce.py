"""How fast records are made and sent, against the way most tutorials do it: ``python -m benchmarks.produce``.

Both ways run in the same process, one after the other, so the ratio holds on any machine; the absolute figures do not.
Sending goes to a server of this machine (a process of its own) that reads each request and acknowledges it at once.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.null_kinesis import serve
from lambda_transform.contract import load_contract
from producer.batching import Batcher
from producer.clock import SystemClock
from producer.counts import Tally
from producer.generation.compiler import compile_contract
from producer.generation.generator import Generator
from producer.kinesis import KinesisTransport, client_config
from producer.records import Records
from producer.sender import Sender

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
BLOCK_RECORDS = 20_000


@dataclass(frozen=True)
class Measured:
    """Records a second of one way; ``ratio`` is against the first way of its group."""

    group: str
    way: str
    records: int
    seconds: float
    per_second: float
    ratio: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure both groups and print a table."""
    options = _parse(arguments)
    rows = _ratios("make", _generation(options.records)) + _ratios("send", _sending(options.records))
    if options.output == "json":
        print(json.dumps([asdict(row) for row in rows]))
        return 0
    print(f"{'':<6}{'way':<58}{'records':>10}{'records/s':>12}{'ratio':>9}")
    for row in rows:
        print(f"{row.group:<6}{row.way:<58}{row.records:>10,}{row.per_second:>12,.0f}{row.ratio:>8,.1f}x")
    return 0


def _generation(records: int) -> list[tuple[str, int, float]]:
    few = max(100, records // 500)
    more = few * 4
    rows = [
        (
            "a new Faker() for each record, uuid4, isoformat, json",
            few,
            _seconds(lambda: _tutorial_events(few)),
        ),
        ("one Faker() for all, otherwise the same", more, _seconds(lambda: _shared_faker_events(more))),
    ]
    # Customers have four Faker values each, as the tutorial's record has; events are a mix of 100 types with fewer.
    for dataset in ("customers", "events"):
        generator = compile_contract(load_contract(SCHEMAS / f"{dataset}.schema.json"), seed=1)
        for pools in ("empty", "full"):
            seconds = _seconds(lambda g=generator: _draw(g, records))  # type: ignore[misc]
            rows.append((f"this producer, {dataset}, pools {pools} at the start", records, seconds))
    return rows


def _draw(generator: Generator, records: int) -> None:
    clock = SystemClock()
    for start in range(0, records, BLOCK_RECORDS):
        generator.draw(clock.times(start, min(BLOCK_RECORDS, records - start)))


def _tutorial_events(count: int) -> list[bytes]:
    from faker import Faker

    return [_tutorial_event(Faker()) for _ in range(count)]


def _shared_faker_events(count: int) -> list[bytes]:
    from faker import Faker

    faker = Faker()
    return [_tutorial_event(faker) for _ in range(count)]


def _tutorial_event(faker: Any) -> bytes:
    event = {
        "event_uuid": str(uuid.uuid4()),
        "event_name": "account:created",
        "created_at": int(time.time()),
        "created": datetime.now(UTC).isoformat(),
        "name": faker.name(),
        "email": faker.email(),
        "ip": faker.ipv4_public(),
        "country": faker.country_code(),
    }
    return json.dumps(event).encode()


def _sending(records: int) -> list[tuple[str, int, float]]:
    generator = compile_contract(load_contract(SCHEMAS / "events.schema.json"), seed=1)
    made = generator.draw(SystemClock().times(0, records))
    few = made.slice(0, max(100, records // 100))
    with _null_server() as endpoint:
        rows = [("boto3 put_record, one at a time", len(few), _seconds(lambda: _one_by_one(endpoint, few)))]
        rows.append(
            (
                "boto3 put_records of 500, as it comes",
                records,
                _seconds(lambda: _plain_batches(endpoint, made)),
            )
        )
        for connections in (1, 2, 4):
            way = f"this producer, {connections} connection{'s' if connections > 1 else ''}"
            rows.append((way, records, _seconds(lambda n=connections: _ours(endpoint, made, n))))  # type: ignore[misc]
    return rows


def _one_by_one(endpoint: str, records: Records) -> None:
    client = _client(endpoint)
    for key, payload in zip(records.keys, records.payloads, strict=True):
        client.put_record(StreamName="null", Data=payload, PartitionKey=key)


def _plain_batches(endpoint: str, records: Records) -> None:
    client = _client(endpoint)
    for start in range(0, len(records), 500):
        part = records.slice(start, start + 500)
        entries = [{"Data": p, "PartitionKey": k} for k, p in zip(part.keys, part.payloads, strict=True)]
        client.put_records(StreamName="null", Records=entries)


def _ours(endpoint: str, records: Records, connections: int) -> None:
    tally = Tally()
    transport = KinesisTransport(_client(endpoint, client_config(connections)), "null")
    sender = Sender(transport, _NothingIsLost(), tally, connections)
    sender.start()
    batcher = Batcher()
    for request in batcher.add(records):
        sender.submit(request)
    if len(rest := batcher.rest()):
        sender.submit(rest)
    sender.finish()
    if tally.now().sent != len(records):
        raise SystemExit(f"only {tally.now().sent} of {len(records)} were acknowledged: {sender.error}")


class _NothingIsLost:
    def keep(self, records: Records) -> None:
        """Refuse to measure a run in which records were given up."""
        raise SystemExit(f"{len(records)} records were given up; the figures would be wrong")


def _client(endpoint: str, config: Any = None) -> Any:
    import boto3

    return boto3.client(
        "kinesis",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - no secret: the null server reads none
        config=config,
    )


@contextlib.contextmanager
def _null_server() -> Iterator[str]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _ratios(group: str, rows: list[tuple[str, int, float]]) -> list[Measured]:
    first = rows[0][1] / rows[0][2]
    return [Measured(group, way, n, seconds, n / seconds, n / seconds / first) for way, n, seconds in rows]


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.produce", description="Measure the producer.")
    parser.add_argument(
        "--records", type=int, default=100_000, help="made and sent by the fast ways (default: 100000)"
    )
    parser.add_argument("--output", choices=("table", "json"), default="table")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
