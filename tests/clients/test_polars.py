"""Polars on the lake's objects: what it reads is what Athena answers, and what it writes Athena reads."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3
import polars as pl
import pytest
from pyathena import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clients.conftest import Lake

DAY = "2026-03-01"


@pytest.fixture
def athena(lake: Lake) -> Iterator[Any]:
    with connect(work_group=lake.workgroup, schema_name=lake.database, poll_interval=0.02) as connection:
        yield connection.cursor()


@pytest.fixture
def events(lake: Lake) -> pl.LazyFrame:
    """The events with the keys as Glue has them: strings."""
    return pl.scan_parquet(
        f"s3://{lake.data_bucket}/data/events/",
        hive_partitioning=True,
        hive_schema={"event_type": pl.String, "created_date": pl.String},
    )


def sources_of(frame: pl.LazyFrame) -> list[str]:
    """Give the first object that the plan reads, and how many others there are."""
    plan: str = frame.explain()
    (line,) = [line for line in plan.splitlines() if "Parquet SCAN" in line]
    return line.partition("[")[2].rstrip("]").split(", ")


def test_columns(events: pl.LazyFrame, athena: Any, lake: Lake) -> None:
    assert events.collect_schema() == {
        "event_uuid": pl.String,
        "event_name": pl.String,
        "created_at": pl.Int64,
        "created_datetime": pl.Datetime("ns"),
        "event_subtype": pl.String,
        "payload": pl.String,
        "event_type": pl.String,
        "created_date": pl.String,
    }
    table = athena.get_table_metadata("events", schema_name=lake.database)
    names = {column.name for column in (*table.columns, *table.partition_keys)}
    assert set(events.collect_schema().names()) == names


def test_every_row(events: pl.LazyFrame, athena: Any) -> None:
    columns = ["event_uuid", "event_name", "event_type", "created_date", "created_datetime", "payload"]
    athena.execute(f"SELECT {', '.join(columns)} FROM events ORDER BY event_uuid")
    assert events.select(columns).sort("event_uuid").collect().rows() == athena.fetchall()


def test_a_condition_on_keys_reads_one_object(events: pl.LazyFrame, athena: Any, lake: Lake) -> None:
    everything = sources_of(events)
    assert len(everything) == 2
    assert everything[1].endswith("other sources")
    one = events.filter(pl.col("event_type") == "quiz", pl.col("created_date") == DAY)
    (source,) = sources_of(one)
    assert f"{lake.data_bucket}/data/events/event_type=quiz/created_date={DAY}/" in source
    athena.execute(f"SELECT count(*) FROM events WHERE event_type = 'quiz' AND created_date = '{DAY}'")
    assert one.select(pl.len()).collect().item() == athena.fetchone()[0] > 0


def test_the_same_question(events: pl.LazyFrame, athena: Any) -> None:
    found = (
        events.with_columns(user=pl.col("payload").str.json_path_match("$.user_id"))
        .filter(pl.col("event_name").str.starts_with("lesson:"), pl.col("created_at") > 0)
        .group_by("created_date", "event_subtype")
        .agg(
            pl.len().alias("n"),
            pl.col("user").n_unique().alias("users"),
            pl.col("created_datetime").max().alias("last"),
        )
        .sort("created_date", "event_subtype")
        .collect()
    )
    athena.execute("""
        SELECT created_date, event_subtype, count(*), count(DISTINCT json_extract_scalar(payload, '$.user_id')),
            max(created_datetime)
        FROM events
        WHERE event_name LIKE 'lesson:%' AND created_at > 0
        GROUP BY 1, 2 ORDER BY 1, 2
    """)
    rows = athena.fetchall()
    assert len(rows) > 10
    assert found.rows() == rows


def test_by_the_tables_place_and_without_variables(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    glue: Any = boto3.client("glue")
    table = glue.get_table(DatabaseName=lake.database, Name="events")["Table"]
    glue.close()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    events = pl.scan_parquet(
        table["StorageDescriptor"]["Location"],
        hive_schema={key["Name"]: pl.String for key in table["PartitionKeys"]},
        storage_options={
            "aws_endpoint_url": lake.endpoint,
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
            "aws_region": "us-east-1",
            "aws_allow_http": "true",
        },
    )
    counted = events.group_by("created_date").len().collect()
    assert dict(counted.iter_rows()) == lake.days


def test_what_athena_unloads(athena: Any, lake: Lake) -> None:
    place = f"s3://{lake.data_bucket}/polars/unloaded/"
    query = "SELECT event_uuid, created_datetime, event_type FROM events"
    athena.execute(
        f"UNLOAD ({query}) TO '{place}' WITH (format = 'PARQUET', partitioned_by = ARRAY['event_type'])"
    )
    frame = pl.read_parquet(place, hive_partitioning=True)
    athena.execute(f"{query} ORDER BY 1")
    assert frame.sort("event_uuid").rows() == athena.fetchall()


def test_athena_reads_what_polars_writes(athena: Any, lake: Lake) -> None:
    place = f"s3://{lake.data_bucket}/polars/written/"
    frame = pl.DataFrame(
        {
            "id": pl.Series([1, 2, 3], dtype=pl.Int32),
            "name": ["one", None, "drei äöü"],
            "price": pl.Series(["1.50", "2.00", None]).cast(pl.Decimal(10, 2)),
            "at": pl.Series(["2026-03-01T12:00:00.123"] * 3).str.to_datetime(time_unit="ms"),
            "tags": [["a", "b"], [], None],
            "day": [DAY, DAY, "2026-03-02"],
        }
    )
    for (day,), rows in frame.partition_by("day", as_dict=True, include_key=False).items():
        rows.write_parquet(f"{place}day={day}/rows.parquet")
    athena.execute(f"""
        CREATE EXTERNAL TABLE written_by_polars
            (id int, name string, price decimal(10,2), at timestamp, tags array<string>)
        PARTITIONED BY (day string) STORED AS PARQUET LOCATION '{place}'
    """)
    athena.execute("MSCK REPAIR TABLE written_by_polars")
    athena.execute(
        "SELECT id, name, price, at, cardinality(tags), tags[1], day FROM written_by_polars WHERE id <> 2"
    )
    at = frame["at"][0]
    assert sorted(athena.fetchall()) == [
        (1, "one", frame["price"][0], at, 2, "a", DAY),
        (3, "drei äöü", None, at, None, None, "2026-03-02"),
    ]
    athena.execute(f"SELECT count(*) FROM written_by_polars WHERE day = '{DAY}'")
    assert athena.fetchone() == (2,)
    athena.execute("DROP TABLE written_by_polars")
