"""Which Glue (Hive) types a property may have, so that every value it allows survives Firehose's conversion.

AWS rule: a string column takes an object as JSON text with its keys in lower case, char and varchar cut silently, what
a number beyond its column's range becomes is not defined (reference 4.4). A contract therefore never meets these rules:
a column's JSON type fits its Glue type, and the limits of the Glue type are limits of the record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lambda_transform.contract_model import Field

INTEGER_BITS: Final = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
BIGINT_MIN: Final = -(2**63)
BIGINT_MAX: Final = 2**63 - 1
FLOAT_MAX: Final = 3.4028234663852886e38

# What 64 bits of nanoseconds hold, in whole seconds: a timestamp further from 1970 was seen to wrap (reference 4.4).
# Far below 10**12, from where on a number would be read as milliseconds.
TIMESTAMP_MAX_SECONDS: Final = 9_223_372_035
TIMESTAMP_MIN_SECONDS: Final = -TIMESTAMP_MAX_SECONDS

# Significant digits that every reader of a JSON number keeps, because all doubles do.
_DIGITS_OF_A_JSON_NUMBER: Final = 15

_PARAMETERISED = re.compile(r"(decimal|char|varchar)\((\d+)(?:,(\d+))?\)")
_MAX_CHAR, _MAX_VARCHAR, _MAX_DECIMAL_DIGITS = 255, 65535, 38

_FITTING: Final = {
    "boolean": ("boolean",),
    "integer": ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal", "timestamp"),
    "number": ("float", "double", "decimal", "timestamp"),
    "string": ("string", "varchar", "char"),
    "date": ("date", "string"),
    "date-time": ("timestamp", "string"),
    "array": ("array",),
    "object": ("struct",),
}


@dataclass(frozen=True, slots=True)
class GlueType:
    """A parsed Glue type: `name`, and its parameters by kind."""

    name: str
    length: int | None = None  # char, varchar
    precision: int | None = None  # decimal
    scale: int | None = None
    element: GlueType | None = None  # array
    members: tuple[tuple[str, GlueType], ...] = ()  # struct


def parse_glue_type(text: str) -> GlueType:
    """Read a Glue type such as `bigint`, `decimal(10,2)` or `array<struct<a:int>>`.

    Raises ValueError with what is allowed.
    """
    if text in ("boolean", "float", "double", "string", "timestamp", "date", *INTEGER_BITS):
        return GlueType(text)
    if match := _PARAMETERISED.fullmatch(text):
        return _parameterised(text, match)
    if text.startswith("array<") and text.endswith(">"):
        return GlueType("array", element=parse_glue_type(text[6:-1]))
    if text.startswith("struct<") and text.endswith(">"):
        return GlueType("struct", members=tuple(_member(part) for part in _split(text[7:-1])))
    raise ValueError(
        f"unknown Glue type {text!r}; allowed: boolean, tinyint, smallint, int, bigint, float, double, decimal(p,s), "
        "string, char(n), varchar(n), date, timestamp, array<type>, struct<name:type,...>, in lower case without spaces"
    )


def _parameterised(text: str, match: re.Match[str]) -> GlueType:
    name, first, second = match[1], int(match[2]), match[3]
    if name == "decimal":
        scale = int(second or 0)
        if not (1 <= first <= _MAX_DECIMAL_DIGITS and scale <= first):
            raise ValueError(
                f"{text!r}: a decimal has 1 to {_MAX_DECIMAL_DIGITS} digits and no more decimals than digits"
            )
        return GlueType(name, precision=first, scale=scale)
    limit = _MAX_CHAR if name == "char" else _MAX_VARCHAR
    if second is not None or not 1 <= first <= limit:
        raise ValueError(f"{text!r}: the length of a {name} is 1 to {limit}")
    return GlueType(name, length=first)


def _member(text: str) -> tuple[str, GlueType]:
    name, colon, rest = text.partition(":")
    if not colon or not re.fullmatch(r"[a-z_][a-z0-9_]*", name):
        raise ValueError(f"{text!r} is not a struct member; write name:type, the name in lower case")
    return name, parse_glue_type(rest)


def _split(text: str) -> list[str]:
    """Split the members of a struct at the commas that are not inside another type."""
    parts, depth, start = [], 0, 0
    for index, char in enumerate(text):
        if char in "<(":
            depth += 1
        elif char in ">)":
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


def misfit(field: Field, glue: GlueType) -> str | None:
    """Say why a field's JSON type cannot be stored in a Glue type; None when it can."""
    types = [t for t in field.types if t != "null"]
    if len(types) != 1:
        return f"a column has one JSON type (and null), not {', '.join(field.types)}"
    kind = types[0]
    form = field.format if field.format in ("date", "date-time") else kind
    fitting = _FITTING[form or kind]
    if glue.name not in fitting:
        shown = kind if form == kind else f"{kind} with format {form}"
        return f"Glue type {glue.name} cannot hold JSON type {shown}; allowed: {', '.join(fitting)}"
    if glue.element is not None:
        if field.items is None:
            return "an array column needs items"
        return misfit(field.items, glue.element)
    if glue.name == "struct":
        return _struct_misfit(field, glue)
    return None


def _struct_misfit(field: Field, glue: GlueType) -> str | None:
    members = {member.name.lower(): member for member in field.properties}
    if set(members) != {name for name, _ in glue.members} or len(members) != len(field.properties):
        return (
            f"the members of the struct ({', '.join(n for n, _ in glue.members)}) must be the property's properties "
            f"({', '.join(m.name for m in field.properties)}) in lower case"
        )
    for name, member_type in glue.members:
        if problem := misfit(members[name], member_type):
            return f"member {name}: {problem}"
    return None


def fits_decimal(value: float, text: str, glue: GlueType) -> bool:
    """Whether a number (`text` is how it was written) reaches a decimal column with all its digits."""
    number = Decimal(text if isinstance(value, float) else value)
    scale, precision = glue.scale or 0, glue.precision or 0
    if number == 0:
        return True
    _, digits, exponent = number.normalize().as_tuple()
    if not isinstance(exponent, int):
        return False
    if isinstance(value, float) and len(digits) > _DIGITS_OF_A_JSON_NUMBER:
        return False
    return -exponent <= scale and len(digits) + exponent <= precision - scale
