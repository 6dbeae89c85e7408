"""Merges small files and removes duplicates of a dataset now: ``python -m scripts.compact --dataset events``.

It does with this person's rights what the compaction function does on a schedule; both may run at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from lambda_compaction.clients import Surroundings
from lambda_compaction.errors import CompactionError
from lambda_compaction.request import Request, parse_request
from lambda_compaction.run import COMPACTED, FAILED, SETTLED, Report, Summary, compact
from lambda_transform.contract import ContractError, load_contract
from scripts import cli, tables
from scripts.deployment import Outputs, load_outputs
from scripts.deployment_options import add_target_options, chosen_target
from scripts.errors import ToolError, UsageError
from scripts.paths import SCHEMAS

_COLUMNS = (
    "partition",
    "outcome",
    "files_before",
    "files_after",
    "bytes_before",
    "bytes_after",
    "duplicates",
    "note",
)
_TYPES = ("varchar", "varchar", *["bigint"] * 5, "varchar")
_SHORT = ("partition", "outcome", "files", "bytes", "duplicates")
_SHORT_TYPES = ("varchar", "varchar", *["bigint"] * 3)


def main(arguments: Sequence[str]) -> int:
    """Compact a dataset's partitions and print what became of each."""
    options = _parse(arguments)
    outputs = load_outputs(chosen_target(options))
    request = request_for(outputs, options)
    session = outputs.session()
    surroundings = Surroundings(
        athena=session.client("athena"), glue=session.client("glue"), s3=session.client("s3")
    )
    try:
        summary = compact(request, surroundings)
    except CompactionError as error:
        raise ToolError(str(error)) from error
    show(summary, options.output)
    if not summary.of(COMPACTED) and options.output == "table":
        print(f"(objects younger than {options.settle_seconds} s{_and_open(options)} are left alone)")
    failed = summary.of(FAILED)
    if failed:
        raise ToolError(f"{len(failed)} partitions failed, first {failed[0].partition}: {failed[0].message}")
    return cli.DONE


def request_for(outputs: Outputs, options: argparse.Namespace) -> Request:
    """Say what is to be done to a dataset of a deployed lake.

    :raises UsageError: it is not deployed, or has no contract, or an option is out of bounds.
    """
    dataset = outputs.dataset(options.dataset)
    try:
        contract = load_contract(SCHEMAS / f"{options.dataset}.schema.json")
    except ContractError as error:
        raise UsageError(str(error)) from error
    event = {
        "database": outputs.database,
        "table": dataset.table_name,
        "unique_key": list(contract.unique_key),
        "workgroup": outputs.workgroup,
        "manifests": f"s3://{outputs.data_bucket}/compaction/{outputs.database}/{dataset.table_name}/",
        "lookback_days": options.days,
        "include_open": options.include_open,
        "settle_seconds": options.settle_seconds,
        "grace_seconds": options.grace_seconds,
        "target_file_bytes": options.file_mb * 1024**2,
    }
    try:
        return parse_request(event)
    except CompactionError as error:
        raise UsageError(str(error)) from error


def show(summary: Summary, output: str) -> None:
    """Print the partitions that were not simply as they should be, and the sums."""
    touched = [report for report in summary.reports if report.outcome != SETTLED]
    if output != "table":
        tables.show(_COLUMNS, _TYPES, [_row(report) for report in touched], output)
    elif touched:
        tables.show(_SHORT, _SHORT_TYPES, [_short_row(report) for report in touched])
    print(sentence(summary), file=sys.stderr if output != "table" else sys.stdout)


def sentence(summary: Summary) -> str:
    """Say in one line what was done."""
    done = summary.of(COMPACTED)
    before, after = sum(one.files_before for one in done), sum(one.files_after for one in done)
    size_before, size_after = sum(one.bytes_before for one in done), sum(one.bytes_after for one in done)
    return (
        f"{len(done)} of {len(summary.reports)} partitions compacted: {before} files -> {after}, "
        f"{size_before:,} bytes -> {size_after:,}, {sum(one.duplicates for one in done):,} duplicates removed"
    )


def _and_open(options: argparse.Namespace) -> str:
    return (
        "" if options.include_open else ", and partitions that are still written to (OPEN=1 takes them too),"
    )


def _row(report: Report) -> tuple[str, ...]:
    figures = (
        report.files_before,
        report.files_after,
        report.bytes_before,
        report.bytes_after,
        report.duplicates,
    )
    return (report.partition, report.outcome, *map(str, figures), report.message)


def _short_row(report: Report) -> tuple[str, ...]:
    """Make a row for a person: the values of the keys are enough, and two figures share a column."""
    values = "/".join(part.partition("=")[2] or part for part in report.partition.split("/"))
    return (
        values,
        report.outcome,
        f"{report.files_before} -> {report.files_after}",
        f"{report.bytes_before:,} -> {report.bytes_after:,}",
        f"{report.duplicates:,}",
    )


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    made = cli.parser("scripts.compact", "Merge small files and remove duplicates of closed partitions.")
    made.add_argument("--dataset", default="events", help="which dataset (default: events)")
    made.add_argument(
        "--include-open",
        action="store_true",
        help="also partitions that are still written to, such as today's",
    )
    made.add_argument(
        "--days",
        type=int,
        default=None,
        help="only partitions that ended in the last so many days (default: all)",
    )
    made.add_argument(
        "--settle-seconds", type=int, default=60, help="leave younger objects alone (default: 60)"
    )
    made.add_argument(
        "--grace-seconds",
        type=int,
        default=10,
        help="keep the sources so long beside what was merged, for queries that are listing files (default: 10)",
    )
    made.add_argument("--file-mb", type=int, default=256, help="size of merged files (default: 256)")
    made.add_argument("--output", choices=tables.FORMATS, default="table")
    add_target_options(made)
    return made.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(cli.run(main))
