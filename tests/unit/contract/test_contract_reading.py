"""What the reader makes of a well-formed contract."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from lambda_transform.contract import Derive, Fake, Partitioning, Projection
from tests.unit.contract.contracts import columns, parse, small


def test_fields_in_the_order_of_the_file() -> None:
    contract = parse(small())
    assert [field.name for field in contract.fields] == ["id", "at", "name", "kind", "rest"]
    assert [field.name for field in contract.sent_fields] == ["id", "at", "name"]
    assert [field.name for field in contract.derived_fields] == ["kind", "rest"]
    assert contract.rest_field == contract.field("rest")
    with pytest.raises(KeyError, match="nothing"):
        contract.field("nothing")


def test_partition_keys_are_no_data_columns() -> None:
    contract = parse(small())
    assert contract.partitioning == Partitioning("attributes", ("kind",))
    assert contract.glue_columns == (
        ("id", "bigint"),
        ("at", "timestamp"),
        ("name", "string"),
        ("rest", "string"),
    )
    assert contract.glue_partition_keys == (("kind", "string"),)


def test_derive_and_projection() -> None:
    contract = parse(small())
    assert contract.field("kind").derive == Derive("part", "name", ":", 0)
    assert contract.field("kind").projection == Projection("enum")
    assert contract.field("rest").derive == Derive("rest")


def test_defaults() -> None:
    contract = parse(small())
    assert contract.max_record_bytes == 262_144
    assert contract.additional_properties is True
    assert contract.variants is not None
    assert contract.variants.unknown == "reject"
    assert contract.variants.types["a:one"].weight == 1
    assert contract.variants.types["b:two"].weight == 3
    assert contract.variants.types["b:two"].drop is True


def test_keywords_beside_a_reference_win() -> None:
    document = small()
    document["x-variants"]["types"]["a:one"]["properties"]["size"] = {
        "$ref": "#/$defs/small_size",
        "maximum": 5,
    }
    document["$defs"]["small_size"] = {"$ref": "#/$defs/size", "maximum": 9, "description": "Small."}
    variants = parse(document).variants
    assert variants is not None
    size = variants.types["a:one"].fields[0]
    assert (size.minimum, size.maximum, size.description, size.required) == (0, 5, "Small.", True)


def test_reference_at_the_top() -> None:
    document = columns(size={"$ref": "#/$defs/size", "x-glue-type": "smallint"})
    document["$defs"] = {"size": {"type": "integer", "minimum": 0, "x-glue-type": "int"}}
    assert parse(document).field("size").glue_type == "smallint"
    assert parse(document).field("size").minimum == 0


def test_types() -> None:
    contract = parse(
        columns(
            maybe={"type": ["string", "null"], "x-glue-type": "string"},
            told={"enum": ["x", "y"], "x-glue-type": "string"},
            fixed={"const": 7, "x-glue-type": "int"},
        )
    )
    assert contract.field("maybe").nullable
    assert contract.field("maybe").type == "string"
    assert contract.field("told").types == ("string",)
    assert contract.field("fixed").enum == (7,)
    assert not contract.field("fixed").nullable


@pytest.mark.parametrize(
    ("keyword", "fake"),
    [
        ({"faker": "pyint", "args": {"max_value": 9}}, Fake("faker", faker="pyint", args={"max_value": 9})),
        ({"choice": [1, 2], "weights": [3, 1]}, Fake("choice", choices=(1, 2), weights=(3, 1))),
        ({"now": "unix"}, Fake("now", clock="unix")),
        ({"now": "unix", "spread_seconds": 60}, Fake("now", clock="unix", spread_seconds=60.0)),
        ({"range": [1, 9]}, Fake("range", low=1, high=9)),
        (
            {"range": [0, 9], "decimals": 2, "null": 0.1},
            Fake("range", low=0, high=9, decimals=2, null_share=0.1),
        ),
        ({"null": 0.5}, Fake(null_share=0.5)),
    ],
)
def test_fakes(keyword: dict[str, Any], fake: Fake) -> None:
    assert (
        parse(columns(size={"type": "integer", "x-glue-type": "int", "x-fake": keyword})).field("size").fake
        == fake
    )


def test_a_contract_cannot_be_changed() -> None:
    contract = parse(small())
    with pytest.raises(dataclasses.FrozenInstanceError):
        contract.dataset = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        contract.document["type"] = "array"  # type: ignore[index]


def test_projection_of_numbers_and_dates() -> None:
    document = small()
    document["properties"]["kind"] |= {
        "x-projection": {
            "type": "date",
            "range": "2020-01,NOW",
            "format": "yyyy-MM",
            "interval": 1,
            "interval.unit": "MONTHS",
        }
    }
    projection = Projection("date", "2020-01,NOW", "yyyy-MM", interval=1, interval_unit="MONTHS")
    assert parse(document).field("kind").projection == projection
    document["properties"]["kind"]["x-projection"] = {"type": "integer", "range": "0,23", "digits": 2}
    assert parse(document).field("kind").projection == Projection("integer", "0,23", digits=2)
