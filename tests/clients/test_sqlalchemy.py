"""SQLAlchemy with PyAthena's dialect: reflection, and statements made by its core and its ORM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import pandas as pd
import pytest
import sqlalchemy as sa
from sqlalchemy import orm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clients.conftest import Lake


@pytest.fixture(scope="module")
def engine(lake: Lake) -> Iterator[Any]:
    made = sa.create_engine(
        f"awsathena+rest://:@athena.us-east-1.amazonaws.com:443/{lake.database}"
        f"?s3_staging_dir={quote_plus(lake.staging)}&work_group=primary"
        f"&endpoint_url={quote_plus(lake.endpoint)}&poll_interval=0.02"
    )
    with made.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE OR REPLACE VIEW big_families AS SELECT event_type, count(*) AS n FROM events GROUP BY 1"
            )
        )
    yield made
    with made.begin() as connection:
        connection.execute(sa.text("DROP VIEW big_families"))
    made.dispose()


@pytest.fixture(scope="module")
def events(engine: Any) -> sa.Table:
    return sa.Table("events", sa.MetaData(), autoload_with=engine)


def test_schemas_tables_and_views(engine: Any, lake: Lake) -> None:
    inspector = sa.inspect(engine)
    assert lake.database in inspector.get_schema_names()
    assert "events" in inspector.get_table_names(schema=lake.database)
    assert "big_families" not in inspector.get_table_names(schema=lake.database)
    assert inspector.get_view_names(schema=lake.database) == ["big_families"]
    assert "count(*)" in inspector.get_view_definition("big_families", schema=lake.database).lower()


def test_columns(engine: Any, lake: Lake) -> None:
    columns = {one["name"]: one for one in sa.inspect(engine).get_columns("events", schema=lake.database)}
    assert isinstance(columns["created_at"]["type"], sa.BIGINT)
    assert isinstance(columns["created_datetime"]["type"], sa.TIMESTAMP)
    assert isinstance(columns["payload"]["type"], sa.String)
    assert columns["event_uuid"]["comment"] == "Identifies the event."
    assert "event_type" in columns
    of_view = sa.inspect(engine).get_columns("big_families", schema=lake.database)
    assert [(one["name"], type(one["type"]).__name__) for one in of_view] == [
        ("event_type", "String"),
        ("n", "BIGINT"),
    ]


def test_options(events: sa.Table, lake: Lake) -> None:
    options = events.dialect_options["awsathena"]
    assert options["location"] == f"s3://{lake.data_bucket}/data/events/"
    assert "ParquetHiveSerDe" in str(options["row_format"])


def test_core(engine: Any, events: sa.Table, lake: Lake) -> None:
    statement = (
        sa.select(events.c.event_type, sa.func.count().label("n"))
        .where(events.c.created_date.in_(sorted(lake.days)), events.c.event_type != "order")
        .group_by(events.c.event_type)
        .having(sa.func.count() > 0)
        .order_by(sa.desc("n"), events.c.event_type)
        .limit(3)
    )
    expected = sorted(
        ((k, n) for k, n in lake.families.items() if k != "order"), key=lambda one: (-one[1], one[0])
    )
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(statement)] == expected[:3]


def test_more_of_core(engine: Any, events: sa.Table, lake: Lake) -> None:
    later = events.alias("later")
    pairs = (
        sa.select(sa.func.count(sa.distinct(events.c.event_uuid)))
        .select_from(events.join(later, events.c.event_uuid == later.c.event_uuid))
        .where(sa.cast(events.c.created_at, sa.String).like("17%"), events.c.event_name.contains(":"))
    )
    with engine.connect() as connection:
        assert connection.scalar(pairs) == lake.total
        assert (
            connection.scalar(sa.select(sa.extract("year", sa.func.max(events.c.created_datetime)))) == 2026
        )
        page = sa.select(events.c.event_uuid).order_by(events.c.event_uuid).offset(390).limit(100)
        assert len(connection.execute(page).all()) == lake.total - 390


def test_mapped_classes(engine: Any, events: sa.Table, lake: Lake) -> None:
    base: Any = orm.declarative_base(metadata=sa.MetaData())

    class Event(base):  # type: ignore[misc]
        __tablename__ = "events"
        event_uuid = sa.Column(sa.String, primary_key=True)
        event_type = sa.Column(sa.String)
        created_datetime = sa.Column(sa.TIMESTAMP)

    with orm.Session(engine) as session:
        found = session.scalars(
            sa.select(Event).where(Event.event_type == "order").order_by(Event.created_datetime)
        ).all()
        assert len(found) == lake.families["order"]
        assert {one.event_type for one in found} == {"order"}
        assert session.query(Event).filter_by(event_type="quiz").count() == lake.families["quiz"]


def test_tables_are_made_and_dropped(engine: Any, lake: Lake) -> None:
    table = sa.Table(
        "made_by_sqlalchemy",
        sa.MetaData(schema=lake.database),
        sa.Column("id", sa.Integer),
        sa.Column("name", sa.String, comment="what it is called"),
        sa.Column("at", sa.TIMESTAMP),
        awsathena_location=f"s3://{lake.data_bucket}/made_by_sqlalchemy/",
        awsathena_file_format="PARQUET",
        awsathena_compression="SNAPPY",
    )
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(table).values([{"id": 1, "name": "it's one"}, {"id": 2, "name": None}]))
        assert connection.execute(sa.select(table.c.id, table.c.name).order_by(table.c.id)).all() == [
            (1, "it's one"),
            (2, None),
        ]
    table.drop(engine)
    assert "made_by_sqlalchemy" not in sa.inspect(engine).get_table_names(schema=lake.database)


def test_pandas_reads_by_it(engine: Any, lake: Lake) -> None:
    frame = pd.read_sql_query(sa.text("SELECT event_type, n FROM big_families ORDER BY n"), engine)
    assert dict(zip(frame["event_type"], frame["n"], strict=True)) == lake.families


def test_a_table_that_is_missing(engine: Any, lake: Lake) -> None:
    inspector = sa.inspect(engine)
    assert inspector.has_table("events", schema=lake.database)
    assert not inspector.has_table("nosuch", schema=lake.database)
