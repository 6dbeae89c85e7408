"""Statements that are stopped at an unlucky moment: before they begin, and just before DuckDB begins with them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.athena.engine import Engine
from local_aws.athena.errors import QueryCancelledError, QueryError
from local_aws.athena.executions import Execution
from local_aws.athena.runner import StatementRun
from local_aws.athena.sql.compiled import CompiledQuery, OutputColumn
from local_aws.athena.sql.types import BIGINT
from local_aws.athena.workgroups import Workgroup
from local_aws.clients import Clients
from tests.gateway_fixture import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# In the words of DuckDB, and of some seconds: a stop that is lost ends with a result.
LONG = "SELECT count(*) FROM range(30000) a(x) CROSS JOIN range(30000) b(y) WHERE (x * y) % 7 = 0"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = Engine(tmp_path / "engine", threads=1)
    yield made
    made.close()


@pytest.fixture
def make_run(engine: Engine) -> Callable[[str], StatementRun]:
    def make(query: str) -> StatementRun:
        execution = Execution(
            id="one",
            query=query,
            workgroup="primary",
            statement_type="DML",
            substatement_type="SELECT",
            database=None,
            catalog=None,
            output_location="s3://nowhere/one.csv",
            submitted=time.time(),
        )
        nobody = Clients(f"http://127.0.0.1:{free_port()}", "us-east-1")
        return StatementRun(execution, nobody, engine, Workgroup("primary"))

    return make


class _StoppedAtTheLastMoment:
    """A connection to DuckDB whose statements are stopped after all checks, when DuckDB has not begun with them."""

    def __init__(self, run: StatementRun) -> None:
        self._connection = run.running.connection
        self._run = run

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def sql(self, text: str) -> Any:
        return self._stopped().sql(text)

    def execute(self, text: str) -> Any:
        return self._stopped().execute(text)

    def _stopped(self) -> Any:
        self._connection.interrupt()  # of no use: DuckDB forgets it when it begins
        self._run.cancel()
        return self._connection


@pytest.mark.parametrize("how", ["rows", "a result"])
def test_a_stop_just_before_duckdb_begins_is_not_lost(
    make_run: Callable[[str], StatementRun], engine: Engine, how: str
) -> None:
    run = make_run("SELECT 1")
    run.running.connection = _StoppedAtTheLastMoment(run)  # type: ignore[assignment]
    compiled = CompiledQuery(LONG, (OutputColumn(None, BIGINT),))
    ways: dict[str, Callable[[], object]] = {
        "rows": lambda: run.running.reader(LONG),
        "a result": lambda: run.running.write_csv(compiled, engine.scratch / "one.csv"),
    }
    with pytest.raises(QueryCancelledError, match="Query cancelled by user"):
        ways[how]()
    assert run.context.cancelled.is_set()
    run.running.close()


@pytest.mark.parametrize("query", ["SELECT 1", "CREATE DATABASE never_made"])
def test_a_statement_that_was_stopped_before_it_began_does_nothing(
    make_run: Callable[[str], StatementRun], query: str
) -> None:
    run = make_run(query)
    run.cancel()
    with pytest.raises(QueryCancelledError, match="Query cancelled by user"):
        run.run()
    assert run.execution.columns == []


def test_what_has_ended_can_be_stopped_all_the_same(make_run: Callable[[str], StatementRun]) -> None:
    run = make_run("SELECT 1 / 0")
    with pytest.raises(QueryError, match="Division by zero"):
        run.run()
    run.cancel()
    run.cancel()
    assert run.context.cancelled.is_set()
