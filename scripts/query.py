"""Runs SQL on the lake: ``python -m scripts.query --sql "select ..."``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from scripts import athena, cli, tables
from scripts.deployment import Outputs, load_outputs
from scripts.deployment_options import add_target_options, chosen_target
from scripts.errors import UsageError


def main(arguments: Sequence[str]) -> int:
    """Run one statement, print its rows, the bytes it scanned and its price."""
    options = _parse(arguments)
    outputs = load_outputs(chosen_target(options))
    sql = options.sql or _saved(outputs, options.dataset, options.named)
    result = athena.run(outputs, sql, max_rows=options.max_rows)
    if result.columns or options.output != "table":
        tables.show(result.columns, result.types, result.rows, options.output)
    more = "; MAX_ROWS= shows more" if result.truncated else ""
    # The rows alone go to a program; what is said about them goes to the person beside it.
    print(f"{result.summary()}{more}", file=sys.stderr if options.output != "table" else sys.stdout)
    return cli.DONE


def _saved(outputs: Outputs, dataset: str, name: str) -> str:
    outputs.dataset(dataset)
    key = f"{dataset}_{name}"
    if key not in outputs.named_queries:
        known = ", ".join(
            sorted(
                query.removeprefix(f"{dataset}_")
                for query in outputs.named_queries
                if query.startswith(f"{dataset}_")
            )
        )
        raise UsageError(f"QUERY={name}: no such saved query of {dataset}; there are: {known}")
    client = outputs.session().client("athena")
    return str(client.get_named_query(NamedQueryId=outputs.named_queries[key])["NamedQuery"]["QueryString"])


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    made = cli.parser("scripts.query", "Run SQL on the lake.")
    made.add_argument(
        "--sql",
        default=os.environ.get("STREAMLAKE_SQL", ""),
        help="the statement (default: STREAMLAKE_SQL); without one, a saved query of the dataset runs",
    )
    made.add_argument(
        "--dataset", default="events", help="whose saved query runs without --sql (default: events)"
    )
    made.add_argument("--named", default="recent", help="which saved query (default: recent)")
    made.add_argument("--output", choices=tables.FORMATS, default="table")
    made.add_argument("--max-rows", type=int, default=100, help="print at most so many rows (default: 100)")
    add_target_options(made)
    return made.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(cli.run(main))
