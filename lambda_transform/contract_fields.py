"""Reads one property of a contract, whatever its depth: the standard JSON Schema keywords and the `x-` keywords."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from lambda_transform.contract_fake import read_fake
from lambda_transform.contract_model import (
    DERIVE_FUNCTIONS,
    JSON_TYPES,
    PROJECTION_TYPES,
    Derive,
    Fake,
    Field,
    JsonType,
    Projection,
)
from lambda_transform.contract_place import Place
from lambda_transform.errors import quote
from lambda_transform.glue_types import misfit, parse_glue_type

if TYPE_CHECKING:
    from collections.abc import Mapping

_ANNOTATIONS: Final = ("title", "description", "$comment", "default", "examples", "deprecated")
_VALUE: Final = ("type", "enum", "const", "format", "pattern", "minLength", "maxLength")
_NUMBER: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_NESTED: Final = ("items", "minItems", "maxItems", "properties", "required", "additionalProperties")
_KEYWORDS: Final = frozenset(
    (*_ANNOTATIONS, *_VALUE, *_NUMBER, *_NESTED, "$ref", "x-fake", "x-max-future-seconds")
)
COLUMN_KEYWORDS: Final = _KEYWORDS | {"x-glue-type", "x-derive", "x-projection"}
FORMATS: Final = ("uuid", "date", "date-time", "email")

_DERIVED_TYPES: Final = {
    "datetime": ("timestamp", "string"),
    "date": ("date", "string"),
    "part": ("string", "varchar"),
    "rest": ("string",),
}
# What a derived field may say about itself: the function already decides the rest.
_PLAIN_DERIVED_KEYWORDS: Final = frozenset(
    (
        "title",
        "description",
        "$comment",
        "examples",
        "type",
        "format",
        "x-glue-type",
        "x-derive",
        "x-projection",
    )
)


def read_column(place: Place, name: str, definitions: Place, *, required: bool) -> Field:
    """Read a property at the top of a contract: a column, or a partition key."""
    return _read(place, name, definitions, COLUMN_KEYWORDS, required=required)


def read_fields(properties: Place, required: Place, definitions: Place) -> tuple[Field, ...]:
    """Read the properties of a variant or of a nested object."""
    properties.object()
    names = required.texts() if required.value else ()
    for element in required.elements() if names else ():
        if element.value not in properties.value:
            element.fail(f"{element.value!r} is not one of properties: {', '.join(properties.value)}")
    return tuple(
        _read(place, name, definitions, _KEYWORDS, required=name in names)
        for name, place in properties.children()
    )


def resolve(place: Place, definitions: Place) -> Place:
    """Follow `$ref` at this place; keywords beside it win. The result stands at the same place."""
    keywords: Mapping[str, Any] = place.object()
    seen: set[str] = set()
    while "$ref" in keywords:
        reference = keywords["$ref"]
        name = reference.removeprefix("#/$defs/") if isinstance(reference, str) else ""
        if name == reference or name not in (definitions.value or {}):
            known = ", ".join(definitions.value or {}) or "none"
            place.child("$ref").fail(f"{reference!r} is not found; allowed: #/$defs/<name>, defined: {known}")
        if name in seen:
            place.child("$ref").fail(f"{reference!r} refers to itself")
        seen.add(name)
        target = definitions.child(name).object()
        keywords = {**target, **{k: v for k, v in keywords.items() if k != "$ref"}}
    return Place(place.file, place.path, keywords)


def _read(place: Place, name: str, definitions: Place, allowed: frozenset[str], *, required: bool) -> Field:
    place.only(allowed)
    place = resolve(place, definitions)
    place.only(allowed)
    enum = _enum(place)
    field = Field(
        name=name,
        types=_types(place, enum),
        required=required,
        description=place.child("description").text() if place.has("description") else "",
        enum=enum,
        pattern=_pattern(place),
        format=place.child("format").one_of(FORMATS) if place.has("format") else None,
        minimum=_number(place, "minimum"),
        maximum=_number(place, "maximum"),
        exclusive_minimum=_number(place, "exclusiveMinimum"),
        exclusive_maximum=_number(place, "exclusiveMaximum"),
        min_length=_count(place, "minLength"),
        max_length=_count(place, "maxLength"),
        items=_read(place.child("items"), "items", definitions, _KEYWORDS, required=True)
        if place.has("items")
        else None,
        min_items=_count(place, "minItems"),
        max_items=_count(place, "maxItems"),
        properties=_properties(place, definitions),
        additional_properties=_additional(place),
        glue_type=place.child("x-glue-type").text() if place.has("x-glue-type") else None,
        derive=_derive(place.child("x-derive")) if place.has("x-derive") else None,
        projection=_projection(place.child("x-projection")) if place.has("x-projection") else None,
        max_future_seconds=_count(place, "x-max-future-seconds"),
        fake=read_fake(place.child("x-fake")) if place.has("x-fake") else Fake(),
    )
    _check_together(place, field)
    return field


def _types(place: Place, enum: tuple[Any, ...] | None) -> tuple[JsonType, ...]:
    if place.has("type"):
        stated = place.child("type")
        if isinstance(stated.value, list):
            stated.texts()
            return tuple(element.one_of(JSON_TYPES) for element in stated.elements())
        return (stated.one_of(JSON_TYPES),)
    if enum is None:
        place.fail(f"type is missing; allowed: {', '.join(JSON_TYPES)}")
    return tuple(dict.fromkeys(_type_of(value) for value in enum))


def _type_of(value: object) -> JsonType:
    if value is None:
        return "null"
    for kind, name in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string")):
        if isinstance(value, kind):
            return name  # type: ignore[return-value]  # the four names are JSON types
    return "array" if isinstance(value, list) else "object"


def _enum(place: Place) -> tuple[Any, ...] | None:
    if place.has("const"):
        value = place.value["const"]
        if place.has("enum"):
            place.child("const").fail("const and enum exclude each other")
        if isinstance(value, (list, dict)):
            place.child("const").fail("a constant is a string, a number, true, false or null")
        return (value,)
    if not place.has("enum"):
        return None
    listed = place.child("enum")
    for element in listed.elements():
        if isinstance(element.value, (list, dict)):
            element.fail("the values of an enum are strings, numbers, true, false or null")
    return tuple(listed.array(non_empty=True))


def _pattern(place: Place) -> str | None:
    if not place.has("pattern"):
        return None
    stated = place.child("pattern")
    try:
        re.compile(stated.text())
    except re.error as error:
        stated.fail(f"{stated.value!r} is not a regular expression: {error}")
    return stated.text()


def _number(place: Place, key: str) -> float | None:
    return place.child(key).number() if place.has(key) else None


def _count(place: Place, key: str) -> int | None:
    return place.child(key).integer() if place.has(key) else None


def _additional(place: Place) -> bool:
    return place.child("additionalProperties").flag() if place.has("additionalProperties") else True


def _properties(place: Place, definitions: Place) -> tuple[Field, ...]:
    if not place.has("properties"):
        if place.has("required"):
            place.child("required").fail("required needs properties beside it")
        return ()
    return read_fields(place.child("properties"), place.child("required"), definitions)


def _derive(place: Place) -> Derive:
    place.only(("function", "from", "separator", "index"))
    function = place.child("function").one_of(DERIVE_FUNCTIONS)
    allowed = {"datetime": ("from",), "date": ("from",), "part": ("from", "separator", "index"), "rest": ()}[
        function
    ]
    for key, child in place.children():
        if key != "function" and key not in allowed:
            child.fail(f"function {function} takes {', '.join(allowed) or 'nothing'}, not {key}")
    if function == "rest":
        return Derive("rest")
    source = place.child("from").text()
    if function != "part":
        return Derive(function, source)
    return Derive("part", source, place.child("separator").text(), place.child("index").integer())


def _projection(place: Place) -> Projection:
    place.only(("type", "range", "format", "digits", "interval", "interval.unit"))
    kind = place.child("type").one_of(PROJECTION_TYPES)
    needed = {"enum": (), "date": ("range", "format"), "integer": ("range",), "injected": ()}[kind]
    optional = {"date": ("interval", "interval.unit"), "integer": ("digits", "interval")}.get(kind, ())
    for key, child in place.children():
        if key not in ("type", *needed, *optional):
            child.fail(
                f"a projection of type {kind} takes {', '.join((*needed, *optional)) or 'nothing'}, not {key}"
            )
    for key in needed:
        child = place.child(key)
        text = child.text()
        if key == "range" and len([part for part in text.split(",") if part.strip()]) != 2:
            child.fail(f'{text!r} is not a range; write "first,last"')
    if place.has("interval.unit") != (kind == "date" and place.has("interval")):
        place.fail("interval and interval.unit of a date go together")
    units = ("YEARS", "MONTHS", "WEEKS", "DAYS", "HOURS", "MINUTES", "SECONDS", "MILLISECONDS")
    return Projection(
        type=kind,
        range=place.value.get("range"),
        format=place.value.get("format"),
        digits=place.child("digits").integer(at_least=1) if place.has("digits") else None,
        interval=place.child("interval").integer(at_least=1) if place.has("interval") else None,
        interval_unit=place.child("interval.unit").one_of(units) if place.has("interval.unit") else None,
    )


def _check_together(place: Place, field: Field) -> None:
    """Check what one keyword demands of another."""
    _check_keywords_apply(place, field)
    if field.max_future_seconds is not None and not (
        field.type in ("integer", "number") or (field.type == "string" and field.format == "date-time")
    ):
        place.child("x-max-future-seconds").fail(
            "needs a Unix timestamp (integer, number) or format date-time"
        )
    if field.derive is not None:
        _check_derived(place, field)
    if field.glue_type is None:
        return
    stated = place.child("x-glue-type")
    try:
        glue = parse_glue_type(field.glue_type)
    except ValueError as error:
        stated.fail(str(error))
    # What a derived field is made of decides its Glue type, checked above; it need not repeat its format.
    if field.derive is None and (problem := misfit(field, glue)):
        stated.fail(problem)


def _check_keywords_apply(place: Place, field: Field) -> None:
    owners = {
        "string": ("pattern", "format", "minLength", "maxLength"),
        "number": _NUMBER,
        "array": ("items", "minItems", "maxItems"),
        "object": ("properties", "required", "additionalProperties"),
    }
    for owner, keywords in owners.items():
        if owner in field.types or (owner == "number" and "integer" in field.types):
            continue
        for key in keywords:
            if place.has(key):
                place.child(key).fail(f"{key} needs type {owner}, not {', '.join(field.types)}")
    for value in field.enum or ():
        kind = _type_of(value)
        if kind not in field.types and not (kind == "integer" and "number" in field.types):
            place.child("enum" if place.has("enum") else "const").fail(
                f"{quote(value)} is not of type {', '.join(field.types)}"
            )


def _check_derived(place: Place, field: Field) -> None:
    if field.derive is None:
        return
    function = field.derive.function
    if field.required:
        place.fail("a derived field cannot be required: producers do not send it")
    if place.has("x-fake"):
        place.child("x-fake").fail("a derived field is not faked: the transform computes it")
    if field.type != "string":
        place.child("type").fail(f"function {function} makes text; allowed: string")
    if function != "part":
        for key, child in place.children():
            if key not in _PLAIN_DERIVED_KEYWORDS:
                child.fail(f"{key} does not apply to a field made by {function}")
    formats = {"datetime": "date-time", "date": "date"}
    if field.format is not None and field.format != formats.get(function):
        place.child("format").fail(f"function {function} makes format {formats.get(function, 'none')}")
    if field.glue_type and field.glue_type.partition("(")[0] not in _DERIVED_TYPES[function]:
        place.child("x-glue-type").fail(
            f"function {function} makes {', '.join(_DERIVED_TYPES[function])}, not {field.glue_type}"
        )
