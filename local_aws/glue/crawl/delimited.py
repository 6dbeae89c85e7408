"""Delimited text: which character divides the fields, whether the first line has names, what the columns hold.

AWS rule: comma, pipe, tab, semicolon and Ctrl-A are tried; there must be two columns and two rows at least. The
first line has names when all its fields read as text, are short enough and can be names, and some column below holds
something else than text.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_aws.delivery.conversion.glue_types import GlueType, PrimitiveType
from local_aws.glue.crawl.names import column_name
from local_aws.glue.crawl.schema import NOTHING, STRING, Columns, merge_types

if TYPE_CHECKING:
    from collections.abc import Sequence

DELIMITERS = (",", "|", "\t", ";", "\x01")
_WHOLE = re.compile(r"[+-]?\d{1,19}")
_FRACTION = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_NAME = re.compile(r"[\u0020-\uD7FF\uE000-\uFFFD\t]+")
_LONGEST_NAME = 150
_BIGINT = range(-(2**63), 2**63)
_BOOLEANS = ("true", "false")


@dataclass(frozen=True)
class CsvOptions:
    """What a custom classifier says; None is left to find out. `contains_header` is UNKNOWN, PRESENT or ABSENT."""

    delimiter: str | None = None
    quote: str = '"'
    contains_header: str = "UNKNOWN"
    header: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    trim: bool = True
    allow_single_column: bool = False
    serde: str = "None"


@dataclass(frozen=True)
class Delimited:
    """What was found out about a text: its columns, and the rows read without the header."""

    delimiter: str
    columns: Columns
    header: bool
    quoted: bool
    rows: int


def infer(text: str, options: CsvOptions | None = None) -> Delimited | None:
    """Tell what a text of whole lines holds; None when it is not delimited."""
    settings = options or CsvOptions()
    candidates = (settings.delimiter,) if settings.delimiter else DELIMITERS
    lines = [line for line in text.splitlines() if line.strip()]
    for delimiter in candidates:
        table = _table(lines, delimiter, settings)
        if table is not None:
            return _describe(table, delimiter, text, settings)
    return None


def _table(lines: Sequence[str], delimiter: str, settings: CsvOptions) -> list[list[str]] | None:
    try:
        read = list(
            csv.reader(lines, delimiter=delimiter, quotechar=settings.quote, skipinitialspace=settings.trim)
        )
    except csv.Error:
        return None
    widths = {len(row) for row in read}
    least = 1 if settings.allow_single_column or settings.header else 2
    if not widths or min(widths) < least:
        return None
    built_in = settings == CsvOptions()
    # Text that happens to have commas has them in different numbers.
    if built_in and (len(read) < 2 or len(widths) > 1):
        return None
    return [[value.strip() for value in row] for row in read] if settings.trim else read


def _describe(table: list[list[str]], delimiter: str, text: str, settings: CsvOptions) -> Delimited:
    header = _has_header(table, settings)
    body = table[1:] if header else table
    width = max(len(row) for row in table)
    types: list[GlueType] = [NOTHING] * width
    for row in body:
        for index, value in enumerate(row):
            types[index] = merge_types(types[index], value_type(value))
    names = list(settings.header) or (table[0] if header else [])
    found: dict[str, GlueType] = {}
    for index in range(width):
        name = (column_name(names[index]) if index < len(names) and names[index] else "") or f"col{index}"
        kind = PrimitiveType(settings.types[index]) if index < len(settings.types) else types[index]
        found[name if name not in found else f"{name}_{index}"] = kind
    return Delimited(delimiter, tuple(found.items()), header, settings.quote in text, len(body))


def _has_header(table: list[list[str]], settings: CsvOptions) -> bool:
    if settings.contains_header != "UNKNOWN":
        return settings.contains_header == "PRESENT"
    first, body = table[0], table[1:]
    if settings.header and [name.lower() for name in first] == [name.lower() for name in settings.header]:
        return True
    if not all(_can_be_name(value, last=index == len(first) - 1) for index, value in enumerate(first)):
        return False
    return any(value_type(value) not in (NOTHING, STRING) for row in body for value in row)


def _can_be_name(value: str, *, last: bool) -> bool:
    if last and not value:
        return True
    if value_type(value) != STRING or not _NAME.fullmatch(value):
        return False
    return last or len(value) < _LONGEST_NAME


def value_type(text: str) -> GlueType:
    """Give the type that one field reads as; an empty one says nothing."""
    if not text:
        return NOTHING
    if _WHOLE.fullmatch(text) and int(text) in _BIGINT:
        return PrimitiveType("bigint")
    if _FRACTION.fullmatch(text):
        return PrimitiveType("double")
    if text.lower() in _BOOLEANS:
        return PrimitiveType("boolean")
    return STRING
