"""Arithmetic on JSON numbers by the rules of SQL: integer, bigint, decimal, double."""

from __future__ import annotations

import decimal
import math
import operator
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from local_aws.athena.json_path.errors import EvaluationError
from local_aws.athena.json_path.items import Bigint, Item

if TYPE_CHECKING:
    from collections.abc import Callable

_INTEGER, _BIGINT, _DIGITS = 2**31, 2**63, 38
_CONTEXT = decimal.Context(prec=3 * _DIGITS, rounding=ROUND_HALF_UP)
_EXACT: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": _CONTEXT.add,
    "-": _CONTEXT.subtract,
    "*": _CONTEXT.multiply,
}
_SIMPLE: dict[str, Callable[[Item, Item], Item]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
_NAMES = {"+": "ADD", "-": "SUBTRACT", "*": "MULTIPLY", "/": "DIVIDE", "%": "MODULUS"}


def is_number(item: Item) -> bool:
    """Return whether an item is a number."""
    return isinstance(item, int | float | Decimal) and not isinstance(item, bool)


def number(item: Item) -> Item:
    """Return an item that has to be a number SQL can hold; raises `EvaluationError`."""
    if not is_number(item):
        raise EvaluationError(f"invalid item type. Expected: NUMBER, actual: {type_name(item).upper()}")
    if isinstance(item, int) and not -_BIGINT <= item < _BIGINT:
        raise EvaluationError(f"cannot convert {item} to Trino value (value too big)")
    return item


def type_name(item: Item) -> str:
    """Return the name that `type()` gives for an item."""
    if item is None:
        return "null"
    if isinstance(item, bool):
        return "boolean"
    if is_number(item):
        return "number"
    if isinstance(item, str):
        return "string"
    if isinstance(item, list | dict):
        return "array" if isinstance(item, list) else "object"
    return str(item.kind)


def arithmetic(sign: str, left: Item, right: Item) -> Item:
    """Apply one of `+ - * / %`; raises `EvaluationError` for overflow and division by zero."""
    a, b = number(left), number(right)
    if isinstance(a, float) or isinstance(b, float):
        return _floating(sign, float(a), float(b))
    if sign in ("/", "%") and b == 0:
        raise EvaluationError("Division by zero")
    if isinstance(a, Decimal) or isinstance(b, Decimal):
        return _decimal(sign, Decimal(a), Decimal(b))
    return _whole(sign, a, b)


def _floating(sign: str, a: float, b: float) -> float:
    try:
        if sign == "/":
            return a / b
        if sign == "%":
            return math.fmod(a, b)
        return float(_SIMPLE[sign](a, b))
    except ZeroDivisionError:
        return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)
    except ValueError:
        return math.nan


def _decimal(sign: str, a: Decimal, b: Decimal) -> Decimal:
    scale = max(_scale(a), _scale(b))
    if sign == "%":
        result = _CONTEXT.remainder(a, b)
    elif sign == "/":
        result = _CONTEXT.divide(a, b).quantize(Decimal(1).scaleb(-scale), context=_CONTEXT)
    else:
        result = _EXACT[sign](a, b)
    if len(result.as_tuple().digits) > _DIGITS:
        raise EvaluationError("Decimal overflow")
    return result


def _scale(value: Decimal) -> int:
    return max(0, -int(value.as_tuple().exponent))


def _whole(sign: str, a: int, b: int) -> int:
    if sign == "/":
        result = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    elif sign == "%":
        result = int(math.copysign(1, a)) * (abs(a) % abs(b))
    else:
        result = int(_SIMPLE[sign](int(a), int(b)))
    wide = any(isinstance(one, Bigint) or not -_INTEGER <= one < _INTEGER for one in (a, b))
    limit, name = (_BIGINT, "bigint") if wide else (_INTEGER, "integer")
    if not -limit <= result < limit:
        raise EvaluationError(f"{name} {_NAMES[sign].lower()} overflow: {a} {sign} {b}")
    return Bigint(result) if wide else result


def negated(item: Item) -> Item:
    """Return a number with the other sign."""
    value = number(item)
    return type(value)(-value)


def absolute(item: Item) -> Item:
    """Return the absolute value of a number."""
    value = number(item)
    return type(value)(abs(value))


def rounded(item: Item, upwards: bool) -> Item:
    """Return the nearest whole number above or below, in the type of the number."""
    value = number(item)
    if isinstance(value, float):
        return float(math.ceil(value) if upwards else math.floor(value)) if math.isfinite(value) else value
    if isinstance(value, Decimal):
        return value.to_integral_value(ROUND_CEILING if upwards else ROUND_FLOOR)
    return value


def as_index(item: Item) -> int:
    """Return a number as the index of an element."""
    value = number(item)
    if isinstance(value, int):
        return value
    if not math.isfinite(value):
        raise EvaluationError(f"cannot convert value {value} to long")
    return int(Decimal(value).to_integral_value(ROUND_HALF_UP))
