"""Athena's API around queries: workgroups, tokens, paging, stopping, limits, reuse, history, metadata."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError

from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tests.gateway_fixture import LocalAws
    from tests.integration.athena.lake import Lake

# Runs for minutes unless it is stopped.
ENDLESS = (
    "SELECT count(*) FROM UNNEST(sequence(1, 30000)) a(x) CROSS JOIN UNNEST(sequence(1, 30000)) b(y)"
    " CROSS JOIN UNNEST(sequence(1, 1000)) c(z) WHERE (x * y * z) % 7 = 0"
)


def _refused(call: Callable[[], Any]) -> tuple[str, str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    error: Any = caught.value.response
    return error["Error"]["Code"], error["Error"]["Message"], error.get("AthenaErrorCode", "")


def _workgroup(lake: Lake, **settings: Any) -> str:
    name = unique("group")
    configuration: Any = settings
    lake.clients.client("athena").create_work_group(Name=name, Configuration=configuration)
    return name


def test_an_enforced_workgroup_overrides_the_location(lake: Lake) -> None:
    folder = f"s3://{lake.bucket}/enforced/"
    group = _workgroup(
        lake, ResultConfiguration={"OutputLocation": folder}, EnforceWorkGroupConfiguration=True
    )
    execution = lake.run("SELECT 1", WorkGroup=group)
    assert execution["ResultConfiguration"]["OutputLocation"].startswith(folder)
    assert execution["WorkGroup"] == group


def test_a_workgroup_that_is_not_enforced_gives_a_default(lake: Lake) -> None:
    group = _workgroup(
        lake,
        ResultConfiguration={"OutputLocation": f"s3://{lake.bucket}/default/"},
        EnforceWorkGroupConfiguration=False,
    )
    given = lake.run("SELECT 1", WorkGroup=group)
    assert given["ResultConfiguration"]["OutputLocation"].startswith(lake.results)
    default = lake.run("SELECT 1", WorkGroup=group, ResultConfiguration={})
    assert default["ResultConfiguration"]["OutputLocation"].startswith(f"s3://{lake.bucket}/default/")


def test_results_are_encrypted_as_the_workgroup_says(lake: Lake) -> None:
    encryption = {"EncryptionOption": "SSE_S3"}
    group = _workgroup(
        lake,
        ResultConfiguration={
            "OutputLocation": f"s3://{lake.bucket}/encrypted/",
            "EncryptionConfiguration": encryption,
        },
        EnforceWorkGroupConfiguration=True,
    )
    execution = lake.run("SELECT 1", WorkGroup=group)
    assert execution["ResultConfiguration"]["EncryptionConfiguration"] == encryption
    key = execution["ResultConfiguration"]["OutputLocation"].removeprefix(f"s3://{lake.bucket}/")
    stored = lake.clients.client("s3").head_object(Bucket=lake.bucket, Key=key)
    assert stored["ServerSideEncryption"] == "AES256"


def test_a_query_without_any_location_is_refused(lake: Lake) -> None:
    code, message, kind = _refused(lambda: lake.start("SELECT 1", ResultConfiguration={}))
    assert code == "InvalidRequestException"
    assert message.startswith("No output location provided.")
    assert kind == "INVALID_INPUT"


def test_an_unknown_workgroup_is_refused(lake: Lake) -> None:
    assert _refused(lambda: lake.start("SELECT 1", WorkGroup="nosuch"))[1] == "WorkGroup is not found."


def test_a_query_that_reads_more_than_its_workgroup_allows_is_cancelled(lake: Lake) -> None:
    """AWS rule: the cut-off cancels the query and what it read is counted, reference 10.1."""
    lake.table("large", {"a": "bigint"})
    values = pa.array(range(3_000_000), pa.int64())
    size = len(
        lake.put_parquet("large/x.parquet", pa.table({"a": values}), compression="none", use_dictionary=False)
    )
    assert size > 10_000_000
    group = _workgroup(lake, BytesScannedCutoffPerQuery=10_000_000)
    execution = lake.run("SELECT sum(a) FROM large", WorkGroup=group)
    assert execution["Status"]["State"] == "CANCELLED"
    assert execution["Status"]["StateChangeReason"] == "Bytes scanned limit was exceeded"
    assert execution["Statistics"]["DataScannedInBytes"] > 10_000_000
    assert lake.run("SELECT count(*) FROM large", WorkGroup=group)["Status"]["State"] == "SUCCEEDED"


def test_the_same_token_gives_the_same_execution(lake: Lake) -> None:
    token = uuid.uuid4().hex
    first = lake.start("SELECT 1", ClientRequestToken=token)
    assert lake.start("SELECT 1", ClientRequestToken=token) == first
    lake.wait(first)
    assert lake.start("SELECT 1", ClientRequestToken=token) == first
    _, message, kind = _refused(lambda: lake.start("SELECT 2", ClientRequestToken=token))
    assert message == "Idempotent parameters do not match"
    assert kind == "IDEMPOTENT_PARAMETER_MISMATCH"


def test_results_come_in_pages_with_the_header_on_the_first(lake: Lake) -> None:
    execution = lake.run(
        "SELECT n, 'text ' || CAST(n AS varchar) AS t FROM UNNEST(sequence(1, 2500)) u(n) ORDER BY 1"
    )
    athena = lake.clients.client("athena")
    first = athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    rows = first["ResultSet"]["Rows"]
    assert len(rows) == 1000
    assert rows[0]["Data"] == [{"VarCharValue": "n"}, {"VarCharValue": "t"}]
    small = athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"], MaxResults=2)
    second = athena.get_query_results(
        QueryExecutionId=execution["QueryExecutionId"], MaxResults=2, NextToken=small["NextToken"]
    )
    assert [row["Data"][0]["VarCharValue"] for row in second["ResultSet"]["Rows"]] == ["2", "3"]
    assert [row[0] for row in lake.results_of(execution)[1:]] == [str(n) for n in range(1, 2501)]


def test_column_information(lake: Lake) -> None:
    execution = lake.run(
        "SELECT 1 AS i, 'ab' AS t, 1.25 AS d, REAL '1.5' AS r, ARRAY[1] AS a, user_id FROM events"
    )
    answer = lake.clients.client("athena").get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    columns = answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    shown = [(c["Name"], c["Type"], c["Precision"], c["Scale"], c["CaseSensitive"]) for c in columns]
    assert shown == [
        ("i", "integer", 10, 0, False),
        ("t", "varchar", 2, 0, True),
        ("d", "decimal", 3, 2, False),
        ("r", "float", 17, 0, False),
        ("a", "array", 0, 0, False),
        ("user_id", "bigint", 19, 0, False),
    ]
    assert columns[0]["CatalogName"] == "hive"


def test_a_running_query_can_be_stopped(lake: Lake) -> None:
    execution_id = lake.start(ENDLESS)
    athena = lake.clients.client("athena")
    deadline = time.monotonic() + 20
    while (
        athena.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]["Status"]["State"]
        == "QUEUED"
    ):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    message = _refused(lambda: athena.get_query_results(QueryExecutionId=execution_id))[1]
    assert message == "Query has not yet finished. Current state: RUNNING"
    athena.stop_query_execution(QueryExecutionId=execution_id)
    execution = lake.wait(execution_id, 15)
    assert execution["Status"]["State"] == "CANCELLED"
    assert execution["Status"]["StateChangeReason"] == "Query cancelled by user"
    assert "AthenaError" not in execution["Status"]
    assert _refused(lambda: athena.get_query_results(QueryExecutionId=execution_id))[2] == "RESULT_NOT_FOUND"
    athena.stop_query_execution(QueryExecutionId=execution_id)


def test_results_of_a_failed_query_and_of_none_at_all(lake: Lake) -> None:
    athena = lake.clients.client("athena")
    failed = lake.run("SELECT 1 / 0")
    refused = _refused(lambda: athena.get_query_results(QueryExecutionId=failed["QueryExecutionId"]))
    assert refused[1:] == (
        "Query did not finish successfully. Final query state: FAILED",
        "INVALID_QUERY_EXECUTION_STATE",
    )
    unknown = str(uuid.uuid4())
    refused = _refused(lambda: athena.get_query_execution(QueryExecutionId=unknown))
    assert refused[1:] == (f"QueryExecution {unknown} was not found", "QUERY_EXECUTION_NOT_FOUND")
    found = athena.batch_get_query_execution(QueryExecutionIds=[failed["QueryExecutionId"], unknown])
    assert [item["QueryExecutionId"] for item in found["QueryExecutions"]] == [failed["QueryExecutionId"]]
    assert found["UnprocessedQueryExecutionIds"][0]["QueryExecutionId"] == unknown


def test_earlier_results_are_used_again_when_the_caller_allows_it(lake: Lake) -> None:
    """AWS rule: the same text in the same workgroup and database, no older than asked for, reference 10.2."""
    sql = f"SELECT '{uuid.uuid4()}' AS x"
    first = lake.run(sql)
    reuse = {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 5}}
    second = lake.run(sql, ResultReuseConfiguration=reuse)
    assert second["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"] is True
    assert second["ResultConfiguration"]["OutputLocation"] == first["ResultConfiguration"]["OutputLocation"]
    assert lake.results_of(second) == lake.results_of(first)
    assert lake.run(sql)["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"] is False
    other = lake.run(sql, ResultReuseConfiguration=reuse, QueryExecutionContext={"Database": "default"})
    assert other["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"] is False


def test_executions_are_listed_by_workgroup_newest_first(lake: Lake) -> None:
    group = _workgroup(lake, ResultConfiguration={"OutputLocation": lake.results})
    ids = [lake.run(f"SELECT {n}", WorkGroup=group)["QueryExecutionId"] for n in range(3)]
    athena = lake.clients.client("athena")
    assert athena.list_query_executions(WorkGroup=group)["QueryExecutionIds"] == ids[::-1]
    page = athena.list_query_executions(WorkGroup=group, MaxResults=2)
    assert page["QueryExecutionIds"] == ids[:0:-1]
    rest = athena.list_query_executions(WorkGroup=group, MaxResults=2, NextToken=page["NextToken"])
    assert rest["QueryExecutionIds"] == ids[:1]


def test_runtime_statistics(lake: Lake) -> None:
    execution = lake.run("SELECT user_id FROM events WHERE event_type = 'order'")
    numbers = lake.clients.client("athena").get_query_runtime_statistics(
        QueryExecutionId=execution["QueryExecutionId"]
    )["QueryRuntimeStatistics"]
    assert numbers["Rows"]["InputRows"] == 6
    assert numbers["Rows"]["OutputRows"] == 6
    assert numbers["Rows"]["InputBytes"] == execution["Statistics"]["DataScannedInBytes"] > 0


def test_metadata_of_databases_and_tables(lake: Lake) -> None:
    athena = lake.clients.client("athena")
    catalog: Any = {"CatalogName": "AwsDataCatalog"}
    pages = athena.get_paginator("list_databases").paginate(**catalog)
    assert lake.database in [item["Name"] for page in pages for item in page["DatabaseList"]]
    assert athena.get_database(**catalog, DatabaseName=lake.database)["Database"]["Name"] == lake.database
    listed = athena.list_table_metadata(**catalog, DatabaseName=lake.database, Expression="even.*")
    assert [table["Name"] for table in listed["TableMetadataList"]] == ["events"]
    table = athena.get_table_metadata(**catalog, DatabaseName=lake.database, TableName="events")[
        "TableMetadata"
    ]
    assert [column["Name"] for column in table["PartitionKeys"]] == ["event_type", "created_date"]
    assert table["Parameters"]["location"] == f"s3://{lake.bucket}/events/"
    refused = _refused(
        lambda: athena.get_table_metadata(**catalog, DatabaseName=lake.database, TableName="nosuch")
    )
    assert refused[0] == "MetadataException"


def test_the_history_survives_a_restart(make_local_aws: Callable[..., LocalAws]) -> None:
    instance = make_local_aws()
    s3, athena = instance.clients.client("s3"), instance.clients.client("athena")
    s3.create_bucket(Bucket="history")
    started = athena.start_query_execution(
        QueryString="SELECT 42 AS answer", ResultConfiguration={"OutputLocation": "s3://history/"}
    )["QueryExecutionId"]
    endless = athena.start_query_execution(
        QueryString=ENDLESS, ResultConfiguration={"OutputLocation": "s3://history/"}
    )["QueryExecutionId"]
    deadline = time.monotonic() + 20
    while (
        athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]["Status"]["State"]
        != "SUCCEEDED"
    ):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    instance.stop()
    instance.start()
    kept = athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]
    assert kept["Status"]["State"] == "SUCCEEDED"
    rows = athena.get_query_results(QueryExecutionId=started)["ResultSet"]["Rows"]
    assert rows[1]["Data"] == [{"VarCharValue": "42"}]
    stopped = athena.get_query_execution(QueryExecutionId=endless)["QueryExecution"]
    assert stopped["Status"]["State"] == "CANCELLED"


def test_engine_versions(lake: Lake) -> None:
    versions = lake.clients.client("athena").list_engine_versions()["EngineVersions"]
    assert [version["SelectedEngineVersion"] for version in versions] == ["AUTO", "Athena engine version 3"]


def test_a_workgroup_may_publish_metrics(lake: Lake) -> None:
    group = _workgroup(lake, PublishCloudWatchMetricsEnabled=True)
    lake.run("SELECT count(user_id) FROM events", WorkGroup=group)
    cloudwatch = lake.clients.client("cloudwatch")
    dimension = [{"Name": "WorkGroup", "Value": group}]
    deadline = time.monotonic() + 60
    while True:
        found = cloudwatch.list_metrics(Namespace="AWS/Athena", Dimensions=dimension)["Metrics"]  # type: ignore[arg-type]
        if found or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    assert "ProcessedBytes" in {metric["MetricName"] for metric in found}
