"""What `make test-peers` makes of a suite's report: it fails for failures and for passes that were not expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.peers.outcomes import (
    FAILED,
    PASSED,
    SKIPPED,
    Expected,
    Group,
    compare,
    read_expected,
    read_report,
)
from tests.peers.run import EXPECTED
from tests.peers.source import LOCK, SourceError, pinned
from tests.peers.suites import SUITES

_REPORT = """<?xml version="1.0"?>
<testsuites><testsuite>
  <testcase classname="tests.functional.test_a.TestHive" name="test_one"/>
  <testcase classname="tests.functional.test_a.TestHive" name="test_two[x]">
    <failure message="AssertionError: 1 != 2&#10;and more">traceback</failure></testcase>
  <testcase classname="tests.functional.test_a.TestHive" name="test_torn"/>
  <testcase classname="tests.functional.test_a.TestHive" name="test_torn">
    <error message="failed on teardown">traceback</error></testcase>
  <testcase classname="tests.functional.test_a.TestHive" name="test_apart"><skipped/></testcase>
</testsuite></testsuites>
"""


def _expected(passes: int, *failing: str) -> Expected:
    return Expected(passes, (Group("has no table format", failing),), ())


def test_a_report_is_read(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(_REPORT, encoding="utf-8")
    assert read_report(report) == {
        "test_a.TestHive::test_one": (PASSED, ""),
        "test_a.TestHive::test_two[x]": (FAILED, "AssertionError: 1 != 2"),
        "test_a.TestHive::test_torn": (FAILED, "failed on teardown"),
        "test_a.TestHive::test_apart": (SKIPPED, ""),
    }


_OUTCOMES = {"A::one": (PASSED, ""), "A::two": (FAILED, "1 != 2"), "A::three": (SKIPPED, "")}


def test_a_run_as_expected_has_no_difference() -> None:
    found = compare(_OUTCOMES, _expected(1, "A::two"))
    assert found.differences == []
    assert dict(found.counts) == {PASSED: 1, FAILED: 1, SKIPPED: 1}


@pytest.mark.parametrize(
    ("expected", "difference"),
    [
        (_expected(1), "failed: A::two: 1 != 2"),
        (_expected(1, "A::two", "A::one"), "passed, but expected to fail (has no table format): A::one"),
        (_expected(1, "A::two", "A::three"), "skipped, but expected to fail (has no table format): A::three"),
        (_expected(1, "A::two", "A::gone"), "not run: A::gone"),
        (_expected(2, "A::two"), "1 tests passed, 2 were expected to"),
    ],
)
def test_each_kind_of_difference_is_told(expected: Expected, difference: str) -> None:
    assert compare(_OUTCOMES, expected).differences == [difference]


def test_a_part_of_a_suite_is_not_counted() -> None:
    assert compare(_OUTCOMES, _expected(70, "A::two", "A::elsewhere"), whole=False).differences == []


@pytest.mark.parametrize("name", SUITES)
def test_what_is_expected_carries_its_reasons(name: str) -> None:
    expected = read_expected(EXPECTED / f"{name}.toml")
    assert expected.passes > 0
    groups = [*expected.fails, *expected.left_out]
    assert all(group.reason and group.tests for group in groups)
    named = [test for group in groups for test in group.tests]
    assert len(named) == len(set(named))


def test_the_pin_of_a_package_has_its_hashes() -> None:
    pin = pinned("dbt-athena")
    assert pin.startswith("dbt-athena==")
    assert pin.count("--hash=sha256:") == 2


def test_a_package_that_is_not_pinned_is_named() -> None:
    with pytest.raises(SourceError, match=f"{LOCK.name} does not pin nosuch"):
        pinned("nosuch")
