"""Columns of files brought to the types of the catalog."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from local_aws.athena.errors import QueryError
from local_aws.athena.formats.conform import conform_array, fits


def _conformed(values: list[Any], source: Any, target: Any) -> list[Any]:
    array = conform_array(pa.array(values, source), target, "c", "b/k")
    assert array.type == target
    found: list[Any] = array.to_pylist()
    return found


def test_numbers_widen() -> None:
    assert _conformed([1, None], pa.int32(), pa.int64()) == [1, None]
    assert _conformed([1], pa.int64(), pa.decimal128(20, 1)) == [Decimal("1.0")]
    assert _conformed([1.5], pa.float32(), pa.float64()) == [1.5]


def test_times_are_rounded_to_milliseconds() -> None:
    moments = _conformed([1_500, 1_499], pa.timestamp("us"), pa.timestamp("us"))
    assert [moment.microsecond for moment in moments] == [2_000, 1_000]


def test_rows_have_the_catalogs_fields() -> None:
    source = pa.struct([("B", pa.int32()), ("extra", pa.int32())])
    target = pa.struct([("a", pa.string()), ("b", pa.int64())])
    assert _conformed([{"B": 1, "extra": 2}, None], source, target) == [{"a": None, "b": 1}, None]


def test_lists_and_maps_of_rows() -> None:
    source = pa.list_(pa.struct([("N", pa.int32())]))
    target = pa.list_(pa.struct([("n", pa.int64())]))
    assert _conformed([[{"N": 1}], None, []], source, target) == [[{"n": 1}], None, []]
    maps = _conformed([[("k", 1)], None], pa.map_(pa.string(), pa.int32()), pa.map_(pa.string(), pa.int64()))
    assert maps == [[("k", 1)], None]


@pytest.mark.parametrize(
    ("source", "target", "values"),
    [
        (pa.large_string(), pa.string(), ["a", None]),
        (pa.string_view(), pa.string(), ["a", None]),
        (pa.large_binary(), pa.binary(), [b"a", None]),
        (pa.binary_view(), pa.binary(), [b"a", None]),
        (pa.dictionary(pa.int32(), pa.large_string()), pa.string(), ["a", None, "a"]),
        (pa.large_list(pa.large_string()), pa.list_(pa.string()), [["a", None], None, []]),
        (pa.list_(pa.int32(), 2), pa.list_(pa.int64()), [[1, 2], None]),
        (pa.list_view(pa.string()), pa.list_(pa.string()), [["a"], None, []]),
        (pa.large_list_view(pa.int64()), pa.list_(pa.int64()), [[1], None, []]),
        (pa.json_(), pa.string(), ["{}", None]),
    ],
)
def test_what_only_arrows_own_schema_says_changes_nothing(
    source: Any, target: Any, values: list[Any]
) -> None:
    assert _conformed(values, source, target) == values
    rows = pa.StructArray.from_arrays([pa.array(values, source)], names=["c"])
    conformed = conform_array(rows, pa.struct([("c", target)]), "r", "b/k")
    assert conformed.to_pylist() == [{"c": value} for value in values]


@pytest.mark.parametrize(
    ("source", "target"), [(pa.string(), pa.int64()), (pa.float64(), pa.int64()), (pa.int64(), pa.date32())]
)
def test_what_athena_does_not_read_is_bad_data(source: Any, target: Any) -> None:
    with pytest.raises(QueryError, match=r"HIVE_BAD_DATA: Field c's type .* in file s3://b/k"):
        conform_array(pa.nulls(1, source), target, "c", "b/k")


def test_which_files_arrow_reads_rightly_by_itself() -> None:
    schema = pa.schema([("a", pa.int64()), ("t", pa.timestamp("us"))])
    assert fits(pa.schema([("a", pa.int32()), ("t", pa.timestamp("ms")), ("other", pa.string())]), schema)
    assert not fits(pa.schema([("A", pa.int64())]), schema)
    assert not fits(pa.schema([("t", pa.timestamp("us"))]), schema)
    assert not fits(pa.schema([("a", pa.float64())]), schema)
