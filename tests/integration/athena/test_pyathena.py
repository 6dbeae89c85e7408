"""PyAthena against the local Athena, as its users call it."""

from __future__ import annotations

import functools
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow.fs
import pytest
from pyathena import connect
from pyathena.arrow.cursor import ArrowCursor
from pyathena.async_cursor import AsyncCursor
from pyathena.cursor import DictCursor
from pyathena.error import OperationalError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from tests.gateway_fixture import LocalAws
    from tests.integration.athena.lake import Lake


@pytest.fixture
def connection(lake: Lake, local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", local_aws.endpoint)
    made = connect(
        endpoint_url=local_aws.endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        s3_staging_dir=lake.results,
        schema_name=lake.database,
        poll_interval=0.02,
    )
    yield made
    made.close()


def test_rows_have_python_types(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(
        "SELECT user_id, event_name, amount, at, 1.25 AS d, true AS b, CAST(NULL AS varchar) AS n"
        " FROM events WHERE event_type = 'order' AND created_date = '2026-02-01' ORDER BY user_id LIMIT 1"
    )
    assert cursor.fetchall() == [
        (0, "order:created", 1.5, datetime(2023, 11, 14, 22, 13, 20), Decimal("1.25"), True, None)
    ]
    assert [column[0] for column in cursor.description] == [
        "user_id",
        "event_name",
        "amount",
        "at",
        "d",
        "b",
        "n",
    ]
    assert cursor.data_scanned_in_bytes > 0


def test_parameters(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("SELECT count(*) FROM events WHERE event_type = %(kind)s", {"kind": "order"})
    assert cursor.fetchone() == (6,)
    cursor.execute("SELECT count(*) FROM events WHERE event_type = ?", ["'order'"], paramstyle="qmark")
    assert cursor.fetchone() == (6,)


def test_dictionaries(connection: Any) -> None:
    cursor = connection.cursor(DictCursor)
    cursor.execute("SELECT count(*) AS n FROM events")
    assert cursor.fetchall() == [{"n": 12}]


def test_more_rows_than_a_page(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("SELECT n FROM UNNEST(sequence(1, 3000)) u(n) ORDER BY 1")
    assert [row[0] for row in cursor] == list(range(1, 3001))


def test_asynchronous_queries(connection: Any) -> None:
    cursor = connection.cursor(AsyncCursor)
    _, first = cursor.execute("SELECT 1")
    _, second = cursor.execute("SELECT 2")
    assert [first.result().fetchall(), second.result().fetchall()] == [[(1,)], [(2,)]]


@pytest.fixture
def arrow_connection(connection: Any, local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The Arrow cursor makes a pyarrow file system itself, which no variable points at another endpoint."""
    address = local_aws.endpoint.removeprefix("http://")
    made = functools.partial(pyarrow.fs.S3FileSystem, endpoint_override=address, scheme="http")
    monkeypatch.setattr(pyarrow.fs, "S3FileSystem", made)
    return connection


def test_arrow_tables(arrow_connection: Any) -> None:
    cursor = arrow_connection.cursor(ArrowCursor)
    table = cursor.execute("SELECT event_type, count(*) AS n FROM events GROUP BY 1 ORDER BY 1").as_arrow()
    assert table.to_pydict() == {"event_type": ["account", "order"], "n": [6, 6]}


def test_arrow_tables_by_unload(arrow_connection: Any) -> None:
    cursor = arrow_connection.cursor(ArrowCursor, unload=True)
    table = cursor.execute("SELECT event_type, amount FROM events WHERE user_id = 1 ORDER BY 1").as_arrow()
    assert sorted(table.column("event_type").to_pylist()) == ["account", "account", "order", "order"]


def test_the_catalog_in_sql(connection: Any) -> None:
    cursor = connection.cursor()
    assert ("events",) in cursor.execute("SHOW TABLES").fetchall()
    assert cursor.execute("SHOW COLUMNS IN events").fetchone() == ("event_name".ljust(20),)


def test_an_error_has_athenas_text(connection: Any) -> None:
    with pytest.raises(OperationalError, match=r"TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog"):
        connection.cursor().execute("SELECT * FROM nosuch")
