"""Athena's API as people measured it on AWS: refusals at the start, kinds, texts kept, results, their objects.

Each row is one of the measurements; where our own reference said otherwise, the measurement won.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import urllib.request
import uuid
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.gateway_fixture import unique
from tests.integration.athena.lake import Lake

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws

BEGINNINGS = (
    "'ALTER', 'ANALYZE', 'CALL', 'COMMENT', 'COMMIT', 'CREATE', 'DEALLOCATE', 'DELETE', 'DENY', 'DESC', 'DESCRIBE',"
    " 'DROP', 'EXECUTE', 'EXPLAIN', 'GRANT', 'INSERT', 'MERGE', 'PREPARE', 'REFRESH', 'RESET', 'REVOKE', 'ROLLBACK',"
    " 'SET', 'SHOW', 'START', 'TRUNCATE', 'UNLOAD', 'UPDATE', 'USE', <query>"
)
ENTITY = (
    r"Entity Not Found \(Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException;"
    r" Request ID: [0-9a-f-]{36}; Proxy: null\)"
)


@pytest.fixture(scope="module")
def lake(local_aws: LocalAws) -> Lake:
    name = unique("measured")
    made = Lake(local_aws.clients, name.replace("-", "_"), name)
    made.create()
    made.table("t", {"n": "int"})
    made.run(f"CREATE VIEW {made.database}.v AS SELECT 1 AS n, 'a' AS s")
    return made


def call(endpoint: str, operation: str, body: bytes) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Send a request that no SDK would send; gives status, headers and body of the answer."""
    request = AWSRequest(
        "POST",
        f"{endpoint}/",
        data=body,
        headers={
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"AmazonAthena.{operation}",
        },
    )
    SigV4Auth(Credentials("test", "test"), "athena", "us-east-1").add_auth(request)
    plain = urllib.request.Request(  # noqa: S310
        f"{endpoint}/", data=body, headers=dict(request.headers.items()), method="POST"
    )
    try:
        with urllib.request.urlopen(plain) as answer:  # noqa: S310
            return answer.status, dict(answer.headers.items()), json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers.items()), json.loads(error.read())


def refused(lake: Lake, endpoint: str, sql: str, **changed: Any) -> tuple[str, str]:
    body: dict[str, Any] = {
        "QueryString": sql,
        "ClientRequestToken": str(uuid.uuid4()),
        "QueryExecutionContext": {"Database": lake.database},
        "ResultConfiguration": {"OutputLocation": lake.results},
    }
    body |= changed
    kept = {key: value for key, value in body.items() if value is not None}
    status, headers, answer = call(endpoint, "StartQueryExecution", json.dumps(kept).encode())
    assert status == 400, answer
    assert answer["__type"] == "InvalidRequestException"
    assert set(answer) == {"__type", "AthenaErrorCode", "ErrorCode", "Message"}
    assert answer["ErrorCode"] == answer["AthenaErrorCode"]
    assert "x-amzn-errortype" not in {name.lower() for name in headers}
    return answer["AthenaErrorCode"], answer["Message"]


@pytest.mark.parametrize(
    ("sql", "code", "message"),
    [
        ("SELEC 1", "MALFORMED_QUERY", f"line 1:1: mismatched input 'SELEC'. Expecting: {BEGINNINGS}"),
        (
            "SELECT",
            "MALFORMED_QUERY",
            "line 1:7: mismatched input '<EOF>'. Expecting: '*', 'ALL', 'DISTINCT', <expression>",
        ),
        ("SELECT FROM", "MALFORMED_QUERY", "Queries of this type are not supported"),
        ("SELECT * FROM", "MALFORMED_QUERY", "Queries of this type are not supported"),
        ("SELECT 1\nFROM", "MALFORMED_QUERY", "Queries of this type are not supported"),
        ("-- only", "MALFORMED_QUERY", f"line 1:8: mismatched input '<EOF>'. Expecting: {BEGINNINGS}"),
        ("/* only */", "MALFORMED_QUERY", f"line 1:11: mismatched input '<EOF>'. Expecting: {BEGINNINGS}"),
        ("/* c SELECT 1", "MALFORMED_QUERY", f"line 1:1: mismatched input '/'. Expecting: {BEGINNINGS}"),
        (
            "SELECT 1; SELECT 2",
            "MALFORMED_QUERY",
            "Only one sql statement is allowed. Got: SELECT 1; SELECT 2",
        ),
        (";", "MALFORMED_QUERY", "Empty sql statement: ;"),
        (
            "CREATE OR REPLACE TABLE c AS SELECT 1 AS n",
            "MALFORMED_QUERY",
            "line 1:19: mismatched input 'TABLE'. Expecting: 'MATERIALIZED', 'MULTI', 'PROTECTED', 'VIEW'",
        ),
        ("DESCRIBE a.b.c.d", "MALFORMED_QUERY", "Invalid table name a.b.c.d"),
        ("DESCRIBE nocat.db.t", "DATACATALOG_NOT_FOUND", "Catalog 'nocat' does not exist"),
        (
            "CREATE TABLE t2 (n int)",
            "MALFORMED_QUERY",
            "No location was specified for table. An S3 location must be specified",
        ),
        (
            "CREATE TABLE t2 (n int) LOCATION 's3://b/p/'",
            "MALFORMED_QUERY",
            "External keyword required for table type HIVE",
        ),
    ],
)
def test_what_start_query_execution_refuses(
    lake: Lake, local_aws: LocalAws, sql: str, code: str, message: str
) -> None:
    assert refused(lake, local_aws.endpoint, sql) == (code, message)


@pytest.mark.parametrize(
    "sql", ["DESCRIBE nope", "DESC nope", "SHOW COLUMNS IN nope", "SHOW COLUMNS IN nodb.t"]
)
def test_what_is_described_must_exist(lake: Lake, local_aws: LocalAws, sql: str) -> None:
    code, message = refused(lake, local_aws.endpoint, sql)
    assert code == "INVALID_INPUT"
    assert re.fullmatch(ENTITY, message)


def test_the_order_of_the_checks(lake: Lake, local_aws: LocalAws) -> None:
    """Keys, token, location, number of statements, syntax, existence, and what the token was used for."""
    ask = local_aws.endpoint
    bad_place = {"OutputLocation": "https://b/"}
    length = "failed to satisfy constraint: Member must have length"
    start = "1 validation error detected: Value at 'clientRequestToken'"
    assert refused(lake, ask, "SELEC 1", ClientRequestToken="short")[1] == (
        f"{start} {length} greater than or equal to 32"
    )
    assert refused(lake, ask, "SELEC 1", ClientRequestToken="x" * 129)[1] == (
        f"{start} {length} less than or equal to 128"
    )
    assert refused(lake, ask, "SELEC 1", ClientRequestToken=None, ResultConfiguration=bad_place)[1] == (
        "clientRequestToken is null or empty"
    )
    assert refused(lake, ask, "SELEC 1; x", ResultConfiguration=bad_place)[1] == (
        "outputLocation is not a valid S3 path."
    )
    assert refused(lake, ask, "SELEC 1; x")[1].startswith("Only one sql statement is allowed.")
    assert refused(lake, ask, "SELECT 1", WorkGroup="nosuch") == ("INVALID_INPUT", "WorkGroup is not found.")
    status, _, answer = call(
        ask, "StartQueryExecution", json.dumps({"ClientRequestToken": "x" * 32}).encode()
    )
    assert (status, answer["Message"]) == (
        400,
        "1 validation error detected: Value null at 'queryString' failed to satisfy constraint: Member must not be"
        " null",
    )


def test_tokens(lake: Lake, local_aws: LocalAws) -> None:
    """The text as received, the catalog in its own case, the database and the location have to be the same."""
    token = uuid.uuid4().hex
    assert refused(lake, local_aws.endpoint, "SELEC 1", ClientRequestToken=token)[0] == "MALFORMED_QUERY"
    first = lake.start("SELECT 1", ClientRequestToken=token)  # a refused token is not used up
    assert lake.start("SELECT 1", ClientRequestToken=token, ExecutionParameters=["1"]) == first
    lake.wait(first)
    assert lake.start("SELECT 1", ClientRequestToken=token) == first
    mismatch = ("IDEMPOTENT_PARAMETER_MISMATCH", "Idempotent parameters do not match")
    for changed in (
        {"sql": "SELECT 1;"},
        {
            "sql": "SELECT 1",
            "QueryExecutionContext": {"Database": lake.database, "Catalog": "AwsDataCatalog"},
        },
        {"sql": "SELECT 1", "QueryExecutionContext": {"Database": "other"}},
        {"sql": "SELECT 1", "ResultConfiguration": {"OutputLocation": f"{lake.results}x/"}},
    ):
        assert refused(lake, local_aws.endpoint, ClientRequestToken=token, **changed) == mismatch


@pytest.mark.parametrize(
    ("sql", "statement_type", "substatement_type"),
    [
        ("VALUES 1", "DML", "SELECT"),
        ("(SELECT 1)", "DML", "SELECT"),
        ("EXPLAIN SELECT 1", "DML", "EXPLAIN"),
        ("DESCRIBE t", "UTILITY", "DESCRIBE_TABLE"),
        ("DESCRIBE v", "UTILITY", "DESC_VIEW"),
        ("SHOW COLUMNS IN v", "UTILITY", "DESC_VIEW"),
        ("DESCRIBE FORMATTED v", "UTILITY", "DESCRIBE_TABLE"),
        ("SHOW TBLPROPERTIES nope", "UTILITY", "SHOW_TABLE_PROPERTIES"),
        ("ALTER TABLE nope SET TBLPROPERTIES ('a'='b')", "DDL", "ALTER_TABLE_PROPERTIES"),
    ],
)
def test_kinds_of_statements(lake: Lake, sql: str, statement_type: str, substatement_type: str) -> None:
    execution = lake.run(sql)
    assert (execution["StatementType"], execution["SubstatementType"]) == (statement_type, substatement_type)


def test_the_text_and_the_context_that_are_kept(lake: Lake) -> None:
    execution = lake.run(
        f" DESCRIBE awsdatacatalog.{lake.database}.t ;",
        QueryExecutionContext={"Catalog": "AwsDataCatalog", "Database": "Other"},
    )
    assert execution["Query"] == "DESCRIBE t"
    assert execution["QueryExecutionContext"] == {"Catalog": "awsdatacatalog", "Database": lake.database}
    kept = lake.run("SELECT /* a;b */ 1 ;; ", QueryExecutionContext={"Database": "Other"})
    assert kept["Query"] == "SELECT /* a;b */ 1"
    assert kept["QueryExecutionContext"] == {"Database": "Other"}
    assert lake.run("SELECT 1", QueryExecutionContext={})["QueryExecutionContext"] == {}


def stored(lake: Lake, address: str) -> tuple[bytes, str]:
    key = address.removeprefix(f"s3://{lake.bucket}/")
    answer = lake.clients.client("s3").get_object(Bucket=lake.bucket, Key=key)
    return answer["Body"].read(), answer["ContentType"]


def keys_of(lake: Lake, execution: dict[str, Any]) -> set[str]:
    """Give the objects that an execution has left, without its id and the folder of the results."""
    listed = lake.clients.client("s3").list_objects_v2(Bucket=lake.bucket, Prefix="results/")
    mark = execution["QueryExecutionId"]
    return {
        item["Key"].removeprefix("results/").replace(mark, "<id>")
        for item in listed.get("Contents", [])
        if mark in item["Key"]
    }


PLAIN, ENGINE = "binary/octet-stream", "application/octet-stream"


@pytest.mark.parametrize(
    ("sql", "objects", "content_type"),
    [
        ("SELECT 1", {"<id>.csv", "<id>.csv.metadata"}, PLAIN),
        ("SELECT -1 AS a, 'x', true", {"<id>.csv", "<id>.csv.metadata"}, PLAIN),
        ("SELECT 1 + 1", {"<id>.csv", "<id>.csv.metadata"}, ENGINE),
        ("SELECT NULL AS n", {"<id>.csv", "<id>.csv.metadata"}, ENGINE),
        ("VALUES 1", {"<id>.csv", "<id>.csv.metadata"}, ENGINE),
        ("SHOW FUNCTIONS", {"<id>.csv", "<id>.csv.metadata"}, ENGINE),
        ("SHOW TABLES", {"<id>.txt", "<id>.txt.metadata"}, PLAIN),
        ("SHOW CREATE VIEW v", {"<id>.txt", "<id>.txt.metadata"}, PLAIN),
        ("SHOW CREATE TABLE t", {"<id>.txt", "<id>.txt.metadata"}, ENGINE),
        ("DESCRIBE t", {"<id>.txt", "<id>.txt.metadata"}, ENGINE),
        ("EXPLAIN SELECT 1", {"<id>.txt", "<id>.txt.metadata"}, ENGINE),
        ("DROP TABLE IF EXISTS nope", {"<id>.txt"}, PLAIN),
        ("ALTER TABLE t ADD COLUMNS (m int)", {"<id>.txt", "<id>.txt.metadata"}, ENGINE),
    ],
)
def test_the_objects_of_a_result(lake: Lake, sql: str, objects: set[str], content_type: str) -> None:
    execution = lake.run(sql)
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    assert keys_of(lake, execution) == objects
    assert stored(lake, execution["ResultConfiguration"]["OutputLocation"])[1] == content_type
    has_planning = "QueryPlanningTimeInMillis" in execution["Statistics"]
    assert has_planning is (content_type == ENGINE)


@pytest.mark.parametrize(
    ("sql", "reason", "numbers"),
    [
        (
            "SHOW TABLES IN nodb",
            "FAILED: SemanticException [Error 10072]: Database does not exist: nodb",
            (1, 1502),
        ),
        ("DROP TABLE {db}.nope", "FAILED: SemanticException [Error 10001]: Table not found {db}.nope", None),
        (
            "CREATE DATABASE {db}",
            "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask."
            " Database {db} already exists",
            None,
        ),
        (
            "CREATE EXTERNAL TABLE t (n int) LOCATION 's3://{bucket}/t/'",
            "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask."
            " AlreadyExistsException(message:Table t already exist)",
            (2, 1006),
        ),
        (
            "DESCRIBE EXTENDED nope",
            "FAILED: SemanticException [Error 10001]: Table not found nope",
            (2, 1006),
        ),
        (
            "DESCRIBE t nocolumn",
            "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask."
            " cannot find field nocolumn from [0:n, 1:m]",
            (1, 1003),
        ),
        (
            "ALTER TABLE t RENAME TO t2",
            "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask."
            " Unable to alter table. Table cannot be renamed",
            (2, 1006),
        ),
        (
            "ALTER TABLE t DROP COLUMN n",
            "FAILED: ParseException line 1:19 mismatched input 'COLUMN' expecting PARTITION near 'DROP' in drop"
            " partition statement",
            (2, 1006),
        ),
    ],
)
def test_a_failed_statement_of_hive(
    lake: Lake, sql: str, reason: str, numbers: tuple[int, int] | None
) -> None:
    """Its text is the object, byte for byte; GetQueryResults answers an empty result."""
    names = {"db": lake.database, "bucket": lake.bucket}
    execution = lake.run(sql.format(**names))
    assert execution["Status"]["State"] == "FAILED"
    assert execution["Status"]["StateChangeReason"] == reason.format(**names)
    error = execution["Status"]["AthenaError"]
    assert error["Retryable"] is False
    if numbers is not None:
        assert (error["ErrorCategory"], error["ErrorType"]) == numbers
    body, content_type = stored(lake, execution["ResultConfiguration"]["OutputLocation"])
    assert (body.decode(), content_type) == (reason.format(**names), ENGINE)
    assert keys_of(lake, execution) == {"<id>.txt"}
    answer = lake.clients.client("athena").get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    assert answer["ResultSet"] == {"Rows": []}


@pytest.mark.parametrize(
    "sql", ["SELECT 1 / 0", "EXPLAIN SELECT nope FROM t", "CREATE TABLE t AS SELECT 1 AS n"]
)
def test_a_failed_statement_of_the_engine_leaves_no_object(lake: Lake, sql: str) -> None:
    execution = lake.run(sql)
    assert execution["Status"]["State"] == "FAILED"
    assert keys_of(lake, execution) == set()


def test_what_a_statement_that_writes_leaves(lake: Lake) -> None:
    """Rows, UpdateCount, one column; a list of objects only when there are rows."""
    athena = lake.clients.client("athena")
    made = lake.run("CREATE TABLE written AS SELECT 1 AS n")
    assert made["ResultConfiguration"]["OutputLocation"] == f"{lake.results}tables/{made['QueryExecutionId']}"
    answer = athena.get_query_results(QueryExecutionId=made["QueryExecutionId"])
    assert answer["UpdateCount"] == 1
    (column,) = answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    assert (column["Name"], column["Type"]) == ("rows", "bigint")
    assert len(stored(lake, f"{made['ResultConfiguration']['OutputLocation']}.metadata")[0]) == 81
    assert "tables/<id>-manifest.csv" in keys_of(lake, made)
    inserted = lake.run("INSERT INTO written VALUES 2")
    assert keys_of(lake, inserted) == {"<id>.metadata", "<id>-manifest.csv"}
    assert len(stored(lake, f"{lake.results}{inserted['QueryExecutionId']}.metadata")[0]) == 75
    nothing = lake.run("INSERT INTO written SELECT 3 WHERE false")
    assert keys_of(lake, nothing) == {"<id>.metadata"}
    answer = athena.get_query_results(QueryExecutionId=nothing["QueryExecutionId"])
    assert answer["UpdateCount"] == 0


@pytest.mark.parametrize(
    ("sql", "code", "message"),
    [
        ("CREATE TABLE c AS SELECT uuid() AS u", (2, 1200), "NOT_SUPPORTED: Unsupported Hive type: uuid."),
        (
            "CREATE TABLE c AS SELECT JSON '1' AS x",
            (2, 1200),
            "NOT_SUPPORTED: Unsupported Hive type: json.",
        ),
        (
            "CREATE TABLE c AS VALUES 1",
            (2, 1100),
            "MISSING_COLUMN_NAME: line 1:1: Column name not specified at position 1.",
        ),
        (
            "CREATE TABLE t AS SELECT 1 AS n",
            (2, 1110),
            "TABLE_ALREADY_EXISTS: line 1:1: Destination table 'awsdatacatalog.{db}.t' already exists.",
        ),
    ],
)
def test_a_failed_ctas_says_where_data_may_be_left(
    lake: Lake, sql: str, code: tuple[int, int], message: str
) -> None:
    execution = lake.run(sql)
    folder = f"{lake.results}tables/{execution['QueryExecutionId']}"
    assert execution["Status"]["StateChangeReason"] == (
        f"{message.format(db=lake.database)} You may need to manually clean the data at location '{folder}' before"
        " retrying. Athena will not delete data in your account."
    )
    error = execution["Status"]["AthenaError"]
    assert (error["ErrorCategory"], error["ErrorType"]) == code


def test_a_failed_insert_names_its_manifest(lake: Lake) -> None:
    execution = lake.run("INSERT INTO t (n) SELECT 1 / 0")
    manifest = f"{lake.results}{execution['QueryExecutionId']}-manifest.csv"
    assert execution["Status"]["StateChangeReason"] == (
        f"DIVISION_BY_ZERO: Division by zero. If a data manifest file was generated at '{manifest}', you may need"
        " to manually clean the data from locations specified in the manifest. Athena will not delete data in your"
        " account."
    )


def test_an_unload_without_rows_has_an_empty_list_of_objects(lake: Lake) -> None:
    """PyAthena's suite, run on AWS, reads the list of an UNLOAD that has no rows."""
    execution = lake.run(
        f"UNLOAD (SELECT n FROM t WHERE false) TO 's3://{lake.bucket}/nothing/' WITH (format = 'PARQUET')"
    )
    assert stored(lake, execution["Statistics"]["DataManifestLocation"])[0] == b""


def test_pages(lake: Lake, local_aws: LocalAws) -> None:
    """A full page always has a token; the page behind it may be empty."""
    athena = lake.clients.client("athena")
    query = lake.run("SELECT n FROM UNNEST(sequence(1, 5)) u(n)")["QueryExecutionId"]
    first = athena.get_query_results(QueryExecutionId=query, MaxResults=6)
    assert len(first["ResultSet"]["Rows"]) == 6
    second = athena.get_query_results(QueryExecutionId=query, MaxResults=6, NextToken=first["NextToken"])
    assert second["ResultSet"]["Rows"] == []
    assert "NextToken" not in second

    def message(**asked: Any) -> str:
        body = json.dumps({"QueryExecutionId": query, **asked}).encode()
        return str(call(local_aws.endpoint, "GetQueryResults", body)[2]["Message"])

    head = "1 validation error detected: Value at 'maxResults' failed to satisfy constraint: Member must have value"
    assert message(MaxResults=0) == f"{head} greater than or equal to 1"
    assert message(MaxResults=100_001) == f"{head} less than or equal to 100000"
    assert message(MaxResults=1001) == "MaxResults is more than maximum allowed length 1000"
    assert message(NextToken="x") == "Malformed nextPageToken x"
    assert message(NextToken="", MaxResults=0).startswith("2 validation errors detected: ")
    unknown = str(uuid.uuid4())
    body = json.dumps({"QueryExecutionId": unknown, "MaxResults": 1001}).encode()
    answer = call(local_aws.endpoint, "GetQueryResults", body)[2]
    assert answer["AthenaErrorCode"] == "QUERY_EXECUTION_NOT_FOUND"
    empty = lake.run("SHOW TABLES 'nothing'")["QueryExecutionId"]
    assert athena.get_query_results(QueryExecutionId=empty, NextToken="x")["ResultSet"]["Rows"] == []


def test_binary_values_in_text_are_base64(lake: Lake) -> None:
    made = lake.run("CREATE TABLE bytes WITH (format = 'TEXTFILE') AS SELECT X'00ff10' AS b")
    assert made["Status"]["State"] == "SUCCEEDED", made["Status"]
    folder = f"results/tables/{made['QueryExecutionId']}/"
    listed = lake.clients.client("s3").list_objects_v2(Bucket=lake.bucket, Prefix=folder)["Contents"]
    (key,) = (item["Key"] for item in listed)
    assert gzip.decompress(stored(lake, f"s3://{lake.bucket}/{key}")[0]) == b"AP8Q\n"
    assert lake.rows("SELECT b FROM bytes") == [["00 ff 10"]]
    storage = {
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"},
    }
    lake.table("raw_bytes", {"b": "binary"}, storage=storage)
    lake.put("raw_bytes/x", b"AP8Q\nnot base64\n")
    assert lake.rows("SELECT b FROM raw_bytes") == [["00 ff 10"], [b"not base64".hex(" ")]]


def test_unload_writes_timestamps_in_their_older_form(lake: Lake) -> None:
    folder = f"s3://{lake.bucket}/unloaded/"
    lake.run(
        f"UNLOAD (SELECT TIMESTAMP '2026-01-02 03:04:05.678' AS at) TO '{folder}' WITH (format = 'PARQUET')"
    )
    listed = lake.clients.client("s3").list_objects_v2(Bucket=lake.bucket, Prefix="unloaded/")["Contents"]
    (key,) = (item["Key"] for item in listed)
    stored_file = pq.ParquetFile(io.BytesIO(stored(lake, f"s3://{lake.bucket}/{key}")[0]))
    assert stored_file.schema.column(0).physical_type == "INT96"
    assert str(stored_file.read().column(0)[0]) == "2026-01-02 03:04:05.678000"
    lake.table("older", {"at": "timestamp"}, location=folder)
    assert lake.rows("SELECT at FROM older") == [["2026-01-02 03:04:05.678"]]


def test_the_database_that_is_always_there(lake: Lake) -> None:
    """Glue, SHOW DATABASES and ListDatabases know `default`; names without a database are looked up in it."""
    assert lake.clients.client("glue").get_database(Name="default")["Database"]["Name"] == "default"
    assert ["default"] in lake.results_of(lake.run("SHOW DATABASES"))
    listed = lake.clients.client("athena").list_databases(CatalogName="AwsDataCatalog")["DatabaseList"]
    assert "default" in [item["Name"] for item in listed]


def test_results_that_a_workgroup_manages(lake: Lake) -> None:
    """They have no location and can be read through GetQueryResults alone."""
    athena = lake.clients.client("athena")
    group = unique("managed")
    athena.create_work_group(
        Name=group, Configuration={"ManagedQueryResultsConfiguration": {"Enabled": True}}
    )
    execution = lake.run("SELECT n FROM UNNEST(sequence(1, 3)) u(n)", WorkGroup=group, ResultConfiguration={})
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    assert execution["ManagedQueryResultsConfiguration"]["Enabled"] is True
    assert "OutputLocation" not in execution.get("ResultConfiguration", {})
    assert lake.results_of(execution) == [["n"], ["1"], ["2"], ["3"]]
    assert keys_of(lake, execution) == set()


def test_results_come_in_two_forms(lake: Lake, local_aws: LocalAws) -> None:
    """Beside the members of the API's model the answer has the columns and the rows once more."""
    query = lake.run("SELECT 1 AS n, CAST(NULL AS varchar) AS s")["QueryExecutionId"]
    body = json.dumps({"QueryExecutionId": query}).encode()
    result = call(local_aws.endpoint, "GetQueryResults", body)[2]["ResultSet"]
    assert set(result) == {"ColumnInfos", "ResultRows", "ResultSetMetadata", "Rows"}
    assert result["ColumnInfos"] == result["ResultSetMetadata"]["ColumnInfo"]
    assert result["ResultRows"] == [{"Data": ["n", "s"]}, {"Data": ["1", None]}]
    assert result["Rows"][1] == {"Data": [{"VarCharValue": "1"}, {}]}


def test_show_functions(lake: Lake) -> None:
    """Six columns, each text as wide as its longest value, below a row of headings."""
    execution = lake.run("SHOW FUNCTIONS")
    answer = lake.clients.client("athena").get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    columns = answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    assert [(column["Name"], column["Type"]) for column in columns] == [
        ("Function", "varchar"),
        ("Return Type", "varchar"),
        ("Argument Types", "varchar"),
        ("Function Type", "varchar"),
        ("Deterministic", "boolean"),
        ("Description", "varchar"),
    ]
    header, *rows = lake.results_of(execution)
    assert header == [column["Name"] for column in columns]
    assert columns[0]["Precision"] == max(len(row[0] or "") for row in rows)
    assert columns[3]["Precision"] == len("aggregate")
    assert ["length", "bigint", "varchar", "scalar", "true", ""] in rows
    assert next(row[3:5] for row in rows if row[0] == "random") == ["scalar", "false"]
    assert {row[3] for row in rows} == {"scalar", "aggregate", "window"}


def test_a_result_whose_bucket_is_missing(lake: Lake) -> None:
    """The query has succeeded; its rows are nowhere."""
    place = {"OutputLocation": f"s3://{unique('nosuch')}/"}
    execution = lake.run("SELECT 1", ResultConfiguration=place)
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    athena = lake.clients.client("athena")
    with pytest.raises(ClientError, match="Could not find results"):
        athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])


@pytest.mark.parametrize(
    ("sql", "reason", "numbers"),
    [
        ("SELECT * FROM t", "CATALOG_NOT_FOUND: line 1:15: Catalog 'nocat' does not exist", (2, 1006)),
        (
            "INSERT INTO t (n) SELECT 1",
            "NOT_FOUND: Session property catalog does not exist: nocat. If a data manifest",
            (2, 1300),
        ),
        (
            "CREATE TABLE c AS SELECT 1 AS n",
            "NOT_FOUND: Session property catalog does not exist: nocat. You may need to manually clean",
            (2, 1300),
        ),
        ("DELETE FROM t", "TABLE_NOT_FOUND: line 1:1: Table 'nocat.{db}.t' does not exist", (2, 1301)),
        ("UPDATE t SET n = 1", "TABLE_NOT_FOUND: line 1:1: Table 'nocat.{db}.t' does not exist", (2, 1301)),
    ],
)
def test_a_context_with_an_unknown_catalog(
    lake: Lake, sql: str, reason: str, numbers: tuple[int, int]
) -> None:
    execution = lake.run(sql, QueryExecutionContext={"Database": lake.database, "Catalog": "NoCat"})
    assert execution["Status"]["State"] == "FAILED"
    assert execution["Status"]["StateChangeReason"].startswith(reason.format(db=lake.database))
    error = execution["Status"]["AthenaError"]
    assert (error["ErrorCategory"], error["ErrorType"]) == numbers


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "SHOW TABLES",
        "DESCRIBE t",
        "ALTER TABLE t SET TBLPROPERTIES ('a'='b')",
        "CREATE OR REPLACE VIEW w AS SELECT * FROM t",
        "DROP VIEW IF EXISTS w",
        "MSCK REPAIR TABLE t",
    ],
)
def test_what_does_not_look_at_the_catalog_of_its_context(lake: Lake, sql: str) -> None:
    execution = lake.run(sql, QueryExecutionContext={"Database": lake.database, "Catalog": "nocat"})
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]


def test_workgroups(lake: Lake, local_aws: LocalAws) -> None:
    """What nobody has set is answered too; lists are in the order of names and have an empty description."""
    group = unique("group")
    lake.clients.client("athena").create_work_group(Name=group)
    shown = call(local_aws.endpoint, "GetWorkGroup", json.dumps({"WorkGroup": group}).encode())[2][
        "WorkGroup"
    ]
    configuration = shown["Configuration"]
    assert "Description" not in shown
    assert configuration["EnableMinimumEncryptionConfiguration"] is False
    assert configuration["QuerySchedulingType"] == "DEFAULT"
    assert configuration["EngineVersion"]["Category"] == "Presto"
    status, _, answer = call(local_aws.endpoint, "ListWorkGroups", b"{}")
    assert status == 200, answer
    listed = answer["WorkGroups"]
    assert next(item for item in listed if item["Name"] == group)["Description"] == ""
    names: list[str] = []
    token: str | None = None
    while True:
        asked = {"MaxResults": 1} | ({"NextToken": token} if token else {})
        page = call(local_aws.endpoint, "ListWorkGroups", json.dumps(asked).encode())[2]
        assert "Message" not in page, page
        names += [item["Name"] for item in page["WorkGroups"]]
        token = page.get("NextToken")
        if token is None:
            break
    assert names == sorted(names)
    assert {group, "primary"} <= set(names)
    bad = call(local_aws.endpoint, "ListWorkGroups", json.dumps({"NextToken": "x"}).encode())[2]
    assert bad["Message"] == "The nextPageToken is malformed: x"


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ('DESCRIBE "t"', "line 1:10: no viable alternative at input 'DESCRIBE \"t\"'"),
        ('SHOW CREATE TABLE "t"', "Queries of this type are not supported"),
        ("CREATE TABLE t2 (n json)", "No location was specified for table. An S3 location must be specified"),
        (
            "ALTER TABLE t ADD COLUMN m int",
            "line 1:19: no viable alternative at input 'ALTER TABLE t ADD COLUMN'",
        ),
        ("CREATE TABLE c AS SHOW TABLES", "line 1:19: mismatched input 'SHOW'"),
    ],
)
def test_what_the_parser_of_the_hive_side_refuses(
    lake: Lake, local_aws: LocalAws, sql: str, message: str
) -> None:
    code, text = refused(lake, local_aws.endpoint, sql)
    assert (code, text[: len(message)]) == ("MALFORMED_QUERY", message)


def test_existence_comes_before_quotes_and_views_may_have_them(lake: Lake, local_aws: LocalAws) -> None:
    assert re.fullmatch(ENTITY, refused(lake, local_aws.endpoint, 'DESCRIBE "nope"')[1])
    assert lake.run('DESCRIBE "v"')["SubstatementType"] == "DESC_VIEW"
    assert str(lake.results_of(lake.run("DESCRIBE `t`"))[0][0]).startswith("n  ")


@pytest.mark.parametrize(
    "sql", ["/* c */ SHOW CREATE TABLE t", "/* c */ DESCRIBE t", "/* c */ MSCK REPAIR TABLE t"]
)
def test_comments_that_hive_cannot_read(lake: Lake, sql: str) -> None:
    execution = lake.run(sql)
    assert execution["Status"]["StateChangeReason"] == (
        "FAILED: ParseException line 1:0 cannot recognize input near '/' '*' 'c'"
    )
    error = execution["Status"]["AthenaError"]
    assert (error["ErrorCategory"], error["ErrorType"]) == (1, 1003)
    assert lake.run(sql.replace("/* c */", "-- c\n"))["Status"]["State"] == "SUCCEEDED"
    assert lake.run("/* c */ DESCRIBE v")["Status"]["State"] == "SUCCEEDED"


def test_numbers_of_failures_of_the_catalog(lake: Lake) -> None:
    missing = lake.run("SHOW TBLPROPERTIES nope")["Status"]["AthenaError"]
    assert (missing["ErrorCategory"], missing["ErrorType"]) == (2, 1301)
    broken = lake.run(
        f"CREATE EXTERNAL TABLE lined (n int COMMENT 'a\nb') LOCATION 's3://{lake.bucket}/lined/'"
    )["Status"]
    assert (broken["AthenaError"]["ErrorCategory"], broken["AthenaError"]["ErrorType"]) == (1, 1502)


def test_the_lines_of_a_view_and_of_a_plan(lake: Lake) -> None:
    assert lake.results_of(lake.run("SHOW CREATE VIEW v"))[0] == [f"CREATE VIEW {lake.database}.v AS"]
    lake.run("CREATE VIEW lines AS SELECT n FROM t")
    shown = lake.results_of(lake.run("SHOW CREATE VIEW lines"))
    assert shown == [[f"CREATE VIEW {lake.database}.lines AS"], ["SELECT n"], ["FROM"], ["  t"]]
    assert lake.results_of(lake.run("EXPLAIN SELECT 1"))[-3:] == [[""], [""], [""]]


def test_a_double_goes_into_a_float_column(lake: Lake) -> None:
    lake.table("floats", {"f": "float"})
    assert lake.run("INSERT INTO floats VALUES 1.5")["Status"]["State"] == "SUCCEEDED"
    assert lake.rows("SELECT f FROM floats") == [["1.5"]]
