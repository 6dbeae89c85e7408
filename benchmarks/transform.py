"""How fast the transform answers batches, on one core and in this process: ``python -m benchmarks.transform``.

The records are what the producer makes of each contract (for events: all 100 types by weight), in batches of one MiB
as Firehose hands them over. Processor seconds are counted, not those of the wall; the best of several rounds is shown,
since anything else on the machine only makes it slower. A plain ``json.loads`` and ``json.dumps`` of the same records,
without any check, is measured beside it: the ratio holds on any machine, the absolute figures do not.
"""

from __future__ import annotations

import argparse
import base64
import cProfile
import json
import pstats
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lambda_transform.contract import Contract, load_all
from lambda_transform.handler import answer
from lambda_transform.transform import Transform
from producer.clock import SystemClock
from producer.generation.compiler import compile_contract
from scripts.paths import SCHEMAS

BATCH_BYTES = 1_048_576
PROFILED_FUNCTIONS = 25


@dataclass(frozen=True)
class Measured:
    """What one dataset's batches took; sizes are means, in bytes."""

    dataset: str
    records: int
    record_bytes: float
    answered_bytes: float
    per_second: float
    plain_json_per_second: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure each dataset and print a table, JSON or a profile."""
    options = _parse(arguments)
    contracts = load_all(SCHEMAS)
    if options.profile:
        _profile(contracts["events"])
        return 0
    rows = [_measure(contract, options.rounds) for contract in contracts.values()]
    if options.output == "json":
        print(json.dumps([asdict(row) for row in rows]))
        return 0
    print(f"{'dataset':<12}{'records':>9}{'bytes in':>10}{'out':>7}{'records/s':>12}{'plain json':>12}")
    for row in rows:
        print(
            f"{row.dataset:<12}{row.records:>9,}{row.record_bytes:>10.0f}{row.answered_bytes:>7.0f}"
            f"{row.per_second:>12,.0f}{row.plain_json_per_second:>12,.0f}"
        )
    return 0


def _measure(contract: Contract, rounds: int) -> Measured:
    payloads = _batch(contract)
    event = _event(payloads)
    transform = Transform(contract)
    answers = answer(transform, event, now_seconds=time.time())["records"]
    refused = sum(record["result"] != "Ok" for record in answers)
    if refused:
        raise SystemExit(
            f"{refused} of {len(payloads)} made records of {contract.dataset} were refused; see above"
        )
    return Measured(
        dataset=contract.dataset,
        records=len(payloads),
        record_bytes=sum(map(len, payloads)) / len(payloads),
        answered_bytes=sum(len(base64.b64decode(record["data"])) for record in answers) / len(answers),
        per_second=len(payloads) / _best(rounds, lambda: answer(transform, event, now_seconds=time.time())),
        plain_json_per_second=len(payloads) / _best(rounds, lambda: _plain(event)),
    )


def _batch(contract: Contract) -> list[bytes]:
    """Make records until they fill a batch."""
    generator = compile_contract(contract, seed=1)
    payloads: list[bytes] = []
    size = 0
    for payload in generator.draw(SystemClock().times(0, BATCH_BYTES // 64)).payloads:
        size += len(payload)
        if size > BATCH_BYTES:
            break
        payloads.append(payload)
    return payloads


def _event(payloads: Sequence[bytes]) -> dict[str, Any]:
    arrival = int(time.time() * 1000)
    return {
        "invocationId": "benchmark",
        "deliveryStreamArn": "arn:aws:firehose:us-east-1:000000000000:deliverystream/benchmark",
        "region": "us-east-1",
        "records": [
            {
                "recordId": f"{number:056d}000000",
                "approximateArrivalTimestamp": arrival,
                "data": base64.b64encode(payload).decode(),
            }
            for number, payload in enumerate(payloads)
        ],
    }


def _plain(event: dict[str, Any]) -> list[bytes]:
    return [
        base64.b64encode(json.dumps(json.loads(base64.b64decode(record["data"]))).encode())
        for record in event["records"]
    ]


def _best(rounds: int, work: Callable[[], object]) -> float:
    """Fewest processor seconds that one round took."""
    found = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return min(found)


def _profile(contract: Contract) -> None:
    event, transform = _event(_batch(contract)), Transform(contract)
    profile = cProfile.Profile()
    profile.runcall(answer, transform, event, now_seconds=time.time())
    pstats.Stats(profile).sort_stats("tottime").print_stats(PROFILED_FUNCTIONS)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.transform", description="Measure the transform."
    )
    made.add_argument("--rounds", type=int, default=20, help="rounds of which the best is shown (default 20)")
    made.add_argument(
        "--profile", action="store_true", help="show where the time of one batch of events goes"
    )
    made.add_argument("--output", choices=("table", "json"), default="table")
    return made.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
