"""Records that fail, and records with several documents: reference 4.5 and 4.6."""

from __future__ import annotations

import json

import pytest

from local_aws.delivery.conversion.converter import CHUNK_RECORDS
from local_aws.delivery.conversion.documents import MAX_DEPTH
from tests.conformance.conversion.tables import convert, schema_of

MALFORMED = "DataFormatConversion.MalformedData"
PARSE = "DataFormatConversion.ParseError"
SCHEMA = schema_of(a="int")


@pytest.mark.parametrize(
    "record",
    [b"{", b'{"a":1', b"nonsense", b'{"a":01}', b'{"a":NaN}', b'{"a":1}x', b'{"a":1},{"a":2}', b'{"a":"\n"}'],
)
def test_4_5_what_is_not_json_is_a_parse_error(record: bytes) -> None:
    converted = convert(SCHEMA, record)

    [failure] = converted.failures
    assert failure.code == PARSE
    assert failure.message.startswith("Encountered malformed JSON. ")
    assert converted.table.num_rows == 0


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (b"", "The record was empty or contained only whitespace."),
        (b" \r\n\t", "The record was empty or contained only whitespace."),
        (b'{"a":"\xff"}', "The data cannot be decoded as UTF-8."),
        (
            b"42",
            "The input JSON contained a primitive at the top level. "
            "The top level must be an object or array.",
        ),
        (
            b'[{"a":1},{"a":2}]',
            "Data does not match the schema. A JSON array of documents is not a valid record.",
        ),
        (
            b'{"z":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}",
            "Data contains a highly nested JSON structure that is not supported.",
        ),
        (b'{"' + b"k" * 262_145 + b'":1}', "Length of json key must not be greater than 262144"),
    ],
)
def test_4_5_records_that_are_malformed_data(record: bytes, message: str) -> None:
    [failure] = convert(SCHEMA, record).failures

    assert (failure.code, failure.message) == (MALFORMED, message)


def test_4_5_the_limits_themselves_are_still_good() -> None:
    deep = b'{"a":1,"z":' + b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1) + b"}"
    brackets = b'{"a":2,"z":"' + b"[{" * MAX_DEPTH + b'"}'
    long_key = b'{"a":3,"' + b"k" * 262_144 + b'":1}'

    assert convert(SCHEMA, deep, brackets, long_key).table.column("a").to_pylist() == [1, 2, 3]


def test_4_5_a_failure_is_the_records_alone_wherever_it_is() -> None:
    count = 2 * CHUNK_RECORDS + 10
    bad = {3: b"x", CHUNK_RECORDS: b'{"a":"oops"}', count - 1: b""}
    records = [bad.get(index, json.dumps({"a": index}).encode()) for index in range(count)]

    converted = convert(SCHEMA, *records)

    assert [failure.index for failure in converted.failures] == sorted(bad)
    assert converted.table.column("a").to_pylist() == [index for index in range(count) if index not in bad]


def test_4_5_when_every_record_fails_there_is_no_row() -> None:
    converted = convert(SCHEMA, b"x", b"y")

    assert converted.table.num_rows == 0
    assert converted.table.schema.names == ["a"]


@pytest.mark.parametrize("separator", [b"", b" ", b"\n", b"\r\n\t"])
def test_4_6_each_document_of_a_record_is_a_row(separator: bytes) -> None:
    record = separator.join([b'{"a":1}', b'{"a":2}', b'{"a":3}']) + b"\n"

    converted = convert(SCHEMA, record, b'{"a":4}')

    assert converted.table.column("a").to_pylist() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("second", "code"),
    [(b'{"a":"oops"}', MALFORMED), (b"[]", MALFORMED), (b"7", MALFORMED), (b"{", PARSE)],
)
def test_4_6_a_bad_document_fails_its_whole_record(second: bytes, code: str) -> None:
    converted = convert(SCHEMA, b'{"a":1}' + second, b'{"a":9}')

    assert [(failure.index, failure.code) for failure in converted.failures] == [(0, code)]
    assert converted.table.column("a").to_pylist() == [9]


@pytest.mark.parametrize("record", [b'{"a":"\\ud800"}', b'{"z":1e400}', b'\xef\xbb\xbf{"a":1}'])
def test_deviation_what_nobody_measured_is_a_parse_error(record: bytes) -> None:
    [failure] = convert(SCHEMA, record).failures

    assert failure.code == PARSE


def test_integers_beyond_64_bits_are_read_exactly() -> None:
    schema = schema_of(s="string", d="decimal(38,0)", x="double")
    record = b'{"s": 123456789012345678901, "d": -9223372036854775809, "x": 123456789012345678901}'

    [row] = convert(schema, record).table.to_pylist()

    assert row["s"] == "123456789012345678901"
    assert int(row["d"]) == -(2**63) - 1
    assert row["x"] == 1.2345678901234568e20
