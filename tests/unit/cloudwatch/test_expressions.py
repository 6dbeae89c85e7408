"""Metric math: what is built, and what is refused by its name."""

from __future__ import annotations

from typing import Any

import pytest

from local_aws.cloudwatch import expressions
from local_aws.cloudwatch.expressions import ExpressionError

SERIES: dict[str, Any] = {"a": {0: 1.0, 60: 2.0, 120: -4.0}, "b": {60: 10.0, 120: 0.0}, "empty": {}}


def value(text: str) -> Any:
    return expressions.evaluate(expressions.parse(text), SERIES.__getitem__, list(SERIES), range(0, 180, 60))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SUM(METRICS())", {0: 1.0, 60: 12.0, 120: -4.0}),
        ("AVG(METRICS())", {0: 1.0, 60: 6.0, 120: -2.0}),
        ("MIN(METRICS('b'))", {60: 10.0, 120: 0.0}),
        ('MAX(METRICS("a"))', {0: 1.0, 60: 2.0, 120: -4.0}),
        ("a + b", {60: 12.0, 120: -4.0}),
        ("a + b * 2", {60: 22.0, 120: -4.0}),
        ("(a + b) * 2", {60: 24.0, 120: -8.0}),
        ("a / b", {60: 0.2}),
        ("100 - a", {0: 99.0, 60: 98.0, 120: 104.0}),
        ("-a", {0: -1.0, 60: -2.0, 120: 4.0}),
        ("ABS(a)", {0: 1.0, 60: 2.0, 120: 4.0}),
        ("CEIL(a / 4)", {0: 1.0, 60: 1.0, 120: -1.0}),
        ("FLOOR(a / 4)", {0: 0.0, 60: 0.0, 120: -1.0}),
        ("FILL(b, 7)", {0: 7.0, 60: 10.0, 120: 0.0}),
        ("SUM(FILL(METRICS(), 1))", {0: 3.0, 60: 13.0, 120: -3.0}),
        ("a - SUM(a)", {0: 2.0, 60: 3.0, 120: -3.0}),
        ("SUM(METRICS()) / 2", {0: 0.5, 60: 6.0, 120: -2.0}),
        ("1 + 2 * 3", 7.0),
        ("1.5e1", 15.0),
    ],
)
def test_what_is_built(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ANOMALY_DETECTION_BAND(a, 2)", "does not have ANOMALY_DETECTION_BAND; it has METRICS"),
        ("SEARCH('x', 'Sum')", "does not have SEARCH"),
        ("SELECT AVG(x) FROM y", "was not expected"),
        ("IF(a > 1, a)", "does not have IF|is not part"),
        ("a > 1", "is not part of the local metric math"),
        ("SUM()", "other arguments"),
        ("SUM('x')", "other arguments"),
        ("FILL(a)", "other arguments"),
        ("(a", "was expected before 'its end'"),
        ("a b", "'b' was not expected"),
        ("", "its end"),
        ("a +", "its end"),
        ("1 / 0", "divides by zero"),
        ("SUM(1)", "got the number"),
        ("SUM(empty)", "has no value"),
        ("FILL(a, b)", "needs a number"),
        ("(" * 80 + "a" + ")" * 80, "nested deeper"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        value(text)


def test_the_queries_that_an_expression_names() -> None:
    assert list(expressions.names(expressions.parse("SUM(METRICS()) + a * (b - a)"))) == ["a", "b", "a"]
