"""PyAthena's cursors of pandas and Arrow, which read result objects from S3, and a frame written as a table."""

from __future__ import annotations

import functools
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import fs
from pyathena import connect
from pyathena.arrow.async_cursor import AsyncArrowCursor
from pyathena.arrow.cursor import ArrowCursor
from pyathena.error import OperationalError
from pyathena.pandas.async_cursor import AsyncPandasCursor
from pyathena.pandas.cursor import PandasCursor
from pyathena.pandas.util import as_pandas, to_sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clients.conftest import Lake

# One value of each type, and NULL in the second row.
TYPES = """
SELECT n, CAST(n AS tinyint) AS tiny, CAST(n AS double) / 4 AS quarter, CAST(n AS decimal(10, 2)) AS money,
    IF(n = 1, CAST('1234567890123456789012345678.123' AS decimal(38, 3))) AS wide,
    IF(n = 1, TIMESTAMP '2026-03-01 01:02:03.123') AS at, IF(n = 1, DATE '2026-03-01') AS day,
    IF(n = 1, true) AS flag, IF(n = 1, 'it''s "one", öäü') AS text, IF(n = 1, X'00ff') AS bytes,
    ARRAY[n, 2] AS items
FROM (VALUES 1, 2) AS numbers(n)
ORDER BY n
"""
ROWS = [
    {
        "n": 1,
        "tiny": 1,
        "quarter": 0.25,
        "money": Decimal("1.00"),
        "wide": Decimal("1234567890123456789012345678.123"),
        "at": datetime(2026, 3, 1, 1, 2, 3, 123000),
        "day": date(2026, 3, 1),
        "flag": True,
        "text": 'it\'s "one", öäü',
        "bytes": b"\x00\xff",
        "items": [1, 2],
    },
    {
        **dict.fromkeys(("wide", "at", "day", "flag", "text", "bytes")),
        "n": 2,
        "tiny": 2,
        "quarter": 0.5,
        "money": Decimal("2.00"),
        "items": [2, 2],
    },
]
BY_FAMILY = "SELECT event_type, count(*) AS n FROM events GROUP BY 1 ORDER BY 1"


@pytest.fixture
def connection(lake: Lake) -> Iterator[Any]:
    made = connect(work_group=lake.workgroup, schema_name=lake.database, poll_interval=0.02)
    yield made
    made.close()


@pytest.fixture
def unloading(lake: Lake) -> Iterator[Any]:
    """A connection that names the place of its results itself, as PyAthena wants it for UNLOAD."""
    made = connect(s3_staging_dir=lake.staging, schema_name=lake.database, poll_interval=0.02)
    yield made
    made.close()


@pytest.fixture
def arrow_is_told(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell Arrow the address, as the guide does: its file system does not look at the variables."""
    told = functools.partial(fs.S3FileSystem, endpoint_override=lake.endpoint)
    monkeypatch.setattr(fs, "S3FileSystem", told)


def plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a frame's rows with None for whatever pandas has for NULL."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(key): _plain(value) for key, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.tolist() if hasattr(value, "tolist") else value


def test_pandas(connection: Any) -> None:
    frame = connection.cursor(PandasCursor).execute(TYPES).as_pandas()
    midnight = datetime(2026, 3, 1)
    expected = [{**row, "items": str(row["items"])} for row in ROWS]  # a CSV has no arrays
    assert plain(frame) == [{**expected[0], "day": midnight}, expected[1]]
    kinds = {str(name): str(kind) for name, kind in frame.dtypes.items()}
    assert kinds["n"] == kinds["tiny"] == "Int64"
    assert kinds["quarter"] == "float64"
    assert kinds["at"].startswith("datetime64")
    assert kinds["money"] == kinds["wide"] == "object"


def test_pandas_by_unload(unloading: Any, lake: Lake) -> None:
    cursor = unloading.cursor(PandasCursor, unload=True, engine="pyarrow")
    frame = cursor.execute(TYPES).as_pandas()
    assert plain(frame) == [{**ROWS[0], "day": datetime(2026, 3, 1)}, ROWS[1]]
    assert str(frame["tiny"].dtype) == "int8"
    assert cursor.output_location.startswith(lake.staging)
    counts = cursor.execute(BY_FAMILY).as_pandas()
    assert dict(zip(counts["event_type"], counts["n"], strict=True)) == lake.families
    assert cursor.execute("SELECT * FROM events WHERE event_type = 'nosuch'").as_pandas().empty


@pytest.mark.usefixtures("arrow_is_told")
def test_arrow(connection: Any, lake: Lake) -> None:
    cursor = connection.cursor(ArrowCursor)
    table = cursor.execute(TYPES).as_arrow()
    assert table.column_names == list(ROWS[0])
    assert pa.types.is_timestamp(table.schema.field("at").type)
    assert table.column("at").to_pylist() == [row["at"] for row in ROWS]
    assert cursor.execute(TYPES).fetchone()[3:8] == tuple(ROWS[0].values())[3:8]
    counts = cursor.execute(BY_FAMILY).as_arrow()
    assert counts.schema.field("n").type == pa.int64()
    assert dict(zip(*counts.to_pydict().values(), strict=True)) == lake.families


@pytest.mark.usefixtures("arrow_is_told")
def test_arrow_by_unload(unloading: Any, lake: Lake) -> None:
    cursor = unloading.cursor(ArrowCursor, unload=True)
    table = cursor.execute(TYPES).as_arrow()
    assert table.to_pylist() == ROWS
    kinds = {field.name: field.type for field in table.schema}
    assert kinds["tiny"] == pa.int8()
    assert kinds["money"] == pa.decimal128(10, 2)
    assert kinds["wide"] == pa.decimal128(38, 3)
    assert kinds["day"] == pa.date32()
    assert kinds["bytes"] == pa.binary()
    assert cursor.execute("SELECT event_uuid FROM events").as_arrow().num_rows == lake.total


@pytest.mark.usefixtures("arrow_is_told")
def test_frames_in_the_background(unloading: Any, lake: Lake) -> None:
    pandas = unloading.cursor(AsyncPandasCursor)
    arrow = unloading.cursor(AsyncArrowCursor, unload=True)
    _, frame = pandas.execute(BY_FAMILY)
    _, table = arrow.execute(BY_FAMILY)
    assert dict(zip(*frame.result().as_pandas().to_dict("list").values(), strict=True)) == lake.families
    assert dict(zip(*table.result().as_arrow().to_pydict().values(), strict=True)) == lake.families
    pandas.close()
    arrow.close()


WRITTEN: list[dict[str, Any]] = [
    {"id": 1, "name": "it's", "at": datetime(2026, 3, 1, 1, 2, 3, 500000), "x": 1.5, "part": "p"},
    {"id": 2, "name": None, "at": None, "x": None, "part": "q"},
    {"id": 3, "name": "", "at": datetime(2026, 3, 3), "x": 2.5, "part": "q"},
]


def test_a_frame_becomes_a_table(connection: Any, lake: Lake) -> None:
    frame = pd.DataFrame(WRITTEN).assign(
        ok=[True, False, True], day=[date(2026, 3, 1), None, date(2026, 3, 3)]
    )
    place = f"s3://{lake.data_bucket}/by_pyathena/"
    cursor = connection.cursor()
    to_sql(frame, "by_pyathena", connection, place, schema=lake.database)
    read = cursor.execute("SELECT id, name, at, x, part, ok, day FROM by_pyathena ORDER BY id").fetchall()
    assert read[0] == (*WRITTEN[0].values(), True, date(2026, 3, 1))
    assert read[1] == (*WRITTEN[1].values(), False, None)
    assert read[2] == (*WRITTEN[2].values(), True, date(2026, 3, 3))
    with pytest.raises(OperationalError, match="already exists"):
        to_sql(frame, "by_pyathena", connection, place, schema=lake.database)
    to_sql(frame, "by_pyathena", connection, place, schema=lake.database, if_exists="append")
    assert cursor.execute("SELECT count(*) FROM by_pyathena").fetchone() == (6,)
    to_sql(frame[:1], "by_pyathena", connection, place, schema=lake.database, if_exists="replace")
    assert as_pandas(cursor.execute("SELECT id FROM by_pyathena"))["id"].to_list() == [1]
    cursor.execute("DROP TABLE by_pyathena")


def test_a_frame_becomes_a_table_with_partitions(connection: Any, lake: Lake) -> None:
    to_sql(
        pd.DataFrame(WRITTEN),
        "by_pyathena_in_parts",
        connection,
        f"s3://{lake.data_bucket}/by_pyathena_in_parts/",
        schema=lake.database,
        partitions=["part"],
        compression="snappy",
    )
    cursor = connection.cursor()
    assert cursor.execute("SHOW PARTITIONS by_pyathena_in_parts").fetchall() == [("part=p",), ("part=q",)]
    cursor.execute("SELECT part, count(*), max(at) FROM by_pyathena_in_parts GROUP BY 1 ORDER BY 1")
    assert cursor.fetchall() == [("p", 1, WRITTEN[0]["at"]), ("q", 2, WRITTEN[2]["at"])]
    cursor.execute("DROP TABLE by_pyathena_in_parts")
