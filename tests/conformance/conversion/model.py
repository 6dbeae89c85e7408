"""A small, slow model of Firehose's record conversion, written from reference 4 and from nothing else.

It goes record by record and value by value, with the standard library only. What it shares with the product
are the dataclasses that describe types and options. A row is a dict of plain values: a timestamp is nanoseconds
since 1970, a date days since 1970, a map a list of pairs.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from local_aws.delivery.conversion.format_config import HiveOptions, OpenXOptions
from local_aws.delivery.conversion.glue_types import (
    ArrayType,
    DecimalType,
    GlueType,
    MapType,
    SizedTextType,
    StructType,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

MALFORMED = "DataFormatConversion.MalformedData"
PARSE = "DataFormatConversion.ParseError"
INVALID_RECORD = "DataFormatConversion.InvalidRecord"
TIMESTAMP = (
    "Encountered invalid or unsupported timestamp format. "
    "Please see the Firehose developer guide for supported timestamp formats."
)
DATE = "Data does not match the schema. Invalid format for one or more dates."
FIELD = "One or more fields have incorrect format. Exception when validating field (root)"
BITS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Row = dict[str, Any]


class RefusalError(Exception):
    """The record fails with this code and message (None: any message)."""

    def __init__(self, message: str | None, code: str = MALFORMED) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class MismatchError(RefusalError):
    def __init__(self, detail: str) -> None:
        super().__init__(f"Data does not match the schema. {detail}")


@dataclass
class Model:
    """The columns, the options and the rules that follow from both."""

    columns: Sequence[tuple[str, GlueType]]
    options: OpenXOptions | HiveOptions

    @property
    def openx(self) -> bool:
        return isinstance(self.options, OpenXOptions)

    def convert(self, records: Sequence[bytes]) -> tuple[list[Row], list[tuple[int, str, str | None]]]:
        """Return the rows, and (index, code, message) of the records that failed (4.5: each on its own)."""
        rows: list[Row] = []
        failures: list[tuple[int, str, str | None]] = []
        for index, record in enumerate(records):
            try:
                rows += [self.row(document) for document in documents(record)]
            except RefusalError as refusal:
                failures.append((index, refusal.code, refusal.message))
        return rows, failures

    def row(self, document: dict[str, Any]) -> Row:
        # 4.4: unknown keys are dropped; a missing key and null are both NULL.
        keys = dict(self.options.column_to_json_key) if isinstance(self.options, OpenXOptions) else {}
        return {
            name: self.value(glue_type, self.member(document, keys.get(name, name)))
            for name, glue_type in self.columns
        }

    def member(self, document: dict[str, Any], wanted: str) -> Any:
        """4.2: keys are compared in lower case, and with underscores for dots, if the options say so."""
        found = None
        for key, value in document.items():
            if self.comparable(key) == self.comparable(wanted):
                found = value
        return found

    def comparable(self, key: str) -> str:
        if isinstance(self.options, HiveOptions):
            return key.lower()
        if self.options.convert_dots_to_underscores:
            key = key.replace(".", "_")
        return self.stored_key(key)

    def stored_key(self, key: str) -> str:
        return (
            key.lower() if isinstance(self.options, OpenXOptions) and self.options.case_insensitive else key
        )

    def value(self, glue_type: GlueType, value: Any) -> Any:
        if value is None:
            return None
        match glue_type:
            case ArrayType(element):
                return self.array(element, value)
            case MapType():
                return self.map(glue_type, value)
            case StructType(members):
                return self.struct(members, value)
            case DecimalType(precision, scale):
                return self.decimal(precision, scale, value)
            case SizedTextType(_, length):
                return self.text(value)[:length]  # 4.4: CHAR and VARCHAR truncate
        name = glue_type.name
        if name in BITS:
            return self.integer(name, value)
        return {
            "string": self.text,
            "binary": lambda given: self.text(given).encode(),
            "boolean": self.boolean,
            "double": lambda given: self.floating("double", given),
            "float": lambda given: self.floating("float", given),
            "date": to_date,
            "timestamp": self.timestamp,
        }[name](value)

    def array(self, element: GlueType, value: Any) -> list[Any]:
        if not isinstance(value, list):
            if not self.openx:
                raise MismatchError("java.io.IOException: Start of Array expected")
            value = [value]  # 4.4: wrapped
        return [self.value(element, item) for item in value]

    def map(self, glue_map: MapType, value: Any) -> list[tuple[Any, Any]]:
        if not isinstance(value, dict):
            if not self.openx:
                raise MismatchError("java.io.IOException: Start of Object expected")
            raise MismatchError(
                f"A JSON array is no {glue_map}." if isinstance(value, list) else not_object(value)
            )
        entries: dict[Any, Any] = {}
        lenient = self if self.openx else Model((), OpenXOptions(case_insensitive=False))
        for key, item in value.items():
            try:
                entries[lenient.value(glue_map.key, self.stored_key(key))] = item
            except RefusalError as refusal:
                raise RefusalError(
                    f"Record is not as per schema. One or more map keys were invalid for {glue_map}.",
                    INVALID_RECORD,
                ) from refusal
        return [(key, self.value(glue_map.value, item)) for key, item in entries.items()]

    def struct(self, members: Sequence[tuple[str, GlueType]], value: Any) -> Row:
        if not self.openx and not isinstance(value, dict):
            raise MismatchError("java.io.IOException: Start of Object expected")
        if isinstance(value, list):  # 4.4: by position, extra ignored, short is null
            padded = value + [None] * len(members)
            return {name: self.value(kind, padded[at]) for at, (name, kind) in enumerate(members)}
        if not isinstance(value, dict):
            raise MismatchError(not_object(value))
        return {name: self.value(kind, self.member(value, name)) for name, kind in members}

    def text(self, value: Any) -> str:
        if isinstance(value, list | dict):
            if not self.openx:
                raise RefusalError(FIELD)
            return self.json(value)
        return value if isinstance(value, str) else self.json(value)

    def json(self, value: Any) -> str:
        """4.4: compact JSON text with the keys in lower case at every depth."""
        if isinstance(value, dict):
            members = {self.stored_key(key): item for key, item in value.items()}
            return (
                "{" + ",".join(f"{self.json(key)}:{self.json(item)}" for key, item in members.items()) + "}"
            )
        if isinstance(value, list):
            return "[" + ",".join(map(self.json, value)) + "]"
        return double_text(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)

    def integer(self, name: str, value: Any) -> int:
        half = 2 ** (BITS[name] - 1)
        if not self.openx:
            self.only_numbers(value)
            if isinstance(value, float) or not -half <= value < half:
                raise MismatchError(f"Numeric value ({self.text(value)}) out of range of {name}")
            return int(value)
        text = self.text(value)
        if not isinstance(value, int | str) or not re.fullmatch(r"[+-]?[0-9]+", text):
            raise MismatchError(f'For input string: "{text}"')
        if not -half <= int(text) < half:
            raise MismatchError(f'For input string: "{text}"')
        return int(text)

    def floating(self, name: str, value: Any) -> float:
        if not self.openx:
            self.only_numbers(value)
        number_text = value.strip("".join(map(chr, range(33)))) if isinstance(value, str) else str(value)
        if number_text == "":
            raise MismatchError("empty String")
        if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", number_text):
            raise MismatchError(f'For input string: "{self.text(value)}"')
        number = float(number_text)
        with np.errstate(over="ignore"):
            stored = float(np.float32(number)) if name == "float" else number
        if abs(stored) == float("inf"):
            if self.openx:
                raise MismatchError(f'For input string: "{self.text(value)}"')
            raise MismatchError(f"Numeric value ({self.text(value)}) out of range of {name}")
        return stored

    def decimal(self, precision: int, scale: int, value: Any) -> Decimal:
        if not self.openx:
            self.only_numbers(value)
        text = repr(value) if isinstance(value, float) else self.text(value)
        if isinstance(value, bool | list | dict) or not re.fullmatch(
            r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,9})?", text
        ):
            raise MismatchError(f'For input string: "{self.text(value)}"')
        exact = Fraction(text)
        if isinstance(value, float):
            digits = re.sub(r"[eE].*|[^0-9]", "", text).strip("0")
            if len(digits) > 15:
                raise RefusalError(None)
        unscaled = exact * 10**scale
        if unscaled.denominator != 1 or abs(unscaled) >= 10**precision:
            raise RefusalError(None)
        return Decimal(f"{unscaled.numerator}E-{scale}")

    def boolean(self, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        if not self.openx:
            raise MismatchError(f"Current token ({token(value)}) not of boolean type")
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        raise MismatchError(f'For input string: "{self.text(value)}"')

    def only_numbers(self, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise MismatchError(
                f"Current token ({token(value)}) not numeric, can not use numeric value accessors"
            )

    def timestamp(self, value: Any) -> int:
        if isinstance(value, bool | list | dict):
            raise RefusalError(TIMESTAMP)
        if isinstance(self.options, HiveOptions):
            return hive_timestamp(self.options.timestamp_formats, value)
        text = repr(value) if isinstance(value, float) else str(value)
        strict = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?Z?", text, re.ASCII)
        if strict:
            return wall_clock(strict[1].replace("T", " "), strict[2])
        if space_form(text):
            return valueof(text)
        if isinstance(value, str) and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
            raise RefusalError(TIMESTAMP)
        number = Fraction(text)
        seconds = number if abs(number) < 10**12 else number / 1000
        return in_range(round(seconds * 10**9))


def documents(record: bytes) -> list[dict[str, Any]]:
    """4.5 and 4.6: one or more objects with only white space between them."""
    if not record.strip(b" \t\r\n"):
        raise RefusalError("The record was empty or contained only whitespace.")
    try:
        text = record.decode()
    except UnicodeDecodeError as error:
        raise RefusalError("The data cannot be decoded as UTF-8.") from error
    found = []
    while text := text.lstrip(" \t\r\n"):
        try:
            value, end = json.JSONDecoder(parse_constant=not_json).raw_decode(text)
        except ValueError as error:
            raise RefusalError(None, PARSE) from error
        check(value)
        if not isinstance(value, dict):
            raise RefusalError(None)
        found.append(value)
        text = text[end:]
    return found


def not_json(name: str) -> None:
    raise ValueError(name)


def check(value: Any) -> None:
    """Refuse lone surrogates and infinite numbers anywhere in a document."""
    if isinstance(value, dict):
        for key, item in value.items():
            check(key)
            check(item)
    elif isinstance(value, list):
        for item in value:
            check(item)
    elif isinstance(value, str):
        if re.search("[\ud800-\udfff]", value):
            raise RefusalError(None, PARSE)
    elif isinstance(value, float) and abs(value) == float("inf"):
        raise RefusalError(None, PARSE)


def double_text(value: float) -> str:
    """The shortest digits that are this double, in the layout of Java's Double.toString."""
    if value == 0 or 10**-3 <= abs(value) < 10**7:
        return repr(value)
    for places in range(1, 18):
        text = f"{value:.{places}e}"
        if float(text) == value:
            mantissa, exponent = text.split("e")
            return f"{mantissa}E{int(exponent)}"
    raise AssertionError(value)


def not_object(value: Any) -> str:
    if isinstance(value, bool):
        return f"Data is not JSONObject  but java.lang.Boolean with value {str(value).lower()}"
    if isinstance(value, int):
        name = "Long" if -(2**63) <= value < 2**63 else "BigInteger"
        package = "lang" if name == "Long" else "math"
        return f"Data is not JSONObject  but java.{package}.{name} with value {value}"
    if isinstance(value, float):
        return f"Data is not JSONObject  but java.lang.Double with value {double_text(value)}"
    return f"Data is not JSONObject  but java.lang.String with value {value}"


def token(value: Any) -> str:
    if isinstance(value, bool):
        return "VALUE_TRUE" if value else "VALUE_FALSE"
    if isinstance(value, int):
        return "VALUE_NUMBER_INT"
    if isinstance(value, float):
        return "VALUE_NUMBER_FLOAT"
    if isinstance(value, str):
        return "VALUE_STRING"
    return "START_OBJECT" if isinstance(value, dict) else "START_ARRAY"


def to_date(value: Any) -> int:
    fields = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", value) if isinstance(value, str) else None
    if not fields:
        raise RefusalError(DATE)
    try:
        return (date(*map(int, fields.groups())) - EPOCH.date()).days
    except ValueError as error:
        raise RefusalError(DATE) from error


def space_form(text: str) -> bool:
    form = r"\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{1,2}:\d{1,2}(\.\d{1,9})?"
    return re.fullmatch(form, text, re.ASCII) is not None


def valueof(text: str) -> int:
    whole, _, fraction = text.partition(".")
    return wall_clock(whole, f".{fraction}" if fraction else None)


def wall_clock(text: str, fraction: str | None) -> int:
    try:
        moment = datetime(*map(int, re.split("[- :]", text)), tzinfo=UTC)  # type: ignore[misc,arg-type]
    except ValueError as error:
        raise RefusalError(TIMESTAMP) from error
    seconds = (moment - EPOCH) // timedelta(seconds=1)
    return in_range(seconds * 10**9 + int(Fraction(f"0{fraction or '.0'}") * 10**9))


def in_range(nanos: int) -> int:
    if not -(2**63) < nanos < 2**63:
        raise RefusalError(TIMESTAMP)  # 15 row 16
    return nanos


STRPTIME = {
    "yyyy-MM-dd'T'HH:mm:ss": "%Y-%m-%dT%H:%M:%S",
    "dd/MMM/yyyy HH:mm": "%d/%b/%Y %H:%M",
    "yyyyMMddHHmmss": "%Y%m%d%H%M%S",
}


def hive_timestamp(formats: Sequence[str], value: Any) -> int:
    """4.2: the formats in turn; without any, what java.sql.Timestamp.valueOf takes."""
    if not formats:
        if isinstance(value, str) and space_form(value):
            return valueof(value)
        raise RefusalError(TIMESTAMP)
    if isinstance(value, float):
        raise RefusalError(TIMESTAMP)
    text = str(value)
    for pattern in formats:
        if pattern == "millis":
            if re.fullmatch("-?[0-9]{1,19}", text):
                return in_range(int(text) * 10**6)
            continue
        if not text.isascii() or (pattern == "yyyyMMddHHmmss" and len(text) != 14):
            continue
        try:
            moment = datetime.strptime(text, STRPTIME[pattern]).replace(tzinfo=UTC)
        except ValueError:
            continue
        return in_range((moment - EPOCH) // timedelta(seconds=1) * 10**9)
    raise RefusalError(TIMESTAMP)
