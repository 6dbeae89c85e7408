"""Reference 5: dynamic partitioning."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.delivery.support import (
    NOON_MS,
    Rig,
    RunLater,
    backed_up,
    converting,
    decoded,
    describe,
    lambda_processor,
    ok,
    partitioned,
    processing,
    processor,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EXTRACTION = "lake/errors/metadata-extraction-failed/"
PARTITIONING = "lake/errors/partitioning-failed/"


def query(text: str) -> dict[str, Any]:
    return processor("MetadataExtraction", MetadataExtractionQuery=text, JsonParsingEngine="JQ-1.6")


def by_query(folder: Path, text: str, prefix: str, *records: bytes, **destination: Any) -> Rig:
    description = describe(**partitioned(prefix), **processing(query(text)), **destination)
    rig = Rig(folder, description)
    rig.put(*records)
    rig.drain()
    return rig


def test_5_2_keys_from_the_record(tmp_path: Path) -> None:
    rig = by_query(
        tmp_path,
        '{customer: .customer.id, year: (.at | strftime("%Y"))}',
        "c=!{partitionKeyFromQuery:customer}/y=!{partitionKeyFromQuery:year}/",
        b'{"customer": {"id": 7}, "at": 1783944000}',
        b'{"customer": {"id": "eight"}, "at": 1783944000}',
        b'{"customer": {"id": true}, "at": 1783944000}',
    )
    starts = [key.partition("orders-")[0] for key in rig.names()]
    assert starts == ["lake/c=7/y=2026/", "lake/c=eight/y=2026/", "lake/c=true/y=2026/"]


def test_7_a_partition_is_an_evaluated_prefix(tmp_path: Path) -> None:
    """With nothing between two keys different values make the same prefix."""
    processors = processor("RecordDeAggregation", SubRecordType="JSON"), query("{a: .a, b: .b}")
    prefix = "!{partitionKeyFromQuery:a}!{partitionKeyFromQuery:b}/!{timestamp:HH}/!{firehose:random-string}/"
    rig = Rig(tmp_path, describe(**partitioned(prefix), **processing(*processors)))
    records = b'{"a": "x", "b": "yz"}', b'{"a": "xy", "b": "z"}', b'{"a": "x", "b": "y"}'
    rig.put(b"".join(records), *records)
    rig.put(*records[:2])
    rig.drain()
    assert [key.split("/")[1] for key in rig.names()] == ["xy", "xyz"]
    assert rig.body("lake/xyz/") == b"".join([*records[:2], *records[:2], *records[:2]])
    assert rig.body("lake/xy/") == records[2] * 2


@pytest.mark.parametrize("value", [b'""', b"null"])
def test_vector_12_a_null_or_empty_value_fails_the_record(tmp_path: Path, value: bytes) -> None:
    record = b'{"k": %b}' % value
    rig = by_query(tmp_path, "{k: .k}", "!{partitionKeyFromQuery:k}/", record, b'{"k": "good"}')
    (document,) = rig.documents(EXTRACTION)
    assert document == {
        "rawData": base64.b64encode(record).decode(),
        "errorCode": "DynamicPartitioning.MetadataExtractionFailed",
        "errorMessage": "partitionKeys values must not be null or empty",
        "attemptsMade": 1,
        "arrivalTimestamp": NOON_MS,
        "attemptEndingTimestamp": NOON_MS,
    }
    assert rig.body("lake/good/") == b'{"k": "good"}'


@pytest.mark.parametrize(
    "record", [b"", b"text", b'{"k": "a"', b'{"k": "a"}{"k": "b"}', b"\xff\xfe", b"[" * 500_000]
)
def test_5_4_what_is_no_json_document_fails(tmp_path: Path, record: bytes) -> None:
    rig = by_query(tmp_path, "{k: .k}", "!{partitionKeyFromQuery:k}/", record)
    (document,) = rig.documents(EXTRACTION)
    assert document["errorCode"] == "DynamicPartitioning.MetadataExtractionFailed"
    assert document["errorMessage"] == "Non JSON record provided"
    assert base64.b64decode(document["rawData"]) == record


@pytest.mark.parametrize("record", [b"7", b"[1]", b'{"k": {"a": "text"}}'])
def test_5_4_a_query_that_fails_on_a_record_fails_that_record(tmp_path: Path, record: bytes) -> None:
    rig = by_query(tmp_path, "{k: (.k.a + 1)}", "!{partitionKeyFromQuery:k}/", record)
    (document,) = rig.documents(EXTRACTION)
    assert document["errorCode"] == "DynamicPartitioning.MetadataExtractionFailed"
    assert document["errorMessage"]


def test_5_4_jq_runs_before_conversion(tmp_path: Path) -> None:
    rig = by_query(tmp_path, "{k: .k}", "!{partitionKeyFromQuery:k}/", b"malformed", **converting())
    assert rig.names() == rig.names(EXTRACTION)
    assert len(rig.names()) == 1


def by_lambda(folder: Path, prefix: str, handler: Callable[[dict[str, Any]], Any], *records: bytes) -> Rig:
    description = describe(**partitioned(prefix), **processing(lambda_processor()))
    rig = Rig(folder, description, handler=handler)
    rig.put(*records)
    rig.drain()
    return rig


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"metadata": None},
        {"metadata": {}},
        {"metadata": []},
        {"metadata": {"partitionKeys": None}},
        {"metadata": {"partitionKeys": ["a"]}},
        {"metadata": {"partitionKeys": {"other": "x"}}},
        {"metadata": {"partitionKeys": {"k": ""}}},
        {"metadata": {"partitionKeys": {"k": None}}},
        {"metadata": {"partitionKeys": {"k": 7}}},
        {"metadata": {"partitionKeys": {"k": ["a"]}}},
    ],
)
def test_3_4_a_key_that_the_function_left_out_fails_the_record(
    tmp_path: Path, metadata: dict[str, Any]
) -> None:
    def handler(event: dict[str, Any]) -> Any:
        first, second = event["records"]
        return {"records": [ok(first) | metadata, ok(second, k="good")]}

    rig = by_lambda(tmp_path, "!{partitionKeyFromLambda:k}/", handler, b"bad", b"fine")
    (document,) = rig.documents(PARTITIONING)
    assert base64.b64decode(document["rawData"]) == b"bad"
    assert "lambdaARN" not in document
    assert rig.body("lake/good/") == b"fine"


def test_5_2_the_query_sees_what_the_function_made(tmp_path: Path) -> None:
    description = describe(
        **partitioned("!{partitionKeyFromLambda:a}/!{partitionKeyFromQuery:b}/"),
        **processing(lambda_processor(), query("{b: .b}")),
    )
    rig = Rig(
        tmp_path,
        description,
        handler=lambda event: {
            "records": [ok(r, b'{"b": "from the record"}', a="A") for r in event["records"]]
        },
    )
    rig.put(b"not json at all")
    rig.drain()
    assert rig.names()[0].startswith("lake/A/from the record/orders-")


def test_3_1_an_evaluated_prefix_has_at_most_512_characters(tmp_path: Path) -> None:
    def handler(event: dict[str, Any]) -> Any:
        return {"records": [ok(r, k=decoded(r).decode()) for r in event["records"]]}

    rig = by_lambda(tmp_path, "!{partitionKeyFromLambda:k}/", handler, b"k" * 511, b"k" * 512)
    (document,) = rig.documents(PARTITIONING)
    assert base64.b64decode(document["rawData"]) == b"k" * 512
    assert rig.body("lake/" + "k" * 511 + "/") == b"k" * 511


@pytest.mark.parametrize("value", ["lone \ud800 surrogate", "\U0001f600" * 400])
def test_a_key_that_no_object_can_have_fails_the_record(tmp_path: Path, value: str) -> None:
    rig = by_lambda(
        tmp_path,
        "!{partitionKeyFromLambda:k}/",
        lambda event: {"records": [ok(r, k=value) for r in event["records"]]},
        b"x",
    )
    assert rig.names() == rig.names(PARTITIONING)
    assert len(rig.documents(PARTITIONING)) == 1


def many(count: int) -> list[bytes]:
    return [b'{"k": "%d"}' % number for number in range(count)]


def test_5_4_beyond_500_active_partitions_records_go_to_the_error_prefix(tmp_path: Path) -> None:
    rig = by_query(tmp_path, "{k: .k}", "data/!{partitionKeyFromQuery:k}/", *many(503), b'{"k": "7"}')
    assert len(rig.names("lake/data/")) == 500
    documents = rig.documents("lake/errors/activePartitionExceeded/")
    assert [base64.b64decode(d["rawData"]) for d in documents] == many(503)[500:]
    assert rig.body("lake/data/7/") == b'{"k": "7"}' * 2


def test_5_4_a_partition_is_active_until_its_object_is_delivered(tmp_path: Path) -> None:
    writers = RunLater()
    description = describe(**partitioned("data/!{partitionKeyFromQuery:k}/"), **processing(query("{k: .k}")))
    rig = Rig(tmp_path, description, write=writers)
    rig.put(*many(500))
    rig.wait(60)
    assert len(writers.waiting) == 500
    rig.put(b'{"k": "new"}')
    assert len(rig.reported) == 1
    while writers.waiting:
        writers.run()
    rig.wait(0)
    rig.put(b'{"k": "newer"}')
    assert len(rig.reported) == 1


JSON_LINES = b'{"k":"a","n":1}\n{"k":"b","n":2}\n\n {"k":"a","n":3} '


def deaggregating(folder: Path, aggregation: dict[str, Any], *records: bytes, **destination: Any) -> Rig:
    description = describe(
        **partitioned("!{partitionKeyFromQuery:k}/"),
        **processing(aggregation, query("{k: .k}"), processor("AppendDelimiterToRecord")),
        **destination,
    )
    rig = Rig(folder, description)
    rig.put(*records)
    rig.drain()
    return rig


def test_5_3_json_documents_of_one_record_go_to_their_own_partitions(tmp_path: Path) -> None:
    rig = deaggregating(tmp_path, processor("RecordDeAggregation", SubRecordType="JSON"), JSON_LINES)
    assert rig.body("lake/a/") == b'{"k":"a","n":1}\n{"k":"a","n":3}\n'
    assert rig.body("lake/b/") == b'{"k":"b","n":2}\n'


def test_5_3_pieces_between_delimiters(tmp_path: Path) -> None:
    delimiter = base64.b64encode(b"##").decode()
    aggregation = processor("RecordDeAggregation", SubRecordType="DELIMITED", Delimiter=delimiter)
    rig = deaggregating(tmp_path, aggregation, b'{"k":"a"}##{"k":"b"}##{"k":"a"}')
    assert rig.body("lake/a/") == b'{"k":"a"}\n{"k":"a"}\n'
    assert rig.body("lake/b/") == b'{"k":"b"}\n'


def test_5_3_an_array_is_not_taken_apart(tmp_path: Path) -> None:
    record = b'[{"k":"a"},{"k":"b"}]'
    rig = deaggregating(tmp_path, processor("RecordDeAggregation", SubRecordType="JSON"), record)
    assert rig.names() == rig.names(EXTRACTION)
    assert base64.b64decode(rig.documents(EXTRACTION)[0]["rawData"]) == record


@pytest.mark.parametrize(("count", "delivered"), [(500, 500), (501, 0)])
def test_5_3_more_than_500_pieces_are_passed_on_whole(tmp_path: Path, count: int, delivered: int) -> None:
    record = b'{"k":"a"}' * count
    rig = deaggregating(tmp_path, processor("RecordDeAggregation", SubRecordType="JSON"), record)
    assert rig.body("lake/a/").count(b"\n") == delivered
    messages = [document["errorMessage"] for document in rig.documents(EXTRACTION)]
    assert messages == ([] if delivered else ["Non JSON record provided"])


def test_6_the_backup_is_not_taken_apart(tmp_path: Path) -> None:
    aggregation = processor("RecordDeAggregation", SubRecordType="JSON")
    rig = deaggregating(tmp_path, aggregation, JSON_LINES, **backed_up())
    assert rig.body("raw/") == JSON_LINES
