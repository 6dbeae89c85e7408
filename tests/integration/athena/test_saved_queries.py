"""The queries that the Terraform modules save for every dataset run as they are, on both kinds of event time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from local_aws.config import REPOSITORY_DIR

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.athena.lake import Lake

TEMPLATES = sorted((REPOSITORY_DIR / "terraform/modules/pipeline/queries").glob("*.sql.tftpl"))
EVENT_TIMES = {
    "timestamp": "at",
    "whole seconds": "CAST(from_unixtime(user_id) AT TIME ZONE 'UTC' AS timestamp)",
    "text": "CAST(from_iso8601_timestamp('2026-02-01T00:00:00Z') AT TIME ZONE 'UTC' AS timestamp)",
}


def _render(template: Path, values: dict[str, str | None]) -> str:
    """Fill in a template; it uses `if name != null` and `${name == null ? a : b}` of Terraform's language."""

    def condition(match: re.Match[str]) -> str:
        return match.group(2) if values[match.group(1)] is not None else ""

    text = re.sub(
        r"%\{ if (\w+) != null ~\}\n(.*?)%\{ endif ~\}\n?", condition, template.read_text(), flags=re.DOTALL
    )
    text = re.sub(
        r"\$\{(\w+) == null \? \"(.*?)\" : \"(.*?)\"\}",
        lambda match: match.group(2) if values[match.group(1)] is None else match.group(3),
        text,
    )
    return re.sub(r"\$\{(\w+)\}", lambda match: str(values[match.group(1)]), text)


@pytest.mark.parametrize("template", TEMPLATES, ids=[path.name.split(".")[0] for path in TEMPLATES])
@pytest.mark.parametrize("event_time", EVENT_TIMES)
@pytest.mark.parametrize("by_kind", [True, False])
def test_a_saved_query_runs(lake: Lake, template: Path, event_time: str, by_kind: bool) -> None:
    sql = _render(
        template,
        {
            "database": lake.database,
            "table": "events",
            "event_time": EVENT_TIMES[event_time],
            "kind": "event_type" if by_kind else None,
            "partition_date": "created_date" if by_kind else None,
        },
    )
    execution = lake.run(sql)
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"].get("StateChangeReason")


def test_there_are_saved_queries() -> None:
    assert len(TEMPLATES) >= 4
