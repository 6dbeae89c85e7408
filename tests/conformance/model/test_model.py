"""Random delivery streams under random circumstances: S3 has what the model says, once, and nothing else.

The model is written from the reference alone: `source`, `function`, `outcomes`, `rows`, `prefixes` and `objects` use
nothing of the product. `run` takes the same scenario through the product, `check` and `timing` compare.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.conformance.model.check import Check, records_of
from tests.conformance.model.random_scenarios import random_scenario, smallest
from tests.conformance.model.run import run
from tests.conformance.model.scenario import Scenario
from tests.conformance.model.timing import check_events, check_timing

# A scenario is a seed, which cannot be made smaller: `smallest` does that to the scenario itself.
steady = settings(derandomize=True, database=None, deadline=None, phases=[Phase.explicit, Phase.generate])
few, many = settings(steady, max_examples=70), settings(steady, max_examples=3000)
seeds = st.randoms(use_true_random=True)


def compare(scenario: Scenario) -> None:
    """Raise `AssertionError` where the product does something else than the model."""
    with tempfile.TemporaryDirectory() as folder:
        result = run(scenario, Path(folder), len(records_of(scenario)))
    check = Check(scenario, result)
    check.compare()
    check_events(check)
    check_timing(check)


def fails(scenario: Scenario) -> bool:
    try:
        compare(scenario)
    except AssertionError:
        return True
    return False


def hold_against_the_model(scenario: Scenario) -> None:
    try:
        compare(scenario)
    except AssertionError:
        shrunk = smallest(scenario, fails)
        print(shrunk)  # noqa: T201 - pytest shows it with the failure
        compare(shrunk)
        raise


@few
@given(seeds)
def test_poison_and_a_moody_function(r: random.Random) -> None:
    hold_against_the_model(random_scenario(r, is_calm=True))


@few
@given(seeds)
def test_failing_services_and_an_engine_that_is_killed(r: random.Random) -> None:
    hold_against_the_model(random_scenario(r, is_calm=False))


@pytest.mark.slow
@many
@given(seeds)
def test_poison_and_a_moody_function_at_length(r: random.Random) -> None:
    hold_against_the_model(random_scenario(r, is_calm=True))


@pytest.mark.slow
@many
@given(seeds)
def test_failing_services_and_an_engine_that_is_killed_at_length(r: random.Random) -> None:
    hold_against_the_model(random_scenario(r, is_calm=False))
