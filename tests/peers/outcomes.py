"""What came of each test of a suite, compared with what is expected of it, both ways."""

from __future__ import annotations

import tomllib
import xml.etree.ElementTree as ElementTree  # written by our own pytest
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


@dataclass(frozen=True)
class Group:
    """Tests with one reason why they fail, or why they are not run."""

    reason: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Expected:
    """What a suite gives: how many tests pass, which fail, and which are left out.

    Attributes:
        passes: the number of tests that pass.
        fails: tests that fail, by `module.Class::test`.
        left_out: what is not run, as pytest names it (a file, a class or a test).
    """

    passes: int
    fails: tuple[Group, ...]
    left_out: tuple[Group, ...]

    def failing(self) -> dict[str, str]:
        """Return the reason for each test that fails."""
        return {test: group.reason for group in self.fails for test in group.tests}


@dataclass
class Comparison:
    """The counts of a run, and where it differs from what is expected."""

    counts: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


def read_expected(path: Path) -> Expected:
    """Read the file of what is expected of a suite."""
    with path.open("rb") as opened:
        document = tomllib.load(opened)
    return Expected(
        document["passes"], _groups(document.get("fails", [])), _groups(document.get("left_out", []))
    )


def _groups(documents: list[dict[str, object]]) -> tuple[Group, ...]:
    groups = []
    for one in documents:
        tests = one["tests"]
        assert isinstance(tests, list)
        groups.append(Group(str(one["reason"]), tuple(str(test) for test in tests)))
    return tuple(groups)


def read_report(path: Path) -> dict[str, tuple[str, str]]:
    """Read a report of JUnit: what came of each test, by `module.Class::test`, and what its failure says first."""
    found: dict[str, tuple[str, str]] = {}
    for case in ElementTree.parse(path).iter("testcase"):  # noqa: S314 - written by our own pytest
        place = ".".join(case.get("classname", "").split(".")[-2:])
        name = f"{place}::{case.get('name', '')}"
        outcome, told = PASSED, ""
        for child in case:
            if child.tag in ("failure", "error"):
                outcome, told = FAILED, (child.get("message") or "").split("\n", 1)[0]
            elif child.tag == "skipped" and outcome == PASSED:
                outcome = SKIPPED
        # A test that fails in its tear-down too has two entries.
        if found.get(name, ("", ""))[0] != FAILED:
            found[name] = outcome, told
    return found


def compare(outcomes: Mapping[str, tuple[str, str]], expected: Expected, *, whole: bool = True) -> Comparison:
    """Return counts and differences: failures and passes that were not expected, and tests that were not there.

    With `whole=False` only some tests were run, and those that were not are no difference.
    """
    failing = expected.failing()
    result = Comparison(Counter(outcome for outcome, _ in outcomes.values()))
    for test, (outcome, told) in sorted(outcomes.items()):
        if outcome == FAILED and test not in failing:
            result.differences.append(f"failed: {test}: {told}")
        elif outcome != FAILED and test in failing:
            result.differences.append(f"{outcome}, but expected to fail ({failing[test]}): {test}")
    if whole:
        result.differences += [f"not run: {test}" for test in sorted(failing.keys() - outcomes.keys())]
        if result.counts[PASSED] != expected.passes:
            result.differences.append(
                f"{result.counts[PASSED]} tests passed, {expected.passes} were expected to"
            )
    return result
