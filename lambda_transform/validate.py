"""Checks compiled from a contract once, at cold start, so that judging a record is a few function calls.

A check takes a value, returns it (normalised where the contract says so) or raises RefusedError. Objects and arrays are
normalised in place.
"""

from __future__ import annotations

import math
import re
import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NoReturn

from lambda_transform.errors import RefusedError, quote
from lambda_transform.formats import FORMATS, column_date_time, unix_text
from lambda_transform.glue_types import (
    BIGINT_MAX,
    BIGINT_MIN,
    FLOAT_MAX,
    INTEGER_BITS,
    TIMESTAMP_MAX_SECONDS,
    TIMESTAMP_MIN_SECONDS,
    GlueType,
    fits_decimal,
    parse_glue_type,
)
from lambda_transform.parse import ExactFloat, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lambda_transform.contract_model import Field

    Check = Callable[[Any], Any]

_PYTHON_CLASSES: Final[dict[str, tuple[type, ...]]] = {
    "null": (type(None),),
    "boolean": (bool,),
    "integer": (int, float, ExactFloat),  # JSON Schema: 1.0 is an integer
    "number": (int, float, ExactFloat),
    "string": (str,),
    "array": (list,),
    "object": (dict,),
}


class Clock:
    """The time that `x-max-future-seconds` is measured from: when it was made, until it is set (once per batch)."""

    def __init__(self) -> None:
        self.seconds = time.time()
        self._texts: dict[int, str] = {}

    def set(self, seconds: float) -> None:
        """Set the time, in Unix seconds."""
        self.seconds = seconds
        self._texts.clear()

    def text(self, ahead_seconds: int) -> str:
        """Return the time `ahead_seconds` from now as `yyyy-MM-ddTHH:mm:ss`."""
        text = self._texts.get(ahead_seconds)
        if text is None:
            text = self._texts[ahead_seconds] = unix_text(int(self.seconds) + ahead_seconds)[:19]
        return text


def compile_field(field: Field, clock: Clock) -> Check:
    """Make the check of one field, with the limits of its Glue type when it is a column."""
    glue = parse_glue_type(field.glue_type) if field.glue_type else None
    return _compile(field, glue, clock)


def compile_members(
    checks: Mapping[str, Check], required: tuple[str, ...], *, open_to_more: bool, fold_case: bool
) -> Callable[[dict[str, Any]], None]:
    """Make the check of an object's members.

    `fold_case` refuses a member that differs from a known one only by case: where Firehose lowers the case of keys
    (reference 4.4) it would take the known one's place.
    """
    needed = frozenset(required)
    folded = frozenset(name.lower() for name in checks) if fold_case else frozenset()
    get = checks.get

    def members(value: dict[str, Any]) -> None:
        if not needed <= value.keys():
            name = next(name for name in required if name not in value)
            raise RefusedError("missing", "is required").within(name)
        name = ""
        try:
            for name, item in value.items():
                check = get(name)
                if check is not None:
                    checked = check(item)
                    if checked is not item:
                        value[name] = checked
                elif not open_to_more:
                    raise RefusedError(
                        "additional_property", "is not in the contract, which allows no other fields"
                    )
                elif folded and name.lower() in folded:
                    raise RefusedError(
                        "ambiguous_name", f"{quote(name)} differs from a field of the contract by case only"
                    )
                elif item.__class__ is not str:
                    check_free(item)
        except RefusedError as refused:
            raise refused.within(name) from None

    return members


def check_free(value: Any) -> Any:
    """Check a value that the contract says nothing about: no integer in it is beyond bigint."""
    if value.__class__ is int:
        if not BIGINT_MIN <= value <= BIGINT_MAX:
            raise RefusedError("integer_range", f"{quote(value)} is outside {BIGINT_MIN} to {BIGINT_MAX}")
    elif value.__class__ is dict or value.__class__ is list:
        step: str | int = 0
        try:
            for step, item in value.items() if value.__class__ is dict else enumerate(value):  # noqa: B007 - read below
                check_free(item)
        except RefusedError as refused:
            raise refused.within(step) from None
    return value


def _compile(field: Field, glue: GlueType | None, clock: Clock) -> Check:
    if len(field.types) == 1:
        return _compile_type(field.types[0], field, glue, clock)
    by_class: dict[type, Check] = {}
    for kind in sorted(field.types, key=("integer", "number").__contains__):
        for python_class in _PYTHON_CLASSES[kind]:
            if kind != "integer" or "number" not in field.types:
                by_class[python_class] = _compile_type(kind, field, glue, clock)
    expected = " or ".join(field.types)

    def one_of_several(value: Any) -> Any:
        check = by_class.get(value.__class__)
        if check is None:
            _wrong_type(value, expected)
        return check(value)

    return one_of_several


def _compile_type(kind: str, field: Field, glue: GlueType | None, clock: Clock) -> Check:
    if kind == "string":
        return _string(field, glue, clock)
    if kind == "integer":
        return _integer(field, glue, clock)
    if kind == "number":
        return _number(field, glue, clock)
    if kind == "array":
        return _array(field, glue, clock)
    if kind == "object":
        return _object(field, glue, clock)
    return _constant(field, {"boolean": (True, False), "null": (None,)}[kind], kind)


def _wrong_type(value: object, expected: str) -> NoReturn:
    raise RefusedError("type", f"is {type_name(value)}; allowed: {expected}")


def _not_listed(value: object, field: Field) -> NoReturn:
    allowed = ", ".join(map(repr, field.enum or ()))
    raise RefusedError(
        "enum", f"{quote(value)} is not allowed; allowed: {allowed if len(allowed) < 400 else 'its enum'}"
    )


def _constant(field: Field, values: tuple[bool | None, ...], kind: str) -> Check:
    allowed = tuple(v for v in values if field.enum is None or any(v is listed for listed in field.enum))

    def constant(value: Any) -> Any:
        for candidate in allowed:
            if value is candidate:
                return value
        if any(value is known for known in values):
            _not_listed(value, field)
        _wrong_type(value, kind)

    return constant


def _string(field: Field, glue: GlueType | None, clock: Clock) -> Check:
    allowed = None if field.enum is None else frozenset(v for v in field.enum if isinstance(v, str))
    shortest = field.min_length or 0
    limits = (field.max_length, glue.length if glue is not None else None)
    longest = min((n for n in limits if n is not None), default=BIGINT_MAX)
    matches = _ecma_search(field.pattern) if field.pattern is not None else None
    form = FORMATS[field.format] if field.format is not None else None
    if glue is not None and glue.name == "timestamp":
        form = column_date_time
    ahead = field.max_future_seconds

    def string(value: Any) -> Any:
        if value.__class__ is not str:
            _wrong_type(value, "string")
        if allowed is not None and value not in allowed:
            _not_listed(value, field)
        if not shortest <= len(value) <= longest:
            raise RefusedError("length", f"has {len(value)} characters; allowed: {shortest} to {longest}")
        if matches is not None and matches(value) is None:
            raise RefusedError("pattern", f"does not match {field.pattern}")
        if form is not None:
            value = form(value)
            if ahead is not None and value[:19] > clock.text(ahead):
                raise RefusedError(
                    "future", f"{quote(value)} is more than {ahead} seconds ahead of the clock"
                )
        return value

    return string


def _ecma_search(pattern: str) -> Callable[[str], re.Match[str] | None]:
    r"""Compile a pattern as ECMA 262 reads it where Python differs: `$` is the very end, `\d` and `\w` are ASCII."""
    parts: list[str] = []
    escaped = in_class = False
    for char in pattern:
        parts.append(r"\Z" if char == "$" and not escaped and not in_class else char)
        if not escaped:
            in_class = char == "[" or (in_class and char != "]")
        escaped = char == "\\" and not escaped
    return re.compile("".join(parts), re.ASCII).search


def _integer(field: Field, glue: GlueType | None, clock: Clock) -> Check:
    low, high = _whole_bounds(field, glue)
    allowed = None if field.enum is None else frozenset(_numbers(field.enum))
    ahead = field.max_future_seconds
    decimal = glue if glue is not None and glue.name == "decimal" else None

    def integer(value: Any) -> Any:
        if value.__class__ is not int:
            value = _whole(value)
        if not low <= value <= high:
            raise RefusedError("range", f"{quote(value)} is outside {low} to {high}")
        if allowed is not None and value not in allowed:
            _not_listed(value, field)
        if ahead is not None and value > clock.seconds + ahead:
            raise RefusedError("future", f"{value} is more than {ahead} seconds ahead of the clock")
        if decimal is not None and not fits_decimal(value, str(value), decimal):
            raise RefusedError("range", f"{value} does not fit {field.glue_type}")
        return value

    return integer


def _whole(value: Any) -> int:
    """Return the integer that a number such as 3.0 or 1e3 stands for."""
    if not isinstance(value, float) or not value.is_integer():
        _wrong_type(value, "integer")
    if not isinstance(value, ExactFloat):
        return int(value)
    exact = Decimal(value.text)  # has digits that the double has not
    if exact != exact.to_integral_value():
        _wrong_type(value, "integer")
    return int(exact)


def _whole_bounds(field: Field, glue: GlueType | None) -> tuple[int, int]:
    """Smallest and largest integer that both the contract and the column allow."""
    lows, highs = [BIGINT_MIN], [BIGINT_MAX]
    if field.minimum is not None:
        lows.append(math.ceil(field.minimum))
    if field.exclusive_minimum is not None:
        lows.append(math.floor(field.exclusive_minimum) + 1)
    if field.maximum is not None:
        highs.append(math.floor(field.maximum))
    if field.exclusive_maximum is not None:
        highs.append(math.ceil(field.exclusive_maximum) - 1)
    if glue is not None:
        if glue.name in INTEGER_BITS:
            half = 2 ** (INTEGER_BITS[glue.name] - 1)
            lows.append(-half)
            highs.append(half - 1)
        if glue.name == "timestamp":
            lows.append(TIMESTAMP_MIN_SECONDS)
            highs.append(TIMESTAMP_MAX_SECONDS)
    return max(lows), min(highs)


def _numbers(values: tuple[Any, ...]) -> list[float]:
    return [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]


def _number(field: Field, glue: GlueType | None, clock: Clock) -> Check:
    low = max(v for v in (field.minimum, _column_limit(glue, -1), -math.inf) if v is not None)
    high = min(v for v in (field.maximum, _column_limit(glue, 1), math.inf) if v is not None)
    above, below = field.exclusive_minimum, field.exclusive_maximum
    allowed = None if field.enum is None else frozenset(_numbers(field.enum))
    ahead = field.max_future_seconds
    decimal = glue if glue is not None and glue.name == "decimal" else None

    def number(value: Any) -> Any:
        if value.__class__ is not float and value.__class__ is not int and value.__class__ is not ExactFloat:
            _wrong_type(value, "number")
        if not low <= value <= high:
            raise RefusedError("range", f"{quote(value)} is outside {low} to {high}")
        if value.__class__ is int:
            check_free(value)
        if (above is not None and value <= above) or (below is not None and value >= below):
            raise RefusedError("range", f"{value} is not between {above} and {below}")
        if allowed is not None and value not in allowed:
            _not_listed(value, field)
        if ahead is not None and value > clock.seconds + ahead:
            raise RefusedError("future", f"{value} is more than {ahead} seconds ahead of the clock")
        if decimal is not None and not fits_decimal(value, getattr(value, "text", repr(value)), decimal):
            raise RefusedError("range", f"{value} does not fit {field.glue_type}")
        return value

    return number


def _column_limit(glue: GlueType | None, sign: int) -> float | None:
    limits: dict[str, float] = {"float": FLOAT_MAX, "timestamp": TIMESTAMP_MAX_SECONDS}
    limit = limits.get(glue.name) if glue is not None else None
    return None if limit is None else sign * limit


def _array(field: Field, glue: GlueType | None, clock: Clock) -> Check:
    check = (
        _compile(field.items, glue.element if glue else None, clock)
        if field.items is not None
        else check_free
    )
    fewest = field.min_items or 0
    most = BIGINT_MAX if field.max_items is None else field.max_items

    def array(value: Any) -> Any:
        if value.__class__ is not list:
            _wrong_type(value, "array")
        if not fewest <= len(value) <= most:
            raise RefusedError("length", f"has {len(value)} elements; allowed: {fewest} to {most}")
        index = 0
        try:
            for index, item in enumerate(value):
                value[index] = check(item)
        except RefusedError as refused:
            raise refused.within(index) from None
        return value

    return array


def _object(field: Field, glue: GlueType | None, clock: Clock) -> Check:
    types = dict(glue.members) if glue is not None else {}
    members = compile_members(
        {member.name: _compile(member, types.get(member.name.lower()), clock) for member in field.properties},
        tuple(member.name for member in field.properties if member.required),
        open_to_more=field.additional_properties,
        fold_case=glue is not None,
    )

    def object_(value: Any) -> Any:
        if value.__class__ is not dict:
            _wrong_type(value, "object")
        members(value)
        return value

    return object_
