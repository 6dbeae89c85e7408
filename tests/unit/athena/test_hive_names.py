"""Names in DDL: Hive's grammar has back quotes and no double quotes, Trino's the other way round."""

from __future__ import annotations

import pytest

from local_aws.athena.ddl.reader import read_statement
from local_aws.athena.errors import QueryError


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            'ALTER TABLE "t" ADD COLUMNS (a int)',
            "line 1:13: no viable alternative at input 'ALTER TABLE \"t\"'",
        ),
        ('ALTER TABLE d."t" ADD COLUMNS (a int)', "no viable alternative at input 'ALTER TABLE d.\"t\"'"),
        (
            "CREATE EXTERNAL TABLE \"t\" (a int) LOCATION 's3://b/'",
            "line 1:23: no viable alternative at input 'CREATE EXTERNAL TABLE \"t\"'",
        ),
        ('DROP TABLE "t"', "line 1:12: mismatched input '\"t\"' expecting {"),
        ('DROP TABLE IF EXISTS db."t"', "no viable alternative at input 'db.\"t\"'"),
        ('SHOW CREATE TABLE "t"', "Queries of this type are not supported"),
        ('SHOW CREATE TABLE db."t"', "no viable alternative at input 'db.\"t\"'"),
        ('SHOW TABLES IN "db"', "line 1:16: mismatched input '\"db\"' expecting {"),
        ('SHOW PARTITIONS "t"', "mismatched input '\"t\"' expecting {"),
        ('SHOW TBLPROPERTIES "t"', "mismatched input '\"t\"' expecting {"),
        ('MSCK REPAIR TABLE "t"', "no viable alternative at input 'MSCK REPAIR TABLE \"t\"'"),
        ("CREATE TABLE `t` AS SELECT 1 AS x", "line 1:14: backquoted identifiers are not supported"),
        ("INSERT INTO `t` VALUES 1", "line 1:13: backquoted identifiers are not supported"),
        ("CREATE VIEW `v` AS SELECT 1 AS x", "line 1:13: backquoted identifiers are not supported"),
    ],
)
def test_quotes_of_the_other_grammar(statement: str, reason: str) -> None:
    with pytest.raises(QueryError) as raised:
        read_statement(statement)
    assert raised.value.name == "SYNTAX_ERROR"
    assert reason in raised.value.reason


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE `d`.`t` ADD COLUMNS (`a` int)",
        "CREATE EXTERNAL TABLE `t` (`select` int) LOCATION 's3://b/'",
        "DROP TABLE IF EXISTS `d`.`t`",
        "SHOW CREATE TABLE `t`",
        "SHOW PARTITIONS `t`",
        "MSCK REPAIR TABLE `t`",
        "DESCRIBE `t`",
        'DROP VIEW "v"',
        'CREATE TABLE "t" AS SELECT 1 AS x',
        'INSERT INTO "t" VALUES 1',
        'CREATE VIEW "v" AS SELECT 1 AS x',
        'SHOW CREATE VIEW "v"',
    ],
)
def test_quotes_of_the_own_grammar(statement: str) -> None:
    read_statement(statement)
