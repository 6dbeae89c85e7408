"""The two contracts in schemas/: coherent in themselves, and what the product promises."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lambda_transform.contract import Contract, Fake, Field, Variant
from lambda_transform.validate import Clock, compile_field
from tests.unit.contract.contracts import SHIPPED
from tests.unit.contract.documents import plain_schema

EVENTS = SHIPPED["events"]
CUSTOMERS = SHIPPED["customers"]
assert EVENTS.variants is not None
TYPES = EVENTS.variants.types


def test_two_datasets_ship() -> None:
    assert list(SHIPPED) == ["customers", "events"]


def test_events_columns_and_partition_keys() -> None:
    assert EVENTS.glue_columns == (
        ("event_uuid", "string"),
        ("event_name", "string"),
        ("created_at", "bigint"),
        ("created_datetime", "timestamp"),
        ("event_subtype", "string"),
        ("payload", "string"),
    )
    assert EVENTS.glue_partition_keys == (("event_type", "string"), ("created_date", "string"))
    assert EVENTS.unique_key == ("event_uuid", "created_at")


def test_customers_columns_and_partition_keys() -> None:
    names = ["uuid", "event_date", "status", "name", "last_name", "email", "phone"]
    assert [name for name, _ in CUSTOMERS.glue_columns] == names
    assert dict(CUSTOMERS.glue_columns)["event_date"] == "timestamp"
    assert CUSTOMERS.glue_partition_keys == tuple((key, "string") for key in ("year", "month", "day", "hour"))
    assert CUSTOMERS.field("status").enum == ("Active", "Inactive", "Canceled")


def test_a_hundred_event_types_in_twelve_families() -> None:
    assert len(TYPES) == 100
    families = EVENTS.field("event_type").enum
    assert families is not None
    assert len(families) == 12
    by_family = {family: [name for name in TYPES if name.split(":")[0] == family] for family in families}
    assert all(len(names) >= 5 for names in by_family.values())
    assert sum(map(len, by_family.values())) == 100
    assert {"account:created", "lesson:started", "payment:order:completed"} <= TYPES.keys()


def test_names_have_two_or_three_parts() -> None:
    counts = {len(name.split(":")) for name in TYPES}
    assert counts == {2, 3}
    pattern = EVENTS.field("event_name").pattern
    assert pattern is not None
    assert all(re.search(pattern, name) for name in TYPES)


def test_each_type_is_a_record_of_its_own() -> None:
    shapes = {tuple(sorted(field.name for field in variant.fields)) for variant in TYPES.values()}
    assert len(shapes) >= 90


@pytest.mark.parametrize("variant", TYPES.values(), ids=TYPES)
def test_type_is_coherent(variant: Variant) -> None:
    assert variant.description.endswith(".")
    assert variant.weight > 0
    assert len(variant.fields) >= 2
    assert any(field.required for field in variant.fields)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", field.name) for field in variant.fields)
    schema = plain_schema(EVENTS, variant.name)
    Draft202012Validator.check_schema(schema)


def _walk(field: Field) -> list[Field]:
    nested = (*field.properties, *((field.items,) if field.items is not None else ()))
    return [field, *(found for child in nested for found in _walk(child))]


def _every_field(contract: Contract) -> list[Field]:
    fields = [*contract.sent_fields]
    if contract.variants is not None:
        fields += [field for variant in contract.variants.types.values() for field in variant.fields]
    return [found for field in fields for found in _walk(field)]


def _drawn(fake: Fake) -> list[Any]:
    if fake.kind == "choice":
        return list(fake.choices)
    if fake.kind == "range":
        return [fake.low, fake.high] if fake.decimals == 0 else [float(fake.low), float(fake.high)]
    return []


@pytest.mark.parametrize("contract", SHIPPED.values(), ids=lambda contract: contract.dataset)
def test_what_is_faked_is_valid(contract: Contract) -> None:
    checked = 0
    for field in _every_field(contract):
        check = compile_field(field, Clock())
        for value in _drawn(field.fake):
            check(value)
            checked += 1
    assert checked > 0


def test_every_pattern_has_a_fake() -> None:
    for field in _every_field(EVENTS):
        if field.pattern is not None and field.name != "event_name":
            assert field.fake.kind != "auto", field.name


def test_projection_covers_every_day_that_is_accepted() -> None:
    """A day outside the projected range would be in the lake and in no query."""
    projection = EVENTS.field("created_date").projection
    created_at = EVENTS.field("created_at")
    assert projection is not None
    assert projection.range is not None
    first, last = projection.range.split(",")
    assert created_at.minimum is not None
    assert datetime.fromtimestamp(created_at.minimum, UTC).strftime("%Y-%m-%d") == first
    assert created_at.max_future_seconds == 24 * 3600
    assert last == "NOW+1DAYS"


@pytest.mark.parametrize("contract", SHIPPED.values(), ids=lambda contract: contract.dataset)
def test_standard_keywords_are_valid_json_schema(contract: Contract) -> None:
    Draft202012Validator.check_schema(dict(contract.document))
    assert contract.description
    assert all(field.description for field in contract.fields)
