"""Avro schemas and what they are in a table: Hive's types as Avro, Avro's types as Arrow.

Hive knows three of Avro's logical types: date, timestamp-millis and decimal. All others are what they are stored as.
"""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Any

import fastavro
import pyarrow as pa
from fastavro.schema import SchemaParseException, UnknownType, expand_schema

from local_aws.athena.errors import QueryError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from local_aws.athena.catalog import TableDefinition
    from local_aws.athena.sql.types import Type

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ARROW_TO_AVRO: dict[Any, Any] = {
    pa.bool_(): "boolean",
    pa.int8(): "int",
    pa.int16(): "int",
    pa.int32(): "int",
    pa.int64(): "long",
    pa.float32(): "float",
    pa.float64(): "double",
    pa.string(): "string",
    pa.binary(): "bytes",
    pa.date32(): {"type": "int", "logicalType": "date"},
}
# Each can be read as any behind it.
_PROMOTED = (("int", "long", "float", "double"), ("string", "bytes"))
_TIMESTAMP = {"type": "long", "logicalType": "timestamp-millis"}
_AVRO_TO_ARROW = {
    "null": pa.null(),
    "boolean": pa.bool_(),
    "int": pa.int32(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "bytes": pa.binary(),
    "string": pa.string(),
    "enum": pa.string(),
    "fixed": pa.binary(),
}


def read_logical_values_as_stored() -> None:
    """Let fastavro give dates and times as the numbers in the file: Arrow makes values of them."""
    for name in list(fastavro.read.LOGICAL_READERS):
        if not name.endswith("-decimal"):
            fastavro.read.LOGICAL_READERS[name] = _as_stored


def _as_stored(value: Any, _writer_schema: Any = None, _reader_schema: Any = None) -> Any:
    return value


def record_schema(rows: Any) -> dict[str, Any]:
    """Return the schema of rows of an Arrow schema; every field may be null, as in Hive.

    Raises:
        QueryError: a column has a name or a type that Avro does not have.

    """
    return _record("row", rows, itertools.count(1))


def _record(name: str, columns: Any, numbers: Iterator[int]) -> dict[str, Any]:
    fields = []
    for column in columns:
        if not _NAME.fullmatch(column.name):
            raise QueryError(
                "HIVE_WRITER_OPEN_ERROR",
                f"Illegal character in: {column.name}; names in Avro are letters, digits and underscores",
            )
        kind = _nullable(column.name, column.type, numbers)
        fields.append({"name": column.name, "type": kind, "default": None})
    return {"type": "record", "name": name, "fields": fields}


def _nullable(column: str, kind: Any, numbers: Iterator[int]) -> list[Any]:
    return ["null", _avro_type(column, kind, numbers)]


def _avro_type(column: str, kind: Any, numbers: Iterator[int]) -> Any:
    if pa.types.is_timestamp(kind):
        return _TIMESTAMP
    if pa.types.is_decimal(kind):
        return {"type": "bytes", "logicalType": "decimal", "precision": kind.precision, "scale": kind.scale}
    if pa.types.is_list(kind):
        return {"type": "array", "items": _nullable(column, kind.value_type, numbers)}
    if pa.types.is_map(kind):
        if not pa.types.is_string(kind.key_type):
            raise _map_key_error(column)
        return {"type": "map", "values": _nullable(column, kind.item_type, numbers)}
    if pa.types.is_struct(kind):
        return _record(f"record_{next(numbers)}", kind, numbers)
    if kind not in _ARROW_TO_AVRO:
        raise UnsupportedError(f"Writing the column {column} of type {kind} as AVRO")
    return _ARROW_TO_AVRO[kind]


def _map_key_error(column: str) -> QueryError:
    return QueryError(
        "NOT_SUPPORTED", f"Column '{column}' has a non-varchar map key, which is not supported by Avro"
    )


def check_new_columns(columns: Sequence[tuple[str, Type]]) -> None:
    """Raise `QueryError` for a column that Trino does not let a new table of Avro have."""
    for name, kind in columns:
        if kind.name == "map" and not kind.arguments[0].is_text:
            raise _map_key_error(name)
        if kind.name in ("tinyint", "smallint"):
            raise QueryError(
                "NOT_SUPPORTED",
                f"Column '{name}' is {kind.name}, which is not supported by Avro. Use integer instead.",
            )


def table_schema(table: TableDefinition) -> dict[str, Any] | None:
    """Return the schema that a table states, or None when it states none.

    AWS rule: `avro.schema.literal` is read, `avro.schema.url` is not.

    Raises:
        QueryError: the schema is not valid, or the table names an address of one.

    """
    stated = {key.lower(): value for key, value in {**table.parameters, **table.serde_parameters}.items()}
    if "avro.schema.url" in stated:
        raise QueryError(
            "NOT_SUPPORTED",
            f"avro.schema.url of {table.full_name} is not supported; state the schema in avro.schema.literal",
        )
    text = stated.get("avro.schema.literal")
    if text is None or text == "none":
        return None
    try:
        schema = expanded(json.loads(text))
    except (ValueError, SchemaParseException, UnknownType) as error:
        raise QueryError(
            "HIVE_INVALID_METADATA", f"avro.schema.literal of {table.full_name} is not a schema: {error}"
        ) from error
    if schema.get("type") != "record":
        raise QueryError(
            "HIVE_INVALID_METADATA", f"avro.schema.literal of {table.full_name} has to be of type record"
        )
    return schema


def expanded(schema: Any) -> dict[str, Any]:
    """Return a schema in which no type is only named."""
    whole: Any = expand_schema(schema)
    return whole if isinstance(whole, dict) else {"type": whole}


def arrow_type_of(schema: Any, wanted: Any = None) -> Any:
    """Return the Arrow type of values of an Avro type.

    A plain `int` or `long` is a date or a time of milliseconds where the table, by `wanted`, has such a column.

    Raises:
        UnsupportedError: a union of several types.

    """
    if isinstance(schema, list):
        return _union_type(schema, wanted)
    kind = schema["type"] if isinstance(schema, dict) else schema
    if isinstance(kind, dict | list):
        return arrow_type_of(kind, wanted)
    logical = schema.get("logicalType") if isinstance(schema, dict) else None
    if kind == "record":
        return pa.struct(
            [
                (field["name"], arrow_type_of(field["type"], _child(wanted, field["name"])))
                for field in schema["fields"]
            ]
        )
    if kind == "array":
        inner = wanted.value_type if wanted is not None and pa.types.is_list(wanted) else None
        return pa.list_(arrow_type_of(schema["items"], inner))
    if kind == "map":
        inner = wanted.item_type if wanted is not None and pa.types.is_map(wanted) else None
        return pa.map_(pa.string(), arrow_type_of(schema["values"], inner))
    if kind in ("bytes", "fixed") and logical == "decimal":
        return pa.decimal128(schema["precision"], schema.get("scale", 0))
    if wanted is not None:
        if kind == "int" and logical in (None, "date") and pa.types.is_date(wanted):
            return pa.date32()
        if kind == "long" and logical in (None, "timestamp-millis") and pa.types.is_timestamp(wanted):
            return pa.timestamp("ms")
    return _AVRO_TO_ARROW[kind]


def _child(wanted: Any, name: str) -> Any:
    if wanted is None or not pa.types.is_struct(wanted):
        return None
    index = wanted.get_field_index(name.lower())
    return None if index < 0 else wanted.field(index).type


def _union_type(schema: Sequence[Any], wanted: Any) -> Any:
    branches = [item for item in schema if item != "null"]
    if not branches:
        return pa.null()
    if len(branches) == 1:
        return arrow_type_of(branches[0], wanted)
    plain = [item if isinstance(item, str) else "" for item in branches]
    for promoted in _PROMOTED:
        if set(plain) <= set(promoted):
            return arrow_type_of(max(plain, key=promoted.index), wanted)
    names = ", ".join(str(item if isinstance(item, str) else item.get("type")) for item in branches)
    raise UnsupportedError(f"A column of Avro that is one of several types ({names})")
