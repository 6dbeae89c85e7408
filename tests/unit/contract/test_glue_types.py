"""Which Glue types a contract may name, and what they mean for the records."""

from __future__ import annotations

from typing import Any

import pytest

from lambda_transform.contract import ContractError
from lambda_transform.errors import RefusedError
from lambda_transform.glue_types import GlueType, parse_glue_type
from lambda_transform.validate import Clock, compile_field
from tests.unit.contract.contracts import columns, parse


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("bigint", GlueType("bigint")),
        ("decimal(10,2)", GlueType("decimal", precision=10, scale=2)),
        ("decimal(5)", GlueType("decimal", precision=5, scale=0)),
        ("varchar(40)", GlueType("varchar", length=40)),
        ("array<array<int>>", GlueType("array", element=GlueType("array", element=GlueType("int")))),
        (
            "struct<a:int,b:struct<c:decimal(3,1),d:string>>",
            GlueType(
                "struct",
                members=(
                    ("a", GlueType("int")),
                    (
                        "b",
                        GlueType(
                            "struct",
                            members=(
                                ("c", GlueType("decimal", precision=3, scale=1)),
                                ("d", GlueType("string")),
                            ),
                        ),
                    ),
                ),
            ),
        ),
    ],
)
def test_parsed(text: str, parsed: GlueType) -> None:
    assert parse_glue_type(text) == parsed


@pytest.mark.parametrize(
    "text",
    ["integer", "BIGINT", "decimal(39,0)", "decimal(2,3)", "char(256)", "varchar(0)", "varchar(3,1)", "map<string,int>",
     "struct<A:int>", "struct<a>", "array<>", "binary", "bigint ", ""],
)  # fmt: skip
def test_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"allowed|digits|length|struct member"):
        parse_glue_type(text)


@pytest.mark.parametrize(
    ("schema", "glue"),
    [
        ({"type": "string"}, "timestamp"),
        ({"type": "string", "format": "date"}, "timestamp"),
        ({"type": "object", "properties": {"a": {"type": "integer"}}}, "string"),
        ({"type": "object", "properties": {"a": {"type": "integer"}}}, "struct<b:int>"),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, "struct<a:int>"),
        ({"type": "array"}, "array<int>"),
        ({"type": "array", "items": {"type": "string"}}, "array<int>"),
        ({"type": ["integer", "string"]}, "bigint"),
        ({"type": "number"}, "bigint"),
        ({"type": "boolean"}, "int"),
    ],
)
def test_misfits(schema: dict[str, Any], glue: str) -> None:
    with pytest.raises(ContractError) as caught:
        parse(columns(thing={**schema, "x-glue-type": glue}))
    assert caught.value.path == "$.properties.thing.x-glue-type"


@pytest.mark.parametrize(
    ("schema", "glue", "good", "bad"),
    [
        ({"type": "integer"}, "tinyint", [-128, 127], [-129, 128]),
        ({"type": "integer"}, "int", [-(2**31), 2**31 - 1], [2**31]),
        ({"type": "integer"}, "bigint", [2**63 - 1], [2**63]),
        ({"type": "integer"}, "decimal(3,0)", [999, -999], [1000]),
        ({"type": "integer"}, "timestamp", [9_223_372_035, -9_223_372_035], [9_223_372_037, 10**12]),
        ({"type": "number"}, "float", [3.4e38], [3.5e38]),
        ({"type": "number"}, "decimal(5,2)", [999.99, 0, 1.5, 100], [1000, 1.234, 1e-3]),
        ({"type": "number"}, "decimal(38,9)", [123456789012.345, 10**18], [1234567890123.4567]),
        (
            {"type": "string", "format": "date-time"},
            "timestamp",
            ["1677-09-21T00:12:45Z", "2262-04-11T23:47:15.999999999Z"],
            ["1677-09-21T00:12:44Z", "2262-04-11T23:47:16Z", "0001-01-01T00:00:00Z"],
        ),
        ({"type": "string"}, "varchar(3)", ["abc", "äöü"], ["abcd"]),
        ({"type": "string"}, "char(1)", ["é"], ["ab"]),
        ({"type": "array", "items": {"type": "integer"}}, "array<tinyint>", [[1, 127]], [[128]]),
        (
            {"type": "object", "properties": {"Size": {"type": "integer"}}},
            "struct<size:smallint>",
            [{"Size": 32767}, {}, {"other": 1}],
            [{"Size": 32768}, {"SIZE": 1}],
        ),
    ],
)
def test_limits_of_the_column_are_limits_of_the_record(
    schema: dict[str, Any], glue: str, good: list[Any], bad: list[Any]
) -> None:
    check = compile_field(parse(columns(thing={**schema, "x-glue-type": glue})).field("thing"), Clock())
    for value in good:
        check(value)
    for value in bad:
        with pytest.raises(RefusedError):
            check(value)
