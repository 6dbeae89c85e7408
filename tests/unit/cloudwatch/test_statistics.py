"""What is kept of measurements, and the statistics of it."""

from __future__ import annotations

import pytest

from local_aws.cloudwatch.statistics import Aggregate, statistic
from local_aws.gateway.service import ApiError


def test_values_and_how_often_they_came() -> None:
    made = Aggregate.of_values({1.0: 2.0, 4.0: 1.0}).merged(Aggregate.of_values({-2.0: 1.0}))
    found = {name: statistic(name)(made) for name in ("SampleCount", "Sum", "Average", "Minimum", "Maximum")}
    assert found == {"SampleCount": 4.0, "Sum": 4.0, "Average": 1.0, "Minimum": -2.0, "Maximum": 4.0}
    assert [statistic(name)(made) for name in ("p0", "p25", "p50", "p75", "p99.9", "p100")] == [
        -2.0,
        -2.0,
        1.0,
        1.0,
        4.0,
        4.0,
    ]


def test_a_statistic_set_has_percentiles_only_when_all_its_values_are_the_same() -> None:
    assert statistic("p50")(Aggregate.of_set(3, 9, 1, 5)) is None
    assert statistic("p50")(Aggregate.of_set(3, 9, 3, 3)) == 3
    together = Aggregate.of_values({1.0: 1.0}).merged(Aggregate.of_set(3, 9, 1, 5))
    assert together.percentile(50) is None
    assert (together.count, together.total) == (4, 10)


def test_many_different_values_are_kept_rounded() -> None:
    made = Aggregate.of_values({float(number): 1.0 for number in range(1, 100_001)})
    assert made.distribution is not None
    assert len(made.distribution) <= 200
    assert made.total == sum(range(1, 100_001))
    half = made.percentile(50)
    assert half is not None
    assert half == pytest.approx(50_000, rel=0.1)
    assert made.percentile(100) == 100_000


@pytest.mark.parametrize("name", ["sum", "p", "p101", "p99.99999999999", "median"])
def test_a_statistic_that_does_not_exist(name: str) -> None:
    with pytest.raises(ApiError, match="InvalidParameterValueException"):
        statistic(name)


@pytest.mark.parametrize("name", ["tm99", "TM(10%:90%)", "wm95", "tc(:100)", "ts90", "PR(:300)", "IQM"])
def test_a_statistic_that_is_not_built_is_refused_by_name(name: str) -> None:
    with pytest.raises(ApiError, match="has no statistic"):
        statistic(name)
