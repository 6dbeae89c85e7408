"""Tables of delimited lines: LazySimpleSerDe (TSV, custom delimiters), OpenCSVSerde (quoted CSV) and RegexSerDe."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.formats import text_values
from local_aws.athena.formats.open_csv import CsvLines
from local_aws.athena.formats.parquet import needed_columns
from local_aws.athena.formats.regex_lines import RegexLines, regex_lines
from local_aws.athena.formats.table_properties import LineOptions, is_true, line_options, lowered_properties
from local_aws.athena.formats.text import finished_batches, lines_of, read_objects
from local_aws.delivery.conversion.errors import FormatError
from local_aws.delivery.conversion.joda import MILLIS, JodaFormat, compile_joda

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyarrow.fs import FileSystem

    from local_aws.athena.catalog import TableDefinition
    from local_aws.athena.storage import StoredObject
    from local_aws.clients import Clients

_CHUNK_LINES = 50_000
_LAZY_NULL = "\\N"
_ESCAPES = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}
_LEVELS = 8
_EXTENDED_LEVELS = (*range(9, 10), *range(11, 13), *range(14, 27), *range(28, 32), *range(127, 128))


@dataclass(frozen=True)
class LazySimple:
    """How LazySimpleSerDe takes lines apart: one delimiter for each depth of nesting."""

    delimiters: tuple[str, ...]
    escape: str | None
    null: str
    last_takes_rest: bool
    formats: tuple[JodaFormat, ...]


@dataclass(frozen=True)
class OpenCsv:
    """How OpenCSVSerde takes lines apart, and whether a value that does not fit its type is NULL or an error."""

    lines: CsvLines
    null_for_invalid: bool


Rules = LazySimple | OpenCsv | RegexLines


def rules_of(table: TableDefinition) -> Rules:
    """Read how the lines of a table are taken apart; raises `QueryError` for what cannot be, or is not available."""
    properties = lowered_properties(table)
    serde = table.serde.lower()
    if "opencsv" in serde:
        return _open_csv(table, properties)
    if "regex" in serde:
        return regex_lines(table, properties)
    return _lazy_simple(table, properties)


def check_delimited(table: TableDefinition) -> None:
    """Raise `QueryError` for properties of a table of lines that cannot be, or are not available."""
    rules_of(table)
    line_options(table)


def _open_csv(table: TableDefinition, properties: dict[str, str]) -> OpenCsv:
    separator = _first_character(properties.get("separatorchar"), ",")
    quote = _first_character(properties.get("quotechar"), '"')
    escape = _first_character(properties.get("escapechar"), "\\")
    if escape == '"':  # the SerDe's own default, which makes its parser take the backslash
        escape = "\\"
    # The character 0 turns quotes or escapes off, also both.
    if separator in (quote, escape) or (quote == escape and quote != "\0"):
        raise QueryError(
            "HIVE_INVALID_METADATA",
            "The separator, quote, and escape characters must be different! They are"
            f" {separator!r}, {quote!r} and {escape!r} for {table.full_name}",
        )
    for column in table.columns:
        if column.type.name in ("array", "map", "row"):
            raise UnsupportedError(f"OpenCSVSerde with the type {column.type} of the column {column.name}")
    return OpenCsv(CsvLines(separator, quote, escape), is_true(properties, "use.null.for.invalid.data"))


def _lazy_simple(table: TableDefinition, properties: dict[str, str]) -> LazySimple:
    field = _delimiter(properties.get("field.delim") or properties.get("serialization.format"), "\x01")
    # Hive's own property has this spelling.
    collection = _delimiter(properties.get("collection.delim") or properties.get("colelction.delim"), "\x02")
    levels = [field, collection, _delimiter(properties.get("mapkey.delim"), "\x03")]
    levels += [chr(code) for code in range(4, _LEVELS + 1)]
    if is_true(properties, "hive.serialization.extend.nesting.levels") or is_true(
        properties, "hive.serialization.extend.additional.nesting.levels"
    ):
        levels += [chr(code) for code in _EXTENDED_LEVELS]
    escape = properties.get("escape.delim")
    return LazySimple(
        delimiters=tuple(levels),
        escape=_delimiter(escape, "\\") if escape else None,
        null=properties.get("serialization.null.format", _LAZY_NULL),
        last_takes_rest=is_true(properties, "serialization.last.column.takes.rest"),
        formats=_formats(table, properties),
    )


def _formats(table: TableDefinition, properties: dict[str, str]) -> tuple[JodaFormat, ...]:
    patterns = [text.strip() for text in properties.get("timestamp.formats", "").split(",") if text.strip()]
    try:
        return tuple(compile_joda(pattern) for pattern in patterns if pattern != MILLIS)
    except FormatError as error:
        raise UnsupportedError(f"The property 'timestamp.formats' of {table.full_name} ({error})") from None


def _first_character(value: str | None, default: str) -> str:
    r"""Return the one character that a property of OpenCSVSerde gives: its first, or what `\t` stands for."""
    return _ESCAPES.get(value, value[0]) if value else default


def _delimiter(value: str | None, default: str) -> str:
    r"""Read a delimiter of LazySimpleSerDe: a byte's number, what `\t` and `\001` stand for, or a first character."""
    if not value:
        return default
    if re.fullmatch(r"-?[0-9]{1,3}", value) and -128 <= int(value) <= 127:
        return chr(int(value) % 256)
    octal = re.fullmatch(r"\\([0-7]{3})|\\u([0-9A-Fa-f]{4})", value)
    if octal is not None:
        return chr(int(octal.group(1), 8) if octal.group(1) else int(octal.group(2), 16))
    return _ESCAPES.get(value, value[0])


def read_delimited(
    *,
    table: TableDefinition,
    files: Sequence[tuple[StoredObject, dict[str, Any]]],
    schema: Any,
    columns: Sequence[str],
    data_columns: Sequence[str],
    condition: Any,
    system: FileSystem,
    clients: Clients,
    add_bytes: Callable[[int], None],
) -> Iterator[Any]:
    """Read delimited objects. All bytes of an object are read, whatever the columns."""
    rules, options = rules_of(table), line_options(table)
    add_bytes(sum(stored.size for stored, _ in files))
    needed = needed_columns(columns, condition, schema)
    positions = {name: index for index, name in enumerate(data_columns) if name in needed}
    reader = _LineReader(rules, options, positions, len(data_columns), schema)

    def batches() -> Iterator[Any]:
        for _, constants, content in read_objects(files, clients):
            lines = lines_of(content, options)
            for start in range(0, len(lines), _CHUNK_LINES):
                rows = reader.read(lines[start : start + _CHUNK_LINES])
                yield from finished_batches(rows, schema, columns, constants, condition, needed)

    return batches()


@dataclass(frozen=True)
class _LineReader:
    """Turns lines into rows of the columns wanted; `positions` are those of the columns in the table."""

    rules: Rules
    options: LineOptions
    positions: dict[str, int]
    width: int
    schema: Any

    def read(self, lines: list[bytes]) -> Any:
        """Return the rows of some lines: one for each."""
        if not self.positions:
            return pa.table({"rows_": pa.nulls(len(lines))})
        texts = self._split([self.options.text(line) for line in lines])
        arrays = {}
        for name, position in self.positions.items():
            values = texts[position] if position < len(texts) else [None] * len(lines)
            arrays[name] = self._convert(
                pa.array(values, pa.string()), self.schema.field(name).type, position
            )
        return pa.table(arrays)

    def _split(self, lines: list[str]) -> list[tuple[str | None, ...]]:
        """Return the fields of all lines by column; a line with fewer fields has NULL in the rest."""
        rules = self.rules
        if not isinstance(rules, LazySimple):
            fields = rules.fields if isinstance(rules, RegexLines) else rules.lines.fields
            return list(zip_longest(*((fields(line) or (None,)) for line in lines)))
        most = self.width - 1 if rules.last_takes_rest else -1
        if rules.escape is None:
            return list(zip_longest(*(line.split(rules.delimiters[0], most) for line in lines)))
        splitter = _splitter(rules.delimiters[0], rules.escape)
        return list(zip_longest(*(_split_escaped(line, splitter, most) for line in lines)))

    def _convert(self, texts: Any, kind: Any, position: int) -> Any:
        rules = self.rules
        if isinstance(rules, OpenCsv):
            return _checked(texts, kind, position, rules)
        if isinstance(rules, RegexLines):
            return text_values.converted(
                texts if pa.types.is_string(kind) else pc.utf8_trim(texts, " "), kind
            )
        return _lazy_values(texts, kind, rules)


def _splitter(delimiter: str, escape: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(escape)}(.)|({re.escape(delimiter)})", re.DOTALL)


def _split_escaped(line: str, splitter: re.Pattern[str], most: int) -> list[str]:
    fields: list[str] = []
    current, end = "", 0
    for match in splitter.finditer(line):
        if match.group(2) is not None and len(fields) == most:
            continue
        current += line[end : match.start()]
        end = match.end()
        if match.group(2) is not None:
            fields.append(current)
            current = ""
        else:
            current += match.group(1)
    return [*fields, current + line[end:]]


def _checked(texts: Any, kind: Any, position: int, rules: OpenCsv) -> Any:
    """Return the values of an OpenCSVSerde column.

    AWS rule: dates are days and timestamps milliseconds since 1970; an empty text, too, is no number.
    """
    if pa.types.is_date(kind):
        values = text_values.days(texts, kind)
    elif pa.types.is_timestamp(kind):
        values = text_values.epoch_milliseconds(texts, kind)
    else:
        values = text_values.converted(texts, kind)
    if rules.null_for_invalid or values.null_count == texts.null_count:
        return values
    bad = texts.filter(pc.and_(texts.is_valid(), values.is_null()))[0].as_py()
    raise QueryError(
        "HIVE_BAD_DATA",
        f"Error parsing field value '{bad}' for field {position}: For input string: \"{bad}\"",
    )


def _lazy_values(texts: Any, kind: Any, rules: LazySimple) -> Any:
    """Return the values of a LazySimpleSerDe column; what does not fit is NULL."""
    texts = pc.if_else(pc.equal(texts, rules.null), pa.scalar(None, pa.string()), texts)
    if pa.types.is_nested(kind):
        return pa.array([_nested(text, kind, rules, 1) for text in texts.to_pylist()], kind)
    return text_values.converted(texts, kind, rules.formats)


def _nested(text: str | None, kind: Any, rules: LazySimple, depth: int) -> Any:
    """Read an array, map or struct of LazySimpleSerDe: parts between the delimiters of their depth."""
    if text is None:
        return None
    if depth + pa.types.is_map(kind) >= len(rules.delimiters):
        raise UnsupportedError(
            f"LazySimpleSerDe with values nested deeper than {len(rules.delimiters)} levels"
        )
    outer = rules.delimiters[depth]
    parts = text.split(outer)
    if pa.types.is_list(kind):
        return [_part(part, kind.value_type, rules, depth + 1) for part in parts] if text else []
    if pa.types.is_map(kind):
        found: dict[Any, Any] = {}
        for part in parts if text else ():
            key, _, value = part.partition(rules.delimiters[depth + 1])
            # The first of equal keys is the one that Hive keeps, and no key is NULL.
            known = _part(key, kind.key_type, rules, depth + 2)
            if known is not None:
                found.setdefault(known, _part(value, kind.item_type, rules, depth + 2))
        return list(found.items())
    return {
        field.name: _part(parts[index], field.type, rules, depth + 1) if index < len(parts) else None
        for index, field in enumerate(kind)
    }


def _part(text: str, kind: Any, rules: LazySimple, depth: int) -> Any:
    if text == rules.null:
        return None
    if pa.types.is_nested(kind):
        return _nested(text, kind, rules, depth)
    return text_values.converted(pa.array([text], pa.string()), kind, rules.formats)[0].as_py()
