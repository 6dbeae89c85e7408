"""Record format conversion: rows/s of `local_aws.delivery.conversion` and of the model that its tests use.

    python -m benchmarks.convert [--rows 200000] [--model-rows 5000] [--bad 0.0]

Records look like those of the `events` dataset after its transform: two short strings, a UUID, an epoch, an ISO
timestamp and 150 bytes of JSON text. Both sides read the same records, apply OpenX's rules, and write
Parquet with Snappy. Rates are per second of processor time, so that other work on the machine does not count, and of
several rounds the fastest is shown.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import time
import uuid
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from local_aws.delivery.conversion import Converter, FormatConfig, TableSchema, write
from local_aws.delivery.conversion.format_config import OpenXOptions
from tests.conformance.conversion.model import Model

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMNS: Final = {
    "event_uuid": "string",
    "event_name": "string",
    "created_at": "bigint",
    "created_datetime": "timestamp",
    "event_subtype": "string",
    "payload": "string",
}
NAMES: Final = ("account:created", "lesson:started", "payment:order:completed")
ROUNDS: Final = 5


def make_records(count: int, bad_share: float) -> list[bytes]:
    """Make `count` records of which about `bad_share` have a timestamp that Firehose refuses."""
    r = random.Random(7)
    records = []
    for number in range(count):
        created_at = 1_757_246_402 + number // 300
        name = r.choice(NAMES)
        payload = {
            "account_id": str(uuid.UUID(int=r.getrandbits(128))),
            "plan": r.choice(["free", "basic", "premium"]),
            "amount": r.randrange(10**6) / 100,
            "country": r.choice(["DE", "US", "JP"]),
            "ip": f"10.1.{r.randrange(256)}.{r.randrange(256)}",
        }
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(created_at))
        record = {
            "event_uuid": str(uuid.UUID(int=r.getrandbits(128))),
            "event_name": name,
            "created_at": created_at,
            "created_datetime": moment + ("+00:00" if r.random() < bad_share else "Z"),
            "event_subtype": name.split(":")[1],
            "payload": json.dumps(payload),
        }
        records.append(json.dumps(record, separators=(",", ":")).encode() + b"\n")
    return records


def main() -> None:
    """Measure both sides and print rows/s and the ratio."""
    parser = argparse.ArgumentParser(description="Measure record format conversion.")
    parser.add_argument("--rows", type=int, default=200_000, help="records for the product (default 200000)")
    parser.add_argument("--model-rows", type=int, default=5_000, help="records for the model (default 5000)")
    parser.add_argument("--bad", type=float, default=0.0, help="share of records that fail (default 0)")
    arguments = parser.parse_args()
    pa.set_cpu_count(1)

    schema = TableSchema.from_glue([{"Name": name, "Type": text} for name, text in COLUMNS.items()])
    config = FormatConfig()
    model = Model(schema.columns, OpenXOptions())
    records = make_records(arguments.rows, arguments.bad)

    def ours(batch: list[bytes]) -> tuple[pa.Table, int]:
        converted = Converter(schema, config).convert(batch)
        return converted.table, len(converted.failures)

    def slow(batch: list[bytes]) -> tuple[pa.Table, int]:
        rows, failures = model.convert(batch)
        return pa.Table.from_pylist(rows, schema.arrow), len(failures)

    sample = records[: arguments.model_rows]
    if not ours(sample)[0].combine_chunks().equals(slow(sample)[0]):
        raise SystemExit("The two sides do not give the same rows.")

    ours_rate = best_rate(ours, records, config)
    slow_rate = best_rate(slow, sample, config)
    size = sum(map(len, records)) / len(records)
    print(f"records        {len(records):>10,} of {size:.0f} bytes, {ours(records)[1]:,} refused")
    print(f"conversion     {ours_rate:>10,.0f} rows/s of one core, with the Parquet object")
    print(f"model          {slow_rate:>10,.0f} rows/s of one core")
    print(f"ratio          {ours_rate / slow_rate:>10.1f}")


def best_rate(
    convert: Callable[[list[bytes]], tuple[pa.Table, int]], records: list[bytes], config: FormatConfig
) -> float:
    """Return the best rows per processor second of converting and writing in ROUNDS rounds."""
    best = 0.0
    for _ in range(ROUNDS):
        start = time.process_time()
        table, _ = convert(records)
        write(table, config, io.BytesIO())
        best = max(best, len(records) / (time.process_time() - start))
    return best


if __name__ == "__main__":
    main()
