"""Run the suites of other projects on a local AWS of their own and compare them with what is expected."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.gateway_fixture import LocalAws, start_local_aws
from tests.peers.outcomes import FAILED, PASSED, SKIPPED, Comparison, compare, read_expected, read_report
from tests.peers.source import SourceError
from tests.peers.suites import SUITES, Suite

if TYPE_CHECKING:
    from collections.abc import Sequence

EXPECTED = Path(__file__).parent / "expected"
# A suite that has not ended by then hangs: many times what it takes.
_LIMIT_SECONDS = 3600


def run(suite: Suite, instance: LocalAws, folder: Path, options: Sequence[str]) -> Comparison:
    """Run one suite in its own environment; `options` are for its pytest and choose a part of it."""
    expected = read_expected(EXPECTED / f"{suite.name}.toml")
    report = folder / f"{suite.name}.xml"
    left_out = [f"--deselect={test}" for group in expected.left_out for test in group.tests]
    command, place = suite.command(instance)
    began = time.monotonic()
    ended = _watched(
        [*command, *left_out, f"--junitxml={report}", *options], place, suite.variables(instance)
    )
    if not report.exists():
        return Comparison(differences=[f"pytest ended without a report, with exit code {ended}"])
    comparison = compare(read_report(report), expected, whole=not options)
    told = ", ".join(f"{comparison.counts[name]} {name}" for name in (PASSED, FAILED, SKIPPED))
    groups = sum(len(group.tests) for group in expected.left_out)
    took = time.monotonic() - began
    sys.stdout.write(f"{suite.title}: {told}; {groups} left out by name; {took:.0f} s\n")
    return comparison


def _watched(command: Sequence[str], folder: Path, variables: dict[str, str]) -> int | str:
    """Run in a process group that is ended at the limit; return the exit code."""
    cleared = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "STREAMLAKE_", "DBT_", "PYTEST_"))
    }
    with subprocess.Popen(
        command, cwd=folder, env={**cleared, **variables}, start_new_session=True
    ) as process:
        try:
            return process.wait(_LIMIT_SECONDS)
        except BaseException as error:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                return f"none after {_LIMIT_SECONDS} s"
            raise


def main() -> int:
    """Run the suites that are asked for; return 1 if any differs from what is expected."""
    parser = argparse.ArgumentParser(prog="make test-peers", description=__doc__)
    parser.add_argument("--suite", default=os.environ.get("STREAMLAKE_PEERS_SUITE", ""), help="which (all)")
    options = os.environ.get("STREAMLAKE_PEERS_PYTEST", "")
    parser.add_argument("--pytest", default=options, help="options of pytest, which choose a part of a suite")
    arguments = parser.parse_args()
    if arguments.suite and arguments.suite not in SUITES:
        parser.error(f"unknown suite {arguments.suite!r}; there are {', '.join(SUITES)}")
    # So that the suite and the local AWS are ended, too.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    differences: list[str] = []
    with tempfile.TemporaryDirectory(prefix="streamlake-peers-") as folder:
        instance = start_local_aws(Path(folder) / "state", delivery=False)
        try:
            for name in [arguments.suite] if arguments.suite else SUITES:
                found = run(SUITES[name], instance, Path(folder), shlex.split(arguments.pytest))
                differences += [f"{name}: {one}" for one in found.differences]
        except SourceError as error:
            differences.append(str(error))
        finally:
            instance.close()
    for one in differences:
        sys.stderr.write(f"{one}\n")
    sys.stdout.write(f"{len(differences)} differences from tests/peers/expected\n")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
