"""Arrays built without looking at each value in Python, where that cannot give another result.

`vector_of(type)` returns a function of the values and the set of their Python types. It returns an array, or
None when any value might need a coercion or might not fit; the caller then goes value by value. The rule for
each type is therefore: only JSON values that the type stores as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from local_aws.delivery.conversion.glue_types import (
    INTEGER_BITS,
    DecimalType,
    PrimitiveType,
    ScalarType,
    SizedTextType,
    arrow_type,
)
from local_aws.delivery.conversion.timestamps import (
    MAX_NANOS,
    MILLIS_FROM,
    NANOS_PER_MILLI,
    NANOS_PER_SECOND,
)

Vector = Callable[[list[Any], set[type]], pa.Array | None]

_NULL: Final[type] = type(None)
_TEXT: Final[frozenset[type]] = frozenset({str, _NULL})
_INTEGERS: Final[frozenset[type]] = frozenset({int, _NULL})
_NUMBERS: Final[frozenset[type]] = frozenset({int, float, _NULL})
_BOOLEANS: Final[frozenset[type]] = frozenset({bool, _NULL})
_UTC: Final = pa.timestamp("ns", "UTC")

# Lengths of yyyy-MM-ddTHH:mm:ssZ without a fraction and with one of 1 to 9 digits.
_ISO_LENGTHS: Final = frozenset({20, *range(22, 31)})
_MAX_LENGTHS_AT_ONCE: Final = 4
# The first and the last year that lie wholly within int64 nanoseconds.
_FIRST_YEAR: Final = 1678
_LAST_YEAR: Final = 2261


def vector_of(glue_type: ScalarType, *, lenient: bool) -> Vector:
    """Return the vector function of a type; `lenient` as in `rules.Deserializer`."""
    target = arrow_type(glue_type)
    match glue_type:
        case SizedTextType(_, length):
            return lambda values, kinds: _sized_text(values, kinds, length)
        case DecimalType():
            return lambda values, kinds: _direct(values, kinds, _INTEGERS, target)
        case PrimitiveType(name) if name in INTEGER_BITS:
            return lambda values, kinds: _direct(values, kinds, _INTEGERS, target)
        case PrimitiveType("boolean"):
            return lambda values, kinds: _direct(values, kinds, _BOOLEANS, target)
        case PrimitiveType("double"):
            return lambda values, kinds: _direct(values, kinds, _NUMBERS, target)
        case PrimitiveType("float"):
            return _floats
        case PrimitiveType("binary"):
            return _binary
        case PrimitiveType("date"):
            return _dates
        case PrimitiveType("timestamp"):
            return _timestamps if lenient else _only_nulls
        case _:
            return lambda values, kinds: _direct(values, kinds, _TEXT, target)


def _direct(
    values: list[Any], kinds: set[type], allowed: frozenset[type], target: pa.DataType
) -> pa.Array | None:
    if not kinds <= allowed:
        return None
    try:
        return pa.array(values, target)
    except (pa.ArrowInvalid, OverflowError):
        return None  # a number that is too large for the type


def _only_nulls(values: list[Any], kinds: set[type]) -> pa.Array | None:
    return pa.nulls(len(values), pa.timestamp("ns")) if kinds <= {_NULL} else None


def _sized_text(values: list[Any], kinds: set[type], length: int) -> pa.Array | None:
    texts = _direct(values, kinds, _TEXT, pa.string())
    return None if texts is None else pc.utf8_slice_codeunits(texts, 0, length)


def _binary(values: list[Any], kinds: set[type]) -> pa.Array | None:
    texts = _direct(values, kinds, _TEXT, pa.string())
    return None if texts is None else texts.cast(pa.binary())


def _floats(values: list[Any], kinds: set[type]) -> pa.Array | None:
    doubles = _direct(values, kinds, _NUMBERS, pa.float64())
    if doubles is None:
        return None
    floats = doubles.cast(pa.float32())
    return None if pc.any(pc.is_inf(floats)).as_py() else floats


def _dates(values: list[Any], kinds: set[type]) -> pa.Array | None:
    texts = _direct(values, kinds, _TEXT, pa.string())
    if texts is None:
        return None
    grid = _grid(texts, 10)
    if grid is None or not _has(grid, {4: "-", 7: "-"}) or _years(grid).min(initial=1) < 1:
        return None
    return _cast(texts, pa.date32())


def _timestamps(values: list[Any], kinds: set[type]) -> pa.Array | None:
    if kinds <= _INTEGERS:
        return _epochs(values)
    texts = _direct(values, kinds, _TEXT, pa.string())
    if texts is None:
        return None
    lengths = pc.unique(pc.binary_length(texts).drop_null()).to_pylist()
    if len(lengths) > _MAX_LENGTHS_AT_ONCE or not _ISO_LENGTHS.issuperset(lengths):
        return None
    for length in lengths:
        same = texts if len(lengths) == 1 else texts.filter(pc.equal(pc.binary_length(texts), length))
        grid = _grid(same, length)
        if grid is None or not _is_iso(grid):
            return None
    instants = _cast(texts, _UTC)
    return None if instants is None else instants.cast(pa.timestamp("ns"))


def _epochs(values: list[Any]) -> pa.Array | None:
    epochs = _direct(values, {int}, _INTEGERS, pa.int64())
    if epochs is None:
        return None
    numbers = epochs.fill_null(0).to_numpy()
    seconds = (numbers > -MILLIS_FROM) & (numbers < MILLIS_FROM)
    factors = np.where(seconds, NANOS_PER_SECOND, NANOS_PER_MILLI)
    if (np.abs(numbers.astype(np.float64)) > MAX_NANOS // 1024 * 1023 / factors).any():
        return None  # out of range, or so near to it that only exact arithmetic can tell
    nanos = pa.array(numbers * factors, mask=None if epochs.null_count == 0 else np.asarray(epochs.is_null()))
    return nanos.cast(pa.timestamp("ns"))


def _grid(texts: pa.Array, length: int) -> np.ndarray[Any, Any] | None:
    """Return the bytes of the texts that are not null as rows, None when one has another length."""
    count = len(texts) - texts.null_count
    lengths = pc.min_max(pc.binary_length(texts)).as_py()
    if count and (lengths["min"], lengths["max"]) != (length, length):
        return None
    _, offsets, data = texts.buffers()
    if data is None or count == 0:
        return np.empty((0, length), np.uint8)
    start = np.frombuffer(offsets, np.int32)[texts.offset]
    return np.frombuffer(data, np.uint8, count=count * length, offset=int(start)).reshape(count, length)


def _has(grid: np.ndarray[Any, Any], marks: dict[int, str]) -> bool:
    return all(bool((grid[:, column] == ord(mark)).all()) for column, mark in marks.items())


def _years(grid: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return (grid[:, :4].astype(np.int32) - ord("0")) @ np.array([1000, 100, 10, 1], np.int32)


def _is_iso(grid: np.ndarray[Any, Any]) -> bool:
    """Check what Arrow's own parser does not insist on: the separators, the Z and the range of years."""
    length = grid.shape[1]
    marks = {4: "-", 7: "-", 10: "T", 13: ":", 16: ":", length - 1: "Z"} | ({19: "."} if length > 20 else {})
    if not _has(grid, marks):
        return False
    years = _years(grid)
    return bool(((years >= _FIRST_YEAR) & (years <= _LAST_YEAR)).all())


def _cast(texts: pa.Array, target: pa.DataType) -> pa.Array | None:
    try:
        return texts.cast(target)
    except pa.ArrowInvalid:
        return None  # some text is no such time: 2026-02-31
