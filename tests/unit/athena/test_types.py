"""Trino's types: their texts, where they meet, what is taken for what."""

from __future__ import annotations

import pytest

from local_aws.athena.sql import types
from local_aws.athena.sql.type_text import glue_type, hive_text, parse_type
from local_aws.athena.sql.types import can_coerce, common_type


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("int", "integer"),
        ("decimal(10,2)", "decimal(10,2)"),
        ("array<struct<a:int,b:map<string,double>>>", "array(row(a integer, b map(varchar, double)))"),
        ("array(row(a integer, varchar))", "array(row(a integer, varchar))"),
        ("timestamp(6) with time zone", "timestamp(6) with time zone"),
        ("interval day to second", "interval day to second"),
        ("varchar(5)", "varchar(5)"),
    ],
)
def test_texts_of_types(text: str, shown: str) -> None:
    assert str(parse_type(text)) == shown


@pytest.mark.parametrize("text", ["", "nosuch", "array<int", "array(int))", "map(int)x"])
def test_what_is_no_type(text: str) -> None:
    with pytest.raises(ValueError, match="type"):
        parse_type(text)


def test_glues_types_go_there_and_back() -> None:
    for text in (
        "int",
        "string",
        "array<struct<a:int>>",
        "map<string,bigint>",
        "decimal(5,1)",
        "float",
        "binary",
    ):
        assert hive_text(glue_type(text)) == text
    assert glue_type("decimal") == types.decimal(10, 0)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("tinyint", "bigint", "bigint"),
        ("integer", "decimal(3,1)", "decimal(11,1)"),
        ("decimal(5,2)", "decimal(4,3)", "decimal(6,3)"),
        ("bigint", "real", "real"),
        ("varchar(3)", "varchar(5)", "varchar(5)"),
        ("varchar(3)", "varchar", "varchar"),
        ("date", "timestamp(3)", "timestamp(3)"),
        ("timestamp(0)", "timestamp(6) with time zone", "timestamp(6) with time zone"),
        ("array(integer)", "array(double)", "array(double)"),
        ("integer", "varchar", None),
        ("date", "varchar", None),
        ("array(integer)", "integer", None),
    ],
)
def test_where_types_meet(left: str, right: str, expected: str | None) -> None:
    common = common_type(parse_type(left), parse_type(right))
    assert (None if common is None else str(common)) == expected
    assert common_type(parse_type(right), parse_type(left)) == common


def test_what_is_taken_for_what() -> None:
    assert can_coerce(types.INTEGER, types.BIGINT)
    assert not can_coerce(types.BIGINT, types.INTEGER)
    assert can_coerce(types.varchar(3), types.VARCHAR)
    assert not can_coerce(types.VARCHAR, types.INTEGER)
    assert can_coerce(types.UNKNOWN, types.DATE)
