"""Rules of the compiled checks that the comparison with `jsonschema` cannot see."""

from __future__ import annotations

from typing import Any

import pytest

from lambda_transform.errors import RefusedError
from lambda_transform.validate import Clock, compile_field
from tests.unit.contract.contracts import columns, parse


def _check(schema: dict[str, Any], value: Any) -> Any:
    document = columns(more={"type": "string", "x-derive": {"function": "rest"}, "x-glue-type": "string"})
    document["properties"]["name"] = {"type": "string", "x-glue-type": "string"}
    document["required"].append("name")
    document["x-variants"] = {"field": "name", "types": {"x": {"properties": {"thing": schema}}}}
    variants = parse(document).variants
    assert variants is not None
    return compile_field(variants.types["x"].fields[0], Clock())(value)


@pytest.mark.parametrize(
    ("schema", "value", "detail"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 9}, 10, "10 is outside 1 to 9"),
        ({"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 9}, 1, "1 is outside 2 to 8"),
        ({"type": "integer", "minimum": 0.5, "maximum": 8.5}, 9, "9 is outside 1 to 8"),
        ({"type": "number", "exclusiveMinimum": 0}, 0, "0 is not between 0 and None"),
        ({"type": "number"}, True, "is boolean; allowed: number"),
        ({"type": "boolean"}, 1, "is integer; allowed: boolean"),
        ({"type": "boolean", "enum": [True]}, False, "False is not allowed; allowed: True"),
        ({"type": ["string", "null"]}, 1, "is integer; allowed: string or null"),
        ({"type": "string", "minLength": 2}, "x", "has 1 characters; allowed: 2 to"),
        (
            {"type": "array", "maxItems": 1, "items": {"type": "integer"}},
            [1, 2],
            "has 2 elements; allowed: 0 to 1",
        ),
        ({"enum": [1, "a", None]}, True, "is boolean; allowed: integer or string or null"),
        ({"const": 1}, 2, "2 is not allowed; allowed: 1"),
        ({"type": "string", "pattern": "^[0-9]+$"}, "12\n", "does not match ^[0-9]+$"),
        ({"type": "string", "pattern": "^\\d+$"}, "١٢", "does not match"),
        ({"type": "string", "pattern": "[$]\\$$"}, "a$", "does not match"),
    ],
)
def test_refused(schema: dict[str, Any], value: Any, detail: str) -> None:
    with pytest.raises(RefusedError) as caught:
        _check(schema, value)
    assert caught.value.detail.startswith(detail)


@pytest.mark.parametrize(
    ("schema", "value", "kept"),
    [
        ({"type": "integer"}, 3.0, 3),
        ({"type": ["integer", "string"]}, 3.0, 3),
        ({"type": ["integer", "number"]}, 3.0, 3.0),
        ({"type": ["integer", "number"]}, 3.5, 3.5),
        ({"enum": [1.0, "a"]}, 1, 1),
        (
            {"type": ["string", "null"], "format": "date-time"},
            "2026-01-01T01:00:00+01:00",
            "2026-01-01T00:00:00Z",
        ),
        ({"type": "string", "pattern": "[$]\\$$"}, "a$$", "a$$"),
        ({"type": "array"}, [1, {"a": None}], [1, {"a": None}]),
    ],
)
def test_kept(schema: dict[str, Any], value: Any, kept: Any) -> None:
    checked = _check(schema, value)
    assert checked == kept
    assert type(checked) is type(kept)


def test_path_of_a_nested_field() -> None:
    schema = {
        "type": "object",
        "properties": {
            "lines": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}}}}
        },
    }
    with pytest.raises(RefusedError) as caught:
        _check(schema, {"lines": [{"n": 1}, {"n": "x"}]})
    assert caught.value.path == "$.lines[1].n"


def test_long_values_are_cut_in_messages() -> None:
    with pytest.raises(RefusedError) as caught:
        _check({"type": "string", "enum": ["a"]}, "x" * 10_000)
    assert len(caught.value.detail) < 200
