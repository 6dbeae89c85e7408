"""Athena reads and writes in the name of whoever runs the query."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from tests.gateway_fixture import unique
from tests.integration.iam.conftest import allow
from tests.waiting import wait_until

if TYPE_CHECKING:
    from local_aws.clients import Clients
    from tests.integration.iam.conftest import Account

ACCOUNT = "000000000000"


class Table:
    """A table of one Parquet object, and the rights that reading it takes."""

    def __init__(self, account: Account) -> None:
        self.bucket, self.database = unique("bucket"), unique("database").replace("-", "_")
        content = io.BytesIO()
        pyarrow.parquet.write_table(pa.table({"n": pa.array([1, 2, 3], pa.int32())}), content)
        s3, glue = account.root.client("s3"), account.root.client("glue")
        s3.create_bucket(Bucket=self.bucket)
        s3.put_object(Bucket=self.bucket, Key="data/part.parquet", Body=content.getvalue())
        glue.create_database(DatabaseInput={"Name": self.database})
        hive = "org.apache.hadoop.hive.ql.io.parquet"
        glue.create_table(
            DatabaseName=self.database,
            TableInput={
                "Name": "numbers",
                "TableType": "EXTERNAL_TABLE",
                "StorageDescriptor": {
                    "Columns": [{"Name": "n", "Type": "int"}],
                    "Location": f"s3://{self.bucket}/data/",
                    "InputFormat": f"{hive}.MapredParquetInputFormat",
                    "OutputFormat": f"{hive}.MapredParquetOutputFormat",
                    "SerdeInfo": {"SerializationLibrary": f"{hive}.serde.ParquetHiveSerDe"},
                },
            },
        )

    @property
    def rights(self) -> dict[str, dict[str, Any]]:
        glue, objects = f"arn:aws:glue:us-east-1:{ACCOUNT}", f"arn:aws:s3:::{self.bucket}"
        return {
            "athena": allow(
                ["athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults"],
                f"arn:aws:athena:us-east-1:{ACCOUNT}:workgroup/primary",
            ),
            "glue": allow(
                ["glue:GetDatabase", "glue:GetTable"],
                [
                    f"{glue}:catalog",
                    f"{glue}:database/{self.database}",
                    f"{glue}:table/{self.database}/numbers",
                ],
            ),
            "list": allow("s3:ListBucket", objects, Condition={"StringLike": {"s3:prefix": "data/*"}}),
            "read": allow("s3:GetObject", f"{objects}/data/*"),
            "write": allow("s3:PutObject", f"{objects}/results/*"),
            "results": allow("s3:GetObject", f"{objects}/results/*"),
        }


def run(reader: Clients, table: Table, sql: str = "select sum(n) from numbers") -> tuple[str, str, str]:
    """Run a query and give its state, the reason for it, and its id."""
    athena = reader.client("athena")
    started = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": table.database},
        ResultConfiguration={"OutputLocation": f"s3://{table.bucket}/results/"},
    )["QueryExecutionId"]
    status: dict[str, Any] = {}

    def ended() -> bool:
        status.update(athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]["Status"])
        return status["State"] in ("SUCCEEDED", "FAILED")

    wait_until(ended, "the end of the query")
    return status["State"], status.get("StateChangeReason", ""), started


@pytest.fixture(scope="module")
def table(account: Account) -> Table:
    return Table(account)


def test_with_all_rights_the_rows_come_back(account: Account, table: Table) -> None:
    reader = account.user(*table.rights.values())
    state, reason, query = run(reader, table)
    assert (state, reason) == ("SUCCEEDED", "")
    rows = reader.client("athena").get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
    assert rows[1]["Data"][0]["VarCharValue"] == "6"


@pytest.mark.parametrize("missing", ["glue", "list", "read", "write"])
def test_a_right_that_is_missing_fails_the_query(account: Account, table: Table, missing: str) -> None:
    # Somebody with all rights comes first: what is kept of that must not help the other.
    assert run(account.user(*table.rights.values()), table)[0] == "SUCCEEDED"
    reader = account.user(*(right for purpose, right in table.rights.items() if purpose != missing))
    state, reason, _ = run(reader, table)
    assert state == "FAILED"
    assert "not authorized" in reason or "Access Denied" in reason or "AccessDenied" in reason, reason


def test_results_are_read_by_those_who_may(account: Account, table: Table) -> None:
    query = run(account.user(*table.rights.values()), table)[2]
    stranger = account.user(*(right for purpose, right in table.rights.items() if purpose != "results"))
    athena = stranger.client("athena")
    with pytest.raises(athena.exceptions.InvalidRequestException):
        athena.get_query_results(QueryExecutionId=query)
