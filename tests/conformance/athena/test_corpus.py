"""Every statement of the corpus, run through the API of a real gateway."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.conformance.athena.corpus import Case, Outcome, describe, judge, read_topic, topics
from tests.conformance.athena.corpus_lake import make_tables
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


def run(lake: Lake, case: Case) -> Outcome:
    """Run one statement to its end."""
    try:
        execution = lake.run(case.sql.replace("${bucket}", lake.bucket))
    except ClientError as error:  # a statement that is refused at once
        return Outcome("", (), error.response["Error"]["Message"])
    if execution["Status"]["State"] != "SUCCEEDED":
        reason = str(execution["Status"].get("StateChangeReason"))
        return Outcome("", (), _without_chance(reason, lake))
    answer = lake.clients.client("athena").get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    rows = lake.results_of(execution)
    outcome = describe(
        answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"],
        rows[1:]
        if execution["StatementType"] == "DML" and execution["SubstatementType"] != "EXPLAIN"
        else rows,
    )
    return Outcome(outcome.columns, tuple(_without_chance(row, lake) for row in outcome.rows), None)


def _without_chance(text: str, lake: Lake) -> str:
    """Replace what is different in every run."""
    named = text.replace(lake.database, "corpus").replace(lake.bucket, "bucket")
    return re.sub(r"(transient_lastDdlTime'=')\d+", r"\g<1>0", named)


@pytest.mark.parametrize("case", _CASES, ids=[case.id for case in _CASES])
def test_case(case: Case, outcomes: dict[str, Outcome]) -> None:
    problem = judge(case, outcomes[case.id])
    assert problem is None, f"{case.sql}\n{problem}"


def test_the_corpus_is_large_and_little_of_it_is_refused() -> None:
    refused = [case for case in _CASES if case.refusal is not None]
    assert len(_CASES) >= 200
    assert len({case.id for case in _CASES}) == len(_CASES)
    assert len(refused) <= 0.03 * len(_CASES)
