"""Functions for colours of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.athena.sql import types
from local_aws.athena.sql.casts import coerce, text_of
from local_aws.athena.sql.typed import Typed

if TYPE_CHECKING:
    from local_aws.athena.sql.functions.call import Call
    from local_aws.athena.sql.functions.registry import Functions

_RULES = """
color(varchar) -> color => python_color({0})
color(double, color, color) -> color => python_color_between({0}, {1}, {2})
color(double, double, double, color, color) -> color => python_color_between(({0} - {1}) / ({2} - {1}), {3}, {4})
rgb(bigint, bigint, bigint) -> color => python_rgb({0}, {1}, {2})
bar(double, bigint) -> varchar => python_bar({0}, {1}, 16711680, 65280)
bar(double, bigint, color, color) -> varchar => python_bar({0}, {1}, {2}, {3})
"""
# AWS rule: the escapes around a text take 15 characters; the lengths for numbers are Trino's.
_ESCAPES, _BIGINT_LENGTH, _DOUBLE_LENGTH, _BOOLEAN_LENGTH = 15, 35, 41, 16


def register(functions: Functions) -> None:
    """Add the functions of this family."""
    functions.define_all(_RULES)
    functions.builder("render")(_render)


def _render(call: Call) -> Typed:
    """Build `render` of a text or number with a colour, and of a boolean with the colour it has."""
    values = call.arguments()
    if len(values) == 1 and values[0].type.name in ("boolean", "unknown"):
        condition = coerce(values[0], types.BOOLEAN).sql
        marks, colors = ("'✓'", "'✗'"), (-3, -2)
        mark, shade = (
            f"CASE WHEN {condition} THEN {a} WHEN NOT {condition} THEN {b} END" for a, b in (marks, colors)
        )
        return Typed(f"python_render({mark}, {shade})", types.varchar(_BOOLEAN_LENGTH))
    if len(values) != 2 or values[1].type.name not in ("color", "unknown"):
        raise call.mismatch()
    value, color = values[0], coerce(values[1], types.Type("color")).sql
    if value.type.name == "varchar":
        length = value.type.parameters
        kind = types.varchar(length[0] + _ESCAPES) if length else types.VARCHAR
    elif types.can_coerce(value.type, types.BIGINT):
        value, kind = coerce(value, types.BIGINT), types.varchar(_BIGINT_LENGTH)
    elif types.can_coerce(value.type, types.DOUBLE):
        value, kind = coerce(value, types.DOUBLE), types.varchar(_DOUBLE_LENGTH)
    else:
        raise call.mismatch()
    return Typed(f"python_render({text_of(value.sql, value.type)}, {color})", kind)
