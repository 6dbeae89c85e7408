"""Queries on a catalog that has what an earlier version took and this one refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.gateway_fixture import LocalAws

TOO_LONG = "x" * 300
STORAGE: Any = {
    "Columns": [{"Name": "a", "Type": "int"}],
    "Location": "s3://lake/t/",
    "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
}


def rows(instance: LocalAws, text: str) -> list[list[str]]:
    athena = instance.clients.client("athena")
    place: Any = {"OutputLocation": "s3://lake/results/"}
    query = athena.start_query_execution(QueryString=text, ResultConfiguration=place)["QueryExecutionId"]

    def state() -> str:
        found: str = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"]
        return found

    wait_until(lambda: state() not in ("QUEUED", "RUNNING"), text)
    assert state() == "SUCCEEDED"
    answer = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"][1:]
    return [[one["VarCharValue"] for one in row["Data"]] for row in answer]


def test_a_database_that_cannot_be_listed_is_left_out(make_local_aws: Callable[..., LocalAws]) -> None:
    instance = make_local_aws()
    instance.clients.client("s3").create_bucket(Bucket="lake")
    glue = instance.clients.client("glue")
    for name in ("placeholder", "right"):
        glue.create_database(DatabaseInput={"Name": name})
    table: Any = {"Name": "t", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": STORAGE}
    glue.create_table(DatabaseName="right", TableInput=table)
    instance.stop()
    state = instance.settings.ministack_dir / "state" / "glue.json"
    state.write_text(state.read_text().replace("placeholder", TOO_LONG))
    instance.start()
    glue = instance.clients.client("glue")
    with pytest.raises(ClientError) as caught:
        glue.get_tables(DatabaseName=TOO_LONG)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert TOO_LONG in [one["Name"] for one in glue.get_databases()["DatabaseList"]]
    query = "SELECT table_schema, table_name FROM information_schema.{} WHERE table_schema <> '{}'"
    assert rows(instance, query.format("tables", "information_schema")) == [["right", "t"]]
    assert ["right", "t"] in rows(instance, query.format("columns", "information_schema"))
    assert [TOO_LONG] in rows(instance, "SELECT schema_name FROM information_schema.schemata")
