"""Records made by hypothesis from a contract: mostly valid, with some values changed into something else."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.unit.contract.contracts import SHIPPED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_transform.contract import Contract, Field

# Text that UTF-8 can carry and the parser accepts: no lone surrogates, no NUL.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)

ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from([0, 1, 1.0, -1, 2.5, 100, 1577836800, 1577836800.0, 4102444801]),
        TEXT,
    ),
    lambda children: st.lists(children, max_size=2) | st.dictionaries(TEXT, children, max_size=2),
    max_leaves=4,
)

_OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def records(contract: Contract, *, flawed: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Records of a shipped dataset as producers send them; `flawed` ones may break any rule of the contract."""
    if contract.variants is None:
        return _members(contract.sent_fields, flawed=flawed)
    kinds = sorted(contract.variants.types)
    return st.sampled_from(kinds).flatmap(
        lambda kind: _variant_records(contract.dataset, kind, flawed=flawed)
    )


@cache
def _variant_records(dataset: str, kind: str, *, flawed: bool) -> st.SearchStrategy[dict[str, Any]]:
    contract = SHIPPED[dataset]
    variants = contract.variants
    assert variants is not None
    columns = tuple(field for field in contract.sent_fields if field.name != variants.field)
    return _members(columns + variants.types[kind].fields, flawed=flawed).map(
        lambda members: {variants.field: kind, **members}
    )


def _members(fields: tuple[Field, ...], *, flawed: bool) -> st.SearchStrategy[dict[str, Any]]:
    required = {field.name: values(field, flawed=flawed) for field in fields if field.required}
    optional = {field.name: values(field, flawed=flawed) for field in fields if not field.required}
    made = st.fixed_dictionaries(required, optional=optional)
    if not flawed:
        return made
    extras = st.dictionaries(TEXT.map(lambda name: f"extra_{name}"), ANYTHING, max_size=1)
    names = [field.name for field in fields] or [""]
    removed = st.one_of(st.none(), st.none(), st.sampled_from(names))
    return st.tuples(made, extras, removed).map(
        lambda parts: {k: v for k, v in {**parts[0], **parts[1]}.items() if k != parts[2]}
    )


def values(field: Field, *, flawed: bool) -> st.SearchStrategy[Any]:
    """Values of one field."""
    good = _valid(field)
    if not flawed:
        return good
    edges = st.sampled_from(_edges(field)) if _edges(field) else ANYTHING
    return st.integers(0, 19).flatmap(lambda roll: ANYTHING if roll == 0 else edges if roll == 1 else good)


def _edges(field: Field) -> list[Any]:
    found: list[Any] = []
    for limit in (field.minimum, field.maximum):
        if limit is not None:
            found += [limit, limit - 1, limit + 1, float(limit), limit + 0.5]
    for length in (field.min_length, field.max_length):
        if length is not None:
            found += ["x" * length, "x" * (length + 1), "é" * length]
    for count in (field.min_items, field.max_items):
        if count is not None:
            found += [[], [1] * count, [1] * (count + 1)]
    return found


def _valid(field: Field) -> st.SearchStrategy[Any]:
    if field.enum is not None:
        return st.sampled_from(field.enum)
    return st.one_of([_valid_type(kind, field) for kind in field.types])


def _valid_type(kind: str, field: Field) -> st.SearchStrategy[Any]:
    if kind == "string":
        return _valid_text(field)
    if kind == "array":
        items = values(field.items, flawed=False) if field.items is not None else ANYTHING
        return st.lists(items, min_size=field.min_items or 0, max_size=min(field.max_items or 3, 3))
    if kind == "object":
        return _members(field.properties, flawed=False)
    if kind == "integer":
        low = int(field.minimum) if field.minimum is not None else -(2**63)
        high = int(field.maximum) if field.maximum is not None else 2**63 - 1
        return st.integers(low, high)
    if kind == "number":
        return st.floats(field.minimum, field.maximum, allow_nan=False, allow_infinity=False)
    return st.booleans() if kind == "boolean" else st.none()


def _valid_text(field: Field) -> st.SearchStrategy[str]:
    if field.pattern is not None:
        longest = field.max_length or 10_000
        return st.from_regex(field.pattern.replace("$", r"\Z")).filter(lambda text: len(text) <= longest)
    if field.format == "uuid":
        return st.uuids().map(str)
    if field.format == "email":
        return st.emails()
    if field.format == "date":
        return st.dates().map(str)
    if field.format == "date-time":
        # A day less on both sides: an offset must not lead out of the years that there are.
        first, last = datetime(1, 1, 2), datetime(9999, 12, 30)
        if field.glue_type == "timestamp":
            first, last = datetime(1677, 9, 23), datetime(2262, 4, 9)
        return st.datetimes(first, last, timezones=_OFFSETS).map(lambda moment: moment.isoformat())
    longest = field.max_length if field.max_length is not None else 20
    return st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
        min_size=field.min_length or 0,
        max_size=min(longest, 20),
    )


def plain_schema(contract: Contract, kind: str | None) -> Mapping[str, Any]:
    """Write a contract (and one of its variants) as plain JSON Schema, without the `x-` keywords' work."""
    document = contract.document
    derived = {field.name for field in contract.derived_fields}
    properties = {name: schema for name, schema in document["properties"].items() if name not in derived}
    required = list(document["required"])
    if kind is not None:
        variant = document["x-variants"]["types"][kind]
        properties |= variant["properties"]
        required += variant.get("required", [])
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "$defs": document.get("$defs", {}),
    }
