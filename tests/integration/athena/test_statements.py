"""Statements beside SELECT, through boto3 and a real gateway: the catalog, views, and what writes."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from typing import Any

    from tests.integration.athena.lake import Lake


def _lines(lake: Lake, sql: str) -> list[str]:
    execution = lake.run(sql)
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"].get("StateChangeReason")
    assert execution["ResultConfiguration"]["OutputLocation"].endswith(".txt")
    return [row[0] or "" for row in lake.results_of(execution)]


def _done(lake: Lake, sql: str) -> None:
    execution = lake.run(sql)
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"].get("StateChangeReason")


def test_create_show_describe_and_drop_a_table(lake: Lake) -> None:
    _done(
        lake,
        f"""CREATE EXTERNAL TABLE IF NOT EXISTS logs (
            `ip` string COMMENT 'who', n int, s struct<a:int,b:array<string>>
        ) COMMENT 'made here' PARTITIONED BY (dt string)
        ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n'
        STORED AS TEXTFILE LOCATION 's3://{lake.bucket}/logs/' TBLPROPERTIES ('skip.header.line.count'='1')""",
    )
    table = lake.clients.client("glue").get_table(DatabaseName=lake.database, Name="logs")["Table"]
    assert table["StorageDescriptor"]["SerdeInfo"]["Parameters"]["field.delim"] == "\t"
    assert table["Parameters"]["skip.header.line.count"] == "1"
    assert "logs" in _lines(lake, "SHOW TABLES")
    assert _lines(lake, "SHOW TABLES 'log*'") == ["logs"]
    assert _lines(lake, "SHOW COLUMNS IN logs") == [name.ljust(20) for name in ("ip", "n", "s", "dt")]
    described = _lines(lake, "DESCRIBE logs")
    assert described[0] == "ip".ljust(20) + "\t" + "string".ljust(20) + "\t" + "who".ljust(20)
    assert described[5] == "# Partition Information\t \t "
    assert described[-1].startswith("dt ")
    written = _lines(lake, "SHOW CREATE TABLE logs")
    assert written[0] == "CREATE EXTERNAL TABLE `logs`("
    assert "COMMENT 'made here'" in written
    assert f"  's3://{lake.bucket}/logs'" in written
    assert "skip.header.line.count\t1" in _lines(lake, "SHOW TBLPROPERTIES logs")
    _done(lake, "ALTER TABLE logs ADD COLUMNS (extra double)")
    _done(lake, "ALTER TABLE logs SET TBLPROPERTIES ('k'='v')")
    assert [line.strip() for line in _lines(lake, "SHOW COLUMNS IN logs")] == ["ip", "n", "s", "extra", "dt"]
    _done(lake, "DROP TABLE logs")
    assert "logs" not in _lines(lake, "SHOW TABLES")
    _done(lake, "DROP TABLE IF EXISTS logs")
    assert lake.failure("DROP TABLE logs").startswith(
        "FAILED: SemanticException [Error 10001]: Table not found"
    )


def test_partitions_are_added_listed_used_and_dropped(lake: Lake) -> None:
    storage = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"
    _done(
        lake,
        f"CREATE EXTERNAL TABLE parts (a int) PARTITIONED BY (dt string, h int) {storage}"
        f" LOCATION 's3://{lake.bucket}/parts/'",
    )
    lake.put("parts/dt=2026-01-01/h=1/x", b'{"a":1}\n')
    lake.put("parts/dt=2026-01-02/h=2/x", b'{"a":2}\n')
    lake.put("elsewhere/x", b'{"a":30}\n')
    repaired = _lines(lake, "MSCK REPAIR TABLE parts")
    assert repaired[0] == "Partitions not in metastore:\tparts:dt=2026-01-01/h=1\tparts:dt=2026-01-02/h=2"
    _done(
        lake,
        f"ALTER TABLE parts ADD IF NOT EXISTS PARTITION (dt='2026-01-01', h=1)"
        f" PARTITION (dt='2026-01-03', h=3) LOCATION 's3://{lake.bucket}/elsewhere/'",
    )
    assert _lines(lake, "SHOW PARTITIONS parts") == [
        "dt=2026-01-01/h=1",
        "dt=2026-01-02/h=2",
        "dt=2026-01-03/h=3",
    ]
    assert lake.rows("SELECT dt, h, a FROM parts WHERE h > 1 ORDER BY 1") == [
        ["2026-01-02", "2", "2"],
        ["2026-01-03", "3", "30"],
    ]
    execution = lake.run("SELECT a FROM parts WHERE dt = '2026-01-02' AND length(dt) = 10")
    assert execution["Statistics"]["DataScannedInBytes"] == 8
    assert lake.rows('SELECT * FROM "parts$partitions" WHERE h < 3 ORDER BY 1') == [
        ["2026-01-01", "1"],
        ["2026-01-02", "2"],
    ]
    _done(
        lake, "ALTER TABLE parts PARTITION (dt='2026-01-03', h=3) RENAME TO PARTITION (dt='2026-01-04', h=4)"
    )
    _done(lake, "ALTER TABLE parts DROP PARTITION (dt < '2026-01-02')")
    assert _lines(lake, "SHOW PARTITIONS parts") == ["dt=2026-01-02/h=2", "dt=2026-01-04/h=4"]
    assert "Partition already exists" in lake.failure(
        "ALTER TABLE parts ADD PARTITION (dt='2026-01-02', h=2)"
    )
    assert "Partition not found" in lake.failure("ALTER TABLE parts DROP PARTITION (dt='1999-01-01', h=2)")


def test_views_over_views_are_stored_as_athena_stores_them(lake: Lake) -> None:
    _done(
        lake,
        "CREATE OR REPLACE VIEW newest AS SELECT * FROM (SELECT *, row_number() OVER"
        " (PARTITION BY event_name ORDER BY user_id DESC, created_date DESC) AS position FROM events)"
        " WHERE position = 1",
    )
    _done(lake, "CREATE VIEW named AS SELECT event_name AS Name, count(*) AS n FROM newest GROUP BY 1")
    stored = lake.clients.client("glue").get_table(DatabaseName=lake.database, Name="named")["Table"]
    assert stored["TableType"] == "VIRTUAL_VIEW"
    document = json.loads(base64.b64decode(stored["ViewOriginalText"].split(": ")[1].split(" ")[0]))
    assert document["schema"] == lake.database
    assert document["columns"] == [{"name": "name", "type": "varchar"}, {"name": "n", "type": "bigint"}]
    assert lake.rows("SELECT * FROM named ORDER BY name LIMIT 1") == [["account:closed", "1"]]
    assert _lines(lake, "SHOW VIEWS") == ["named", "newest"]
    assert _lines(lake, "DESCRIBE named") == ["name\tvarchar", "n\tbigint"]
    assert _lines(lake, "SHOW CREATE VIEW named")[0] == f"CREATE VIEW {lake.database}.named AS"
    assert "View already exists" in lake.failure("CREATE VIEW named AS SELECT 1 AS x")
    assert "Column name not specified at position 1" in lake.failure("CREATE VIEW nameless AS SELECT 1")
    execution = lake.run(
        "SELECT count(*) FROM newest WHERE created_date = '2026-02-02' AND event_type = 'order'"
    )
    assert lake.results_of(execution)[1] == ["2"]
    _done(lake, "DROP VIEW named")
    _done(lake, "DROP VIEW IF EXISTS named")
    _done(lake, "DROP VIEW newest")


def test_create_table_as_insert_and_read_back(lake: Lake) -> None:
    sql = (
        "CREATE TABLE totals WITH (format = 'PARQUET', write_compression = 'SNAPPY',"
        " partitioned_by = ARRAY['kind']) AS SELECT event_name, sum(amount) AS total,"
        " max(at) AS newest, event_type AS kind FROM events GROUP BY 1, 4"
    )
    execution = lake.run(sql)
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    assert (execution["StatementType"], execution["SubstatementType"]) == ("DDL", "CREATE_TABLE_AS_SELECT")
    assert (
        execution["ResultConfiguration"]["OutputLocation"]
        == f"{lake.results}tables/{execution['QueryExecutionId']}"
    )
    answer = lake.clients.client("athena").get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    assert answer["UpdateCount"] == 4
    assert answer["ResultSet"]["Rows"] == []
    assert _lines(lake, "SHOW PARTITIONS totals") == ["kind=account", "kind=order"]
    before = lake.rows("SELECT event_name, kind, newest FROM totals ORDER BY 1 LIMIT 1")
    assert before == [["account:closed", "account", "2023-11-14 22:13:20.001"]]
    _done(lake, "INSERT INTO totals SELECT 'x:y', 1.5, CAST(NULL AS timestamp), 'lesson'")
    _done(lake, "INSERT INTO totals (kind, event_name) VALUES ('lesson', 'z')")
    assert lake.rows("SELECT * FROM totals WHERE kind = 'lesson' ORDER BY 1") == [
        ["x:y", "1.5", None, "lesson"],
        ["z", None, None, "lesson"],
    ]
    assert "mismatched column types" in lake.failure("INSERT INTO totals SELECT 1, 2, 3, 4")
    assert "already exists" in lake.failure("CREATE TABLE totals AS SELECT 1 AS x")
    _done(lake, "DROP TABLE totals")


@pytest.mark.parametrize("file_format", ["PARQUET", "ORC", "JSON", "TEXTFILE"])
def test_create_table_as_in_every_format(lake: Lake, file_format: str) -> None:
    name = f"as_{file_format.lower()}"
    _done(
        lake,
        f"CREATE TABLE {name} WITH (format = '{file_format}') AS SELECT 1 AS i, 'a,b' AS t, 1.25 AS d,"
        " DATE '2026-01-02' AS day, TIMESTAMP '2026-01-02 03:04:05.678' AS at, true AS b, CAST(NULL AS bigint) AS n",
    )
    rows = lake.rows(f"SELECT i, t, d, day, at, b, n FROM {name}")
    assert rows == [["1", "a,b", "1.25", "2026-01-02", "2026-01-02 03:04:05.678", "true", None]]


def test_unload(lake: Lake) -> None:
    target = f"s3://{lake.bucket}/unloaded/"
    execution = lake.run(
        f"UNLOAD (SELECT event_name, amount FROM events WHERE event_type = 'order') TO '{target}'"
        " WITH (format = 'PARQUET', compression = 'SNAPPY')"
    )
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    manifest = execution["Statistics"]["DataManifestLocation"].removeprefix(f"s3://{lake.bucket}/")
    body = lake.clients.client("s3").get_object(Bucket=lake.bucket, Key=manifest)["Body"].read().decode()
    assert body.startswith(target)
    assert "HIVE_PATH_ALREADY_EXISTS" in lake.failure(
        f"UNLOAD (SELECT 1 AS a) TO '{target}' WITH (format = 'JSON')"
    )


def test_a_table_without_rows_at_a_place_of_its_own_has_an_empty_list_of_objects(lake: Lake) -> None:
    place = f"s3://{lake.bucket}/without-rows/"
    execution = lake.run(
        f"CREATE TABLE without_rows WITH (external_location = '{place}') AS SELECT 1 AS a WHERE false"
    )
    manifest = execution["Statistics"]["DataManifestLocation"].removeprefix(f"s3://{lake.bucket}/")
    assert lake.clients.client("s3").get_object(Bucket=lake.bucket, Key=manifest)["Body"].read() == b""
    elsewhere = lake.run("CREATE TABLE also_without_rows AS SELECT 1 AS a WHERE false")
    assert elsewhere["Status"]["State"] == "SUCCEEDED"
    assert "DataManifestLocation" not in elsewhere["Statistics"]


def test_prepared_statements_and_parameters(lake: Lake) -> None:
    _done(lake, "PREPARE by_type FROM SELECT count(*) FROM events WHERE event_type = ? AND user_id < ?")
    assert lake.rows("EXECUTE by_type USING 'order', 2") == [["4"]]
    assert lake.rows("EXECUTE by_type", ExecutionParameters=["order", "1 + 1"]) == [["4"]]
    _done(lake, "DEALLOCATE PREPARE by_type")
    assert lake.failure("EXECUTE by_type USING 'order', 2").startswith("NOT_FOUND")
    assert lake.rows("SELECT ?, ?, '?'", ExecutionParameters=["it's", "DATE '2026-01-01'"]) == [
        ["it's", "2026-01-01", "?"]
    ]
    assert "expected 1 but found 2" in lake.failure("SELECT ?", ExecutionParameters=["1", "2"])


def test_explain(lake: Lake) -> None:
    execution = lake.run("EXPLAIN SELECT count(*) FROM events")
    rows = lake.results_of(execution)
    assert rows[0] == ["Query Plan"]
    assert execution["StatementType"] == "DML"


def test_information_schema(lake: Lake) -> None:
    rows = lake.rows(
        "SELECT column_name, data_type, extra_info FROM information_schema.columns"
        f" WHERE table_schema = '{lake.database}' AND table_name = 'events' ORDER BY ordinal_position"
    )
    assert rows[0] == ["event_name", "varchar", None]
    assert rows[-1] == ["created_date", "varchar", "partition key"]
    tables = lake.rows(
        "SELECT table_type FROM information_schema.tables"
        f" WHERE table_name = 'events' AND table_schema = '{lake.database}'"
    )
    assert tables == [["BASE TABLE"]]


def test_the_path_of_each_row(lake: Lake) -> None:
    rows = lake.rows("SELECT DISTINCT \"$path\" FROM events WHERE event_type = 'order' ORDER BY 1")
    assert rows == [
        [f"s3://{lake.bucket}/events/event_type=order/created_date=2026-02-0{day}/part-0.parquet"]
        for day in (1, 2)
    ]


def test_databases(lake: Lake) -> None:
    name = f"{lake.database}_two"
    _done(lake, f"CREATE DATABASE IF NOT EXISTS {name} COMMENT 'second' LOCATION 's3://{lake.bucket}/two/'")
    assert name in _lines(lake, "SHOW DATABASES")
    assert "already exists" in lake.failure(f"CREATE SCHEMA {name}")
    _done(lake, f"CREATE EXTERNAL TABLE {name}.t (a int) LOCATION 's3://{lake.bucket}/two/t/'")
    assert "is not empty" in lake.failure(f"DROP DATABASE {name}")
    _done(lake, f"DROP DATABASE {name} CASCADE")
    assert name not in _lines(lake, "SHOW DATABASES")


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELEC 1", "line 1:1: mismatched input 'SELEC'."),
        ("SELECT a FROM", "Queries of this type are not supported"),
        ("CREATE TABLE t (a int)", "No location was specified for table."),
        ("SHOW NOTHING", "line 1:6: no viable alternative at input 'SHOW NOTHING'"),
        ("ALTER TABLE t FROB", "line 1:15: no viable alternative at input 'ALTER TABLE t FROB'"),
    ],
)
def test_what_is_no_statement_is_refused_at_once(lake: Lake, sql: str, message: str) -> None:
    with pytest.raises(ClientError) as caught:
        lake.start(sql)
    error: Any = caught.value.response
    assert error["Error"]["Code"] == "InvalidRequestException"
    assert message in error["Error"]["Message"]
    assert error["AthenaErrorCode"] == "MALFORMED_QUERY"


def test_a_failed_statement_about_the_catalog_says_why_in_its_text_object(lake: Lake) -> None:
    execution = lake.run("SHOW TBLPROPERTIES nosuch")
    key = execution["ResultConfiguration"]["OutputLocation"].removeprefix(f"s3://{lake.bucket}/")
    body = lake.clients.client("s3").get_object(Bucket=lake.bucket, Key=key)["Body"].read().decode()
    assert body == execution["Status"]["StateChangeReason"]
