"""Bringing what a file has to what the catalog says: names in any case, wider types, rows with other fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from local_aws.athena.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Sequence

_OTHER_LISTS = (
    pa.types.is_large_list,
    pa.types.is_fixed_size_list,
    pa.types.is_list_view,
    pa.types.is_large_list_view,
)


def fits(physical: Any, schema: Any) -> bool:
    """Tell whether Arrow's own scan reads a file of schema `physical` rightly as `schema`.

    It does when every column has its lower-case name and a type that is the same or widens without a loss. What only
    differs in digits of a second finer than Athena's milliseconds has to be rounded and is not read so.
    """
    wanted = set(schema.names)
    for field in physical:
        lowered = field.name.lower()
        if lowered not in wanted:
            continue
        if lowered != field.name or not _widens(field.type, schema.field(lowered).type):
            return False
    return True


def _widens(source: Any, target: Any) -> bool:
    if pa.types.is_timestamp(source) and pa.types.is_timestamp(target):
        return source.tz is None and source.unit in ("s", "ms")
    if source.equals(target):
        return not pa.types.is_nested(source) or not _has_time(source)
    if pa.types.is_signed_integer(source) and pa.types.is_signed_integer(target):
        return bool(source.bit_width <= target.bit_width)
    return bool(pa.types.is_float32(source) and pa.types.is_float64(target))


def _has_time(kind: Any) -> bool:
    return "timestamp" in str(kind)


def conform_batch(
    batch: Any, schema: Any, columns: Sequence[str], constants: dict[str, Any], path: str
) -> Any:
    """Give a batch with `columns` in the types of `schema`; a column that the file does not have is NULL."""
    by_lower = {name.lower(): index for index, name in reversed(list(enumerate(batch.schema.names)))}
    arrays = []
    for name in columns:
        kind = schema.field(name).type
        if name in constants:
            arrays.append(pa.repeat(pa.scalar(constants[name], kind), batch.num_rows))
        elif name in by_lower:
            arrays.append(conform_array(batch.column(by_lower[name]), kind, name, path))
        else:
            arrays.append(pa.nulls(batch.num_rows, kind))
    return pa.record_batch(arrays, schema=pa.schema([schema.field(name) for name in columns]))


def conform_array(array: Any, kind: Any, name: str, path: str) -> Any:
    """Turn one column into the catalog's type; raises HIVE_BAD_DATA when Athena would not read it so either."""
    array = _as_stored(array)
    source = array.type
    if source.equals(kind) and not _has_time(source):
        return array
    try:
        if pa.types.is_timestamp(source) and pa.types.is_timestamp(kind):
            return _milliseconds(array).cast(kind)
        if pa.types.is_struct(source) and pa.types.is_struct(kind):
            return _conform_struct(array, kind, name, path)
        if pa.types.is_list(source) and pa.types.is_list(kind):
            values = conform_array(array.values, kind.value_type, name, path)
            return pa.ListArray.from_arrays(
                array.offsets, values, mask=array.is_null() if array.null_count else None
            )
        if pa.types.is_map(source) and pa.types.is_map(kind):
            keys = conform_array(array.keys, kind.key_type, name, path)
            items = conform_array(array.items, kind.item_type, name, path)
            return pa.MapArray.from_arrays(
                array.offsets, keys, items, mask=array.is_null() if array.null_count else None
            )
        if pa.types.is_dictionary(source):
            return conform_array(array.dictionary_decode(), kind, name, path)
        if _may_cast(source, kind):
            return array.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise _mismatch(name, source, kind, path, str(error)) from error
    raise _mismatch(name, source, kind, path, "")


def _as_stored(array: Any) -> Any:
    """Give a column as its Parquet file has it, without what only Arrow's schema in the file adds.

    Writers such as Polars say there that offsets are wide, that texts are views or what an extension means; Athena
    reads the file's own types and knows nothing of it.
    """
    source = array.type
    if isinstance(source, pa.BaseExtensionType):
        return _as_stored(array.storage)
    if pa.types.is_large_string(source) or pa.types.is_string_view(source):
        return array.cast(pa.string())
    if pa.types.is_large_binary(source) or pa.types.is_binary_view(source):
        return array.cast(pa.binary())
    if any(test(source) for test in _OTHER_LISTS):
        # Arrow's own cast leaves out the last offset of a view.
        lengths = pc.fill_null(pc.list_value_length(array), 0).cast(pa.int32())
        offsets = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths)])
        return pa.ListArray.from_arrays(
            offsets, array.flatten(), mask=array.is_null() if array.null_count else None
        )
    return array


def _milliseconds(array: Any) -> Any:
    """Round to milliseconds, and drop the zone: the values are in UTC already."""
    naive = array.cast(pa.timestamp(array.type.unit)) if array.type.tz is not None else array
    if naive.type.unit in ("us", "ns"):
        return pc.round_temporal(naive, unit="millisecond")
    return naive


def _may_cast(source: Any, kind: Any) -> bool:
    number = pa.types.is_integer(source) or pa.types.is_floating(source) or pa.types.is_decimal(source)
    if number and (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        return not (pa.types.is_floating(source) and pa.types.is_integer(kind))
    text = pa.types.is_string(source) or pa.types.is_binary(source)
    if text and (pa.types.is_string(kind) or pa.types.is_binary(kind)):
        return True
    if pa.types.is_null(source) or (pa.types.is_date(source) and pa.types.is_date(kind)):
        return True
    # Measured on engine version 3: a varchar column reads whole numbers of a Parquet file as their text.
    return bool(pa.types.is_integer(source) and pa.types.is_string(kind))


def _conform_struct(array: Any, kind: Any, name: str, path: str) -> Any:
    by_lower = {array.type.field(i).name.lower(): i for i in reversed(range(array.type.num_fields))}
    children = []
    for field in kind:
        index = by_lower.get(field.name)
        if index is None:
            children.append(pa.nulls(len(array), field.type))
        else:
            children.append(conform_array(array.field(index), field.type, f"{name}.{field.name}", path))
    return pa.StructArray.from_arrays(
        children, fields=list(kind), mask=array.is_null() if array.null_count else None
    )


def _mismatch(name: str, source: Any, kind: Any, path: str, detail: str) -> QueryError:
    ending = f" ({detail})" if detail else ""
    return QueryError(
        "HIVE_BAD_DATA",
        f"Field {name}'s type {source} in file s3://{path} is incompatible with type {kind} defined in"
        f" table schema{ending}",
    )
