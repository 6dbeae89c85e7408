"""A column that holds data and changes its type is found in a plan; what hurts nobody is not."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.deploy import announce_type_changes
from scripts.errors import ToolError
from scripts.type_changes import of_plan


def table(
    columns: dict[str, str], keys: dict[str, str] | None = None, location: str = "s3://lake/data/t/"
) -> Any:
    return {
        "name": "t",
        "storage_descriptor": [
            {
                "location": location,
                "columns": [{"name": name, "type": kind} for name, kind in columns.items()],
            }
        ],
        "partition_keys": [{"name": name, "type": kind} for name, kind in (keys or {}).items()],
    }


def planned(before: Any, after: Any, kind: str = "aws_glue_catalog_table") -> dict[str, Any]:
    return {"type": kind, "address": "t", "change": {"before": before, "after": after}}


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (table({"a": "int"}), table({"a": "string"}), ["t.a: int becomes string"]),
        (
            table({"a": "int"}, {"dt": "string"}),
            table({"a": "int"}, {"dt": "date"}),
            ["t.dt: string becomes date"],
        ),
        (table({"A": "INT"}), table({"a": "int"}), []),
        (table({"a": "int"}), table({"a": "int", "b": "int"}), []),
        (table({"a": "int", "b": "int"}), table({"a": "int"}), []),
        (table({"a": "int"}, location=""), table({"a": "string"}, location=""), []),
        (None, table({"a": "int"}), []),
        (table({"a": "int"}), None, []),
    ],
    ids=["column", "partition-key", "case", "new-column", "column-gone", "view", "new-table", "table-gone"],
)
def test_changes_of_types_are_found(before: Any, after: Any, changed: list[str]) -> None:
    found = of_plan([planned(before, after)], lambda _bucket, _prefix: True)
    assert [str(change).split(",")[0] for change in found] == changed


def test_only_tables_with_objects_count_and_each_place_is_asked_once() -> None:
    asked: list[tuple[str, str]] = []

    def has_objects(bucket: str, prefix: str) -> bool:
        asked.append((bucket, prefix))
        return False

    before, after = table({"a": "int", "b": "int"}), table({"a": "string", "b": "string"})
    assert of_plan([planned(before, after)], has_objects) == []
    assert asked == [("lake", "data/t/")]


def test_other_resources_are_passed_over() -> None:
    change = planned({"name": "x"}, {"name": "y"}, kind="aws_s3_bucket")
    assert of_plan([change], lambda _bucket, _prefix: True) == []


def test_a_deployment_says_what_would_change_and_stops_unless_that_is_accepted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    changes = of_plan([planned(table({"a": "int"}), table({"a": "string"}))], lambda _bucket, _prefix: True)
    with pytest.raises(ToolError, match=r"t\.a: int becomes string.*ACCEPT_TYPE_CHANGES=1"):
        announce_type_changes(changes, accepted=False)
    announce_type_changes(changes, accepted=True)
    assert "accepted: t.a: int becomes string" in capsys.readouterr().out
