"""Conditions on the hidden column "$path", in queries that do not ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integration.athena.lake import Lake

KEY = "events/event_type=order/created_date=2026-02-01/part-0.parquet"


@pytest.mark.parametrize("condition", ["= {path}", "IN ({path}, 's3://elsewhere/x')", "LIKE '%order%02-01%'"])
def test_rows_of_one_object(lake: Lake, condition: str) -> None:
    tested = condition.format(path=f"'s3://{lake.bucket}/{KEY}'")
    rows = lake.rows(f'SELECT event_name, count(*) FROM events WHERE "$path" {tested} GROUP BY 1 ORDER BY 1')
    assert rows == [["order:closed", "1"], ["order:created", "2"]]
