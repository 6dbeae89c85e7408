from __future__ import annotations

import pytest

from local_aws.delivery.conversion.glue_types import PrimitiveType, parse_glue_type
from local_aws.glue.crawl.schema import (
    NOTHING,
    Columns,
    Format,
    Schema,
    merge,
    merge_types,
    similar,
    type_text,
)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("int", "int", "int"),
        ("int", "bigint", "bigint"),
        ("int", "double", "double"),
        ("int", "float", "double"),
        ("smallint", "float", "float"),
        ("int", "string", "string"),
        ("boolean", "int", "string"),
        ("date", "timestamp", "timestamp"),
        ("decimal(10,2)", "decimal(8,4)", "decimal(12,4)"),
        ("decimal(38,2)", "decimal(38,4)", "decimal(38,4)"),
        ("decimal(10,2)", "int", "double"),
        ("array<int>", "array<bigint>", "array<bigint>"),
        ("array<int>", "int", "string"),
        ("map<string,int>", "map<string,double>", "map<string,double>"),
        ("map<string,int>", "map<int,int>", "string"),
        ("struct<a:int>", "struct<b:int,a:bigint>", "struct<a:bigint,b:int>"),
        ("struct<a:int>", "string", "string"),
    ],
)
def test_a_type_that_holds_both(one: str, other: str, both: str) -> None:
    first, second = parse_glue_type(one), parse_glue_type(other)
    assert str(merge_types(first, second)) == both
    assert sorted(str(merge_types(second, first))) == sorted(both)


def test_nothing_takes_any_type_and_ends_as_text() -> None:
    assert merge_types(NOTHING, parse_glue_type("array<int>")) == parse_glue_type("array<int>")
    assert merge_types(parse_glue_type("int"), NOTHING) == parse_glue_type("int")
    assert type_text(NOTHING) == "string"


def schema(classification: str = "json", *, header: bool = False, **columns: str) -> Schema:
    named: Columns = tuple((name, PrimitiveType(kind)) for name, kind in columns.items())
    return Schema(Format(classification), named, header=header)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (schema(a="int", b="int"), schema(c="int", d="int"), False),
        (schema(a="int", b="int", c="int"), schema(a="int", b="int", c="int", d="int", e="int"), True),
        (schema(a="int"), schema(a="int", b="int", c="int", d="int"), False),
        (schema(a="int", b="int"), schema(a="bigint", b="double"), True),
        (schema(a="int", b="int"), schema(a="boolean", b="int"), False),
        (schema(), schema(), True),
        (schema("csv", header=True, a="int", b="int"), schema("csv", col0="int", col1="int"), True),
        (schema("csv", header=True, a="int", b="int"), schema("csv", col0="int"), False),
    ],
)
def test_similar(one: Schema, other: Schema, alike: bool) -> None:
    assert similar(one, other) is alike
    assert similar(other, one) is alike


def test_csv_without_names_takes_them_from_its_neighbours() -> None:
    named = schema("csv", header=True, id="bigint", name="string")
    bare = schema("csv", col0="double", col1="string", col2="string")
    assert merge([bare, named]).named_types() == {"id": "double", "name": "string", "col2": "string"}
