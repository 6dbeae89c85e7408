"""Reference 5.1, and the developer guide on decompression: records that CloudWatch Logs sends compressed."""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.delivery.support import (
    ERROR_PREFIX,
    Rig,
    backed_up,
    converting,
    decoded,
    describe,
    lambda_processor,
    partitioned,
    processing,
    processor,
)

if TYPE_CHECKING:
    from pathlib import Path

DATA: dict[str, Any] = {"Prefix": "data/", "ErrorOutputPrefix": ERROR_PREFIX}
DECOMPRESSION = processor("Decompression", CompressionFormat="GZIP")
MESSAGES = processor("CloudWatchLogProcessing", DataMessageExtraction="true")


def subscription(*texts: str) -> bytes:
    """Give what CloudWatch Logs sends for these messages."""
    events = [{"id": str(n), "timestamp": n, "message": text} for n, text in enumerate(texts)]
    content = {"messageType": "DATA_MESSAGE", "owner": "0", "logGroup": "g", "logEvents": events}
    return gzip.compress(json.dumps(content).encode())


def test_without_extraction_the_whole_document_is_delivered(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**DATA, **processing(DECOMPRESSION)))
    record = subscription("a")
    rig.put(record)
    rig.drain()
    assert rig.body("lake/data/") == gzip.decompress(record)


def test_with_extraction_only_the_messages_are(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**DATA, **processing(DECOMPRESSION, MESSAGES)))
    rig.put(subscription("a", "b"), subscription("c"))
    rig.drain()
    assert rig.body("lake/data/") == b"a\nb\nc\n"


def test_extraction_that_is_switched_off_changes_nothing(tmp_path: Path) -> None:
    off = processor("CloudWatchLogProcessing", DataMessageExtraction="false")
    rig = Rig(tmp_path, describe(**DATA, **processing(DECOMPRESSION, off)))
    rig.put(subscription("a"))
    rig.drain()
    assert json.loads(rig.body("lake/data/"))["logEvents"][0]["message"] == "a"


def test_a_damaged_record_goes_as_it_came_under_its_own_prefix_and_the_others_go_on(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**DATA, **processing(DECOMPRESSION)))
    rig.put(b"no gzip", gzip.compress(b"good"))
    rig.drain()
    (document,) = rig.documents("lake/errors/decompression-failed/")
    assert base64.b64decode(document["rawData"]) == b"no gzip"
    assert rig.body("lake/data/") == b"good"


def test_the_function_sees_decompressed_records_and_the_backup_compressed_ones(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**DATA, **backed_up(), **processing(DECOMPRESSION, lambda_processor())))
    record = subscription("a")
    rig.put(record)
    rig.drain()
    (event,) = rig.function.events
    assert decoded(event["records"][0]) == gzip.decompress(record)
    assert rig.body("raw/") == record


LATER_STAGES: dict[str, dict[str, Any]] = {
    "processing-failed": processing(DECOMPRESSION, lambda_processor()),
    "metadata-extraction-failed": partitioned("k=!{partitionKeyFromQuery:k}/")
    | processing(DECOMPRESSION, processor("MetadataExtraction", MetadataExtractionQuery="{k: .k}")),
    "partitioning-failed": partitioned("k=!{partitionKeyFromLambda:k}/")
    | processing(DECOMPRESSION, lambda_processor()),
    "format-conversion-failed": converting() | processing(DECOMPRESSION, lambda_processor()),
}


@pytest.mark.parametrize("output_type", LATER_STAGES)
def test_what_fails_in_a_later_stage_is_quarantined_as_it_came(tmp_path: Path, output_type: str) -> None:
    """A record that is fine as gzip and then fails in the transform, the partitioning or the conversion."""
    settings: dict[str, Any] = {**DATA, **LATER_STAGES[output_type]}
    options: dict[str, Any] = {}
    if output_type == "processing-failed":
        options["handler"] = lambda _: {"records": []}
    rig = Rig(tmp_path, describe(**settings), **options)
    record = gzip.compress(b"no JSON")
    rig.put(record)
    rig.drain()
    (document,) = rig.documents(f"lake/errors/{output_type}/")
    assert base64.b64decode(document["rawData"]) == record
    assert rig.position()[1] == 1
