"""awswrangler reads by Athena: the same frame in each of its three ways, and what it has around queries."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import awswrangler as wr
import pandas as pd
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clients.conftest import Lake

# awswrangler calls pandas in ways that a later one will not have.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

# One value of each type in the first row, NULL in the second.
TYPES = """
SELECT n, CAST(n AS tinyint) AS tiny, CAST(n AS smallint) AS small, CAST(n AS bigint) AS big,
    CAST(n AS real) AS single, CAST(n AS double) / 4 AS quarter, CAST(n AS decimal(10, 2)) AS money,
    IF(n = 1, CAST('1234567890123456789012345678.123' AS decimal(38, 3))) AS wide,
    IF(n = 1, TIMESTAMP '2026-03-01 01:02:03.123') AS at, IF(n = 1, DATE '2026-03-01') AS day,
    IF(n = 1, true) AS flag, IF(n = 1, 'it''s "one", öäü') AS text
FROM (VALUES 1, 2) AS numbers(n)
"""
FIRST = {
    "n": 1,
    "tiny": 1,
    "small": 1,
    "big": 1,
    "single": 1.0,
    "quarter": 0.25,
    "money": Decimal("1.00"),
    "wide": Decimal("1234567890123456789012345678.123"),
    "at": datetime(2026, 3, 1, 1, 2, 3, 123000),
    "day": date(2026, 3, 1),
    "flag": True,
    "text": 'it\'s "one", öäü',
}
KINDS = {
    "n": "Int32",
    "tiny": "Int8",
    "small": "Int16",
    "big": "Int64",
    "single": "float32",
    "quarter": "float64",
    "money": "object",
    "wide": "object",
    "day": "object",
    "flag": "boolean",
    "text": "string",
}
NESTED = """
SELECT ARRAY[1, NULL] AS items, MAP(ARRAY['k'], ARRAY[1.5]) AS named, ARRAY[ARRAY['a'], ARRAY[]] AS deep,
    CAST(ROW(1, 'x') AS ROW(f bigint, g varchar)) AS pair, X'00ff' AS bytes
"""
BY_FAMILY = "SELECT event_type, count(*) AS n FROM events GROUP BY 1"
WAYS = ("regular", "ctas", "unload")


class Reader:
    """Reads with what a user has to say: the database, the workgroup, and one of the three ways."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._unloads = 0
        self.where = {"database": lake.database, "workgroup": lake.workgroup}

    def read(self, sql: str, way: str = "regular", **options: Any) -> Any:
        if way == "unload":
            self._unloads += 1
            place = f"s3://{self._lake.results_bucket}/unloaded/{self._unloads}/"
            options = {"unload_approach": True, "s3_output": place, **options}
        return wr.athena.read_sql_query(sql, ctas_approach=way == "ctas", **self.where, **options)


@pytest.fixture(scope="module")
def reader(lake: Lake) -> Reader:
    return Reader(lake)


@pytest.mark.parametrize("way", WAYS)
def test_types(reader: Reader, way: str) -> None:
    frame = reader.read(TYPES, way).sort_values("n", ignore_index=True)
    kinds = {str(name): str(kind) for name, kind in frame.dtypes.items()}
    assert kinds.pop("at").startswith("datetime64[")  # ms in Parquet; of a CSV pandas makes us
    assert kinds == KINDS
    assert frame.iloc[0].to_dict() == FIRST
    empty = frame.iloc[1].isna()
    assert list(empty[empty].index) == ["wide", "at", "day", "flag", "text"]
    assert frame.iloc[1]["money"] == Decimal("2.00")


@pytest.mark.parametrize("way", ["ctas", "unload"])
def test_nested_types(reader: Reader, way: str) -> None:
    row = reader.read(NESTED, way).iloc[0]
    assert [None if pd.isna(one) else one for one in row["items"]] == [1, None]
    assert row["named"] == [("k", Decimal("1.5"))]
    assert [list(one) for one in row["deep"]] == [["a"], []]
    assert row["pair"] == {"f": 1, "g": "x"}
    assert row["bytes"] == b"\x00\xff"


def test_tables_of_ctas_are_gone_afterwards(reader: Reader, lake: Lake) -> None:
    before = set(wr.catalog.tables(database=lake.database)["Table"])
    assert len(reader.read("SELECT event_uuid FROM events", "ctas")) == lake.total
    assert set(wr.catalog.tables(database=lake.database)["Table"]) == before


@pytest.mark.parametrize("way", WAYS)
def test_chunks(reader: Reader, lake: Lake, way: str) -> None:
    chunks = [len(chunk) for chunk in reader.read("SELECT event_uuid FROM events", way, chunksize=150)]
    assert chunks == [150, 150, 100]
    assert sum(len(chunk) for chunk in reader.read("SELECT 1 FROM events", chunksize=True)) == lake.total


@pytest.mark.parametrize("way", WAYS)
def test_parameters(reader: Reader, lake: Lake, way: str) -> None:
    named = reader.read(
        "SELECT count(*) AS n FROM events WHERE event_type = :family AND created_at > :after",
        way,
        params={"family": "order", "after": 0},
    )
    assert named["n"].to_list() == [lake.families["order"]]


@pytest.mark.parametrize("way", ["regular", "ctas"])
def test_execution_parameters(reader: Reader, lake: Lake, way: str) -> None:
    marked = reader.read(
        "SELECT count(*) AS n FROM events WHERE event_type = ? AND created_at > ?",
        way,
        params=["order", "0"],
        paramstyle="qmark",
    )
    assert marked["n"].to_list() == [lake.families["order"]]


def test_a_whole_table(lake: Lake, reader: Reader) -> None:
    by_athena = wr.athena.read_sql_table("events", ctas_approach=False, **reader.where)
    by_glue = wr.s3.read_parquet_table("events", lake.database)
    assert len(by_athena) == len(by_glue) == lake.total
    assert set(by_athena["event_uuid"]) == set(by_glue["event_uuid"])
    orders = wr.s3.read_parquet(
        f"s3://{lake.data_bucket}/data/events/",
        dataset=True,
        partition_filter=lambda keys: keys["event_type"] == "order",
    )
    assert len(orders) == lake.families["order"]
    arrow = wr.athena.read_sql_table("events", dtype_backend="pyarrow", **reader.where)
    assert str(arrow["created_at"].dtype) == "int64[pyarrow]"


def test_results_are_used_again(reader: Reader) -> None:
    sql = "SELECT max(payload) AS last FROM events WHERE event_type = 'video'"
    reuse = {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 5}}
    first = reader.read(sql, result_reuse_configuration=reuse)
    again = reader.read(sql, result_reuse_configuration=reuse)
    assert first.equals(again)
    reused = again.query_metadata["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"]
    assert reused is True
    cached = reader.read(sql, athena_cache_settings={"max_cache_seconds": 900})
    assert cached.query_metadata["QueryExecutionId"] in (
        first.query_metadata["QueryExecutionId"],
        again.query_metadata["QueryExecutionId"],
    )


def test_a_query_step_by_step(lake: Lake, reader: Reader) -> None:
    query = wr.athena.start_query_execution(BY_FAMILY, **reader.where)
    assert wr.athena.wait_query(query)["Status"]["State"] == "SUCCEEDED"
    assert wr.athena.get_query_columns_types(query) == {"event_type": "varchar", "n": "bigint"}
    counts = wr.athena.get_query_results(query)
    assert dict(zip(counts["event_type"], counts["n"], strict=True)) == lake.families
    assert query in wr.athena.list_query_executions(workgroup=lake.workgroup)
    assert wr.athena.get_query_executions([query])["QueryExecutionId"].to_list() == [query]
    assert wr.athena.get_work_group(lake.workgroup)["WorkGroup"]["State"] == "ENABLED"


def test_a_query_is_stopped(reader: Reader) -> None:
    numbers = "UNNEST(sequence(1, 10000))"
    sql = f"SELECT count(*) FROM {numbers} a(x), {numbers} b(y), {numbers} c(z) WHERE (x * y * z) % 7 = 0"
    query = wr.athena.start_query_execution(sql, **reader.where)
    wr.athena.stop_query_execution(query)
    with pytest.raises(wr.exceptions.QueryCancelled, match="Query cancelled by user"):
        wr.athena.wait_query(query)


def test_failures_have_athenas_text(reader: Reader) -> None:
    with pytest.raises(wr.exceptions.QueryFailed, match="COLUMN_NOT_FOUND: line 1:8: Column 'nosuch'"):
        reader.read("SELECT nosuch FROM events")


def test_tables_are_described(lake: Lake) -> None:
    where = {"database": lake.database, "workgroup": lake.workgroup}
    described = wr.athena.describe_table("events", **where).set_index("Column Name")
    assert described.loc["created_at", "Type"] == "bigint"
    assert described.loc["event_type", "Partition"]
    assert not described.loc["payload", "Partition"]
    assert described.loc["event_uuid", "Comment"] == "Identifies the event."
    made_by = wr.athena.show_create_table("events", **where)
    assert made_by.startswith("CREATE EXTERNAL TABLE `events`(")
    assert f"'s3://{lake.data_bucket}/data/events" in made_by
    generated = wr.athena.generate_create_query("events", database=lake.database)
    assert "PARTITIONED BY" in generated


def test_prepared_statements(lake: Lake, reader: Reader) -> None:
    wr.athena.create_prepared_statement(
        "SELECT count(*) AS n FROM events WHERE event_type = ?", "by_family", workgroup=lake.workgroup
    )
    names = [one["StatementName"] for one in wr.athena.list_prepared_statements(lake.workgroup)]
    assert names == ["by_family"]
    ways: tuple[tuple[str, dict[str, Any]], ...] = (
        ("EXECUTE by_family USING 'order'", {}),
        ("EXECUTE by_family", {"params": ["'order'"], "paramstyle": "qmark"}),
    )
    for sql, options in ways:
        assert reader.read(sql, **options)["n"].to_list() == [lake.families["order"]]
    wr.athena.delete_prepared_statement("by_family", workgroup=lake.workgroup)


@pytest.fixture
def made(lake: Lake) -> Iterator[str]:
    """The name of a table that is dropped at the end."""
    yield "made_by_awswrangler"
    wr.catalog.delete_table_if_exists(lake.database, "made_by_awswrangler")


def test_a_table_of_a_query(lake: Lake, reader: Reader, made: str) -> None:
    wr.athena.create_ctas_table(
        "SELECT event_uuid, created_at, event_type FROM events",
        ctas_table=made,
        storage_format="ORC",
        write_compression="ZLIB",
        partitioning_info=["event_type"],
        wait=True,
        **reader.where,
    )
    counts = reader.read(f"SELECT event_type, count(*) AS n FROM {made} GROUP BY 1")
    assert dict(zip(counts["event_type"], counts["n"], strict=True)) == lake.families


def test_unloaded_files(lake: Lake, reader: Reader) -> None:
    place = f"s3://{lake.data_bucket}/unloaded/by-family/"
    wr.athena.unload(
        "SELECT event_uuid, event_type FROM events", place, partitioned_by=["event_type"], **reader.where
    )
    read = wr.s3.read_parquet(place, dataset=True)
    assert read["event_type"].value_counts().to_dict() == lake.families


def test_iceberg_is_refused_by_name(lake: Lake) -> None:
    with pytest.raises(wr.exceptions.QueryFailed, match=r"NOT_SUPPORTED: .*Iceberg"):
        wr.athena.to_iceberg(
            pd.DataFrame({"id": [1]}),
            database=lake.database,
            table="iceberg",
            table_location=f"s3://{lake.data_bucket}/iceberg/",
            temp_path=f"s3://{lake.data_bucket}/iceberg-temp/",
            workgroup=lake.workgroup,
        )
    assert not wr.catalog.does_table_exist(lake.database, "iceberg")


def test_the_address_in_its_own_configuration(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of the variable: `wr.config`, which has one address for each service."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    services = ("athena", "glue", "s3", "sts")
    for service in services:
        monkeypatch.setattr(wr.config, f"{service}_endpoint_url", lake.endpoint, raising=False)
    counts = wr.athena.read_sql_query(BY_FAMILY, database=lake.database, workgroup=lake.workgroup)
    assert dict(zip(counts["event_type"], counts["n"], strict=True)) == lake.families
    assert wr.sts.get_account_id() == "000000000000"
