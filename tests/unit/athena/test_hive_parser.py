"""What the parser of Athena's Hive side refuses, in its own words. Measured: section 9."""

from __future__ import annotations

import pytest

from local_aws.athena.ddl.databases import glue_columns
from local_aws.athena.ddl.reader import read_statement
from local_aws.athena.ddl.statements import CreateTable, Show
from local_aws.athena.ddl.view_lines import view_lines
from local_aws.athena.errors import QueryError


def reason(text: str) -> str:
    with pytest.raises(QueryError) as caught:
        read_statement(text)
    return caught.value.reason.removeprefix("SYNTAX_ERROR: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("DESCRIBE a.b.c.D", "Invalid table name a.b.c.d"),
        ("SHOW CREATE TABLE a.b.c.d", "Invalid table name a.b.c.d"),
        ("DROP TABLE a.b.c.d", "line 1:17: mismatched input '.' expecting {<EOF>, 'PURGE'}"),
        (
            "SHOW TABLES IN awsdatacatalog.b.c",
            "line 1:32: mismatched input '.' expecting {<EOF>, 'LIKE', STRING}",
        ),
        (
            "CREATE TABLE db.t2 (n int NOT NULL)",
            "line 1:27: no viable alternative at input 'CREATE TABLE db.t2 (n int NOT'",
        ),
        (
            "CREATE TABLE t (n int NOT NULL) LOCATION 's3://b/p/'",
            "line 1:33: mismatched input 'LOCATION'. Expecting: 'COMMENT', 'WITH', <EOF>",
        ),
        (
            "CREATE TABLE t (n double precision)",
            "line 1:26: no viable alternative at input 'CREATE TABLE t (n double precision'",
        ),
        (
            "CREATE TABLE t (n int) WITH (format = 'ORC')",
            "line 1:24: no viable alternative at input 'CREATE TABLE t (n int) WITH'",
        ),
        (
            "CREATE TABLE t (n anything)",
            "No location was specified for table. An S3 location must be specified",
        ),
        ("CREATE TABLE t (n int) LOCATION 's3://b/p/'", "External keyword required for table type HIVE"),
        (
            "ALTER TABLE t ADD COLUMN m int",
            "line 1:19: no viable alternative at input 'ALTER TABLE t ADD COLUMN'",
        ),
        ("ALTER TABLE t RENAME COLUMN a TO b", "line 1:22: missing 'TO' at 'COLUMN'"),
        (
            "ALTER TABLE t SET PROPERTIES a = 1",
            "line 1:19: no viable alternative at input 'ALTER TABLE t SET PROPERTIES'",
        ),
        (
            "ALTER TABLE t REPLACE COLUMN (a int)",
            "line 1:23: no viable alternative at input 'ALTER TABLE t REPLACE COLUMN'",
        ),
        (
            "ALTER TABLE t EXECUTE optimize",
            "line 1:15: no viable alternative at input 'ALTER TABLE t EXECUTE'",
        ),
        (
            "ALTER TABLE t ALTER COLUMN a",
            "line 1:15: no viable alternative at input 'ALTER TABLE t ALTER'",
        ),
        (
            "ALTER TABLE t DROP COLUMNS a",
            "line 1:20: no viable alternative at input 'ALTER TABLE t DROP COLUMNS'",
        ),
        (
            "ALTER TABLE IF EXISTS t DROP COLUMN a",
            "line 1:16: no viable alternative at input 'ALTER TABLE IF EXISTS'",
        ),
        (
            'SHOW TABLES IN awsdatacatalog."b"',
            "line 1:31: no viable alternative at input 'awsdatacatalog.\"b\"'",
        ),
        ("SHOW SESSION", "line 1:6: no viable alternative at input 'SHOW SESSION'"),
        ("SHOW STATS FOR t", "line 1:6: no viable alternative at input 'SHOW STATS'"),
    ],
)
def test_refusals(text: str, message: str) -> None:
    assert reason(text) == message


def test_the_database_of_show_tables_may_have_its_catalog_in_front() -> None:
    assert read_statement("SHOW TABLES IN awsdatacatalog.b") == Show("TABLES", database="b")


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("SELECT 1 AS n", ["SELECT 1 n"]),
        ("select a from db.t", ["SELECT a", "FROM", "  db.t"]),
        ('SELECT t.a, "B" AS c FROM t', ["SELECT", "  t.a", ', "B" c', "FROM", "  t"]),
        ("SELECT count(*) AS n\nFROM t", ["SELECT count(*) AS n", "FROM t"]),
    ],
)
def test_lines_of_a_view(query: str, lines: list[str]) -> None:
    assert view_lines(query) == lines


def test_what_is_stored_of_prose_and_of_a_json_table() -> None:
    """Runs of white space become one blank; PyAthena's suite found this and the output format on AWS."""
    made = read_statement(
        "CREATE EXTERNAL TABLE t (c string COMMENT 'x  y') COMMENT '\ntwo\n\nlines\n'"
        " ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://b/p/'"
        " TBLPROPERTIES ('a'='{\n  b\n}')"
    )
    assert isinstance(made, CreateTable)
    assert made.comment == "\ntwo lines\n"
    assert made.properties == {"a": "{ b\n}"}
    assert made.storage.output_format == "org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat"
    assert glue_columns(made.columns)[0]["Comment"] == "x  y"
