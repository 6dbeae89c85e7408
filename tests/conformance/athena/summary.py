"""The corpus by topic, as a Markdown table: `python -m tests.conformance.athena.summary`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.conformance.athena.corpus import judge, read_topic, topics
from tests.conformance.athena.corpus_lake import make_tables
from tests.conformance.athena.test_corpus import run
from tests.gateway_fixture import start_local_aws
from tests.integration.athena.lake import Lake


def main() -> int:
    """Run the corpus on a local AWS of its own and print the table; 1 when a statement is not as expected."""
    lines = ["| topic | statements | as on Athena | refused by name | different |", "|---|---|---|---|---|"]
    totals = [0, 0, 0, 0]
    with tempfile.TemporaryDirectory() as folder:
        instance = start_local_aws(Path(folder) / "state", delivery=False)
        try:
            lake = Lake(instance.clients, "corpus", "corpus-bucket")
            lake.create()
            make_tables(lake)
            for topic in topics():
                cases = read_topic(topic)
                wrong = [case for case in cases if judge(case, run(lake, case)) is not None]
                refused = sum(case.refusal is not None and case not in wrong for case in cases)
                numbers = [len(cases), len(cases) - refused - len(wrong), refused, len(wrong)]
                totals = [a + b for a, b in zip(totals, numbers, strict=True)]
                lines.append(f"| {topic.replace('_', ' ')} | " + " | ".join(map(str, numbers)) + " |")
        finally:
            instance.clients.close()
            instance.stop()
    lines.append("| **all** | " + " | ".join(map(str, totals)) + " |")
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if totals[3] else 0


if __name__ == "__main__":
    sys.exit(main())
