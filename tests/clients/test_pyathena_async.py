"""PyAthena's cursors that do not wait: futures of threads, and coroutines."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from pyathena import aio_connect, connect
from pyathena.async_cursor import AsyncCursor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clients.conftest import Lake

BY_FAMILY = "SELECT event_type, count(*) AS n FROM events GROUP BY 1 ORDER BY 1"
# Runs for hours unless it is stopped.
ENDLESS = (
    "SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x) CROSS JOIN UNNEST(sequence(1, 10000)) b(y)"
    " CROSS JOIN UNNEST(sequence(1, 10000)) c(z) WHERE (x * y * z) % 7 = 0"
)
LIMIT_SECONDS = 120


@pytest.fixture
def cursor(lake: Lake) -> Iterator[Any]:
    with connect(work_group=lake.workgroup, schema_name=lake.database, poll_interval=0.02) as connection:
        # Whoever waits for a query occupies a thread; cancelling wants one, too.
        made = connection.cursor(AsyncCursor, max_workers=30)
        yield made
        made.close(wait=True)


def test_what_a_cursor_tells_meanwhile(cursor: Any, lake: Lake) -> None:
    query, waiting = cursor.execute(BY_FAMILY)
    assert cursor.poll(query).result(LIMIT_SECONDS).state == "SUCCEEDED"
    described = cursor.description(query).result(LIMIT_SECONDS)
    assert [column[:2] for column in described] == [("event_type", "varchar"), ("n", "bigint")]
    execution = cursor.query_execution(query).result(LIMIT_SECONDS)
    assert (execution.state, execution.query, execution.work_group) == (
        "SUCCEEDED",
        BY_FAMILY,
        lake.workgroup,
    )
    found = waiting.result(LIMIT_SECONDS)
    assert (found.state, found.query_id) == ("SUCCEEDED", query)
    first = found.fetchmany(5)
    assert [*first, *found.fetchall()] == sorted(lake.families.items())
    assert found.output_location.startswith(f"s3://{lake.results_bucket}/queries/")


def test_a_query_that_is_cancelled_at_once(cursor: Any) -> None:
    """Some are stopped before they begin, some on their way to DuckDB, some while DuckDB works."""
    started = [cursor.execute(ENDLESS) for _ in range(12)]
    for query, _ in started:
        cursor.cancel(query).result(LIMIT_SECONDS)
    for _, waiting in started:
        ended = waiting.result(LIMIT_SECONDS)
        assert (ended.state, ended.state_change_reason) == ("CANCELLED", "Query cancelled by user")
    _, waiting = cursor.execute("SELECT 1")
    assert waiting.result(LIMIT_SECONDS).fetchall() == [(1,)]


def test_an_error_is_the_futures_result(cursor: Any) -> None:
    _, waiting = cursor.execute("SELECT 1 / 0")
    ended = waiting.result(LIMIT_SECONDS)
    assert (ended.state, ended.state_change_reason) == ("FAILED", "DIVISION_BY_ZERO: Division by zero")


def test_coroutines(lake: Lake) -> None:
    async def count(connection: Any, family: str) -> Any:
        cursor = connection.cursor()
        await cursor.execute("SELECT count(*) FROM events WHERE event_type = %(family)s", {"family": family})
        return (await cursor.fetchone())[0]

    async def count_all() -> dict[str, Any]:
        async with await aio_connect(
            work_group=lake.workgroup, schema_name=lake.database, poll_interval=0.02
        ) as connection:
            counts = await asyncio.gather(*(count(connection, family) for family in lake.families))
        return dict(zip(lake.families, counts, strict=True))

    assert asyncio.run(count_all()) == lake.families
