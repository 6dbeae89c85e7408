"""When an alarm changes its state: AWS's two tables of missing data, and what stands around them."""

from __future__ import annotations

import pytest

from local_aws.cloudwatch.evaluation import ALARM, INSUFFICIENT_DATA, OK, Rule, judge, reason

KEEP = "keep"
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
# AWS rule: the tables of "Configuring how CloudWatch alarms treat missing data". 0 is within the threshold, X beyond
# it, - is missing; the oldest first. Three evaluation periods, five data points are looked at.
THREE_OF_THREE = [
    ("0 - X - X", (OK, OK, OK, OK)),
    ("- - - - 0", (OK, OK, OK, OK)),
    ("- - - - -", (INSUFFICIENT_DATA, KEEP, ALARM, OK)),
    ("0 X X - X", (ALARM, ALARM, ALARM, ALARM)),
    ("- - X - -", (ALARM, KEEP, ALARM, OK)),
]
TWO_OF_THREE = [
    ("0 - X - X", (ALARM, ALARM, ALARM, ALARM)),
    ("0 0 X 0 X", (ALARM, ALARM, ALARM, ALARM)),
    ("0 - X - -", (OK, OK, ALARM, OK)),
    ("- - - - 0", (OK, OK, ALARM, OK)),
    ("- - - X -", (ALARM, KEEP, ALARM, OK)),
]


def values(pattern: str) -> list[float | None]:
    """Give a pattern as data points, the most recent first."""
    return [{"0": 0.0, "X": 2.0, "-": None}[one] for one in reversed(pattern.split())]


def state(pattern: str, rule: Rule) -> str:
    verdict = judge(values(pattern), rule)
    return KEEP if verdict is None else verdict.state


def rule(periods: int, datapoints: int, missing: str, comparison: str = "GreaterThanThreshold") -> Rule:
    return Rule(periods, datapoints, comparison, 1.0, missing)


@pytest.mark.parametrize(
    ("datapoints", "pattern", "missing", "expected"),
    [
        (datapoints, pattern, missing, expected)
        for datapoints, table in ((3, THREE_OF_THREE), (2, TWO_OF_THREE))
        for pattern, states in table
        for missing, expected in zip(TREATMENTS, states, strict=True)
    ],
)
def test_the_tables_of_missing_data(datapoints: int, pattern: str, missing: str, expected: str) -> None:
    assert state(pattern, rule(3, datapoints, missing)) == expected


@pytest.mark.parametrize("pattern", ["- - - - X", "- - - X -"])
@pytest.mark.parametrize("missing", ["missing", "ignore"])
def test_an_alarm_does_not_go_off_too_early(pattern: str, missing: str) -> None:
    assert state(pattern, rule(3, 3, missing)) == KEEP


@pytest.mark.parametrize("missing", TREATMENTS)
def test_nothing_is_missing(missing: str) -> None:
    assert state("X 0 X X X", rule(3, 3, missing)) == ALARM
    assert state("X X X X 0", rule(3, 3, missing)) == OK
    assert state("X X X X 0", rule(3, 2, missing)) == ALARM


@pytest.mark.parametrize(
    ("comparison", "breaching"),
    [
        ("GreaterThanOrEqualToThreshold", (False, True, True)),
        ("GreaterThanThreshold", (False, False, True)),
        ("LessThanThreshold", (True, False, False)),
        ("LessThanOrEqualToThreshold", (True, True, False)),
    ],
)
def test_the_comparisons(comparison: str, breaching: tuple[bool, ...]) -> None:
    given = rule(1, 1, "missing", comparison)
    assert tuple(given.breaches(value) for value in (0.5, 1.0, 1.5)) == breaching


def test_how_many_data_points_are_looked_at() -> None:
    assert rule(3, 3, "missing").looked_at == 5


def test_the_sentences() -> None:
    given = rule(2, 1, "notBreaching")
    crossed = judge(values("- - X 0"), given)
    assert crossed is not None
    assert crossed.ages == (0, 1)
    assert reason(crossed, OK, given, ["2.0 (21/11/26 08:30:00)"], 1) == (
        "Threshold Crossed: 1 out of the last 2 datapoints [2.0 (21/11/26 08:30:00)] was greater than the threshold "
        "(1.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    nothing = judge(values("- - - -"), given)
    assert nothing is not None
    assert nothing.filled == 2
    assert reason(nothing, ALARM, given, [], 0) == (
        "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as "
        "[NonBreaching]."
    )
    unknown = judge(values("- - - -"), rule(2, 1, "missing"))
    assert unknown is not None
    assert (
        reason(unknown, OK, rule(2, 1, "missing"), [], 0) == "Insufficient Data: 2 datapoints were unknown."
    )
