"""Trino types as Arrow types: the form in which tables are handed to DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from local_aws.athena.errors import QueryError
from local_aws.athena.sql.types import row_field_names

if TYPE_CHECKING:
    from local_aws.athena.sql.types import Type

_SIMPLE = {
    "boolean": pa.bool_(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "real": pa.float32(),
    "double": pa.float64(),
    "varchar": pa.string(),
    "char": pa.string(),
    "varbinary": pa.binary(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}


def arrow_type(kind: Type) -> Any:
    """Give the Arrow type of a column; raises `QueryError` for a type that no table can have."""
    if kind.name == "decimal":
        return pa.decimal128(*kind.parameters)
    if kind.name == "array":
        return pa.list_(arrow_type(kind.arguments[0]))
    if kind.name == "map":
        return pa.map_(arrow_type(kind.arguments[0]), arrow_type(kind.arguments[1]))
    if kind.name == "row":
        names = row_field_names(kind)
        return pa.struct([(n, arrow_type(t)) for n, t in zip(names, kind.arguments, strict=True)])
    found = _SIMPLE.get(kind.name)
    if found is None:
        raise QueryError("NOT_SUPPORTED", f"a table column of type {kind} is not supported")
    return found
