"""JSON items: reading a document, and writing an item as text.

A JSON integer is an `int`, a number with a point or an exponent a `float` (Trino reads it as a double); decimals
come from literals of the path and from passed values only.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from local_aws.athena.json_path.errors import ConversionError, EvaluationError


class Bigint(int):
    """A passed bigint, whatever its size; JSON's own integers are integers as long as they fit."""

    __slots__ = ()


@dataclass(frozen=True)
class Moment:
    """A passed date, time or timestamp: its type and its text."""

    kind: str
    text: str


Item: TypeAlias = Any  # None, bool, int, float, Decimal, str, Moment, list of items, dict of items
_MALFORMED = "conversion to JSON failed: "
_CONTROL = re.compile(r"\\u00[0-9a-f]{2}")


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)


def read_item(text: str) -> Item:
    """Read a document; raises `ConversionError` when it is none. What follows the first item is not looked at."""
    stripped = text.lstrip(" \t\n\r")
    try:
        item, end = _DECODER.raw_decode(stripped)
    except (ValueError, RecursionError):
        raise ConversionError(_MALFORMED) from None
    if isinstance(item, int | float) and stripped[end : end + 1].strip():
        raise ConversionError(_MALFORMED)
    return item


def write_item(item: Item) -> str:
    """Write an item as JSON text; raises `EvaluationError` for one that JSON does not have."""
    if item is None:
        return "null"
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, float):
        text = double_text(item)
        return text if math.isfinite(item) else f'"{text}"'
    if isinstance(item, int | Decimal):
        return str(item)
    if isinstance(item, str):
        return _CONTROL.sub(
            lambda found: r"\u" + found.group()[2:].upper(), json.dumps(item, ensure_ascii=False)
        )
    if isinstance(item, list):
        return "[" + ",".join(map(write_item, item)) + "]"
    if isinstance(item, dict):
        return "{" + ",".join(f"{write_item(name)}:{write_item(value)}" for name, value in item.items()) + "}"
    raise EvaluationError(f"JSON path found an item that cannot be converted to JSON: {item}")


def double_text(value: float) -> str:
    """Write a double as Java does: plain from 1E-3 up to 1E7, else with an exponent."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        plain = format(Decimal(repr(value)), "f")
        return plain if "." in plain else f"{plain}.0"
    return _scientific(value)


def double_cast_text(value: float) -> str:
    """Write a double as CAST to varchar does, always with an exponent: `1.5E0`."""
    if not math.isfinite(value):
        return double_text(value)
    return "0E0" if value == 0 else _scientific(value)


def _scientific(value: float) -> str:
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    written = "".join(map(str, digits))
    power = int(exponent) + len(written) - 1
    written = written.rstrip("0")
    fraction = f".{written[1:]}" if len(written) > 1 else ".0"
    return f"{'-' if sign else ''}{written[0]}{fraction}E{power}"
