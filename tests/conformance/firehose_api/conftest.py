from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws


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
