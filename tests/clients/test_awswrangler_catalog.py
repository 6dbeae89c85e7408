"""awswrangler writes datasets with their Glue tables, which Athena reads; and its functions of the catalog."""

from __future__ import annotations

from datetime import date
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

THINGS = pd.DataFrame(
    {
        "id": [1, 2, 3],
        "name": ["a", None, "c"],
        "money": [Decimal("1.50"), None, Decimal("3.25")],
        "at": pd.to_datetime(["2026-03-01 01:02:03.500", None, "2026-03-03 00:00:00.000"]),
        "day": [date(2026, 3, 1), None, date(2026, 3, 3)],
        "ok": pd.array([True, None, False], dtype="boolean"),
        "tags": [["x", "y"], ["z"], None],
        "part": ["p", "q", "q"],
        "n": [10, 20, 20],
    }
)
COLUMNS = {
    "id": "int",
    "name": "string",
    "money": "decimal(3,2)",
    "at": "timestamp",
    "day": "date",
    "ok": "boolean",
    "tags": "array<string>",
}
KEYS = {"part": "string", "n": "bigint"}


class Folder:
    """A database of its own, and a folder for the tables in it."""

    def __init__(self, lake: Lake, database: str) -> None:
        self.database = database
        self.root = f"s3://{lake.data_bucket}/{database}/"
        self.where = {"database": database, "workgroup": lake.workgroup}

    def place(self, table: str) -> str:
        return f"{self.root}{table}/"

    def write(self, frame: pd.DataFrame, mode: str, **options: Any) -> Any:
        options.setdefault("dtype", {"id": "int"})
        return wr.s3.to_parquet(
            frame,
            path=self.place("things"),
            dataset=True,
            database=self.database,
            table="things",
            mode=mode,
            partition_cols=list(KEYS),
            **options,
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        frame = wr.athena.read_sql_query(sql, ctas_approach=False, **self.where)
        return [tuple(None if pd.isna(one) else one for one in row) for row in frame.itertuples(index=False)]

    def ids(self) -> dict[tuple[str, int], str]:
        """Give the ids of `things` by partition."""
        found = self.rows(
            "SELECT part, n, array_join(array_agg(id ORDER BY id), ' ') FROM things GROUP BY 1, 2"
        )
        return {(part, n): ids for part, n, ids in found}


@pytest.fixture
def folder(lake: Lake) -> Iterator[Folder]:
    made = Folder(lake, "wrangled")
    wr.catalog.create_database(made.database)
    yield made
    for table in wr.catalog.get_tables(database=made.database):
        wr.catalog.delete_table_if_exists(made.database, table["Name"])
    wr.catalog.delete_database(made.database)
    wr.s3.delete_objects(made.root)


def test_the_three_ways_to_write(folder: Folder) -> None:
    folder.write(THINGS, "overwrite")
    assert folder.ids() == {("p", 10): "1", ("q", 20): "2 3"}
    first, second, third = folder.rows('SELECT id, name, money, "at", day, ok, tags FROM things ORDER BY id')
    assert first == (1, "a", Decimal("1.50"), THINGS["at"][0], date(2026, 3, 1), True, "[x, y]")
    assert second == (2, None, None, None, None, None, "[z]")
    assert third[5:] == (False, None)
    folder.write(THINGS.assign(id=[4, 5, 6], part=["r", "p", "q"]), "append")
    assert folder.ids() == {("p", 10): "1", ("p", 20): "5", ("q", 20): "2 3 6", ("r", 10): "4"}
    folder.write(THINGS[1:].assign(id=[7, 8]), "overwrite_partitions")
    assert folder.ids() == {("p", 10): "1", ("p", 20): "5", ("q", 20): "7 8", ("r", 10): "4"}
    folder.write(THINGS[:1].assign(id=[9]), "overwrite")
    assert folder.ids() == {("p", 10): "9"}
    assert list(wr.catalog.get_partitions(folder.database, "things").values()) == [["p", "10"]]


def test_columns_that_come_later(folder: Folder) -> None:
    folder.write(THINGS, "overwrite")
    more = THINGS.assign(id=[4, 5, 6], extra=[1.5, None, 2.5])
    with pytest.raises(wr.exceptions.InvalidArgumentValue, match="New column extra"):
        folder.write(more, "append", schema_evolution=False)
    folder.write(more, "append", schema_evolution=True)
    assert folder.rows("SELECT id, extra FROM things ORDER BY id") == [
        (1, None),
        (2, None),
        (3, None),
        (4, 1.5),
        (5, None),
        (6, 2.5),
    ]
    types = wr.catalog.get_table_types(folder.database, "things")
    assert types == {**COLUMNS, "extra": "double", **KEYS}
    wr.catalog.add_column(folder.database, "things", "later", column_type="int", column_comment="One day.")
    assert folder.rows("SELECT count(*), count(later) FROM things") == [(6, 0)]
    wr.catalog.delete_column(folder.database, "things", "later")
    assert "later" not in (wr.catalog.get_table_types(folder.database, "things") or {})


def test_versions_of_a_table(folder: Folder) -> None:
    folder.write(THINGS, "overwrite", catalog_versioning=True)
    folder.write(THINGS.assign(extra=1.5), "append", schema_evolution=True, catalog_versioning=True)
    assert wr.catalog.get_table_number_of_versions(folder.database, "things") == 2
    newest, oldest = wr.catalog.get_table_versions(folder.database, "things")
    columns = [
        [one["Name"] for one in version["Table"]["StorageDescriptor"]["Columns"]]
        for version in (newest, oldest)
    ]
    assert columns == [[*COLUMNS, "extra"], list(COLUMNS)]


def test_what_the_catalog_says_of_a_table(folder: Folder, lake: Lake) -> None:
    described = {
        "description": "Things.",
        "columns_comments": {"id": "Number."},
        "parameters": {"owner": "me"},
    }
    folder.write(THINGS, "overwrite", glue_table_settings=described)
    database = folder.database
    assert wr.catalog.get_table_types(database, "things") == {**COLUMNS, **KEYS}
    assert wr.catalog.get_table_description(database, "things") == "Things."
    assert wr.catalog.get_columns_comments(database, "things")["id"] == "Number."
    assert wr.catalog.get_table_location(database, "things") == folder.place("things")
    shown = wr.catalog.table(database=database, table="things")
    assert list(shown["Column Name"]) == [*COLUMNS, *KEYS]
    assert list(shown["Partition"]) == [False] * len(COLUMNS) + [True] * len(KEYS)
    wr.catalog.upsert_table_parameters({"colour": "blue"}, database, "things")
    parameters = wr.catalog.get_table_parameters(database, "things")
    assert (parameters["owner"], parameters["colour"], parameters["classification"]) == (
        "me",
        "blue",
        "parquet",
    )
    wr.catalog.overwrite_table_parameters({"classification": "parquet"}, database, "things")
    assert wr.catalog.get_table_parameters(database, "things") == {"classification": "parquet"}
    assert {lake.database, database} <= set(wr.catalog.databases()["Database"])
    assert list(wr.catalog.tables(database=database)["Table"]) == ["things"]
    for choice in ({"name_prefix": "th"}, {"name_contains": "hin"}, {"name_suffix": "gs"}):
        assert [one["Name"] for one in wr.catalog.get_tables(database=database, **choice)] == ["things"]
    assert list(wr.catalog.get_tables(database=database, name_prefix="hin")) == []
    assert [one["Name"] for one in wr.catalog.search_tables(text="wrangled tags")] == ["things"]
    assert wr.catalog.does_table_exist(database, "things")
    assert not wr.catalog.does_table_exist(database, "nosuch")
    assert not wr.catalog.does_table_exist("nosuch", "things")


def test_partitions(folder: Folder) -> None:
    folder.write(THINGS, "overwrite")
    database, place = folder.database, folder.place("things")
    wr.catalog.create_parquet_table(
        database=database,
        table="seen",
        path=place,
        columns_types=COLUMNS,
        partitions_types=KEYS,
        description="The same objects.",
    )
    assert folder.rows("SELECT count(*) FROM seen") == [(0,)]
    one = {f"{place}part=q/n=20/": ["q", "20"]}
    wr.catalog.add_parquet_partitions(database, "seen", one)
    assert folder.rows("SELECT count(*) FROM seen") == [(2,)]
    both = {f"{place}part=p/n=10/": ["p", "10"], **one}
    wr.catalog.add_parquet_partitions(database, "seen", both)  # one of them is there already
    assert wr.catalog.get_partitions(database, "seen") == both
    assert wr.catalog.get_parquet_partitions(database, "seen", expression="part = 'q' AND n > 15") == one
    wr.catalog.delete_partitions("seen", database, [["p", "10"]])
    assert wr.catalog.get_partitions(database, "seen") == one
    wr.catalog.delete_all_partitions("seen", database)
    assert folder.rows("SELECT count(*) FROM seen") == [(0,)]
    assert wr.athena.repair_table("seen", **folder.where) == "SUCCEEDED"
    assert wr.catalog.get_partitions(database, "seen") == both
    assert folder.rows("SELECT count(*) FROM seen") == [(3,)]


def test_a_table_of_objects_that_are_there(folder: Folder, lake: Lake) -> None:
    columns, keys, partitions = wr.s3.store_parquet_metadata(
        path=f"s3://{lake.data_bucket}/data/events/",
        database=folder.database,
        table="seen",
        dataset=True,
        mode="overwrite",
    )
    assert (columns["created_at"], columns["created_datetime"]) == ("bigint", "timestamp")
    assert keys == {"event_type": "string", "created_date": "string"}
    assert len(partitions) == folder.rows('SELECT count(*) FROM "seen$partitions"')[0][0]
    counts = dict(folder.rows("SELECT event_type, count(*) FROM seen GROUP BY 1"))
    assert counts == lake.families


def test_a_table_by_projection(folder: Folder) -> None:
    folder.write(
        THINGS,
        "overwrite",
        athena_partition_projection_settings={
            "projection_types": {"part": "enum", "n": "integer"},
            "projection_values": {"part": "p,q"},
            "projection_ranges": {"n": "0,100"},
        },
    )
    wr.catalog.delete_all_partitions("things", folder.database)
    assert folder.ids() == {("p", 10): "1", ("q", 20): "2 3"}


FLAT = THINGS.drop(columns=["tags", "money", "day"])


@pytest.mark.parametrize("kind", ["csv", "json", "orc", "bucketed"])
def test_other_formats(folder: Folder, kind: str) -> None:
    where: dict[str, Any] = {
        "path": folder.place("others"),
        "dataset": True,
        "database": folder.database,
        "table": "others",
    }
    if kind == "csv":
        wr.s3.to_csv(FLAT, index=False, sep="|", partition_cols=["part"], **where)
    elif kind == "json":
        wr.s3.to_json(FLAT, orient="records", lines=True, index=False, date_format="iso", **where)
    elif kind == "orc":
        wr.s3.to_orc(FLAT, partition_cols=["part"], **where)
    else:
        wr.s3.to_parquet(FLAT, bucketing_info=(["id"], 2), **where)
    assert folder.rows("SELECT id, name, ok, n, part FROM others ORDER BY id") == [
        (1, "a", True, 10, "p"),
        (2, None, None, 20, "q"),
        (3, "c", False, 20, "q"),
    ]


def test_databases_are_made_and_dropped(lake: Lake) -> None:
    wr.catalog.create_database("short_lived", database_input_args={"Description": "One."})
    with pytest.raises(wr.exceptions.AlreadyExists):
        wr.catalog.create_database("short_lived")
    wr.catalog.create_database("short_lived", exist_ok=True, database_input_args={"Description": "Two."})
    found = {one["Name"]: one.get("Description") for one in wr.catalog.get_databases()}
    assert found["short_lived"] == "Two."
    wr.catalog.delete_database("short_lived")
    assert [one["Name"] for one in wr.catalog.get_databases() if one["Name"] == "short_lived"] == []
    assert not wr.catalog.delete_table_if_exists(lake.database, "nosuch")


def test_objects(folder: Folder) -> None:
    folder.write(THINGS, "overwrite")
    objects = wr.s3.list_objects(folder.place("things"))
    copies = wr.s3.merge_datasets(folder.place("things"), folder.place("copy"), mode="overwrite")
    assert len(copies) == len(objects) == 2
    assert all(size > 0 for size in wr.s3.size_objects(copies).values())
    assert wr.s3.list_directories(folder.root) == [folder.place("copy"), folder.place("things")]
    wr.s3.delete_objects(copies)
    assert not wr.s3.does_object_exist(copies[0])
