"""SELECT over Parquet tables with partition projection, through boto3 and a real gateway."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

if TYPE_CHECKING:
    from tests.integration.athena.lake import Lake


def test_group_order_and_limit(lake: Lake) -> None:
    rows = lake.rows(
        "SELECT event_type, event_name, count(*) AS n, sum(amount) FROM events"
        " GROUP BY 1, 2 ORDER BY n DESC, event_name LIMIT 3"
    )
    assert rows == [
        ["account", "account:created", "4", "2.0000000003E10"],
        ["order", "order:created", "4", "2.0000000003E10"],
        ["account", "account:closed", "2", "4.0"],
    ]


def test_common_table_expressions_and_joins(lake: Lake) -> None:
    rows = lake.rows(
        "WITH totals AS (SELECT event_type, created_date, count(*) c FROM events GROUP BY 1, 2)"
        " SELECT a.created_date, a.c + b.c FROM totals a JOIN totals b"
        " ON a.created_date = b.created_date AND a.event_type = 'account' AND b.event_type = 'order' ORDER BY 1"
    )
    assert rows == [["2026-02-01", "6"], ["2026-02-02", "6"]]


def test_a_partition_condition_reads_only_that_partition(lake: Lake) -> None:
    sql = (
        "SELECT count(*), max(user_id) FROM events WHERE event_type = 'order' AND created_date = '2026-02-02'"
    )
    execution = lake.run(sql)
    assert lake.results_of(execution)[1] == ["3", "2"]
    body = lake.clients.client("s3").get_object(
        Bucket=lake.bucket, Key="events/event_type=order/created_date=2026-02-02/part-0.parquet"
    )["Body"]
    metadata = pq.ParquetFile(io.BytesIO(body.read())).metadata.row_group(0)
    chunks = [metadata.column(i) for i in range(metadata.num_columns)]
    expected = sum(c.total_compressed_size for c in chunks if c.path_in_schema == "user_id")
    assert execution["Statistics"]["DataScannedInBytes"] == expected


def test_counting_rows_reads_no_column(lake: Lake) -> None:
    execution = lake.run("SELECT count(*) FROM events")
    assert lake.results_of(execution)[1] == ["12"]
    assert execution["Statistics"]["DataScannedInBytes"] == 0


def test_row_groups_are_left_out_by_their_statistics(lake: Lake) -> None:
    assert lake.run("SELECT amount FROM events WHERE user_id > 1000")["Statistics"]["DataScannedInBytes"] == 0


def test_the_result_object_is_a_csv_with_everything_quoted(lake: Lake) -> None:
    execution = lake.run(
        "SELECT 'a\"b' AS x, CAST(NULL AS varchar) AS y, '' AS z, DECIMAL '1.50' AS d, true AS t"
    )
    location = execution["ResultConfiguration"]["OutputLocation"]
    assert location == f"{lake.results}{execution['QueryExecutionId']}.csv"
    key = location.removeprefix(f"s3://{lake.bucket}/")
    body = lake.clients.client("s3").get_object(Bucket=lake.bucket, Key=key)["Body"].read().decode()
    assert body == '"x","y","z","d","t"\n"a""b",,"","1.50","true"\n'
    assert next(csv.reader(io.StringIO(body))) == ["x", "y", "z", "d", "t"]


def test_null_and_the_empty_text_differ_in_the_rows(lake: Lake) -> None:
    assert lake.rows("SELECT CAST(NULL AS varchar), ''") == [[None, ""]]


def test_timestamps_have_three_decimals(lake: Lake) -> None:
    rows = lake.rows(
        "SELECT at FROM events WHERE event_type = 'order' AND created_date = '2026-02-02' ORDER BY 1"
    )
    assert rows[1] == ["2023-11-14 22:13:20.001"]


def test_an_unknown_column_fails_with_its_place(lake: Lake) -> None:
    execution = lake.run("SELECT nosuch FROM events")
    assert execution["Status"]["State"] == "FAILED"
    assert execution["Status"]["StateChangeReason"] == (
        "COLUMN_NOT_FOUND: line 1:8: Column 'nosuch' cannot be resolved or requester is not authorized to access"
        " requested resources"
    )
    error = execution["Status"]["AthenaError"]
    assert (error["ErrorCategory"], error["ErrorType"], error["Retryable"]) == (2, 1006, False)


def test_an_unknown_table_fails_with_its_place(lake: Lake) -> None:
    reason = lake.failure("SELECT 1 FROM nosuch")
    assert (
        reason == f"TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.{lake.database}.nosuch' does not exist"
    )
