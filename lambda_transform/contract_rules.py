"""What the parts of a contract demand of each other: keys that must exist, projections that must cover them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lambda_transform.errors import quote

if TYPE_CHECKING:
    from lambda_transform.contract_model import Contract, Field
    from lambda_transform.contract_place import Place

_KEY_TYPES: Final = ("string", "date", "int", "bigint", "smallint", "tinyint")
_PROJECTED_TYPES: Final = {
    "enum": ("string",),
    "date": ("string", "date"),
    "integer": ("string", "int", "bigint", "smallint", "tinyint"),
    "injected": ("string",),
}


def check_contract(contract: Contract, top: Place) -> None:
    """Check everything that concerns more than one property. Raises ContractError."""
    _check_keys(contract, top)
    _check_derived(contract, top)
    _check_partitioning(contract, top)
    _check_variants(contract, top)


def _names(contract: Contract) -> str:
    return ", ".join(field.name for field in contract.fields)


def _known(contract: Contract, place: Place, name: str) -> Field:
    try:
        return contract.field(name)
    except KeyError:
        place.fail(f"{name!r} is not a property; allowed: {_names(contract)}")


def _check_keys(contract: Contract, top: Place) -> None:
    for place in (*top.child("x-unique-key").elements(), top.child("x-event-time")):
        field = _known(contract, place, place.value)
        if not field.required:
            place.fail(
                f"{field.name!r} must be in required: without it a record cannot be told apart or dated"
            )
    time = contract.field(contract.event_time)
    if not (time.type in ("integer", "number") or time.format in ("date", "date-time")):
        top.child("x-event-time").fail(
            f"{time.name!r} is no time; allowed: a Unix timestamp (integer, number), format date or date-time"
        )


def _check_derived(contract: Contract, top: Place) -> None:
    rest_fields = [f.name for f in contract.derived_fields if f.derive and f.derive.function == "rest"]
    if len(rest_fields) > 1:
        top.child("properties").child(rest_fields[1]).fail(
            f"only one field can be made by rest; {rest_fields[0]} is"
        )
    if contract.variants is not None and not rest_fields:
        top.child("x-variants").fail(
            'needs a property with {"function": "rest"}, where the fields of a variant are kept'
        )
    for field in contract.derived_fields:
        if field.derive is None or field.derive.source is None:
            continue
        place = top.child("properties").child(field.name).child("x-derive").child("from")
        source = _known(contract, place, field.derive.source)
        if source.derive is not None:
            place.fail(f"{source.name!r} is derived itself; a field is derived from one that producers send")
        if field.derive.function == "part" and source.type != "string":
            place.fail(f"{source.name!r} is {source.type}; function part splits a string")
        times = ("integer", "number") if source.type != "string" else (source.format,)
        allowed = ("date", "date-time") if field.derive.function == "date" else ("date-time",)
        if field.derive.function != "part" and not (source.type in times or source.format in allowed):
            place.fail(
                f"{source.name!r} is no time; allowed: integer, number, or format {' or '.join(allowed)}"
            )


def _check_partitioning(contract: Contract, top: Place) -> None:
    place = top.child("x-partitioning").child("keys")
    if contract.partitioning.by == "arrival":
        for element in place.elements():
            if any(field.name == element.value for field in contract.fields):
                element.fail(
                    f"{element.value!r} is also a property; a key made of the arrival time must not be"
                )
        for field in contract.fields:
            if field.projection is not None:
                top.child("properties").child(field.name).child("x-projection").fail(
                    "only partition keys are projected"
                )
        return
    for element in place.elements():
        _check_partition_key(contract, _known(contract, element, element.value), element, top)
    if not contract.glue_columns:
        place.fail("every property is a partition key; at least one must be left as data column")
    for field in contract.fields:
        if field.projection is not None and field.name not in contract.partitioning.keys:
            top.child("properties").child(field.name).child("x-projection").fail(
                "only partition keys are projected"
            )


def _check_partition_key(contract: Contract, field: Field, element: Place, top: Place) -> None:
    place = top.child("properties").child(field.name)
    if not field.required and field.derive is None:
        element.fail(f"{field.name!r} must be in required or derived: a partition key is never empty")
    if field.derive is not None and field.derive.source is not None:
        source = contract.field(field.derive.source)
        if not source.required:
            element.fail(f"{field.name!r} comes from {source.name!r}, which must be in required")
    if field.nullable and field.derive is None:
        element.fail(f"{field.name!r} may be null; a partition key is never empty")
    if field.glue_type not in _KEY_TYPES:
        place.child("x-glue-type").fail(f"is {field.glue_type}; a partition key is {', '.join(_KEY_TYPES)}")
    if field.projection is None:
        place.child("x-projection").fail("is missing; every partition key says how Athena finds its values")
    kind = field.projection.type
    if field.glue_type not in _PROJECTED_TYPES[kind]:
        place.child("x-glue-type").fail(
            f"is {field.glue_type}; a projection of type {kind} needs {', '.join(_PROJECTED_TYPES[kind])}"
        )
    if kind == "enum":
        if field.enum is None:
            place.child("x-projection").fail(
                "type enum needs the keyword enum on the property: its values are projected"
            )
        for value in field.enum:
            if not isinstance(value, str) or not value or any(c in value for c in ",/ "):
                place.child("enum").fail(
                    f"{quote(value)}: a projected value is text without comma, slash or space"
                )


def _check_variants(contract: Contract, top: Place) -> None:
    if contract.variants is None:
        return
    place = top.child("x-variants")
    field = _known(contract, place.child("field"), contract.variants.field)
    if not field.required or field.type != "string" or field.derive is not None:
        place.child("field").fail(f"{field.name!r} must be a required string that producers send")
    columns = {f.name for f in contract.fields}
    for variant in contract.variants.types.values():
        here = place.child("types").child(variant.name)
        if field.enum is not None and variant.name not in field.enum:
            here.fail(f"{variant.name!r} is not in the enum of {field.name!r}")
        seen: dict[str, str] = {}
        for member in variant.fields:
            member_place = here.child("properties").child(member.name)
            lower = member.name.lower()
            if lower in columns:
                member_place.fail(
                    f"{member.name!r} is a property at the top already; names are compared without case"
                )
            if lower in seen:
                member_place.fail(f"{member.name!r} and {seen[lower]!r} differ only by case")
            seen[lower] = member.name
        _check_parts(contract, variant.name, here)
    if not sum(variant.weight for variant in contract.variants.types.values()):
        place.child("types").fail("at least one weight must be more than 0")


def _check_parts(contract: Contract, variant: str, place: Place) -> None:
    """Check that what is derived from a variant's name is allowed where it goes."""
    variants = contract.variants
    for field in contract.derived_fields:
        if field.derive is None or variants is None or field.derive.function != "part":
            continue
        if field.derive.source != variants.field:
            continue
        parts = variant.split(field.derive.separator)
        value = parts[field.derive.index] if field.derive.index < len(parts) else None
        if field.name in contract.partitioning.keys and not value:
            place.fail(f"has no part {field.derive.index} for the partition key {field.name!r}")
        if value is not None and field.enum is not None and value not in field.enum:
            place.fail(f"part {field.derive.index} is {value!r}, which is not in the enum of {field.name!r}")
