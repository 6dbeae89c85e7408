"""What the guides say of the environments is what their files set."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import hcl2
import pytest

from scripts.paths import REPOSITORY, TERRAFORM

ENVIRONMENTS = ("dev", "staging", "prod")
DEFAULT = "default"


@cache
def _set(environment: str) -> dict[str, Any]:
    """Return what an environment's file sets; nothing for the defaults."""
    if environment == DEFAULT:
        return {}
    text = (TERRAFORM / "environments" / f"{environment}.tfvars").read_text(encoding="utf-8")
    values: dict[str, Any] = hcl2.loads(text)
    return values


def _default(file: str, setting: str) -> str:
    """Return the default of an optional member of a variable's type."""
    text = (TERRAFORM / file).read_text(encoding="utf-8")
    found = re.findall(
        rf"^    {setting}\s*= optional\((?:number|string|list\(.*?\)), (.+)\)$", text, re.MULTILINE
    )
    assert len(found) == 1, f"{setting} in {file}: {found}"
    default: str = found[0]
    return default


def _storage(environment: str, setting: str) -> int:
    given: dict[str, int] = _set(environment).get("storage", {})
    return given.get(setting, int(_default("variables.tf", setting)))


def _log_days(environment: str) -> int:
    block = re.search(
        r'variable "log_retention_days" \{.*?default\s*= (\d+)',
        (TERRAFORM / "variables.tf").read_text("utf-8"),
        re.DOTALL,
    )
    assert block
    default: str = block[1]
    return int(_set(environment).get("log_retention_days", default))


def _pipelines(environment: str, group: str) -> dict[str, Any]:
    values: dict[str, Any] = _set(environment).get("pipeline_defaults", {}).get(group, {})
    return values


def _retention_hours(environment: str) -> int:
    default = _default("modules/pipeline/variables.tf", "retention_hours")
    return int(_pipelines(environment, "stream").get("retention_hours", default))


def _data_days(environment: str) -> int | None:
    days = _set(environment).get("storage", {}).get("data_expiration_days")
    return None if days is None else int(days)


def _transitions(environment: str) -> list[tuple[str, int]]:
    given: list[dict[str, Any]] | None = _set(environment).get("storage", {}).get("data_transitions")
    if given is None:
        default = _default("modules/lake_storage/variables.tf", "transitions")
        return [
            (found[1], int(found[0]))
            for found in re.findall(r'days = (\d+), storage_class = "(\w+)"', default)
        ]
    return [(one["storage_class"].strip('"'), int(one["days"])) for one in given]


def _table(guide: str, first: str) -> dict[str, list[str]]:
    """Return the rows of the table whose heading begins with these cells, by their first cell."""
    text = (REPOSITORY / "docs" / guide).read_text(encoding="utf-8")
    rows = text[text.index(f"\n| {first} |") :].partition("\n\n")[0].strip().splitlines()
    cells = [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows]
    return {row[0]: row[1:] for row in cells}


def _days(days: int | None) -> str:
    return "kept" if days is None else f"{days} days"


def test_how_long_data_stays_is_what_the_environments_set() -> None:
    columns = (DEFAULT, *ENVIRONMENTS)
    stays = _table("security.md", "what | default")
    moves = [
        ", ".join(f"{name} after {days} days" for name, days in _transitions(column)) or "never"
        for column in columns
    ]
    assert stays.pop("what") == list(columns)
    del stays["---"]
    assert stays == {
        "stream": [f"{_retention_hours(column)} h" for column in columns],
        "data": [_days(_data_days(column)) for column in columns],
        "data moves": moves,
        "error records": [_days(_storage(column, "error_expiration_days")) for column in columns],
        "raw backup": [_days(_storage(column, "raw_expiration_days")) for column in columns],
        "query results": [_days(_storage(column, "results_expiration_days")) for column in columns],
        "old versions of objects": [
            _days(_storage(column, "noncurrent_expiration_days")) for column in columns
        ],
        "logs": [_days(_log_days(column)) for column in columns],
    }


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_way_to_production_is_what_the_environments_set(environment: str) -> None:
    stream, buffers, data, destroys = _table("first-deployment.md", "environment")[environment]
    values = _pipelines(environment, "stream")
    mode = (
        "on demand" if values.get("mode", "").strip('"') == "ON_DEMAND" else f"{values['shard_count']} shard"
    )
    assert stream == f"{mode}, {_retention_hours(environment)} h"
    assert buffers == f"{_pipelines(environment, 'delivery')['interval_seconds']} s"
    kept = _data_days(environment)
    assert data == ("kept, moved to cheaper storage" if kept is None else f"{kept} days")
    assert destroys == ("yes" if _set(environment).get("force_destroy") else "no")


def test_rows_appear_after_the_interval_that_is_said() -> None:
    guide = (REPOSITORY / "docs" / "first-deployment.md").read_text(encoding="utf-8")
    said = ", ".join(
        f"{_pipelines(environment, 'delivery')['interval_seconds']} s in `{environment}`"
        for environment in ENVIRONMENTS
    )
    assert f"interval: {said}." in guide
