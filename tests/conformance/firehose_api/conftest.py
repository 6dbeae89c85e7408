from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gateway_fixture import unique
from tests.unit.firehose.conftest import firehose

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws

# `firehose` is the control plane on a clock of the test's own, for rules about what takes time.
__all__ = ["firehose", "table"]


@pytest.fixture(scope="session")
def table(local_aws: LocalAws) -> dict[str, str]:
    """A Glue table for conversions, as members of a SchemaConfiguration."""
    glue = local_aws.clients.client("glue")
    database = unique("lake").replace("-", "_")
    glue.create_database(DatabaseInput={"Name": database})
    glue.create_table(
        DatabaseName=database,
        TableInput={
            "Name": "events",
            "TableType": "EXTERNAL_TABLE",
            "StorageDescriptor": {"Columns": [{"Name": "id", "Type": "string"}]},
        },
    )
    return {"DatabaseName": database, "TableName": "events"}
