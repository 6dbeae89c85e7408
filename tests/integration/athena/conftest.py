"""Fixtures of the Athena tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gateway_fixture import unique
from tests.integration.athena.lake import Lake, events

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws

EVENT_COLUMNS = {"event_name": "string", "amount": "double", "user_id": "bigint", "at": "timestamp"}


@pytest.fixture(scope="session")
def lake(local_aws: LocalAws) -> Lake:
    """A database `events` table with projection by type and date, four partitions of it filled."""
    name = unique("athena")
    lake = Lake(local_aws.clients, name.replace("-", "_"), name)
    lake.create()
    lake.table(
        "events",
        EVENT_COLUMNS,
        {"event_type": "string", "created_date": "string"},
        {
            "projection.enabled": "true",
            "projection.event_type.type": "enum",
            "projection.event_type.values": "account,order,lesson",
            "projection.created_date.type": "date",
            "projection.created_date.range": "2026-01-01,NOW+1DAYS",
            "projection.created_date.format": "yyyy-MM-dd",
        },
    )
    for kind in ("account", "order"):
        for day in ("2026-02-01", "2026-02-02"):
            rows = events([f"{kind}:created", f"{kind}:closed", f"{kind}:created"], [1.5, 2.0, 1e10])
            lake.put_parquet(f"events/event_type={kind}/created_date={day}/part-0.parquet", rows)
    return lake
