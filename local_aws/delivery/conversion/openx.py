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
from decimal import Decimal
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
        self._column_keys = {column.lower(): key for column, key in options.column_to_json_key}

    def column_key(self, column: str) -> str:
        """AWS rule: `ColumnToJsonKeyMappings` names the JSON key of a column, reference 4.2."""
        return self.member_key(self._column_keys.get(column, column))

    def member_key(self, key: str) -> str:
        """AWS rule: keys are lower-cased, and dots become underscores if asked, before matching."""
        if self._options.convert_dots_to_underscores:
            key = key.replace(".", "_")
        return key.lower() if self._options.case_insensitive else key

    def map_key(self, glue_type: ScalarType) -> Coercion:
        """AWS rule: map keys are lower-cased too, reference 4.4."""
        coerce = self.scalar(glue_type)
        return lambda key: coerce(self._stored_key(key))

    def scalar(self, glue_type: ScalarType) -> Coercion:
        """Return the coercion to a scalar type."""
        match glue_type:
            case DecimalType(precision, scale):
                return partial(_to_decimal, self._text, precision, scale)
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

    def _stored_key(self, key: str) -> str:
        return key.lower() if self._options.case_insensitive else key


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


def _to_decimal(text_of: _Text, precision: int, scale: int, value: object) -> Decimal:
    number: Decimal | None = None
    if type(value) is int:
        number = Decimal(value)
    elif type(value) is float:
        number = Decimal(repr(value))
        if len(number.normalize().as_tuple().digits) > MAX_DOUBLE_DIGITS:
            raise mismatch(f"{value!r} has more digits than a JSON number carries; send it as a string.")
    elif isinstance(value, str) and DECIMAL_TEXT.fullmatch(value):
        number = Decimal(value)
    if number is None:
        raise bad_input(text_of(value))
    return fit_decimal(number, precision, scale)


def fit_decimal(number: Decimal, precision: int, scale: int) -> Decimal:
    """Return `number` with exactly `scale` digits after the point; raises when that would change it."""
    sign, digits, exponent = number.as_tuple()
    unscaled = "".join(map(str, digits)).strip("0") and "".join(map(str, digits))
    if not unscaled:
        return Decimal((0, (0,), -scale))
    significant = unscaled.rstrip("0")
    power = int(exponent) + len(unscaled) - len(significant)  # number = significant * 10 ** power
    if power < -scale or len(significant) + power > precision - scale:
        raise mismatch(f"{number} does not fit decimal({precision},{scale}).")
    return Decimal((sign, tuple(map(int, significant + "0" * (power + scale))), -scale))


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
