"""Random delivery streams under random circumstances: S3 has what the model says, once, and nothing else.

The model is written from the reference alone: `source`, `function`, `outcomes`, `rows`, `prefixes` and `objects` use
nothing of the product. `run` takes the same scenario through the product, `check` and `timing` compare.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.conformance.model.check import Check, records_of
from tests.conformance.model.run import run
from tests.conformance.model.scenario import Scenario
from tests.conformance.model.strategies import scenarios
from tests.conformance.model.timing import check_events, check_timing

calm, troubled = scenarios(is_calm=True), scenarios(is_calm=False)
steady = settings(
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
few, many = settings(steady, max_examples=70), settings(steady, max_examples=3000)


def hold_against_the_model(scenario: Scenario) -> None:
    with tempfile.TemporaryDirectory() as folder:
        result = run(scenario, Path(folder), len(records_of(scenario)))
    check = Check(scenario, result)
    check.compare()
    check_events(check)
    check_timing(check)


@few
@given(calm)
def test_poison_and_a_moody_function(scenario: Scenario) -> None:
    hold_against_the_model(scenario)


@few
@given(troubled)
def test_failing_services_and_an_engine_that_is_killed(scenario: Scenario) -> None:
    hold_against_the_model(scenario)


@pytest.mark.slow
@many
@given(calm)
def test_poison_and_a_moody_function_at_length(scenario: Scenario) -> None:
    hold_against_the_model(scenario)


@pytest.mark.slow
@many
@given(troubled)
def test_failing_services_and_an_engine_that_is_killed_at_length(scenario: Scenario) -> None:
    hold_against_the_model(scenario)
