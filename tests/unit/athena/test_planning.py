"""What a query wants of its tables, found out without reading them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from local_aws.athena.planning import Planner

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = pa.schema([("$rows", pa.int8()), ("k", pa.string()), ("n", pa.int64()), ("t", pa.timestamp("us"))])


@pytest.fixture(scope="module")
def planner() -> Iterator[Planner]:
    made = Planner()
    yield made
    made.close()


def test_columns_and_conditions(planner: Planner) -> None:
    needs = planner.needs(
        "SELECT sum(n) FROM s WHERE k = 'x' AND t > TIMESTAMP '2026-01-01'", {"s": SCHEMA}, {}
    )["s"]
    assert len(needs) == 1
    assert set(needs[0].columns) <= {"n", "k", "t"}
    assert "n" in needs[0].columns
    assert 'k == "x"' in str(needs[0].condition)


def test_counting_wants_the_column_that_costs_nothing(planner: Planner) -> None:
    need = planner.needs("SELECT count(*) FROM s", {"s": SCHEMA}, {})["s"][0]
    assert need.columns == ("$rows",)
    assert need.condition is None


def test_conditions_come_through_subqueries_and_windows(planner: Planner) -> None:
    sql = "SELECT n FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY t) AS p FROM s) WHERE p = 1 AND k = 'x'"
    assert 'k == "x"' in str(planner.needs(sql, {"s": SCHEMA}, {})["s"][0].condition)


def test_what_a_join_finds_is_no_condition(planner: Planner) -> None:
    needs = planner.needs(
        "SELECT a.n FROM a JOIN b ON a.k = b.k WHERE b.n < 5", {"a": SCHEMA, "b": SCHEMA}, {}
    )
    assert needs["a"][0].condition is None
    assert "n < 5" in str(needs["b"][0].condition)


def test_a_query_that_fails_on_the_made_up_row_is_no_error(planner: Planner) -> None:
    needs = planner.needs("SELECT CAST(k AS INTEGER) FROM s", {"s": SCHEMA}, {})["s"]
    assert needs[0].columns == ("k",)
