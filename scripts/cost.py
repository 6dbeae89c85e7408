"""What an environment costs on AWS in a month under a load: ``python -m scripts.cost``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from scripts import cli, prices
from scripts.errors import UsageError
from scripts.estimate import Load, estimate, warnings
from scripts.lake_settings import LakeSettings, resolve
from scripts.targets import DEFAULT_ENVIRONMENTS, check_environment


def summary(settings: LakeSettings, load: Load) -> str:
    """Return the estimate as text: the load that it assumes, the lines, the total, where the prices are from."""
    lines = estimate(settings, load)
    rows = [f"  {line.item:<32}{line.quantity:>28}{line.dollars:>12,.2f}" for line in lines]
    total = sum(line.dollars for line in lines)
    datasets = ", ".join(dataset.name for dataset in settings.datasets)
    return "\n".join(
        [
            f"Estimated monthly price of {settings.environment} (USD), for {load.events_per_hour:,.0f} events/h of"
            f" {load.event_bytes} bytes in all, shared equally among: {datasets}",
            *rows,
            f"  {'total':<60}{total:>12,.2f}",
            f"  assumed too: stored in {load.compression:.0%} of the bytes sent, {load.scanned_gib:,.0f} GB read by"
            f" queries, {load.milliseconds_per_thousand:g} ms of a function for 1,000 events",
            *(f"  {warning}" for warning in warnings(settings, load)),
            f"  prices: {prices.PRICES_OF}; check them before you rely on this."
            " Another load: EVENTS_PER_HOUR= EVENT_BYTES=",
        ]
    )


def add_load_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--events-per-hour`` and ``--event-bytes``."""
    parser.add_argument("--events-per-hour", type=float, default=Load.events_per_hour)
    parser.add_argument("--event-bytes", type=int, default=Load.event_bytes)


def chosen_load(options: argparse.Namespace) -> Load:
    """Return the load that was given.

    :raises UsageError: it is none.
    """
    if options.events_per_hour <= 0 or options.event_bytes <= 0:
        raise UsageError(
            f"events per hour {options.events_per_hour:g} and bytes {options.event_bytes} must be more than 0"
        )
    return Load(options.events_per_hour, options.event_bytes)


def main(arguments: Sequence[str]) -> int:
    """Print the estimate for an environment and a load given on the command line; no account is asked."""
    made = cli.parser("scripts.cost", "Estimate what the lake costs on AWS in a month.")
    made.add_argument(
        "--environment", default=DEFAULT_ENVIRONMENTS["aws"], help="a file in terraform/environments"
    )
    add_load_options(made)
    options = made.parse_args(arguments)
    load = chosen_load(options)
    check_environment(options.environment)
    print(summary(resolve(options.environment), load))
    return cli.DONE


if __name__ == "__main__":
    sys.exit(cli.run(main))
