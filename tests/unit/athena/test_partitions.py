"""Which prefixes are listed: those that the conditions leave, and one for all when they are too many."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow.dataset as ds
import pytest

from local_aws.athena import partitions
from local_aws.athena.catalog import TableDefinition
from local_aws.athena.errors import QueryError
from local_aws.athena.partitions import PruningConditions, find_files, hive_path
from local_aws.athena.sql import types
from local_aws.athena.sql.session import Column
from local_aws.athena.storage import Location, StoredObject

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Find = Callable[..., list[partitions.DataFile]]

NOW = datetime(2026, 3, 31, tzinfo=UTC)


class Bucket:
    """Objects by key, and the prefixes that have been listed."""

    def __init__(self, *keys: str) -> None:
        self.keys = keys
        self.listed: list[str] = []

    def list_folder(self, _: Any, folder: Location) -> list[StoredObject]:
        self.listed.append(folder.key)
        return [
            StoredObject(folder.bucket, key, 1, "e", "") for key in self.keys if key.startswith(folder.key)
        ]

    def list_folders(self, clients: Any, folders: Sequence[Location]) -> Any:
        return [(folder, self.list_folder(clients, folder)) for folder in folders]


@pytest.fixture
def find(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[list[str], Bucket]]:
    def run(
        table: TableDefinition,
        keys: Sequence[str],
        conditions: PruningConditions,
        registered: Sequence[Any] = (),
    ) -> tuple[list[str], Bucket]:
        bucket = Bucket(*keys)
        monkeypatch.setattr(partitions, "list_folder", bucket.list_folder)
        monkeypatch.setattr(partitions, "list_folders", bucket.list_folders)
        none: Any = None
        files = find_files(none, table, lambda: registered, conditions, NOW)
        return [file.stored.key for file in files], bucket

    return run


def _table(parameters: dict[str, str], **columns: types.Type) -> TableDefinition:
    return TableDefinition(
        database="db",
        name="t",
        columns=(Column("a", types.INTEGER),),
        partition_columns=tuple(Column(name, kind) for name, kind in columns.items()),
        location="s3://b/t/",
        input_format="",
        serde="",
        parameters=parameters,
    )


PROJECTED = {
    "projection.enabled": "true",
    "projection.kind.type": "enum",
    "projection.kind.values": "x,y",
    "projection.dt.type": "date",
    "projection.dt.range": "2026-01-01,2026-12-31",
    "projection.dt.format": "yyyy-MM-dd",
}
KEYS = ["t/kind=x/dt=2026-01-01/1", "t/kind=y/dt=2026-01-02/2", "t/kind=z/dt=2026-01-02/3"]


def test_only_the_prefix_of_a_chosen_partition_is_listed(find: Any) -> None:
    condition = (ds.field("dt") == "2026-01-02") & (ds.field("kind") == "y") & (ds.field("a") > 3)
    table = _table(PROJECTED, kind=types.VARCHAR, dt=types.VARCHAR)
    keys, bucket = find(table, KEYS, PruningConditions(pushed=condition))
    assert keys == ["t/kind=y/dt=2026-01-02/2"]
    assert bucket.listed == ["t/kind=y/dt=2026-01-02/"]


def test_many_projected_partitions_are_found_by_one_listing(find: Any) -> None:
    table = _table(PROJECTED, kind=types.VARCHAR, dt=types.VARCHAR)
    keys, bucket = find(table, KEYS, PruningConditions())
    assert keys == KEYS[:2]
    assert bucket.listed == ["t/"]


def test_a_projection_too_large_to_write_out_is_matched_with_the_keys(
    find: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitions, "MAX_ENUMERATED", 100)
    table = _table(PROJECTED, kind=types.VARCHAR, dt=types.VARCHAR)
    keys, bucket = find(table, KEYS, PruningConditions())
    assert keys == KEYS[:2]
    assert bucket.listed == ["t/"]


def test_a_value_outside_the_projection_lists_nothing(find: Any) -> None:
    table = _table(PROJECTED, kind=types.VARCHAR, dt=types.VARCHAR)
    keys, bucket = find(table, KEYS, PruningConditions(pushed=ds.field("dt") == "1999-01-01"))
    assert (keys, bucket.listed) == ([], [])


def test_injected_values_come_from_the_query(find: Any) -> None:
    table = _table({"projection.enabled": "true", "projection.id.type": "injected"}, id=types.VARCHAR)
    conditions = PruningConditions(
        equalities={"id": [["a", "b", "c", "d"], ["d", "c", "b"]]},
        constants=lambda texts: [{"a": "7", "b": "8", "c": "9", "d": None}[text] for text in texts],
    )
    keys, bucket = find(table, ["t/id=7/x", "t/id=8/x"], conditions)
    assert keys == ["t/id=8/x"]
    assert bucket.listed == ["t/id=8/", "t/id=9/"]
    with pytest.raises(
        QueryError, match="CONSTRAINT_VIOLATION: For the injected projected partition column id"
    ):
        find(table, [], PruningConditions())


def test_registered_partitions_have_their_own_locations_and_types(find: Any) -> None:
    registered = [
        {"Values": ["1"], "StorageDescriptor": {"Location": "s3://other/one"}},
        {"Values": ["2"], "StorageDescriptor": {"Location": "s3://other/two/"}},
        {"Values": ["__HIVE_DEFAULT_PARTITION__"], "StorageDescriptor": {"Location": "s3://other/none/"}},
    ]
    table = _table({}, n=types.INTEGER)
    keys, bucket = find(
        table, ["one/a", "two/b", "none/c"], PruningConditions(pushed=ds.field("n") >= 2), registered
    )
    assert keys == ["two/b"]
    assert bucket.listed == ["two/"]


def test_predicates_are_asked_about_the_columns_they_are_about(find: Any) -> None:
    asked: list[tuple[list[str], list[str]]] = []

    def evaluate(values: Any, alias: str, predicates: Sequence[str]) -> list[int]:
        asked.append((values.column_names, list(predicates)))
        return [i for i, row in enumerate(values.to_pylist()) if row.get("dt", "2026-01-01") == "2026-01-01"]

    conditions = PruningConditions(predicates=('f("r1"."dt")',), alias="r1", evaluate=evaluate)
    table = _table(PROJECTED, kind=types.VARCHAR, dt=types.VARCHAR)
    keys, bucket = find(table, KEYS, conditions)
    assert keys == KEYS[:1]
    assert asked[0] == (["dt"], ['f("r1"."dt")'])
    assert bucket.listed == ["t/kind=x/dt=2026-01-01/", "t/kind=y/dt=2026-01-01/"]


def test_the_layout_of_hive() -> None:
    assert hive_path(["a", "b"], ["x/y", None]) == "a=x%2Fy/b=__HIVE_DEFAULT_PARTITION__/"
