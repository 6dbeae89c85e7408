"""What `terraform test` says of its runs, and how many of them are written down."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SUMMARY = re.compile(r"^Success! (\d+) passed, 0 failed\.$", re.MULTILINE)


def run_count(output: str) -> int:
    """Give the number of runs that passed; one that failed fails the test."""
    summary = SUMMARY.search(output)
    assert summary, output
    return int(summary[1])


def declared_runs(folder: Path) -> int:
    """Give the number of runs in a module's test files."""
    files = folder.glob("tests/*.tftest.hcl")
    return sum(len(re.findall(r'^run "', file.read_text(encoding="utf-8"), re.MULTILINE)) for file in files)
