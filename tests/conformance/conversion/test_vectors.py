"""Test vectors 8 to 10 of reference 16."""

from __future__ import annotations

import io
from datetime import datetime

import pyarrow.parquet as pq

from local_aws.delivery.conversion import write
from tests.conformance.conversion.tables import convert, openx, schema_of

MALFORMED = "DataFormatConversion.MalformedData"


def test_vector_8_a_number_in_a_string_converts_and_a_word_fails_only_its_record() -> None:
    converted = convert(schema_of(n="double"), {"n": "1.5"}, {"n": "oops"}, {"n": 2})

    assert converted.table.column("n").to_pylist() == [1.5, 2.0]
    [failure] = converted.failures
    assert (failure.index, failure.code) == (1, MALFORMED)
    assert failure.message == 'Data does not match the schema. For input string: "oops"'
    sink = io.BytesIO()
    write(converted.table, openx(), sink)
    assert pq.read_table(io.BytesIO(sink.getvalue())).column("n").to_pylist() == [1.5, 2.0]


def test_vector_9_epoch_seconds_and_millis_are_told_apart_and_offsets_are_refused() -> None:
    converted = convert(
        schema_of(ts="timestamp"),
        {"ts": 1518033528},
        {"ts": 1518033528123},
        {"ts": "2026-09-07T12:00:02+00:00"},
        {"ts": "2026-09-07T12:00:02Z"},
    )

    seconds, millis, text = converted.table.column("ts").to_pylist()
    assert seconds == millis.replace(microsecond=0) == datetime(2018, 2, 7, 19, 58, 48)
    assert text == datetime(2026, 9, 7, 12, 0, 2)
    assert [(failure.index, failure.code) for failure in converted.failures] == [(2, MALFORMED)]


def test_vector_10_keys_match_without_case_and_objects_become_lower_cased_text() -> None:
    converted = convert(schema_of(userid="int", payload="string"), {"UserId": 1, "Payload": {"A": {"B": 1}}})

    assert converted.table.to_pylist() == [{"userid": 1, "payload": '{"a":{"b":1}}'}]
