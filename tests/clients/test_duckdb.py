"""DuckDB on the lake's objects, through Arrow and through s3fs: the same SQL as Athena, the same rows.

Its extension httpfs is not used: DuckDB downloads extensions, and tests have no network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import s3fs
from pyarrow import dataset, fs
from pyathena import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clients.conftest import Lake

DAY = "2026-03-01"
# Read alike by Trino and by DuckDB.
QUESTIONS = {
    "every row": "SELECT event_uuid, event_name, created_at, created_datetime, payload, event_type FROM events",
    "group by": "SELECT event_type, count(*), min(created_datetime), max(created_at) FROM events GROUP BY 1",
    "one partition": f"SELECT event_uuid FROM events WHERE event_type = 'quiz' AND date(created_date) = DATE '{DAY}'",
    "distinct": "SELECT count(DISTINCT event_name), count(DISTINCT event_type) FROM events",
    "window": """
        SELECT event_type, event_uuid FROM (
            SELECT event_type, event_uuid,
                row_number() OVER (PARTITION BY event_type ORDER BY created_at DESC, event_uuid) AS nth
            FROM events
        ) AS numbered WHERE nth <= 2
    """,
    "join": """
        SELECT a.event_name, count(*) FROM events AS a
        JOIN events AS b ON a.event_uuid = b.event_uuid AND a.created_at = b.created_at
        WHERE b.event_name LIKE 'lesson:%' GROUP BY a.event_name
    """,
    "common table": """
        WITH days AS (SELECT event_type, date_trunc('hour', created_datetime) AS hour FROM events)
        SELECT hour, event_type, count(*) FROM days GROUP BY hour, event_type HAVING count(*) > 5
    """,
}


class Watched(s3fs.S3FileSystem):  # type: ignore[misc]
    """An S3 file system that notes what is opened; each has its own listings."""

    cachable = False

    def __init__(self) -> None:
        super().__init__(use_listings_cache=False)
        self.opened: set[str] = set()

    def open(self, path: str, *arguments: Any, **options: Any) -> Any:
        self.opened.add(path)
        return super().open(path, *arguments, **options)


@pytest.fixture
def athena(lake: Lake) -> Iterator[Any]:
    with connect(work_group=lake.workgroup, schema_name=lake.database, poll_interval=0.02) as connection:
        yield connection.cursor()


@pytest.fixture
def watched(lake: Lake) -> Watched:
    return Watched()


@pytest.fixture
def database(lake: Lake, watched: Watched) -> Iterator[duckdb.DuckDBPyConnection]:
    """An own database in memory, which reads and writes `s3://` through s3fs."""
    made = duckdb.connect()
    made.register_filesystem(watched)
    yield made
    made.close()


@pytest.fixture(params=["arrow", "s3fs"])
def events(
    request: pytest.FixtureRequest, lake: Lake, database: duckdb.DuckDBPyConnection
) -> duckdb.DuckDBPyConnection:
    """A database whose `events` are the lake's, read in one of the two ways."""
    place = f"{lake.data_bucket}/data/events/"
    if request.param == "arrow":
        s3 = fs.S3FileSystem(endpoint_override=lake.endpoint)
        database.register("events", dataset.dataset(place, filesystem=s3, partitioning="hive"))
    else:
        database.execute(
            f"CREATE VIEW events AS SELECT * FROM read_parquet('s3://{place}**/*.parquet', hive_partitioning = true)"
        )
    return database


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_the_same_question(events: duckdb.DuckDBPyConnection, athena: Any, question: str) -> None:
    expected = athena.execute(question).fetchall()
    assert expected
    assert sorted(events.execute(question).fetchall()) == sorted(expected)


def test_fields_of_the_payload(events: duckdb.DuckDBPyConnection, athena: Any) -> None:
    def question(scalar: str) -> str:
        return f"SELECT event_uuid, {scalar}(payload, '$.user_id') AS user_id FROM events WHERE event_type = 'video'"

    expected = athena.execute(question("json_extract_scalar")).fetchall()
    assert any(user for _, user in expected)
    assert sorted(events.execute(question("json_extract_string")).fetchall()) == sorted(expected)


def test_a_condition_on_keys_opens_one_object(
    database: duckdb.DuckDBPyConnection, watched: Watched, lake: Lake
) -> None:
    place = f"s3://{lake.data_bucket}/data/events/"
    found = database.execute(
        f"SELECT count(*) FROM read_parquet('{place}**/*.parquet', hive_types_autocast = false)"
        f" WHERE event_type = 'quiz' AND created_date = '{DAY}'"
    ).fetchone()
    assert found is not None
    assert 0 < found[0] < lake.families["quiz"]
    opened = {path for path in watched.opened if "/event_type=quiz/" in path}
    assert {f"created_date={DAY}" in path for path in opened} == {True}
    # DuckDB looks at one object more, for the columns.
    assert len(watched.opened) <= 2


def test_a_condition_on_keys_keeps_one_object_of_arrows(lake: Lake) -> None:
    s3 = fs.S3FileSystem(endpoint_override=lake.endpoint)
    events = dataset.dataset(f"{lake.data_bucket}/data/events/", filesystem=s3, partitioning="hive")
    wanted = (dataset.field("event_type") == "quiz") & (dataset.field("created_date") == DAY)
    (kept,) = events.get_fragments(wanted)
    assert f"event_type=quiz/created_date={DAY}/" in kept.path
    assert len(list(events.get_fragments())) > 30


def test_athena_reads_what_duckdb_writes(
    database: duckdb.DuckDBPyConnection, athena: Any, lake: Lake
) -> None:
    place = f"s3://{lake.data_bucket}/duckdb/written/"
    for day, rows in ((DAY, "(1, 'one', 1.50), (2, NULL, NULL)"), ("2026-03-02", "(3, 'three', 3.00)")):
        database.execute(f"""
            COPY (
                SELECT id, name, price::decimal(10, 2) AS price, TIMESTAMP '{day} 12:00:00.123' AS moment,
                    MAP {{'k': id}} AS counts
                FROM (VALUES {rows}) AS made(id, name, price)
            ) TO '{place}day={day}/rows.parquet' (FORMAT parquet, COMPRESSION zstd)
        """)
    athena.execute(f"""
        CREATE EXTERNAL TABLE written_by_duckdb
            (id int, name string, price decimal(10,2), moment timestamp, counts map<string,int>)
        PARTITIONED BY (day date) STORED AS PARQUET LOCATION '{place}'
    """)
    athena.execute("MSCK REPAIR TABLE written_by_duckdb")
    asked = "SELECT id, name, price, moment, {counts}, day FROM {table} ORDER BY id"
    expected = database.execute(
        asked.format(counts="counts['k']", table=f"read_parquet('{place}**/*.parquet')")
    ).fetchall()
    assert len(expected) == 3
    athena.execute(asked.format(counts="counts['k']", table="written_by_duckdb"))
    assert athena.fetchall() == expected
    athena.execute("DROP TABLE written_by_duckdb")
