"""Reading statements: their kinds, their parts, their places."""

from __future__ import annotations

from typing import Any

import pytest

from local_aws.athena.classify import classify
from local_aws.athena.ddl import statements
from local_aws.athena.ddl.cursor import Cursor
from local_aws.athena.ddl.reader import read_statement, split_expressions
from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql.parameters import as_expressions, bind
from local_aws.athena.sql.parse import leading_keywords


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1", ("DML", "SELECT")),
        ("-- SELECT\nSHOW TABLES", ("UTILITY", "SHOW_TABLES")),
        ("/* SHOW TABLES */ SELECT 1", ("DML", "SELECT")),
        ("(SELECT 1)", ("DML", "SELECT")),
        ("WITH a AS (SELECT 1) SELECT * FROM a", ("DML", "SELECT")),
        ("TABLE t", ("DML", "SELECT")),
        ("EXPLAIN SELECT 1", ("DML", "EXPLAIN")),
        ("INSERT INTO t SELECT 1", ("DML", "INSERT")),
        ("UNLOAD (SELECT 1) TO 's3://b/'", ("DML", "UNLOAD")),
        ("CREATE TABLE t AS SELECT 1", ("DDL", "CREATE_TABLE_AS_SELECT")),
        ("CREATE TABLE t WITH (format = 'ORC') AS (VALUES 1)", ("DDL", "CREATE_TABLE_AS_SELECT")),
        ("CREATE EXTERNAL TABLE t (a int) STORED AS ORC", ("DDL", "CREATE_TABLE")),
        ("CREATE OR REPLACE VIEW v AS SELECT 1", ("DDL", "CREATE_VIEW")),
        ("CREATE SCHEMA s", ("DDL", "CREATE_DATABASE")),
        ("DROP VIEW v", ("DDL", "DROP_VIEW")),
        ("ALTER TABLE t ADD COLUMNS (a int)", ("DDL", "ALTER_TABLE_ADD_COLUMN")),
        ("MSCK REPAIR TABLE t", ("DDL", "MSCK_REPAIR")),
        ("DESC t", ("UTILITY", "DESCRIBE_TABLE")),
        ("SHOW CREATE /* c */ VIEW v", ("UTILITY", "SHOW_CREATE_VIEW")),
        ("SHOW SCHEMAS", ("UTILITY", "SHOW_DATABASES")),
        ("SHOW TBLPROPERTIES t", ("UTILITY", "SHOW_TABLE_PROPERTIES")),
    ],
)
def test_kinds(sql: str, expected: tuple[str, str]) -> None:
    assert classify(sql) == expected


def test_words_at_the_start() -> None:
    assert leading_keywords("select'a'", 2) == ["SELECT"]
    assert leading_keywords(" (select 1", 2) == ["(", "SELECT"]


def test_create_table() -> None:
    read: Any = read_statement(
        """create external table if not exists `Db`.T (
          a int comment 'it''s', b struct<x:array<map<string,decimal(5,2)>>, y : int>)
        comment 'c' partitioned by (dt string) clustered by (a) into 4 buckets
        row format delimited fields terminated by '\\001' collection items terminated by ',' null defined as ''
        stored as textfile location 's3://b/p' tblproperties ('k'='v')"""
    )
    assert isinstance(read, statements.CreateTable)
    assert read.name == ("db", "t")
    assert read.columns[0] == statements.ColumnDefinition("a", "int", "it's")
    assert read.columns[1].type == "struct<x:array<map<string,decimal(5,2)>>,y:int>"
    assert read.partitions == (statements.ColumnDefinition("dt", "string"),)
    assert (read.bucket_columns, read.bucket_count) == (("a",), 4)
    assert read.storage.parameters == {
        "field.delim": "\x01",
        "serialization.format": "\x01",
        "collection.delim": ",",
        "serialization.null.format": "",
    }
    assert read.properties == {"k": "v"}


def test_formats_and_serdes() -> None:
    parquet: Any = read_statement("CREATE EXTERNAL TABLE t (a int) STORED AS PARQUET LOCATION 's3://b/p/'")
    assert parquet.storage.serde.endswith("ParquetHiveSerDe")
    own: Any = read_statement(
        "CREATE EXTERNAL TABLE t (a int) ROW FORMAT SERDE 'x.Y' WITH SERDEPROPERTIES ('p'='q')"
        " STORED AS INPUTFORMAT 'i' OUTPUTFORMAT 'o' LOCATION 's3://b/p/'"
    )
    assert (own.storage.input_format, own.storage.output_format, own.storage.serde) == ("i", "o", "x.Y")
    assert own.storage.parameters["p"] == "q"


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        (
            "ALTER TABLE t ADD IF NOT EXISTS PARTITION (a='1', b=2) LOCATION 's3://b/'",
            statements.AddPartitions,
        ),
        ("ALTER TABLE t DROP PARTITION (a>='1'), PARTITION (a<>'2')", statements.DropPartitions),
        ("ALTER TABLE t PARTITION (a='1') SET LOCATION 's3://b/'", statements.SetLocation),
        ("ALTER TABLE t SET LOCATION 's3://b/'", statements.SetLocation),
        ("SHOW COLUMNS FROM t IN d", statements.Show),
        ("DESCRIBE FORMATTED d.t", statements.Describe),
        ("INSERT INTO t (a, b) SELECT 1, 2", statements.Insert),
        ("INSERT INTO t (SELECT 1)", statements.Insert),
        ("PREPARE p FROM SELECT ?", statements.Prepare),
        ("EXECUTE p USING 1, 'a,b', f(2, 3)", statements.Execute),
        ("DEALLOCATE PREPARE p", statements.Deallocate),
        ("EXPLAIN ANALYZE (FORMAT JSON) SELECT 1", statements.Explain),
    ],
)
def test_statements_are_read(sql: str, kind: type) -> None:
    assert isinstance(read_statement(sql), kind)


def test_expressions_are_split_at_their_commas() -> None:
    assert split_expressions("1, 'a,b', f(2, ARRAY[3, 4])") == ["1", "'a,b'", "f(2, ARRAY[3, 4])"]


def test_a_query_inside_a_statement_keeps_its_place() -> None:
    sql = "CREATE VIEW v AS\n  SELECT FROM"
    with pytest.raises(QueryError) as caught:
        read_statement(sql)
    assert caught.value.position is not None
    assert caught.value.position.line == 2


@pytest.mark.parametrize("sql", ["OPTIMIZE t REWRITE DATA USING BIN_PACK", "VACUUM t", "USE d"])
def test_statements_that_are_refused_by_name(sql: str) -> None:
    with pytest.raises(UnsupportedError, match=sql.split(maxsplit=1)[0]):
        read_statement(sql)


def test_names_in_quotes() -> None:
    cursor = Cursor('`A b`."C" -- rest')
    assert cursor.qualified_name() == ("a b", "c")
    assert cursor.current is None


def test_parameters_take_the_places_of_question_marks() -> None:
    assert bind("SELECT ?, '?', \"?\" -- ?\n, ?", ["1", "'x'"]) == "SELECT 1, '?', \"?\" -- ?\n, 'x'"
    assert bind("SELECT 1", ["7"]) == "SELECT 1"
    with pytest.raises(QueryError, match="expected 2 but found 1"):
        bind("SELECT ?, ?", ["1"])


def test_values_are_expressions_or_texts() -> None:
    given = ["'abc'", "1 + 1", "DATE '2026-01-01'", "NULL", "abc def", "it's", "abc", "x + 1", "-5"]
    assert as_expressions(given) == [
        "'abc'",
        "1 + 1",
        "DATE '2026-01-01'",
        "NULL",
        "'abc def'",
        "'it''s'",
        "'abc'",
        "'x + 1'",
        "-5",
    ]
