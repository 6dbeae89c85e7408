"""Random tables, options and records: the product's rows and failures are the model's (reference 4)."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from local_aws.delivery.conversion import Converter, FormatConfig, TableSchema, converter
from local_aws.delivery.conversion.format_config import HiveOptions, OpenXOptions
from tests.conformance.conversion import strategies
from tests.conformance.conversion.model import Model
from tests.conformance.conversion.random_records import Columns, good_record, record

Options = OpenXOptions | HiveOptions


def plain(scalar: Any) -> Any:
    """Turn an Arrow scalar into the model's values."""
    if not scalar.is_valid:
        return None
    if isinstance(scalar, pa.MapScalar):
        return [(plain(entry["key"]), plain(entry["value"])) for entry in scalar.values]
    if isinstance(scalar, pa.ListScalar):
        return [plain(item) for item in scalar.values]
    if isinstance(scalar, pa.StructScalar):
        return {name: plain(scalar[name]) for name in scalar}
    if isinstance(scalar, pa.TimestampScalar | pa.Date32Scalar):
        return scalar.value
    return scalar.as_py()


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    columns = {name: [plain(value) for value in table.column(name)] for name in table.column_names}
    return [{name: values[row] for name, values in columns.items()} for row in range(table.num_rows)]


cases = st.tuples(
    strategies.tables, strategies.options, st.lists(st.integers(0, 2**32), min_size=15, max_size=60)
)


def assert_same(columns: Columns, options: Options, records: list[bytes]) -> None:
    converted = Converter(TableSchema(columns), FormatConfig(deserializer=options)).convert(records)
    rows, failures = Model(columns, options).convert(records)

    got = [(failure.index, failure.code) for failure in converted.failures]
    assert got == [(index, code) for index, code, _ in failures]
    for failure, (_, _, message) in zip(converted.failures, failures, strict=True):
        assert message is None or failure.message == message
    assert rows_of(converted.table) == rows


@settings(max_examples=250, deadline=None)
@given(cases)
def test_records_of_all_kinds(case: tuple[Columns, Options, list[int]]) -> None:
    columns, options, seeds = case
    assert_same(columns, options, [record(columns, seed) for seed in seeds])


@settings(max_examples=150, deadline=None)
@given(cases)
def test_good_records_which_take_the_vectorised_ways(case: tuple[Columns, Options, list[int]]) -> None:
    columns, options, seeds = case
    assert_same(columns, options, [good_record(columns, seed) for seed in seeds])


@settings(max_examples=50, deadline=None)
@given(cases)
def test_the_size_of_chunks_changes_nothing(case: tuple[Columns, Options, list[int]]) -> None:
    columns, options, seeds = case
    with mock.patch.object(converter, "CHUNK_RECORDS", 7):
        assert_same(columns, options, [record(columns, seed) for seed in seeds])
