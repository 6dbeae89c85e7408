"""Properties of tables and SerDes that change what is read: read here, or refused by name."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_aws.athena.errors import QueryError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.athena.catalog import TableDefinition

_LINE_ENDS = ("\n", "\\n", "10", "\r\n", "\\r\\n")
# What Hive reads and the local Athena does not; a value that is Hive's default changes nothing.
_UNAVAILABLE = {
    "hive.lazysimple.extended_boolean_literal": "false",
    "hive.serialization.decode.binary.as.base64": "true",
    "serialization.escape.crlf": "false",
    "timestamp.formats.locale": "",
    "textinputformat.record.delimiter": "\n",
}


@dataclass(frozen=True)
class LineOptions:
    """Which lines of an object are rows, and how their bytes become text."""

    header_lines: int
    footer_lines: int
    encoding: str

    def text(self, line: bytes) -> str:
        """Return the text of a line; bytes that are none become U+FFFD, as in Java."""
        return line.decode(self.encoding, "replace")


def lowered_properties(table: TableDefinition) -> dict[str, str]:
    """Return the properties of a table and of its SerDe, which win, with names in lower case."""
    return {key.lower(): value for key, value in {**table.parameters, **table.serde_parameters}.items()}


def is_true(properties: Mapping[str, str], name: str, default: bool = False) -> bool:
    """Return whether a property is on, as Java's `Boolean.parseBoolean` reads it."""
    value = properties.get(name)
    return default if value is None else value.strip().lower() == "true"


def line_options(table: TableDefinition) -> LineOptions:
    """Read what all tables of lines have; raises `QueryError` for a value that cannot be, or is not available."""
    properties = lowered_properties(table)
    for name, default in _UNAVAILABLE.items():
        value = properties.get(name, default)
        if value.strip(" ").lower() != default:
            raise UnsupportedError(f"The property '{name}' = {value!r} of {table.full_name}")
    line_end = properties.get("line.delim", "\n")
    if line_end not in _LINE_ENDS:
        raise UnsupportedError(
            f"The property 'line.delim' = {line_end!r} of {table.full_name} (lines end with \\n or \\r\\n)"
        )
    return LineOptions(
        header_lines=_count(table, properties, "skip.header.line.count"),
        footer_lines=_count(table, properties, "skip.footer.line.count"),
        encoding=_encoding(table, properties),
    )


def _count(table: TableDefinition, properties: Mapping[str, str], name: str) -> int:
    text = properties.get(name, "").strip() or "0"
    if not text.isascii() or not text.isdigit():
        raise QueryError(
            "HIVE_INVALID_METADATA",
            f"Invalid value for {name} property of {table.full_name}: {text}; allowed is a whole number from 0",
        )
    return int(text)


def _encoding(table: TableDefinition, properties: Mapping[str, str]) -> str:
    name = properties.get("serialization.encoding", "").strip() or "utf-8"
    # Java's names of these that Python does not know.
    name = {"unicodebigunmarked": "utf-16-be", "unicodelittleunmarked": "utf-16-le"}.get(name.lower(), name)
    try:
        found = codecs.lookup(name)
    except LookupError:
        raise UnsupportedError(
            f"The property 'serialization.encoding' = {name!r} of {table.full_name}"
        ) from None
    if not found._is_text_encoding or "\n".encode(found.name) != b"\n":
        raise UnsupportedError(
            f"The property 'serialization.encoding' = {name!r} of {table.full_name} (lines end with a byte 10)"
        )
    return found.name
