"""PyAthena as its users call it: only the endpoint variables say that this is not AWS."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from pyathena import connect
from pyathena.async_cursor import AsyncCursor, AsyncDictCursor
from pyathena.cursor import DictCursor
from pyathena.error import OperationalError
from pyathena.pandas.cursor import PandasCursor
from pyathena.polars.cursor import PolarsCursor
from pyathena.s3fs.cursor import S3FSCursor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clients.conftest import Lake


@pytest.fixture
def connection(lake: Lake) -> Iterator[Any]:
    made = connect(work_group=lake.workgroup, schema_name=lake.database, poll_interval=0.02)
    yield made
    made.close()


def test_rows(connection: Any, lake: Lake) -> None:
    cursor = connection.cursor()
    cursor.execute("SELECT event_type, count(*) AS n FROM events GROUP BY 1 ORDER BY 1")
    assert cursor.fetchall() == sorted(lake.families.items())
    assert [column[:2] for column in cursor.description] == [("event_type", "varchar"), ("n", "bigint")]
    assert cursor.data_scanned_in_bytes == 0  # keys of partitions and a count need no column
    assert cursor.output_location.startswith(f"s3://{lake.results_bucket}/queries/")


def test_types(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(
        "SELECT created_at, created_datetime, payload, event_type FROM events"
        " WHERE created_date = '2026-03-01' ORDER BY created_at LIMIT 1"
    )
    created_at, created, payload, _ = cursor.fetchone()
    assert isinstance(created, datetime)
    assert (created - datetime(1970, 1, 1)).total_seconds() == created_at
    assert isinstance(json.loads(payload), dict)
    assert cursor.data_scanned_in_bytes > 0


def test_fetching_some_at_a_time(connection: Any, lake: Lake) -> None:
    cursor = connection.cursor()
    cursor.arraysize = 7
    cursor.execute("SELECT event_uuid FROM events ORDER BY 1")
    first = [cursor.fetchone(), *cursor.fetchmany(20), *cursor.fetchmany()]
    assert len(first) == 28
    rest = list(cursor)
    assert len(first) + len(rest) == lake.total
    assert first + rest == sorted({*first, *rest})


def test_named_parameters(connection: Any, lake: Lake) -> None:
    cursor = connection.cursor()
    cursor.execute(
        "SELECT count(*) FROM events WHERE event_type = %(family)s AND created_at > %(after)d",
        {"family": "order", "after": 0},
    )
    assert cursor.fetchone() == (lake.families["order"],)


def test_execution_parameters(connection: Any, lake: Lake) -> None:
    cursor = connection.cursor()
    cursor.execute(
        "SELECT count(*) FROM events WHERE event_type = ? AND created_date >= ?",
        ["'order'", "'2026-03-01'"],
        paramstyle="qmark",
    )
    assert cursor.fetchone() == (lake.families["order"],)


def test_parameters_of_all_kinds(connection: Any) -> None:
    given: dict[str, Any] = {
        "text": "it's",
        "number": 1,
        "ratio": 2.5,
        "money": Decimal("1.50"),
        "day": date(2026, 3, 1),
        "at": datetime(2026, 3, 1, 1, 2, 3, 500000),
        "flag": True,
        "nothing": None,
    }
    cursor = connection.cursor()
    cursor.execute("SELECT " + ", ".join(f"%({name})s" for name in given), given)
    assert cursor.fetchone() == tuple(given.values())
    cursor.execute("SELECT count(*) FROM events WHERE event_type IN %(families)s", {"families": ["quiz"]})
    assert cursor.fetchone() > (0,)
    cursor.execute("SELECT ?, ?, ?", ["'it''s'", "1.50", "DATE '2026-03-01'"], paramstyle="qmark")
    assert cursor.fetchone() == ("it's", Decimal("1.50"), date(2026, 3, 1))


def test_a_statement_for_many_rows(connection: Any, lake: Lake) -> None:
    cursor = connection.cursor()
    place = f"s3://{lake.data_bucket}/many_rows/"
    cursor.execute(
        f"CREATE EXTERNAL TABLE many_rows (id int, name string) STORED AS PARQUET LOCATION '{place}'"
    )
    rows: list[dict[str, Any]] = [{"id": 1, "name": "it's one"}, {"id": 2, "name": None}]
    cursor.executemany("INSERT INTO many_rows VALUES (%(id)d, %(name)s)", rows)
    cursor.execute("SELECT id, name FROM many_rows ORDER BY id")
    assert cursor.fetchall() == [tuple(row.values()) for row in rows]
    cursor.execute("DROP TABLE many_rows")


def test_results_are_used_again(connection: Any) -> None:
    cursor = connection.cursor()
    sql = "SELECT max(payload) FROM events WHERE event_type = 'quiz'"
    options = {"result_reuse_enable": True, "result_reuse_minutes": 5}
    first = cursor.execute(sql, **options).fetchall()
    assert not cursor.reused_previous_result
    assert cursor.data_scanned_in_bytes > 0
    assert cursor.execute(sql, **options).fetchall() == first
    assert cursor.reused_previous_result
    assert cursor.data_scanned_in_bytes == 0


def test_the_clients_own_cache(connection: Any) -> None:
    cursor = connection.cursor()
    sql = "SELECT min(payload) FROM events WHERE event_type = 'quiz'"
    first = cursor.execute(sql).query_id
    assert cursor.execute(sql, cache_size=50).query_id == first


def test_dictionaries(connection: Any, lake: Lake) -> None:
    cursor = connection.cursor(DictCursor)
    cursor.execute("SELECT count(*) AS n, min(created_date) AS first FROM events")
    assert cursor.fetchall() == [{"n": lake.total, "first": min(lake.days)}]


def test_pandas_in_chunks(connection: Any, lake: Lake) -> None:
    cursor = connection.cursor(PandasCursor)
    chunks = cursor.execute("SELECT event_uuid FROM events", chunksize=150).as_pandas()
    assert [len(chunk) for chunk in chunks] == [150, 150, 100]


def test_polars(connection: Any, lake: Lake) -> None:
    cursor = connection.cursor(PolarsCursor)
    frame = cursor.execute("SELECT event_type, count(*) AS n FROM events GROUP BY 1 ORDER BY 1").as_polars()
    assert dict(frame.iter_rows()) == lake.families


def test_s3fs(connection: Any, lake: Lake) -> None:
    cursor = connection.cursor(S3FSCursor)
    cursor.execute("SELECT event_type, count(*) AS n FROM events GROUP BY 1 ORDER BY 1")
    assert cursor.fetchall() == sorted(lake.families.items())


def test_queries_at_the_same_time(connection: Any, lake: Lake) -> None:
    cursor = connection.cursor(AsyncCursor)
    waiting = [
        cursor.execute(f"SELECT count(*) FROM events WHERE event_type = '{family}'")[1]
        for family in sorted(lake.families)
    ]
    counts = [result.result().fetchone()[0] for result in waiting]
    assert counts == [n for _, n in sorted(lake.families.items())]
    _, result = connection.cursor(AsyncDictCursor).execute("SELECT 1 AS one")
    assert result.result().fetchall() == [{"one": 1}]
    cursor.close()


def test_metadata(connection: Any) -> None:
    cursor = connection.cursor()
    table = cursor.get_table_metadata("events")
    assert [column.name for column in table.partition_keys] == ["event_type", "created_date"]
    assert {column.name: column.type for column in table.columns}["created_datetime"] == "timestamp"
    assert "events" in [one.name for one in cursor.list_table_metadata()]


def test_statements_without_rows(connection: Any, lake: Lake) -> None:
    cursor = connection.cursor()
    cursor.execute("CREATE OR REPLACE VIEW orders AS SELECT * FROM events WHERE event_type = 'order'")
    cursor.execute("SELECT count(*) FROM orders")
    assert cursor.fetchone() == (lake.families["order"],)
    assert ("orders",) in cursor.execute("SHOW VIEWS").fetchall()
    cursor.execute("DROP VIEW orders")
    assert ("orders",) not in cursor.execute("SHOW VIEWS").fetchall()


def test_an_error_has_athenas_text(connection: Any) -> None:
    with pytest.raises(
        OperationalError, match=r"COLUMN_NOT_FOUND: line 1:8: Column 'nosuch' cannot be resolved"
    ):
        connection.cursor().execute("SELECT nosuch FROM events")


def test_a_place_of_ones_own(lake: Lake) -> None:
    with connect(s3_staging_dir=lake.staging, schema_name=lake.database, poll_interval=0.02) as own:
        cursor = own.cursor()
        assert cursor.execute("SELECT count(*) FROM events").fetchone() == (lake.total,)
        assert cursor.output_location.startswith(lake.staging)
