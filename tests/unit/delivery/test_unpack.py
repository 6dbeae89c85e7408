"""Before the transform: decompression, log messages, de-aggregation."""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.delivery.cloudwatch_logs import ExtractionError, messages
from local_aws.delivery.config import Deaggregation
from local_aws.delivery.deaggregate import split
from local_aws.delivery.decompression import DecompressionError, decompress
from tests.unit.delivery.support import ERROR_PREFIX, Rig, describe, processing, processor

if TYPE_CHECKING:
    from pathlib import Path

JSON = Deaggregation(None)


@pytest.mark.parametrize(
    ("record", "pieces"),
    [
        (b'{"a":1}', [b'{"a":1}']),
        (b'{"a":1}{"b":2}', [b'{"a":1}', b'{"b":2}']),
        (b'\n {"a":1}\r\n\t{"b":2}\n', [b'{"a":1}', b'{"b":2}']),
        (b'{"a":"}{"}{"b":"\\"}{"}', [b'{"a":"}{"}', b'{"b":"\\"}{"}']),
        ('{"ä":"ö"}{"b":2}'.encode(), ['{"ä":"ö"}'.encode(), b'{"b":2}']),
    ],
)
def test_json_documents(record: bytes, pieces: list[bytes]) -> None:
    assert split(record, JSON) == pieces


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b" \n",
        b"[1]",
        b'{"a":1}[2]',
        b'{"a":1}x',
        b'{"a":',
        b"\xff",
        b"7",
        b'{"a":' * 100_000,
        b'{"a":1}' * 501,
    ],
)
def test_what_cannot_be_taken_apart_is_passed_on_whole(record: bytes) -> None:
    assert split(record, JSON) == [record]


@given(st.lists(st.dictionaries(st.text(), st.integers() | st.text() | st.none()), min_size=1, max_size=20))
def test_any_documents_come_out_as_they_went_in(documents: list[dict[str, object]]) -> None:
    texts = [json.dumps(document).encode() for document in documents]
    assert split(b"\n".join(texts), JSON) == texts


def test_empty_pieces_between_delimiters_are_left_out() -> None:
    assert split(b"||a||b||", Deaggregation(b"||")) == [b"a", b"b"]
    assert split(b"||", Deaggregation(b"||")) == [b"||"]


def test_gzip_records_of_several_members() -> None:
    assert decompress(gzip.compress(b"one,") + gzip.compress(b"two")) == b"one,two"


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"plain",
        gzip.compress(b"x")[:-5],
        gzip.compress(b"x") + b"rubbish",
        gzip.compress(bytes(70 << 20)),
    ],
    ids=["empty", "plain", "short", "rubbish", "bomb"],
)
def test_damaged_gzip(record: bytes) -> None:
    with pytest.raises(DecompressionError):
        decompress(record)


def subscription(*texts: str) -> bytes:
    events = [{"id": str(n), "timestamp": n, "message": text} for n, text in enumerate(texts)]
    return json.dumps(
        {"messageType": "DATA_MESSAGE", "owner": "0", "logGroup": "g", "logEvents": events}
    ).encode()


def test_messages_are_a_line_each() -> None:
    assert messages(subscription("first", '{"second": 2}')) == b'first\n{"second": 2}\n'


@pytest.mark.parametrize("record", [b"text", b"[]", b"{}", b'{"logEvents": [{}]}', b'{"logEvents": [7]}'])
def test_what_is_no_subscription_record(record: bytes) -> None:
    with pytest.raises(ExtractionError):
        messages(record)


def test_log_records_through_the_pipeline(tmp_path: Path) -> None:
    description = describe(
        Prefix="data/",
        ErrorOutputPrefix=ERROR_PREFIX,
        **processing(
            processor("Decompression", CompressionFormat="GZIP"),
            processor("CloudWatchLogProcessing", DataMessageExtraction="true"),
        ),
    )
    rig = Rig(tmp_path, description)
    rig.put(
        gzip.compress(subscription("a", "b")),
        b"not gzip",
        gzip.compress(b"{}"),
        gzip.compress(subscription("c")),
    )
    rig.drain()
    assert rig.body("lake/data/") == b"a\nb\nc\n"
    (first,) = rig.documents("lake/errors/decompression-failed/")
    assert base64.b64decode(first["rawData"]) == b"not gzip"
    (second,) = rig.documents("lake/errors/processing-failed/")
    assert gzip.decompress(base64.b64decode(second["rawData"])) == b"{}"
    assert rig.position()[1] == 4
