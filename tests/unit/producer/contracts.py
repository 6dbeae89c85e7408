"""Contracts for tests: the shipped ones, small ones made on the spot, and their records' JSON Schemas."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema

from lambda_transform.contract import load_contract, parse_contract
from lambda_transform.contract_model import Contract

SCHEMAS = Path(__file__).resolve().parents[3] / "schemas"
DATASETS = ("events", "customers")


def shipped(dataset: str) -> Contract:
    return load_contract(SCHEMAS / f"{dataset}.schema.json")


def contract_of(
    properties: Mapping[str, Any], required: list[str] | None = None, top: Mapping[str, Any] | None = None
) -> Contract:
    """A dataset with the given columns beside an id and a time."""
    document = {
        "type": "object",
        "x-unique-key": ["id"],
        "x-event-time": "at",
        "x-partitioning": {"by": "arrival", "keys": ["dt"]},
        "required": ["id", "at", *(required if required is not None else properties)],
        "properties": {
            "id": {"type": "string", "format": "uuid", "x-glue-type": "string"},
            "at": {"type": "integer", "x-glue-type": "bigint"},
            **properties,
        },
        **(top or {}),
    }
    return parse_contract(document, dataset="things")


class Judge:
    """Judges records with the `jsonschema` library: the contract's own schema with its variant's applied."""

    def __init__(self, contract: Contract) -> None:
        self._document = dict(contract.document)
        self._derived = {field.name for field in contract.derived_fields}
        self._field = contract.variants.field if contract.variants else None
        self._validators: dict[Any, jsonschema.Draft202012Validator] = {}

    def check(self, record: dict[str, Any]) -> None:
        kind = record[self._field] if self._field else None
        if kind not in self._validators:
            self._validators[kind] = self._validator(kind)
        self._validators[kind].validate(record)
        assert not self._derived & record.keys()

    def _validator(self, kind: str | None) -> jsonschema.Draft202012Validator:
        schema = {key: value for key, value in self._document.items() if not key.startswith("x-")}
        schema["$defs"] = self._document.get("$defs", {})
        if kind is not None:
            variant = self._document["x-variants"]["types"][kind]
            schema["allOf"] = [
                {
                    "properties": variant.get("properties", {}),
                    "required": variant.get("required", []),
                }
            ]
        checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
        return jsonschema.Draft202012Validator(schema, format_checker=checker)
