"""JSON: documents one after another, on lines or not, or arrays of documents."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from local_aws.delivery.conversion.glue_types import ArrayType, GlueType, PrimitiveType, StructType
from local_aws.glue.crawl.names import column_name
from local_aws.glue.crawl.schema import NOTHING, STRING, Columns, merge_columns, merge_types

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SPACE = re.compile(r"[ \t\r\n,]*")
_NAME = re.compile(r"[^\s<>(),:`]+")
_INT = range(-(2**31), 2**31)
_BIGINT = range(-(2**63), 2**63)
_ARRAY_COLUMN = "array"
# A document that cannot be read is an accident, several are another format.
_MOST_BAD_LINES = 0.3


def documents(text: str, *, whole: bool) -> list[Any] | None:
    """Read the JSON documents of a text, one after another; None when it is not JSON.

    When the text is only the beginning of an object (`whole` is False), a last document that is cut is left out. Some
    lines that are no JSON do not matter, if most are.
    """
    decoder = json.JSONDecoder()
    position = _skip(text, 0)
    if text[position : position + 1] not in ("{", "["):
        return None
    found: list[Any] = []
    bad_lines = 0
    while position < len(text):
        try:
            document, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            document = None
        if isinstance(document, dict | list):
            found.append(document)
        else:
            end = text.find("\n", position)
            if end < 0 and not whole:
                return found or _cut_array(text, position)
            bad_lines += 1
            position = len(text) if end < 0 else end
        position = _skip(text, position)
    return found if found and bad_lines <= _MOST_BAD_LINES * (len(found) + bad_lines) else None


def _cut_array(text: str, position: int) -> list[Any] | None:
    """Read the members of an array of which the end was not read."""
    if text[position : position + 1] != "[":
        return None
    decoder = json.JSONDecoder()
    members = []
    position = _skip(text, position + 1)
    while position < len(text):
        try:
            member, position = decoder.raw_decode(text, position)
        except ValueError:
            break
        members.append(member)
        position = _skip(text, position)
    return [members] if members else None


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def rows(found: Sequence[Any], json_path: str | None) -> list[Any]:
    """Give what is a row: each document, or, with a classifier's path, what it selects.

    AWS rule: without a classifier an array as a whole is one row with the column `array`.
    """
    if json_path is None:
        return [{_ARRAY_COLUMN: item} if isinstance(item, list) else item for item in found]
    selected = [value for document in found for value in _select(document, _steps(json_path))]
    return [value for value in selected if isinstance(value, dict)]


def is_path(text: str) -> bool:
    """Tell whether a classifier's path is one that can be followed: `$`, `.name`, `['name']`, `[*]`, `[2]`."""
    return _PATH.fullmatch(text) is not None


_STEP = re.compile(r"\.([A-Za-z_][\w-]*|\*)|\[(\*|\d+|'[^']*')\]")
_PATH = re.compile(rf"\$(?:{_STEP.pattern})*")


def _steps(json_path: str) -> list[str]:
    return [(match[1] or match[2]).strip("'") for match in _STEP.finditer(json_path)]


def _select(value: Any, steps: Sequence[str]) -> Iterator[Any]:
    if not steps:
        # A path that ends at an array means its members.
        yield from value if isinstance(value, list) else [value]
        return
    step, rest = steps[0], steps[1:]
    if isinstance(value, list):
        if step == "*":
            for item in value:
                yield from _select(item, rest)
        elif step.isdecimal() and int(step) < len(value):
            yield from _select(value[int(step)], rest)
    elif isinstance(value, dict):
        for name, item in value.items():
            if step in (name, "*"):
                yield from _select(item, rest)


def columns_of(items: Sequence[Any]) -> tuple[Columns, tuple[str, ...]]:
    """Give the columns of rows, and their keys as they are written, sorted."""
    merged: Columns = merge_columns(
        tuple((column_name(name), _type(value)) for name, value in row.items()) for row in items
    )
    keys = {name for row in items for name in row}
    return merged, tuple(sorted(keys))


def _type(value: Any) -> GlueType:
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return PrimitiveType("boolean")
    if isinstance(value, int):
        return PrimitiveType("int" if value in _INT else "bigint" if value in _BIGINT else "double")
    if isinstance(value, float):
        return PrimitiveType("double")
    if isinstance(value, list):
        element: GlueType = NOTHING
        for item in value:
            element = merge_types(element, _type(item))
        return ArrayType(element)
    if isinstance(value, dict):
        return _struct(value)
    return STRING


def _struct(value: dict[str, Any]) -> GlueType:
    """Give the type of an object; one with a name that no type can have is text, and an empty one is nothing yet."""
    if not value:
        return NOTHING
    if not all(_NAME.fullmatch(name) for name in value):
        return STRING
    return StructType(merge_columns([tuple((name.lower(), _type(item)) for name, item in value.items())]))
