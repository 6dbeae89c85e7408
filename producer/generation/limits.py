"""The range of a number field, from its own limits and from what its column can hold."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from lambda_transform.contract_model import Field
from lambda_transform.glue_types import INTEGER_BITS, parse_glue_type
from producer.generation.streams import EXACT_INTEGERS

DEFAULT_WIDTH = 1_000_000
"""How far a range reaches where the contract says nothing."""
MAX_DECIMALS = 9


@dataclass(frozen=True)
class Steps:
    """A range of numbers: ``low`` to ``high`` (both included) in steps of ``10 ** -decimals``, counted in steps."""

    low: int
    high: int
    decimals: int


def steps(
    field: Field,
    decimals: int,
    low: float | None = None,
    high: float | None = None,
    width: int = DEFAULT_WIDTH,
) -> Steps | None:
    """Return the numbers that a field may hold, None when there is none.

    :param decimals: of the numbers; 0 makes whole ones.
    :param low: the lowest number wished for (None: what the contract allows), ``high`` likewise.
    :param width: how many whole numbers a range has that is open at one side.
    """
    scale = Decimal(10) ** decimals
    lows = [_least(value, scale, exclusive) for value, exclusive in _bounds(field, low, upper=False)]
    highs = [_most(value, scale, exclusive) for value, exclusive in _bounds(field, high, upper=True)]
    reach = width * int(scale)
    first = max(lows) if lows else None
    last = min(highs) if highs else None
    if first is None and last is None:
        first, last = 0, reach
    elif first is None and last is not None:
        first = min(0, last - reach)
    elif last is None and first is not None:
        last = first + reach
    column_low, column_high = _column_range(field)
    first = max(first or 0, column_low * int(scale))
    last = min(last or 0, column_high * int(scale))
    return Steps(first, last, decimals) if first <= last else None


def usual_decimals(field: Field) -> int:
    """Return how many decimals a number gets about which the contract says nothing: 2, or the column's scale."""
    if field.glue_type and field.glue_type.startswith("decimal"):
        return min(parse_glue_type(field.glue_type).scale or 0, MAX_DECIMALS)
    return 2


def _bounds(field: Field, wished: float | None, *, upper: bool) -> list[tuple[float, bool]]:
    own = (field.maximum, field.exclusive_maximum) if upper else (field.minimum, field.exclusive_minimum)
    stated = ((own[0], False), (own[1], True), (wished, False))
    return [(value, exclusive) for value, exclusive in stated if value is not None]


def _least(value: float, scale: Decimal, exclusive: bool) -> int:
    scaled = Decimal(str(value)) * scale
    whole = int(scaled.to_integral_value(ROUND_CEILING))
    return whole + 1 if exclusive and whole == scaled else whole


def _most(value: float, scale: Decimal, exclusive: bool) -> int:
    scaled = Decimal(str(value)) * scale
    whole = int(scaled.to_integral_value(ROUND_FLOOR))
    return whole - 1 if exclusive and whole == scaled else whole


def _column_range(field: Field) -> tuple[int, int]:
    if field.glue_type in INTEGER_BITS:
        half = 1 << (INTEGER_BITS[field.glue_type] - 1)
        return -half, half - 1
    if field.glue_type and field.glue_type.startswith("decimal"):
        glue = parse_glue_type(field.glue_type)
        most = 10 ** ((glue.precision or 0) - (glue.scale or 0)) - 1
        return -most, most
    return -EXACT_INTEGERS, EXACT_INTEGERS
