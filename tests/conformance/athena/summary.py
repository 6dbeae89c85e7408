"""The corpus by topic, as a table in the guide: `python -m tests.conformance.athena.summary [--check]`.

The corpus is run on a local AWS of its own, and the table is written into `docs/athena.md`; with `--check` it is only
compared. The exit code is 1 when a statement is not as expected, or when the table in the guide is another one.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from local_aws.config import REPOSITORY_DIR
from tests.conformance.athena.corpus import judge, read_topic, topics
from tests.conformance.athena.corpus_lake import make_tables
from tests.conformance.athena.running import run
from tests.gateway_fixture import start_local_aws
from tests.integration.athena.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.conformance.athena.corpus import Case, Outcome

GUIDE = REPOSITORY_DIR / "docs" / "athena.md"
_PLACE = re.compile(r"(<!-- corpus -->\n).*?(<!-- /corpus -->)", re.DOTALL)


def table(outcome_of: Callable[[Case], Outcome]) -> tuple[str, int]:
    """Give the table of all topics in Markdown, and how many statements are not as expected."""
    lines = [
        "| topic | statements | same result | same error | refused by name | different |",
        "|---|---|---|---|---|---|",
    ]
    totals = [0] * 5
    for topic in topics():
        numbers = _numbers(read_topic(topic), outcome_of)
        totals = [a + b for a, b in zip(totals, numbers, strict=True)]
        lines.append(_line(topic.replace("_", " "), numbers))
    lines.append(_line("**all**", totals))
    return "\n".join(lines) + "\n", totals[-1]


def _numbers(cases: Sequence[Case], outcome_of: Callable[[Case], Outcome]) -> list[int]:
    right = [case for case in cases if judge(case, outcome_of(case)) is None]
    refused = sum(case.refusal is not None for case in right)
    errors = sum(case.failure is not None for case in right)
    return [len(cases), len(right) - errors - refused, errors, refused, len(cases) - len(right)]


def _line(name: str, numbers: Sequence[int]) -> str:
    return f"| {name} | " + " | ".join(map(str, numbers)) + " |"


def table_in(text: str) -> str:
    """Give the table that stands in the guide's text; raises `ValueError` when its place is not marked."""
    match = _PLACE.search(text)
    if match is None:
        raise ValueError(f"{GUIDE} has no place for the table: <!-- corpus --> and <!-- /corpus -->")
    return text[match.end(1) : match.start(2)]


def main(arguments: Sequence[str]) -> int:
    """Run the corpus and write the table, or check it."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.athena.summary", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare the table and leave it as it is")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        instance = start_local_aws(Path(folder) / "state", delivery=False)
        try:
            lake = Lake(instance.clients, "corpus", "corpus-bucket")
            lake.create()
            make_tables(lake)
            made, different = table(lambda case: run(lake, case))
        finally:
            instance.clients.close()
            instance.stop()
    sys.stdout.write(made)
    text = GUIDE.read_text()
    same = table_in(text) == made
    if not same and not options.check:
        GUIDE.write_text(_PLACE.sub(lambda match: match.group(1) + made + match.group(2), text))
    return 1 if different or (options.check and not same) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
