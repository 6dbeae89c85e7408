"""Parquet and ORC: the schema is read from the end of the object, and only that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq

from local_aws.delivery.conversion.glue_types import (
    ArrayType,
    DecimalType,
    GlueType,
    MapType,
    PrimitiveType,
    StructType,
)
from local_aws.glue.crawl.names import column_name
from local_aws.glue.crawl.objects import RangedObject
from local_aws.glue.crawl.schema import STRING, Format, Schema, Statistics

if TYPE_CHECKING:
    from local_aws.clients import Clients
    from local_aws.glue.crawl.names import column_name
from local_aws.glue.crawl.objects import StoredObject

PARQUET_MAGIC = b"PAR1"
ORC_MAGIC = b"ORC"

_UNSIGNED = {pa.uint8(): "smallint", pa.uint16(): "int", pa.uint32(): "bigint"}
_PLAIN = {
    pa.bool_(): "boolean",
    pa.int8(): "tinyint",
    pa.int16(): "smallint",
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.float16(): "float",
    pa.float32(): "float",
    pa.float64(): "double",
    pa.date32(): "date",
    pa.date64(): "date",
    **_UNSIGNED,
}


def read_parquet(clients: Clients, item: StoredObject, content: bytes | None) -> Schema | None:
    """Read the footer of a Parquet object (of `content`, if that has been read); None when it is not whole."""
    try:
        file: Any = pq.ParquetFile(pa.PythonFile(RangedObject(clients, item, content), mode="r"))
    except pa.ArrowInvalid:
        return None
    return _schema("parquet", file.schema_arrow, file.metadata.num_rows, item)


def read_orc(clients: Clients, item: StoredObject, content: bytes | None) -> Schema | None:
    """Read the footer of an ORC object (of `content`, if that has been read); None when it is not whole."""
    try:
        file: Any = orc.ORCFile(pa.PythonFile(RangedObject(clients, item, content), mode="r"))
    except (pa.ArrowInvalid, OSError):
        return None
    return _schema("orc", file.schema, file.nrows, item)


def _schema(classification: str, schema: Any, rows: int, item: StoredObject) -> Schema:
    columns = {column_name(field.name): glue_type(field.type) for field in schema}
    statistics = Statistics(1, item.size, rows, item.size)
    return Schema(Format(classification), tuple(columns.items()), statistics)


def glue_type(kind: Any) -> GlueType:
    """Give Glue's type for one of Arrow's; what Glue has no type for is a string."""
    if kind in _PLAIN:
        return PrimitiveType(_PLAIN[kind])
    if pa.types.is_timestamp(kind):
        return PrimitiveType("timestamp")
    if pa.types.is_decimal(kind):
        return DecimalType(min(kind.precision, 38), min(max(kind.scale, 0), 38))
    if pa.types.is_uint64(kind):
        return DecimalType(20, 0)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return PrimitiveType("binary")
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return ArrayType(glue_type(kind.value_type))
    if pa.types.is_map(kind):
        key = glue_type(kind.key_type)
        if isinstance(key, ArrayType | MapType | StructType):
            return STRING
        return MapType(key, glue_type(kind.item_type))
    if pa.types.is_struct(kind) and kind.num_fields:
        members = {kind.field(index).name.lower(): kind.field(index).type for index in range(kind.num_fields)}
        return StructType(tuple((name, glue_type(member)) for name, member in members.items()))
    return STRING
