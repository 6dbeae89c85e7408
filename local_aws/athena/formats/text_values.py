"""Texts as values of a column: what the SerDes of lines have in common, a whole column at a time."""

from __future__ import annotations

import base64
import binascii
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_aws.delivery.conversion.joda import JodaFormat

_WHOLE = r"^[+-]?[0-9]+$"
_NUMBER = r"^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?[dDfF]?$|^[+-]?(NaN|Infinity)$"
_DECIMAL = r"^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$"
_DATE = r"^(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})(?: .*)?$"
_TIMESTAMP = (
    r"^(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2}) "
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{1,2}):(?P<second>[0-9]{1,2})(?:[.](?P<fraction>[0-9]{1,9}))?$"
)
_BOOLEAN = r"(?i)^(true|false)$"
_NANOS_PER_MILLISECOND = 1_000_000
_NO_TEXT = pa.scalar(None, pa.string())


def converted(texts: Any, kind: Any, formats: Sequence[JodaFormat] = ()) -> Any:
    """Return texts as values of a type; NULL for those that are none. `formats` are further ones of timestamps."""
    if pa.types.is_string(kind):
        return texts
    if pa.types.is_binary(kind):
        return pa.array([_binary(text) for text in texts.to_pylist()], kind)
    if pa.types.is_boolean(kind):
        return pc.equal(pc.utf8_lower(_matching(texts, _BOOLEAN)), "true")
    if pa.types.is_date(kind):
        return _cast(_padded(texts, _DATE, ("year", "month", "day")), kind)
    if pa.types.is_timestamp(kind):
        return _timestamps(texts, kind, formats)
    if pa.types.is_decimal(kind):
        return pa.array([_decimal(text, kind) for text in _matching(texts, _DECIMAL).to_pylist()], kind)
    if pa.types.is_integer(kind):
        return _cast(pc.utf8_ltrim(_matching(texts, _WHOLE), "+"), kind)
    return _cast(pc.utf8_rtrim(_matching(texts, _NUMBER), "dDfF"), kind)


def days(texts: Any, kind: Any) -> Any:
    """Return dates that are written as days since 1970-01-01."""
    return _cast(_matching(texts, _WHOLE), pa.int32()).cast(kind)


def epoch_milliseconds(texts: Any, kind: Any) -> Any:
    """Return timestamps that are written as milliseconds since 1970-01-01."""
    return _cast(_matching(texts, _WHOLE), pa.int64()).cast(pa.timestamp("ms")).cast(kind)


def _matching(texts: Any, pattern: str) -> Any:
    """Put NULL in the place of texts that do not have a form."""
    return pc.if_else(pc.match_substring_regex(texts, pattern), texts, _NO_TEXT)


def _cast(texts: Any, kind: Any) -> Any:
    try:
        return texts.cast(kind)
    except pa.ArrowInvalid:
        return pa.array([_one(text, kind) for text in texts.to_pylist()], kind)


def _one(text: str | None, kind: Any) -> Any:
    """Convert one text of a column in which some do not fit, such as numbers out of range."""
    if text is None:
        return None
    try:
        return pa.scalar(text).cast(kind).as_py()
    except pa.ArrowInvalid:
        return None


def _binary(text: str | None) -> bytes | None:
    """Read base64, as Hive writes BINARY in text; what is none stands for itself."""
    if text is None:
        return None
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return text.encode()


def _decimal(text: str | None, kind: Any) -> Decimal | None:
    """Round to the digits of a type, half up, as Hive does; NULL for a number with too many in front of the point."""
    if text is None:
        return None
    with localcontext() as context:
        context.prec = kind.precision + 2
        try:
            value = Decimal(text).quantize(Decimal(1).scaleb(-kind.scale), ROUND_HALF_UP)
        except InvalidOperation:
            return None
    return value if value.adjusted() < kind.precision - kind.scale or not value else None


def _padded(texts: Any, pattern: str, names: Sequence[str]) -> Any:
    """Write dates whose months and days have one digit with two."""
    parts = pc.extract_regex(texts, pattern)
    year, *others = (pc.struct_field(parts, [name]) for name in names)
    return pc.binary_join_element_wise(year, *(pc.utf8_lpad(part, 2, "0") for part in others), "-")


def _timestamps(texts: Any, kind: Any, formats: Sequence[JodaFormat]) -> Any:
    """Read java.sql.Timestamp's form, with up to nine digits of a second, rounded to milliseconds as Athena does."""
    parts = pc.extract_regex(texts, _TIMESTAMP)
    clock = pc.binary_join_element_wise(
        *(pc.utf8_lpad(pc.struct_field(parts, [name]), 2, "0") for name in ("hour", "minute", "second")), ":"
    )
    dates = _padded(texts, _TIMESTAMP, ("year", "month", "day"))
    seconds = _cast(pc.binary_join_element_wise(dates, clock, " "), pa.timestamp("s"))
    digits = pc.utf8_rpad(pc.coalesce(pc.struct_field(parts, ["fraction"]), pa.scalar("")), 9, "0")
    nanos = digits.cast(pa.int64())
    millis = pc.divide(pc.add(nanos, _NANOS_PER_MILLISECOND // 2), _NANOS_PER_MILLISECOND)
    found = pc.add(pc.multiply(seconds.cast(pa.int64()), 1000), millis).cast(pa.timestamp("ms")).cast(kind)
    if not formats or found.null_count == texts.null_count:
        return found
    others = pa.array([_by_format(text, formats) for text in texts.to_pylist()], pa.timestamp("ms"))
    return pc.coalesce(found, others.cast(kind))


def _by_format(text: str | None, formats: Sequence[JodaFormat]) -> int | None:
    if text is None:
        return None
    for pattern in formats:
        nanos = pattern.parse(text)
        if nanos is not None:
            return (nanos + _NANOS_PER_MILLISECOND // 2) // _NANOS_PER_MILLISECOND
    return None
