"""What StartQueryExecution refuses before anything runs, and how it keeps the text. Measured: section 6."""

from __future__ import annotations

import pytest

from local_aws.athena.classify import classify
from local_aws.athena.errors import QueryError
from local_aws.athena.plain_selects import selects_literals
from local_aws.athena.starting import check_location, check_token
from local_aws.athena.statement_text import echoed, single_statement
from local_aws.gateway.service import ApiError


@pytest.mark.parametrize("text", ["SELECT 1;", "SELECT 1;;", ";SELECT 1", "  ; SELECT 1 ;\n ; ", "SELECT 1"])
def test_semicolons_around_a_statement_are_cut(text: str) -> None:
    assert single_statement(text) == "SELECT 1"


@pytest.mark.parametrize(
    "text", ["SELECT ';' AS a", 'SELECT 1 AS "a;b"', "SELECT 1 -- a; b", "SELECT /* ; */ 1"]
)
def test_semicolons_inside_separate_nothing(text: str) -> None:
    assert single_statement(text) == text


@pytest.mark.parametrize("text", ["SELECT 1; SELECT 2", "SELECT 1; -- c", "SELEC 1; FROM  "])
def test_several_statements_come_before_their_syntax(text: str) -> None:
    with pytest.raises(QueryError) as caught:
        single_statement(text)
    assert caught.value.message == f"Only one sql statement is allowed. Got: {text.rstrip()}"


def test_semicolons_alone() -> None:
    with pytest.raises(QueryError, match=r"Empty sql statement: ;$"):
        single_statement(";")


@pytest.mark.parametrize(
    ("query", "kept", "database"),
    [
        ("DESCRIBE awsdatacatalog.db.t", "DESCRIBE t", "db"),
        ("SHOW COLUMNS IN AwsDataCatalog.db.t", "SHOW COLUMNS IN db.t", "db"),
        ("SHOW CREATE TABLE awsdatacatalog.db.t", "SHOW CREATE TABLE db.t", "db"),
        ("SHOW TABLES IN awsdatacatalog.db", "SHOW TABLES IN db", "db"),
        ("SHOW TBLPROPERTIES awsdatacatalog.db.t", "SHOW TBLPROPERTIES db.t", "db"),
        ("ALTER TABLE awsdatacatalog.db.t ADD COLUMNS (a int)", "ALTER TABLE db.t ADD COLUMNS (a int)", "db"),
        ("DROP TABLE IF EXISTS awsdatacatalog.db.t", "DROP TABLE IF EXISTS db.t", "db"),
        ("MSCK REPAIR TABLE awsdatacatalog.db.t", "MSCK REPAIR TABLE db.t", "db"),
        ("SELECT 1 FROM awsdatacatalog.db.t", "SELECT 1 FROM awsdatacatalog.db.t", "x"),
        ("INSERT INTO awsdatacatalog.db.t SELECT 1", "INSERT INTO awsdatacatalog.db.t SELECT 1", "x"),
        ("DESCRIBE db.t", "DESCRIBE db.t", "x"),
    ],
)
def test_the_catalog_is_cut_from_the_text_of_statements_of_hive(query: str, kept: str, database: str) -> None:
    assert echoed(query, "x") == (kept, database)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("VACUUM t", ("DML", "VACUUM_TABLE")),
        ("OPTIMIZE t REWRITE DATA USING BIN_PACK", ("DDL", "CREATE_TABLE_AS_SELECT")),
        ("ALTER TABLE t SET TBLPROPERTIES ('a'='b')", ("DDL", "ALTER_TABLE_PROPERTIES")),
        ("ALTER TABLE t SET LOCATION 's3://b/'", ("DDL", "ALTER_TABLE_SET_LOCATION")),
        ("ALTER TABLE t DROP COLUMN a", ("DDL", "ALTER_TABLE_DROP_COLUMN")),
        ("ALTER TABLE t RENAME TO u", ("DDL", "ALTER_TABLE_RENAME")),
        ("ALTER TABLE t REPLACE COLUMNS (a int)", ("DDL", "ALTER_TABLE_REPLACE_COLUMN")),
        ("ALTER TABLE t CHANGE COLUMN a b int", ("DDL", "ALTER_TABLE_CHANGE_COLUMN")),
        ("ALTER TABLE t ADD PARTITION (p = 1)", ("DDL", "ALTER_TABLE_ADD_PARTITION")),
        ("CREATE TABLE t (a int) STORED AS PARQUET", ("DDL", "CREATE_TABLE")),
        ("CREATE TABLE t (a) AS VALUES 1", ("DDL", "CREATE_TABLE_AS_SELECT")),
        ("SELECT(1)", ("DML", "SELECT")),
        ("DROP SCHEMA s", ("DDL", "DROP_DATABASE")),
        ("EXPLAIN ANALYZE SELECT 1", ("DML", "EXPLAIN")),
    ],
)
def test_kinds_that_were_measured(sql: str, expected: tuple[str, str]) -> None:
    assert classify(sql) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1", True),
        ("SELECT -1, 'a', true AS t, (1.5)", True),
        ("SELECT +1", False),
        ("SELECT 1 + 1", False),
        ("SELECT NULL", False),
        ("SELECT CAST(1 AS bigint)", False),
        ("SELECT DATE '2020-01-01'", False),
        ("SELECT ARRAY[1]", False),
        ("SELECT (1, 2)", False),
        ("SELECT 1 WHERE true", False),
        ("SELECT 1 LIMIT 1", False),
        ("VALUES 1", False),
    ],
)
def test_selects_of_literals_alone(sql: str, expected: bool) -> None:
    assert selects_literals(sql) is expected


@pytest.mark.parametrize(
    ("token", "message"),
    [
        (None, "clientRequestToken is null or empty"),
        ("ä" * 100, "clientRequestToken exceeds maximum allowed length 128"),
    ],
)
def test_tokens_that_are_refused(token: str | None, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        check_token(token)
    assert (caught.value.message, caught.value.extra) == (message, {"AthenaErrorCode": "INVALID_INPUT"})


def test_a_location_that_is_none() -> None:
    with pytest.raises(ApiError, match=r"outputLocation is not a valid S3 path\.$"):
        check_location({"ResultConfiguration": {"OutputLocation": "https://b/"}})
