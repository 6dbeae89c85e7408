"""Tables of delimited lines: LazySimpleSerDe (TSV, custom delimiters) and OpenCSVSerde (quoted CSV)."""

from __future__ import annotations

import base64
import csv
import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from local_aws.athena.errors import QueryError
from local_aws.athena.formats.parquet import needed_columns
from local_aws.athena.formats.text import finished_batches, lines_of, read_objects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyarrow.fs import FileSystem

    from local_aws.athena.catalog import TableDefinition
    from local_aws.athena.storage import StoredObject
    from local_aws.clients import Clients

_CHUNK_LINES = 50_000
_LAZY_NULL = "\\N"
_WHOLE = r"^[+-]?[0-9]+$"
_NUMBER = r"^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?$"


@dataclass(frozen=True)
class Delimiters:
    """How the lines of a table are taken apart. `quote` is None for LazySimpleSerDe, which has no quotes."""

    field: str
    quote: str | None
    escape: str | None
    collection: str
    map_key: str
    null: str | None
    skipped_lines: int

    @property
    def strict(self) -> bool:
        """Whether a value that does not fit its type is an error, as it is for OpenCSVSerde; otherwise it is NULL."""
        return self.quote is not None


def delimiters_of(table: TableDefinition) -> Delimiters:
    """Read the delimiters from a table's SerDe parameters, with Hive's defaults."""
    parameters = table.serde_parameters
    lowered = {key.lower(): value for key, value in {**table.parameters, **parameters}.items()}
    skipped = int(lowered.get("skip.header.line.count", "0") or 0)
    if "opencsv" in table.serde.lower():
        return Delimiters(
            field=_character(parameters.get("separatorChar"), ","),
            quote=_character(parameters.get("quoteChar"), '"'),
            escape=_character(parameters.get("escapeChar"), "\\"),
            collection="\x02",
            map_key="\x03",
            null=None,
            skipped_lines=skipped,
        )
    escape = lowered.get("escape.delim")
    return Delimiters(
        field=_character(lowered.get("field.delim") or lowered.get("serialization.format"), "\x01"),
        quote=None,
        escape=_character(escape, "\\") if escape else None,
        # Hive's own property has this spelling.
        collection=_character(lowered.get("collection.delim") or lowered.get("colelction.delim"), "\x02"),
        map_key=_character(lowered.get("mapkey.delim"), "\x03"),
        null=lowered.get("serialization.null.format", _LAZY_NULL),
        skipped_lines=skipped,
    )


def _character(value: str | None, default: str) -> str:
    r"""Read a delimiter: itself, `\\t` and the like, or the number of a character below 256."""
    if not value:
        return default
    if value.isdigit() and len(value) <= 3:
        return chr(int(value))
    escapes = {"\\t": "\t", "\\n": "\n", "\\\\": "\\", "\\001": "\x01", "\\u0001": "\x01"}
    return escapes.get(value, value)


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
    add_bytes(sum(stored.size for stored, _ in files))
    delimiters = delimiters_of(table)
    needed = needed_columns(columns, condition, schema)
    positions = {name: index for index, name in enumerate(data_columns) if name in needed}

    def batches() -> Iterator[Any]:
        for stored, constants, content in read_objects(files, clients):
            lines = lines_of(content, delimiters.skipped_lines)
            for start in range(0, len(lines), _CHUNK_LINES):
                part = lines[start : start + _CHUNK_LINES]
                rows = _rows(part, delimiters, positions, schema, stored)
                yield from finished_batches(rows, schema, columns, constants, condition, needed)

    return batches()


def _rows(
    lines: list[bytes], delimiters: Delimiters, positions: dict[str, int], schema: Any, stored: StoredObject
) -> Any:
    if not positions:
        return pa.table({"rows_": pa.nulls(len(lines))})
    texts = _split(lines, delimiters)
    width = len(texts)
    arrays = {}
    for name, position in positions.items():
        values = texts[position] if position < width else [None] * len(lines)
        kind = schema.field(name).type
        arrays[name] = _convert(pa.array(values, pa.string()), kind, delimiters, f"{name} in {stored.uri}")
    return pa.table(arrays)


def _split(lines: list[bytes], delimiters: Delimiters) -> list[tuple[str | None, ...]]:
    """Give the fields of all lines by column; a line with fewer fields has NULL in the rest."""
    decoded = [line.decode("utf-8", "replace") for line in lines]
    if delimiters.quote is None and delimiters.escape is None:
        rows: list[list[str]] = [line.split(delimiters.field) for line in decoded]
    elif delimiters.quote is None:
        rows = [_split_escaped(line, delimiters.field, delimiters.escape or "\\") for line in decoded]
    else:
        reader = csv.reader(
            decoded,
            delimiter=delimiters.field,
            quotechar=delimiters.quote,
            escapechar=delimiters.escape,
            strict=False,
        )
        rows = [row if row else [""] for row in reader]
    return list(zip_longest(*rows))


def _split_escaped(line: str, delimiter: str, escape: str) -> list[str]:
    pattern = re.compile(rf"{re.escape(escape)}(.)|({re.escape(delimiter)})", re.DOTALL)
    fields: list[str] = []
    current, end = "", 0
    for match in pattern.finditer(line):
        current += line[end : match.start()]
        end = match.end()
        if match.group(2) is not None:
            fields.append(current)
            current = ""
        else:
            current += match.group(1)
    return [*fields, current + line[end:]]


def _convert(texts: Any, kind: Any, delimiters: Delimiters, where: str) -> Any:
    """Turn texts into a column's type; what does not fit is NULL, or an error for OpenCSVSerde."""
    if delimiters.null is not None:
        texts = pc.if_else(pc.equal(texts, delimiters.null), pa.scalar(None, pa.string()), texts)
    if pa.types.is_string(kind):
        return texts
    if pa.types.is_binary(kind):
        return pa.array([_bytes(text) for text in texts.to_pylist()], kind)
    if pa.types.is_nested(kind):
        return pa.array([_nested(text, kind, delimiters, 0) for text in texts.to_pylist()], kind)
    trimmed = pc.utf8_trim_whitespace(texts) if delimiters.strict else texts
    if delimiters.strict:
        trimmed = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    fitting = _fitting(trimmed, kind, delimiters)
    if delimiters.strict and fitting.null_count > trimmed.null_count:
        bad = next(
            a
            for a, b in zip(trimmed.to_pylist(), fitting.to_pylist(), strict=True)
            if a is not None and b is None
        )
        raise QueryError(
            "HIVE_BAD_DATA",
            f"Error parsing field value '{bad}' for field {where}: For input string: \"{bad}\"",
        )
    return _cast(fitting, kind, delimiters)


def _bytes(text: str | None) -> bytes | None:
    """Return a binary value, which text has in base64; as Hive does, what is none stands for itself."""
    if text is None:
        return None
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return text.encode()


def _fitting(texts: Any, kind: Any, delimiters: Delimiters) -> Any:
    """Put NULL in the place of texts that are no value of a type."""
    if pa.types.is_boolean(kind):
        pattern = r"(?i)^(true|false)$"
    elif pa.types.is_integer(kind) or (
        delimiters.strict and (pa.types.is_date(kind) or pa.types.is_timestamp(kind))
    ):
        pattern = _WHOLE
    elif pa.types.is_date(kind):
        pattern = _DATE
    elif pa.types.is_timestamp(kind):
        pattern = _TIME
    else:
        pattern = _NUMBER
    return pc.if_else(pc.match_substring_regex(texts, pattern), texts, pa.scalar(None, pa.string()))


def _cast(texts: Any, kind: Any, delimiters: Delimiters) -> Any:
    if pa.types.is_boolean(kind):
        return pc.equal(pc.utf8_lower(texts), "true")
    if delimiters.strict and pa.types.is_date(kind):  # days since 1970
        return texts.cast(pa.int32()).cast(kind)
    if delimiters.strict and pa.types.is_timestamp(kind):  # milliseconds since 1970
        return texts.cast(pa.int64()).cast(pa.timestamp("ms")).cast(kind)
    if pa.types.is_integer(kind):
        texts = pc.utf8_ltrim(texts, "+")
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


def _nested(text: str | None, kind: Any, delimiters: Delimiters, depth: int) -> Any:
    """Read an array, map or struct of LazySimpleSerDe: parts between the delimiters of their depth."""
    if text is None:
        return None
    levels = [delimiters.collection, delimiters.map_key, *(chr(code) for code in range(4, 9))]
    outer, inner = levels[depth], levels[depth + 1]
    if pa.types.is_list(kind):
        return (
            [_part(part, kind.value_type, delimiters, depth + 1) for part in text.split(outer)]
            if text
            else []
        )
    if pa.types.is_map(kind):
        pairs = [part.partition(inner) for part in text.split(outer)] if text else []
        return [
            (
                _part(key, kind.key_type, delimiters, depth + 2),
                _part(value, kind.item_type, delimiters, depth + 2),
            )
            for key, _, value in pairs
        ]
    parts = text.split(outer)
    return {
        field.name: _part(parts[index], field.type, delimiters, depth + 1) if index < len(parts) else None
        for index, field in enumerate(kind)
    }


def _part(text: str, kind: Any, delimiters: Delimiters, depth: int) -> Any:
    if delimiters.null is not None and text == delimiters.null:
        return None
    if pa.types.is_nested(kind):
        return _nested(text, kind, delimiters, depth)
    return _convert(pa.array([text], pa.string()), kind, delimiters, "")[0].as_py()
