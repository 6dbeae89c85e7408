"""What the lake costs on AWS in a month, from public list prices: ``python -m scripts.cost``."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from scripts import cli
from scripts.errors import UsageError

PRICES_OF = "us-east-1, list prices as published between July 2024 and May 2026"
HOURS = 730
GIB = 2**30
FIREHOSE_ROUNDING_BYTES = 5 * 1024
SHARD_EVENTS_PER_SECOND = 1000
SHARD_BYTES_PER_SECOND = 2**20
PUT_UNIT_BYTES = 25 * 1024

PRICE = {
    "shard hour": 0.015,
    "million PUT units": 0.014,
    "shard hour, retention over 24 h": 0.020,
    "Firehose GB, first 500 TB": 0.029,
    "conversion GB": 0.018,
    "partitioning GB": 0.020,
    "thousand partitioned objects": 0.005,
    "Lambda million requests": 0.20,
    "Lambda GB-second": 0.0000133334,
    "S3 GB-month": 0.023,
    "S3 thousand PUT": 0.005,
    "KMS key": 1.0,
    "Athena TB": 5.0,
}


@dataclass(frozen=True)
class Load:
    """What goes through the lake. Sizes are of one event before compression.

    ``partitions`` is how many partitions receive data at the same time; ``scanned_gib`` what queries read in a month.
    """

    events_per_hour: float = 1_000_000
    event_bytes: int = 400
    dynamic_partitioning: bool = True
    partitions: int = 12
    interval_seconds: int = 300
    retention_hours: int = 168
    raw_days: int = 30
    compression: float = 0.25
    scanned_gib: float = 100
    lambda_milliseconds_per_thousand: float = 60
    lambda_memory_gib: float = 0.5


@dataclass(frozen=True)
class Line:
    """One line of the bill, in US dollars a month."""

    item: str
    quantity: str
    dollars: float


def estimate(load: Load) -> tuple[Line, ...]:
    """Work out a month's bill; prices and rounding rules are those of reference 12."""
    per_second = load.events_per_hour / 3600
    events = load.events_per_hour * HOURS
    # Two times the average: a stream without headroom throttles at the first peak.
    shards = max(
        1,
        math.ceil(
            2
            * max(
                per_second / SHARD_EVENTS_PER_SECOND, per_second * load.event_bytes / SHARD_BYTES_PER_SECOND
            )
        ),
    )
    put_units = events * max(1, math.ceil(load.event_bytes / PUT_UNIT_BYTES))
    stored_gib = events * load.event_bytes / GIB
    billed_gib = (
        events * math.ceil(load.event_bytes / FIREHOSE_ROUNDING_BYTES) * FIREHOSE_ROUNDING_BYTES / GIB
    )
    flushes = HOURS * 3600 / load.interval_seconds
    data_objects = flushes * (load.partitions if load.dynamic_partitioning else shards)
    raw_objects = flushes * shards
    requests = max(events * load.event_bytes / 2**20, HOURS * 60 * shards)
    gib_seconds = events / 1000 * load.lambda_milliseconds_per_thousand / 1000 * load.lambda_memory_gib
    lines = [
        Line("Kinesis shards", f"{shards} x {HOURS} h", shards * HOURS * PRICE["shard hour"]),
        Line("Kinesis PUT units", f"{put_units / 1e6:,.0f} M", put_units / 1e6 * PRICE["million PUT units"]),
        Line(
            "Firehose ingest", f"{billed_gib:,.0f} GB billed", billed_gib * PRICE["Firehose GB, first 500 TB"]
        ),
        Line("Firehose conversion", f"{billed_gib:,.0f} GB billed", billed_gib * PRICE["conversion GB"]),
        Line(
            "Lambda",
            f"{requests / 1e6:,.1f} M calls, {gib_seconds:,.0f} GB-s",
            requests / 1e6 * PRICE["Lambda million requests"] + gib_seconds * PRICE["Lambda GB-second"],
        ),
        Line(
            "S3 storage, first month's data",
            f"{stored_gib * load.compression:,.0f} GB",
            stored_gib * load.compression * PRICE["S3 GB-month"],
        ),
        Line(
            "S3 storage, raw backup",
            f"{stored_gib * load.compression * load.raw_days / 30:,.0f} GB",
            stored_gib * load.compression * load.raw_days / 30 * PRICE["S3 GB-month"],
        ),
        Line(
            "S3 writes",
            f"{(data_objects + raw_objects) / 1000:,.0f} k PUT",
            (data_objects + raw_objects) / 1000 * PRICE["S3 thousand PUT"],
        ),
        Line("Athena", f"{load.scanned_gib:,.0f} GB scanned", load.scanned_gib / 1024 * PRICE["Athena TB"]),
        Line("KMS", "1 key", PRICE["KMS key"]),
    ]
    if load.retention_hours > 24:
        lines.insert(
            1,
            Line(
                "Kinesis retention",
                f"{load.retention_hours} h",
                shards * HOURS * PRICE["shard hour, retention over 24 h"],
            ),
        )
    if load.dynamic_partitioning:
        lines.insert(
            5,
            Line(
                "Firehose partitioning",
                f"{billed_gib:,.0f} GB, {data_objects / 1000:,.0f} k objects",
                billed_gib * PRICE["partitioning GB"]
                + data_objects / 1000 * PRICE["thousand partitioned objects"],
            ),
        )
    return tuple(lines)


def summary(load: Load) -> str:
    """Return the estimate as text, ending with the total and where the prices are from."""
    lines = estimate(load)
    rows = [f"  {line.item:<32}{line.quantity:>28}{line.dollars:>12,.2f}" for line in lines]
    total = sum(line.dollars for line in lines)
    head = (
        f"Estimated monthly price for {load.events_per_hour:,.0f} events/h of {load.event_bytes} bytes (USD):"
    )
    return "\n".join(
        [
            head,
            *rows,
            f"  {'total':<60}{total:>12,.2f}",
            f"  prices: {PRICES_OF}; check them before you rely on this",
        ]
    )


def main(arguments: Sequence[str]) -> int:
    """Print the estimate for a load given on the command line."""
    made = cli.parser("scripts.cost", "Estimate what the lake costs on AWS in a month.")
    made.add_argument("--events-per-hour", type=float, default=Load.events_per_hour)
    made.add_argument("--event-bytes", type=int, default=Load.event_bytes)
    made.add_argument(
        "--arrival-partitions",
        action="store_true",
        help="partition by arrival time (no dynamic partitioning)",
    )
    options = made.parse_args(arguments)
    if options.events_per_hour <= 0 or options.event_bytes <= 0:
        raise UsageError(
            f"events per hour {options.events_per_hour:g} and bytes {options.event_bytes} must be more than 0"
        )
    print(
        summary(
            Load(
                options.events_per_hour,
                options.event_bytes,
                dynamic_partitioning=not options.arrival_partitions,
            )
        )
    )
    return cli.DONE


if __name__ == "__main__":
    sys.exit(cli.run(main))
