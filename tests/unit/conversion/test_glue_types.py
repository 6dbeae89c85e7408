from __future__ import annotations

import pyarrow as pa
import pytest

from local_aws.delivery.conversion import SchemaError, parse_glue_type
from local_aws.delivery.conversion.glue_types import (
    ArrayType,
    DecimalType,
    MapType,
    PrimitiveType,
    SizedTextType,
    StructType,
    arrow_type,
)

INT, STRING = PrimitiveType("int"), PrimitiveType("string")


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("int", INT),
        (" BIGINT ", PrimitiveType("bigint")),
        ("decimal", DecimalType(10, 0)),
        ("decimal(7)", DecimalType(7, 0)),
        ("Decimal( 10 , 2 )", DecimalType(10, 2)),
        ("decimal(38,38)", DecimalType(38, 38)),
        ("char(255)", SizedTextType("char", 255)),
        ("varchar( 65535 )", SizedTextType("varchar", 65535)),
        ("array<string>", ArrayType(STRING)),
        ("map<string, array<int>>", MapType(STRING, ArrayType(INT))),
        ("struct<Id:int,userName : string>", StructType((("id", INT), ("username", STRING)))),
        ("struct<`order`:int,`a``b c`:string>", StructType((("order", INT), ("a`b c", STRING)))),
        ("struct<timestamp:int,array:string>", StructType((("timestamp", INT), ("array", STRING)))),
        (
            "array<struct<a:map<int,decimal(3,1)>>>",
            ArrayType(StructType((("a", MapType(INT, DecimalType(3, 1))),))),
        ),
    ],
)
def test_types_are_parsed_in_any_case_and_spacing(text: str, parsed: object) -> None:
    assert parse_glue_type(text) == parsed


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("", "a type name expected"),
        ("integer", "'integer' is not a type"),
        ("uniontype<int,string>", "'uniontype' is not a type"),
        ("struct<a:uniontype<int>>", "'uniontype' is not a type"),
        ("array<string", "'>' expected, found the end of the text"),
        ("array<string>x", "'x' follows the end"),
        ("array", "'<' expected"),
        ("map<string>", "',' expected"),
        ("map<array<int>,int>", "a map's key must be a primitive type"),
        ("struct<>", "a member name expected"),
        ("struct<a>", "':' expected"),
        ("struct<a:>", "a type name expected"),
        ("struct<a:int,>", "a member name expected"),
        ("struct<`a:int>", "a backquote at character"),
        ("char", "char takes one length"),
        ("char(256)", "1 to 255, found [256]"),
        ("varchar(0)", "1 to 65535, found [0]"),
        ("varchar(6 5)", "')' expected"),
        ("varchar(x)", "a size expected"),
        ("decimal(39,0)", "outside precision"),
        ("decimal(2,3)", "outside precision"),
        ("decimal(1,1,1)", "found 3 sizes"),
        ("array<" * 70 + "int" + ">" * 70, "deeper than 64"),
    ],
)
def test_a_bad_type_is_an_invalid_type_format_that_says_what_is_wrong(text: str, detail: str) -> None:
    with pytest.raises(SchemaError) as caught:
        parse_glue_type(text)

    assert caught.value.code == "DataFormatConversion.InvalidTypeFormat"
    assert caught.value.message.startswith("The type format is invalid. Check the type syntax. ")
    assert detail in caught.value.message


def test_a_member_name_may_be_used_once_without_regard_to_case() -> None:
    with pytest.raises(SchemaError) as caught:
        parse_glue_type("struct<a:int,A:string>")

    assert caught.value.code == "DataFormatConversion.InvalidSchema"


@pytest.mark.parametrize(
    ("text", "arrow"),
    [
        ("tinyint", pa.int8()),
        ("float", pa.float32()),
        ("decimal(9,3)", pa.decimal128(9, 3)),
        ("char(2)", pa.string()),
        ("timestamp", pa.timestamp("ns")),
        ("map<string,array<date>>", pa.map_(pa.string(), pa.list_(pa.date32()))),
        ("struct<a:binary>", pa.struct([("a", pa.binary())])),
    ],
)
def test_arrow_types(text: str, arrow: pa.DataType) -> None:
    assert arrow_type(parse_glue_type(text)) == arrow


def test_a_type_prints_as_it_is_written_in_glue() -> None:
    text = "struct<a:array<map<string,decimal(3,1)>>,b:varchar(3)>"

    assert str(parse_glue_type(text)) == text
