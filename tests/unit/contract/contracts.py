"""A small contract for tests, and the shipped ones."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from lambda_transform.contract import Contract, load_all, parse_contract

SCHEMAS = Path(__file__).resolve().parents[3] / "schemas"
SHIPPED = load_all(SCHEMAS)

_SMALL: dict[str, Any] = {
    "type": "object",
    "x-unique-key": ["id"],
    "x-event-time": "at",
    "x-partitioning": {"by": "attributes", "keys": ["kind"]},
    "required": ["id", "at", "name"],
    "properties": {
        "id": {"type": "integer", "x-glue-type": "bigint"},
        "at": {"type": "string", "format": "date-time", "x-glue-type": "timestamp"},
        "name": {"type": "string", "x-glue-type": "string"},
        "kind": {
            "type": "string",
            "enum": ["a", "b"],
            "x-derive": {"function": "part", "from": "name", "separator": ":", "index": 0},
            "x-projection": {"type": "enum"},
            "x-glue-type": "string",
        },
        "rest": {"type": "string", "x-derive": {"function": "rest"}, "x-glue-type": "string"},
    },
    "x-variants": {
        "field": "name",
        "types": {
            "a:one": {"properties": {"size": {"$ref": "#/$defs/size"}}, "required": ["size"]},
            "b:two": {"weight": 3, "drop": True},
        },
    },
    "$defs": {"size": {"type": "integer", "minimum": 0}},
}


def small() -> dict[str, Any]:
    """Make a document that a test may change: variants, derived fields, partitioned by one of them."""
    return copy.deepcopy(_SMALL)


def columns(**properties: dict[str, Any]) -> dict[str, Any]:
    """Make a document of `id`, `at` and the given columns, partitioned by arrival, without variants."""
    return {
        "type": "object",
        "x-unique-key": ["id"],
        "x-event-time": "at",
        "x-partitioning": {"by": "arrival", "keys": ["dt"]},
        "required": ["id", "at"],
        "properties": {
            "id": {"type": "integer", "x-glue-type": "bigint"},
            "at": {"type": "integer", "x-glue-type": "bigint"},
            **properties,
        },
    }


def parse(document: dict[str, Any]) -> Contract:
    """Read a document as the contract of a dataset called `things`."""
    return parse_contract(document, dataset="things", file="things.schema.json")
