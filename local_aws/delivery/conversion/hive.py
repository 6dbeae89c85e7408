"""`HiveJsonSerDe`: the strict deserializer (HCatalog's JsonSerDe, which reads with Jackson).

Names match without case, map keys keep theirs, numbers become text in a string column; what OpenX would coerce
otherwise is refused, four of the refusals with AWS's measured words (reference 4.2 and 4.4). Unmeasured, and
refused as OpenX's are: numbers out of range, a fraction for an integer column, decimals with too many digits.
A number with a fraction is a double here, so a string column stores the double's text; AWS may store the
number as it was written. With `TimestampFormats` only these are tried; without, a timestamp is the text that
`java.sql.Timestamp.valueOf` takes, never a number.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
from functools import partial
from typing import Any, Final, NoReturn

from local_aws.delivery.conversion.errors import (
    BAD_DATE,
    INVALID_SCHEMA,
    MALFORMED_DATA,
    MisfitError,
    SchemaError,
    mismatch,
)
from local_aws.delivery.conversion.format_config import HiveOptions, OpenXOptions
from local_aws.delivery.conversion.glue_types import (
    INTEGER_BITS,
    DecimalType,
    MapType,
    PrimitiveType,
    ScalarType,
    SizedTextType,
    StructType,
)
from local_aws.delivery.conversion.java_text import scalar_text
from local_aws.delivery.conversion.joda import MILLIS, JodaFormat, compile_joda
from local_aws.delivery.conversion.openx import OpenXDeserializer, decimal_frame, double_decimal, fit_decimal
from local_aws.delivery.conversion.rules import Coercion
from local_aws.delivery.conversion.timestamps import (
    bad_timestamp,
    parse_date,
    parse_millis_text,
    parse_space_form,
)

ARRAY_EXPECTED: Final = "java.io.IOException: Start of Array expected"
OBJECT_EXPECTED: Final = "java.io.IOException: Start of Object expected"
BAD_FIELD: Final = "One or more fields have incorrect format. Exception when validating field (root)"


class HiveDeserializer:
    """The rules of Hive's JsonSerDe under one set of options; raises FormatError for a bad Joda pattern."""

    lenient = False

    def __init__(self, options: HiveOptions) -> None:
        self._formats: tuple[JodaFormat | None, ...] = tuple(
            None if pattern == MILLIS else compile_joda(pattern) for pattern in options.timestamp_formats
        )

    def column_key(self, column: str) -> str:
        """AWS rule: Hive reads no column whose name has a dot, reference 4.2."""
        if "." in column:
            raise SchemaError(
                INVALID_SCHEMA,
                "Invalid Schema. Please ensure that there are no special characters or white spaces in"
                f" column names. HiveJsonSerDe takes no dots; found '{column}'.",
            )
        return column.lower()

    def member_key(self, key: str) -> str:
        """Names are compared without case (measured, reference 4.4)."""
        return key.lower()

    def map_key(self, glue_type: ScalarType) -> Coercion:
        """Map keys keep their case (measured, reference 4.4); those of other types are read from their text."""
        return OpenXDeserializer(OpenXOptions(case_insensitive=False)).scalar(glue_type)

    def scalar(self, glue_type: ScalarType) -> Coercion:
        """Return the coercion to a scalar type."""
        match glue_type:
            case DecimalType(precision, scale):
                return partial(_to_decimal, *decimal_frame(precision, scale))
            case SizedTextType(_, length):
                return lambda value: _to_text(value)[:length]
            case PrimitiveType(name) if name in INTEGER_BITS:
                return partial(_to_integer, name)
            case PrimitiveType("float"):
                return _to_float
            case PrimitiveType("double"):
                return _to_double
            case PrimitiveType("boolean"):
                return _to_boolean
            case PrimitiveType("date"):
                return _to_date
            case PrimitiveType("timestamp"):
                return self._to_timestamp
            case PrimitiveType("binary"):
                return lambda value: _to_text(value).encode()
            case _:
                return _to_text

    def items(self, value: object) -> Sequence[Any]:
        """AWS rule (measured): anything but an array fails the record, reference 4.4."""
        raise mismatch(ARRAY_EXPECTED)

    def members(self, value: object, struct: StructType) -> Mapping[str, Any]:
        """AWS rule (measured): anything but an object fails the record, reference 4.4."""
        raise mismatch(OBJECT_EXPECTED)

    def entries(self, value: object, glue_map: MapType) -> Mapping[str, Any]:
        """As for a struct (unmeasured)."""
        raise mismatch(OBJECT_EXPECTED)

    def _to_timestamp(self, value: object) -> int:
        if isinstance(value, str):
            text = value
        elif type(value) is int and self._formats:
            text = str(value)
        else:
            raise bad_timestamp()
        if not self._formats:
            nanos = parse_space_form(text)
            if nanos is None:
                raise bad_timestamp()
            return nanos
        return self._parse(text)

    def _parse(self, text: str) -> int:
        """Read `text` by the first format it has; raises when it has none of them."""
        for form in self._formats:
            nanos = parse_millis_text(text) if form is None else form.parse(text)
            if nanos is not None:
                return nanos
        raise bad_timestamp()


def _token(value: object) -> str:
    """Name Jackson's token for a value."""
    if isinstance(value, bool):
        return f"VALUE_{str(value).upper()}"
    names: dict[type, str] = {
        int: "VALUE_NUMBER_INT",
        float: "VALUE_NUMBER_FLOAT",
        str: "VALUE_STRING",
        dict: "START_OBJECT",
        list: "START_ARRAY",
    }
    return names[type(value)]


def _refuse_as_number(value: object) -> NoReturn:
    raise mismatch(f"Current token ({_token(value)}) not numeric, can not use numeric value accessors")


def _out_of_range(value: object, glue_name: str) -> MisfitError:
    return mismatch(f"Numeric value ({scalar_text(value)}) out of range of {glue_name}")


def _to_integer(glue_name: str, value: object) -> int:
    if type(value) is int:
        half = 1 << (INTEGER_BITS[glue_name] - 1)
        if -half <= value < half:
            return value
        raise _out_of_range(value, glue_name)
    if type(value) is float:
        raise _out_of_range(value, glue_name)
    _refuse_as_number(value)


def _to_double(value: object) -> float:
    if type(value) is int or type(value) is float:
        return float(value)
    _refuse_as_number(value)


def _to_float(value: object) -> float:
    number = _to_double(value)
    try:
        struct.pack("<f", number)
    except OverflowError as error:
        raise _out_of_range(value, "float") from error
    return number


def _to_decimal(context: Context, unit: Decimal, value: object) -> Decimal:
    if type(value) is int:
        return fit_decimal(Decimal(value), context, unit)
    if type(value) is float:
        return fit_decimal(double_decimal(value), context, unit)
    _refuse_as_number(value)


def _to_boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise mismatch(f"Current token ({_token(value)}) not of boolean type")


def _to_text(value: object) -> str:
    if isinstance(value, dict | list):
        raise MisfitError(MALFORMED_DATA, BAD_FIELD)
    return scalar_text(value)


def _to_date(value: object) -> int:
    if not isinstance(value, str):
        raise MisfitError(MALFORMED_DATA, BAD_DATE)
    return parse_date(value)
