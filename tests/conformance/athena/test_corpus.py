"""Every statement of the corpus, run through the API of a real gateway."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.conformance.athena.corpus import Case, Outcome, judge, read_topic, topics
from tests.conformance.athena.corpus_lake import make_tables
from tests.conformance.athena.running import run
from tests.conformance.athena.summary import GUIDE, table, table_in
from tests.gateway_fixture import unique
from tests.integration.athena.lake import Lake

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws

_CASES = [case for topic in topics() for case in read_topic(topic)]
_AT_ONCE = 4


@pytest.fixture(scope="session")
def outcomes(local_aws: LocalAws) -> dict[str, Outcome]:
    """Run the corpus: topics side by side, the statements of a topic one after the other."""
    name = unique("corpus")
    lake = Lake(local_aws.clients, name.replace("-", "_"), name)
    lake.create()
    make_tables(lake)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        results = pool.map(lambda topic: [(case.id, run(lake, case)) for case in read_topic(topic)], topics())
        return {key: outcome for found in results for key, outcome in found}


@pytest.mark.parametrize("case", _CASES, ids=[case.id for case in _CASES])
def test_case(case: Case, outcomes: dict[str, Outcome]) -> None:
    problem = judge(case, outcomes[case.id])
    assert problem is None, f"{case.sql}\n{problem}"


def test_the_corpus_is_large_and_little_of_it_is_refused() -> None:
    refused = [case for case in _CASES if case.refusal is not None]
    assert len(_CASES) >= 200
    assert len({case.id for case in _CASES}) == len(_CASES)
    assert len(refused) <= 0.03 * len(_CASES)


def test_the_table_in_the_guide_is_that_of_this_run(outcomes: dict[str, Outcome]) -> None:
    made, different = table(lambda case: outcomes[case.id])
    assert different == 0
    assert table_in(GUIDE.read_text()) == made, "run python -m tests.conformance.athena.summary"
