"""Athena's API around queries: workgroups, tokens, paging, stopping, limits, reuse, history, metadata."""

from __future__ import annotations

import re
import uuid
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError

from local_aws.athena.metadata_file import encode_metadata
from tests.integration.athena.lake import made_workgroup
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tests.gateway_fixture import LocalAws
    from tests.integration.athena.lake import Lake

# Runs for minutes unless it is stopped.
ENDLESS = (
    "SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x) CROSS JOIN UNNEST(sequence(1, 10000)) b(y)"
    " CROSS JOIN UNNEST(sequence(1, 1000)) c(z) WHERE (x * y * z) % 7 = 0"
)


def _refused(call: Callable[[], Any]) -> tuple[str, str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    error: Any = caught.value.response
    return error["Error"]["Code"], error["Error"]["Message"], error.get("AthenaErrorCode", "")


def _state(athena: Any, execution_id: str) -> str:
    execution = athena.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]
    return str(execution["Status"]["State"])


def test_an_enforced_workgroup_overrides_the_location(lake: Lake) -> None:
    folder = f"s3://{lake.bucket}/enforced/"
    group = made_workgroup(
        lake, ResultConfiguration={"OutputLocation": folder}, EnforceWorkGroupConfiguration=True
    )
    execution = lake.run("SELECT 1", WorkGroup=group)
    assert execution["ResultConfiguration"]["OutputLocation"].startswith(folder)
    assert execution["WorkGroup"] == group


def test_a_workgroup_that_is_not_enforced_gives_a_default(lake: Lake) -> None:
    group = made_workgroup(
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
    group = made_workgroup(
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
    group = made_workgroup(lake, BytesScannedCutoffPerQuery=10_000_000)
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
    """Check the type, the digits and the case of columns as they were measured (athena-local, metadata)."""
    expected = {
        "TINYINT '1'": ("tinyint", 3, 0, False),
        "SMALLINT '1'": ("smallint", 5, 0, False),
        "1": ("integer", 10, 0, False),
        "BIGINT '1'": ("bigint", 19, 0, False),
        "1.5": ("double", 17, 0, False),
        "REAL '1.5'": ("float", 17, 0, False),
        "DECIMAL '1.25'": ("decimal", 3, 2, False),
        "'ab'": ("varchar", 2, 0, True),
        "CAST('ab' AS varchar)": ("varchar", 2147483647, 0, True),
        "CAST('ab' AS char(5))": ("char", 5, 0, True),
        "X'01'": ("varbinary", 1073741824, 0, False),
        "TIMESTAMP '2020-01-01 00:00:00.123456'": ("timestamp", 3, 0, False),
        "TIME '01:02:03'": ("time", 3, 0, False),
        "TIME '01:02:03+01:00'": ("time with time zone", 3, 0, False),
        "TIMESTAMP '2020-01-01 UTC'": ("timestamp with time zone", 3, 0, False),
        "true": ("boolean", 0, 0, False),
        "INTERVAL '1' DAY": ("interval day to second", 0, 0, False),
        "INTERVAL '1' YEAR": ("interval year to month", 0, 0, False),
        "DATE '2020-01-01'": ("date", 0, 0, False),
        "ARRAY[1]": ("array", 0, 0, False),
        "MAP(ARRAY[1], ARRAY[2])": ("map", 0, 0, False),
        "ROW(1)": ("row", 0, 0, False),
        "JSON '1'": ("json", 0, 0, False),
        "uuid()": ("uuid", 0, 0, False),
        "IPADDRESS '10.0.0.1'": ("ipaddress", 0, 0, False),
    }
    execution = lake.run(f"SELECT {', '.join(expected)}, user_id FROM events")
    answer = lake.clients.client("athena").get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    columns = answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    shown = [(c["Type"], c["Precision"], c["Scale"], c["CaseSensitive"]) for c in columns]
    assert shown == [*expected.values(), ("bigint", 19, 0, False)]
    assert [c["Name"] for c in columns] == [*(f"_col{i}" for i in range(len(expected))), "user_id"]
    assert {c["CatalogName"] for c in columns} == {"hive"}
    assert {(c["SchemaName"], c["TableName"], c["Nullable"]) for c in columns} == {("", "", "UNKNOWN")}


@pytest.mark.parametrize(
    ("sql", "name", "number"),
    [
        ("SELECT * FROM nope", "TABLE_NOT_FOUND", 1301),
        ("SELECT * FROM nope.t", "SCHEMA_NOT_FOUND", 1301),
        ("SELECT nope FROM events", "COLUMN_NOT_FOUND", 1006),
        ("SELECT 'a' + 1", "TYPE_MISMATCH", 1002),
        ("SELECT nosuch(1)", "FUNCTION_NOT_FOUND", 1303),
        ("SELECT 1 / 0", "DIVISION_BY_ZERO", 1001),
        ("SELECT CAST('abc' AS integer)", "INVALID_CAST_ARGUMENT", 1100),
        ("SELECT CAST(1e30 AS integer)", "NUMERIC_VALUE_OUT_OF_RANGE", 1100),
        ("SELECT 'a' LIKE 'a' ESCAPE 'xx'", "INVALID_FUNCTION_ARGUMENT", 1106),
        ("SELECT nope.t.x FROM nope.db.t", "CATALOG_NOT_FOUND", 1006),
    ],
)
def test_types_of_errors(lake: Lake, sql: str, name: str, number: int) -> None:
    """Check category and type of errors as they were measured (athena-local, statements and src/failure.rs)."""
    status = lake.run(sql)["Status"]
    assert status["StateChangeReason"].startswith(f"{name}: ")
    error = status["AthenaError"]
    assert (error["ErrorCategory"], error["ErrorType"], error["Retryable"]) == (2, number, False)
    assert error["ErrorMessage"] == status["StateChangeReason"]


def test_a_running_query_can_be_stopped(lake: Lake) -> None:
    execution_id = lake.start(ENDLESS)
    athena = lake.clients.client("athena")
    wait_until(lambda: _state(athena, execution_id) != "QUEUED", "the query runs")
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
    group = made_workgroup(lake, ResultConfiguration={"OutputLocation": lake.results})
    ids = [lake.run(f"SELECT {n}", WorkGroup=group)["QueryExecutionId"] for n in range(3)]
    athena = lake.clients.client("athena")
    assert athena.list_query_executions(WorkGroup=group)["QueryExecutionIds"] == ids[::-1]
    page = athena.list_query_executions(WorkGroup=group, MaxResults=2)
    assert page["QueryExecutionIds"] == ids[:0:-1]
    rest = athena.list_query_executions(WorkGroup=group, MaxResults=2, NextToken=page["NextToken"])
    assert rest["QueryExecutionIds"] == ids[:1]


def test_a_workgroup_is_described_with_what_nobody_has_set(lake: Lake) -> None:
    athena = lake.clients.client("athena")
    unset = {
        "EnableMinimumEncryptionConfiguration": False,
        "PublishCloudWatchMetricsEnabled": False,
        "RequesterPaysEnabled": False,
        "EngineVersion": {
            "SelectedEngineVersion": "AUTO",
            "EffectiveEngineVersion": "Athena engine version 3",
        },
    }
    primary = athena.get_work_group(WorkGroup="primary")["WorkGroup"]["Configuration"]
    assert primary == {**unset, "ResultConfiguration": {}, "EnforceWorkGroupConfiguration": False}
    result = {"OutputLocation": lake.results}
    group = made_workgroup(lake, ResultConfiguration=result, RequesterPaysEnabled=True)
    configuration = athena.get_work_group(WorkGroup=group)["WorkGroup"]["Configuration"]
    assert configuration == {
        **unset,
        "ResultConfiguration": result,
        "EnforceWorkGroupConfiguration": True,
        "RequesterPaysEnabled": True,
    }
    refused = _refused(lambda: athena.get_work_group(WorkGroup="nosuch"))
    assert refused == ("InvalidRequestException", "WorkGroup is not found.", "INVALID_INPUT")


def test_statements_of_hive_take_a_quoted_database_from_the_context(lake: Lake) -> None:
    """As awswrangler sends it with DESCRIBE and SHOW CREATE TABLE."""
    quoted = {"Database": f"`{lake.database}`"}
    described = lake.run("DESCRIBE `events`", QueryExecutionContext=quoted)
    assert described["Status"]["State"] == "SUCCEEDED"
    assert described["QueryExecutionContext"] == quoted
    assert lake.run("SELECT 1 FROM events", QueryExecutionContext=quoted)["Status"]["State"] == "FAILED"


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


def test_metadata_of_what_is_missing(lake: Lake) -> None:
    """AWS rule: Athena puts Glue's error in brackets behind its message; clients read the code there."""
    athena = lake.clients.client("athena")
    envelope = (
        r" \(Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException;"
        r" Request ID: [0-9a-fA-F-]{36}; Proxy: null\)"
    )
    catalog: Any = {"CatalogName": "AwsDataCatalog"}
    for database, name in ((lake.database, "nosuch"), ("nosuch", "events")):
        wanted: Any = {**catalog, "DatabaseName": database, "TableName": name}
        refused = _refused(partial(athena.get_table_metadata, **wanted))
        assert refused[0] == "MetadataException"
        assert re.fullmatch("Entity Not Found" + envelope, refused[1]), refused[1]
    for call in (athena.list_table_metadata, athena.get_database):
        refused = _refused(partial(call, **catalog, DatabaseName="nosuch"))
        assert refused[0] == "MetadataException"
        assert re.fullmatch(r"Database nosuch not found\." + envelope, refused[1]), refused[1]


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
    wait_until(lambda: _state(athena, started) == "SUCCEEDED", "the query succeeds")
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


def test_the_object_that_describes_a_result(lake: Lake) -> None:
    execution = lake.run("SELECT user_id, event_name AS name FROM events LIMIT 1")
    key = execution["ResultConfiguration"]["OutputLocation"].removeprefix(f"s3://{lake.bucket}/")
    body = lake.clients.client("s3").get_object(Bucket=lake.bucket, Key=f"{key}.metadata")["Body"].read()
    answer = lake.clients.client("athena").get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    columns = answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    engine_id = body[2:29].decode()  # the engine's own, as Athena writes it
    assert re.fullmatch(r"\d{8}_\d{6}_\d{5}_[a-z0-9]{5}", engine_id)
    assert encode_metadata(engine_id, columns) == body
    assert [word in body for word in (b"user_id", b"bigint", b"name", b"varchar")] == [True] * 4


def test_several_executions_in_one_call(lake: Lake) -> None:
    ids = [lake.run(f"SELECT {n}")["QueryExecutionId"] for n in range(2)]
    unknown = str(uuid.uuid4())
    answer = lake.clients.client("athena").batch_get_query_execution(QueryExecutionIds=[*ids, unknown])
    assert [item["QueryExecutionId"] for item in answer["QueryExecutions"]] == ids
    assert [item["QueryExecutionId"] for item in answer["UnprocessedQueryExecutionIds"]] == [unknown]


def test_functions_are_shown_as_rows(lake: Lake) -> None:
    assert lake.rows("SHOW FUNCTIONS LIKE 'date_tr%'") == [["date_trunc", "", "", "scalar", "true", ""]]


def test_the_data_catalog_of_the_account(lake: Lake) -> None:
    athena = lake.clients.client("athena")
    listed = athena.list_data_catalogs()["DataCatalogsSummary"]
    assert ("AwsDataCatalog", "GLUE") in [(item["CatalogName"], item["Type"]) for item in listed]
    assert athena.get_data_catalog(Name="AwsDataCatalog")["DataCatalog"]["Type"] == "GLUE"
    refused = _refused(lambda: athena.list_databases(CatalogName="nosuch"))
    assert refused[0] == "MetadataException"


def test_an_enforced_workgroup_takes_no_location_of_a_new_table(lake: Lake) -> None:
    """AWS rule: with an enforced location, external_location is not allowed, reference 10.6."""
    folder = f"s3://{lake.bucket}/ctas/"
    group = made_workgroup(
        lake, ResultConfiguration={"OutputLocation": folder}, EnforceWorkGroupConfiguration=True
    )
    sql = f"CREATE TABLE placed WITH (external_location = 's3://{lake.bucket}/placed/') AS SELECT 1 AS a"
    refused = lake.run(sql, WorkGroup=group)
    assert refused["Status"]["State"] == "FAILED"
    made = lake.run("CREATE TABLE placed AS SELECT 1 AS a", WorkGroup=group)
    assert made["Status"]["State"] == "SUCCEEDED", made["Status"]
    table = lake.clients.client("glue").get_table(DatabaseName=lake.database, Name="placed")["Table"]
    assert table["StorageDescriptor"]["Location"] == f"{folder}tables/{made['QueryExecutionId']}/"


def test_a_disabled_workgroup_runs_nothing(lake: Lake) -> None:
    group = made_workgroup(lake)
    athena = lake.clients.client("athena")
    athena.update_work_group(WorkGroup=group, State="DISABLED")
    code, message, _ = _refused(lambda: lake.start("SELECT 1", WorkGroup=group))
    assert (code, message) == ("InvalidRequestException", "WorkGroup is disabled.")


def test_a_saved_query_that_is_gone_is_said_to_be_as_terraforms_provider_looks_for_it(lake: Lake) -> None:
    athena = lake.clients.client("athena")
    saved = {"Name": "gone", "Database": lake.database, "QueryString": "SELECT 1"}
    query_id = athena.create_named_query(**saved)["NamedQueryId"]
    found = athena.get_named_query(NamedQueryId=query_id)["NamedQuery"]
    assert saved.items() <= dict(found).items()
    athena.delete_named_query(NamedQueryId=query_id)
    with pytest.raises(
        athena.exceptions.InvalidRequestException, match=f"NamedQuery {query_id} does not exist"
    ):
        athena.get_named_query(NamedQueryId=query_id)
