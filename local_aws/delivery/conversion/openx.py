"""`OpenXJsonSerDe`: the lenient deserializer, which turns almost anything into text and wraps scalars in arrays.

Rules are the measured ones of reference 4.2 and 4.4. Where nobody measured, a value that might be changed
silently is refused: a number with a fraction for an integer column, a number too large for its column, spaces
around an integer, a decimal with more digits than its column has, other texts than `true` and `false` for a
boolean. JSON numbers with a fraction or an exponent are doubles, as in Java: their text is the double's, and
one that needs more than 15 digits is refused by a decimal column (send it as a string). A binary column stores
the UTF-8 bytes of what a string column would store.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import partial
from typing import Any, Final

from local_aws.delivery.conversion.errors import BAD_DATE, MALFORMED_DATA, MisfitError, bad_input, mismatch
from local_aws.delivery.conversion.format_config import OpenXOptions
from local_aws.delivery.conversion.glue_types import (
    INTEGER_BITS,
    DecimalType,
    MapType,
    PrimitiveType,
    ScalarType,
    SizedTextType,
    StructType,
)
from local_aws.delivery.conversion.java_text import (
    DECIMAL_TEXT,
    INTEGER_TEXT,
    class_name,
    compact_json,
    parse_double,
    scalar_text,
    trim,
)
from local_aws.delivery.conversion.rules import Coercion
from local_aws.delivery.conversion.timestamps import bad_timestamp, epoch_nanos, parse_date, parse_openx_text

MAX_DOUBLE_DIGITS: Final = 15


class OpenXDeserializer:
    """The rules of OpenX under one set of options."""

    lenient = True

    def __init__(self, options: OpenXOptions) -> None:
        self._options = options
        self._stored_key: Callable[[str], str] = str.lower if options.case_insensitive else str
        self._column_keys = {column.lower(): key for column, key in options.column_to_json_key}

    def column_key(self, column: str) -> str:
        """AWS rule: `ColumnToJsonKeyMappings` names the JSON key of a column, reference 4.2."""
        return self.member_key(self._column_keys.get(column, column))

    def member_key(self, key: str) -> str:
        """AWS rule: keys are lower-cased, and dots become underscores if asked, before matching."""
        if self._options.convert_dots_to_underscores:
            key = key.replace(".", "_")
        return self._stored_key(key)

    def map_key(self, glue_type: ScalarType) -> Coercion:
        """AWS rule: map keys are lower-cased too, reference 4.4."""
        coerce = self.scalar(glue_type)
        stored = self._stored_key
        return lambda key: coerce(stored(key))

    def scalar(self, glue_type: ScalarType) -> Coercion:
        """Return the coercion to a scalar type."""
        match glue_type:
            case DecimalType(precision, scale):
                return partial(_to_decimal, self._text, *decimal_frame(precision, scale))
            case SizedTextType(_, length):
                return lambda value: self._text(value)[:length]
            case PrimitiveType(name) if name in INTEGER_BITS:
                return partial(_to_integer, self._text, INTEGER_BITS[name])
            case PrimitiveType("float"):
                return partial(_to_float, self._text)
            case PrimitiveType("double"):
                return partial(_to_double, self._text)
            case PrimitiveType("boolean"):
                return partial(_to_boolean, self._text)
            case PrimitiveType("date"):
                return _to_date
            case PrimitiveType("timestamp"):
                return _to_timestamp
            case PrimitiveType("binary"):
                return lambda value: self._text(value).encode()
            case _:
                return self._text

    def items(self, value: object) -> Sequence[Any]:
        """AWS rule: a value that is no array becomes an array of one element, reference 4.4."""
        return [value]

    def members(self, value: object, struct: StructType) -> Mapping[str, Any]:
        """AWS rule: an array fills a struct by position; a scalar fails the record, reference 4.4."""
        if isinstance(value, list):
            return dict(zip((name for name, _ in struct.members), value, strict=False))
        raise _not_an_object(value)

    def entries(self, value: object, glue_map: MapType) -> Mapping[str, Any]:
        """Refuse all but objects for a map (unmeasured; the wording for a scalar is the struct's)."""
        if isinstance(value, list):
            raise mismatch(f"A JSON array is no {glue_map}.")
        raise _not_an_object(value)

    def _text(self, value: object) -> str:
        """AWS rule: a string column stores numbers, booleans and whole documents as text, reference 4.4."""
        return compact_json(value, self._stored_key) if isinstance(value, dict | list) else scalar_text(value)


def _not_an_object(value: object) -> MisfitError:
    # The two spaces are AWS's.
    return mismatch(f"Data is not JSONObject  but {class_name(value)} with value {scalar_text(value)}")


_Text = Callable[[object], str]


def _to_integer(text_of: _Text, bits: int, value: object) -> int:
    number: int | None = None
    if type(value) is int:
        number = value
    elif isinstance(value, str) and INTEGER_TEXT.fullmatch(value) and len(value) <= 64:
        number = int(value)
    if number is None or not -(1 << (bits - 1)) <= number < 1 << (bits - 1):
        raise bad_input(text_of(value))
    return number


def _to_double(text_of: _Text, value: object) -> float:
    number: float | None = None
    if type(value) is int or type(value) is float:
        number = float(value)
    elif isinstance(value, str):
        if not trim(value):
            raise mismatch("empty String")  # what java.lang.Double says of it
        number = parse_double(value)
    if number is None or not math.isfinite(number):
        raise bad_input(text_of(value))
    return number


def _to_float(text_of: _Text, value: object) -> float:
    number = _to_double(text_of, value)
    try:
        struct.pack("<f", number)
    except OverflowError as error:
        raise bad_input(text_of(value)) from error
    return number


def _to_decimal(text_of: _Text, context: Context, unit: Decimal, value: object) -> Decimal:
    if type(value) is int:
        return fit_decimal(Decimal(value), context, unit)
    if type(value) is float:
        return fit_decimal(double_decimal(value), context, unit)
    if isinstance(value, str) and DECIMAL_TEXT.fullmatch(value):
        return fit_decimal(Decimal(value), context, unit)
    raise bad_input(text_of(value))


def double_decimal(number: float) -> Decimal:
    """Return the decimal number that a JSON number with a fraction was; raises when a double cannot tell."""
    text = repr(number)
    decimal = Decimal(text)
    if len(text) > MAX_DOUBLE_DIGITS and len(decimal.normalize().as_tuple().digits) > MAX_DOUBLE_DIGITS:
        raise mismatch(f"{text} has more digits than a JSON number carries; send it as a string.")
    return decimal


def fit_decimal(number: Decimal, context: Context, unit: Decimal) -> Decimal:
    """Return `number` in units of `unit`; raises when that would change it or takes too many digits."""
    try:
        return context.quantize(number, unit)
    except (Inexact, InvalidOperation) as error:
        scale = -int(unit.as_tuple().exponent)
        raise mismatch(f"{number} does not fit decimal({context.prec},{scale}).") from error


def decimal_frame(precision: int, scale: int) -> tuple[Context, Decimal]:
    """Return what `fit_decimal` needs to know of a decimal type."""
    return Context(prec=precision, traps=[Inexact, InvalidOperation]), Decimal((0, (1,), -scale))


def _to_boolean(text_of: _Text, value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise bad_input(text_of(value))


def _to_date(value: object) -> int:
    if not isinstance(value, str):
        raise MisfitError(MALFORMED_DATA, BAD_DATE)
    return parse_date(value)


def _to_timestamp(value: object) -> int:
    if isinstance(value, str):
        return parse_openx_text(value)
    if type(value) is int:
        return epoch_nanos(value)
    if type(value) is float:
        return epoch_nanos(Decimal(repr(value)))
    raise bad_timestamp()
