"""Strict JSON: one UTF-8 object that means the same to every reader after this one, or a reason why not.

Python's own reader is lenient where Firehose's, Athena's and Spark's are not or differ: `NaN`, infinities, duplicate
keys, lone surrogates. Such a record would be stored as something else than was sent, so it is refused. Integers beyond
bigint are refused where the fields are checked (validate.py), because there each value is looked at anyway.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from lambda_transform.errors import RefusedError, quote

MAX_DEPTH: Final = 64

_JSON_SPACE: Final = " \t\n\r"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_SUSPECT_ESCAPE: Final = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_INFINITY: Final = float("inf")


class ExactFloat(float):
    """A number whose digits Python would not write back as they were sent, with its `text`."""

    __slots__ = ("text",)

    text: str


def parse_record(data: bytes) -> dict[str, Any]:
    """Read the bytes of one record. Raises RefusedError."""
    if data.startswith(_BYTE_ORDER_MARK):
        raise RefusedError("byte_order_mark", "starts with a byte-order mark; allowed: UTF-8 without one")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise RefusedError("not_utf8", f"byte {error.start} is not UTF-8: {error.reason}") from None
    return parse_object(text)


def parse_object(text: str) -> dict[str, Any]:
    """Read the text of one JSON object. Raises RefusedError."""
    text = text.strip(_JSON_SPACE)
    if not text:
        raise RefusedError("empty", "the record is empty; allowed: one JSON object")
    if "\0" in text:
        raise RefusedError("nul_character", "holds a NUL character, which no SQL engine keeps")
    try:
        value, end = _decode(text)
    except json.JSONDecodeError as error:
        raise RefusedError(
            "invalid_json", f"{error.msg} (line {error.lineno} column {error.colno})"
        ) from None
    except ValueError:  # the interpreter does not convert thousands of digits: it would take quadratic time
        raise RefusedError(
            "integer_range", "holds an integer of thousands of digits; allowed: bigint"
        ) from None
    except RecursionError:
        raise _too_deep() from None
    if end != len(text):
        raise RefusedError(
            "several_values", f"goes on after the first JSON value, at character {end}; allowed: one"
        )
    if value.__class__ is not dict:
        raise RefusedError("not_an_object", f"is {type_name(value)}; allowed: one JSON object")
    if text.count("{") + text.count("[") > MAX_DEPTH:
        _check_depth(value)
    if "\\u" in text and _SUSPECT_ESCAPE.search(text):
        _check_characters(value)
    return value


def type_name(value: object) -> str:
    """Name of a value's JSON type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    for kind, name in (
        (int, "integer"),
        (float, "number"),
        (str, "string"),
        (list, "array"),
        (dict, "object"),
    ):
        if isinstance(value, kind):
            return name
    return type(value).__name__


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise RefusedError("duplicate_key", f"the key {quote(name)} stands twice in one object")
            seen.add(name)
    return found


def _float(text: str) -> float:
    value = float(text)
    if repr(value) == text:
        return value
    if value in (_INFINITY, -_INFINITY):
        raise RefusedError("not_finite", f"{quote(text)} is larger than any double")
    exact = ExactFloat(value)
    exact.text = text
    return exact


def _constant(text: str) -> float:
    raise RefusedError("not_finite", f"{text} is not JSON; allowed: finite numbers")


def _too_deep() -> RefusedError:
    return RefusedError("nested_too_deep", f"is nested more than {MAX_DEPTH} levels deep")


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for parent in level
            for child in (
                parent.values() if isinstance(parent, dict) else parent if isinstance(parent, list) else ()
            )
            if isinstance(child, (dict, list))
        ]
        if not level:
            return
    raise _too_deep()


def _check_characters(value: object) -> None:
    """Refuse NUL and lone surrogates in any key or value; they were written as escapes."""
    if isinstance(value, str):
        if "\0" in value:
            raise RefusedError("nul_character", r"holds the NUL character \u0000, which no SQL engine keeps")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            code = ord(value[error.start])
            raise RefusedError(
                "lone_surrogate", f"\\u{code:04x} stands alone; it is half a character"
            ) from None
    elif isinstance(value, dict):
        for name, child in value.items():
            _check_characters(name)
            try:
                _check_characters(child)
            except RefusedError as refused:
                raise refused.within(name) from None
    elif isinstance(value, list):
        for index, child in enumerate(value):
            try:
                _check_characters(child)
            except RefusedError as refused:
                raise refused.within(index) from None


_decode = json.JSONDecoder(object_pairs_hook=_object, parse_float=_float, parse_constant=_constant).raw_decode
