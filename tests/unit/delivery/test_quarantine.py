"""One record that makes a stage raise goes to the error prefix, always; the others are delivered, once."""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING, Any

import pyarrow.parquet
import pytest
from botocore.exceptions import EndpointConnectionError

from local_aws.delivery import kinesis, kpl, quarantine
from local_aws.delivery.errors import UnavailableError
from local_aws.delivery.kinesis_api import SourceRecord
from local_aws.delivery.quarantine import ENVIRONMENT, Stage, isolate
from tests.unit.delivery.support import (
    SHARD,
    Rig,
    backed_up,
    converting,
    describe,
    lambda_processor,
    partitioned,
    processing,
    processor,
    sequence,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

POISON = b'{"k": "a", "n": 7}'
RECORDS = [b'{"k": "a", "n": %d}' % n for n in range(1, 13)]
FAULTS = [
    RuntimeError("unforeseen"),
    RecursionError("deep"),
    MemoryError(),
    UnicodeEncodeError("utf-8", "\ud800", 0, 1, "x"),
]
BEFORE_DOCUMENTS = [stage for stage in Stage if stage is not Stage.DOCUMENT]

QUERY = processor("MetadataExtraction", MetadataExtractionQuery="{k: .k}", JsonParsingEngine="JQ-1.6")
SPLIT = processor("RecordDeAggregation", SubRecordType="JSON")
ERRORS = {"ErrorOutputPrefix": "lake/errors/!{firehose:error-output-type}/", "Prefix": "lake/data/"}
PREFIX = {
    **partitioned("lake/data/!{partitionKeyFromQuery:k}/"),
    "ErrorOutputPrefix": ERRORS["ErrorOutputPrefix"],
}
STREAMS: dict[str, dict[str, Any]] = {
    "plain": {**ERRORS, **backed_up()},
    "function": {**ERRORS, **processing(lambda_processor())},
    "partitions": {
        **PREFIX,
        **processing(SPLIT, lambda_processor(), QUERY, processor("AppendDelimiterToRecord")),
    },
    "parquet": {**ERRORS, **converting()},
}


class Fault:
    """Makes stages raise for whatever holds the poison, and notes which stages were there."""

    def __init__(self, stages: set[Stage], error: Exception) -> None:
        self.stages = stages
        self.error = error
        self.seen: set[Stage] = set()

    def attempt(
        self, stage: Stage, data: Sequence[bytes], indices: Sequence[int], run: Callable[[Sequence[int]], Any]
    ) -> Any:
        self.seen.add(stage)
        if stage in self.stages and any(b'"n": 7' in data[i] for i in indices):
            raise self.error
        return run(indices)


def stages_of(stream: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> set[Stage]:
    fault = Fault(set(), RuntimeError())
    monkeypatch.setattr(quarantine, "attempt", fault.attempt)
    rig = Rig(folder, describe(**STREAMS[stream]))
    rig.put(*RECORDS, b"no JSON")
    rig.drain()
    rig.pipeline.close()
    return fault.seen


def test_every_stage_is_in_one_of_the_streams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[Stage] = set()
    for stream in STREAMS:
        seen |= stages_of(stream, tmp_path / stream, monkeypatch)
    assert seen == set(Stage)


@pytest.mark.parametrize("error", FAULTS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("stage", BEFORE_DOCUMENTS, ids=lambda stage: stage.name)
def test_the_record_is_quarantined_and_the_others_are_delivered_once(
    stage: Stage, stream: str, error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = Fault({stage}, error)
    monkeypatch.setattr(quarantine, "attempt", fault.attempt)
    rig = Rig(tmp_path, describe(**STREAMS[stream]))
    rig.put(*RECORDS[:8])
    rig.put(*RECORDS[8:])
    rig.drain()
    rig.pipeline.close()
    bad = [POISON] if stage in fault.seen else []
    quarantined = [document_record(document) for document in rig.documents("lake/lake/errors/")]
    assert quarantined == bad
    assert sorted(delivered(rig, stream)) == sorted(n for n in range(1, 13) if not (bad and n == 7))
    if stream == "plain":
        assert sorted(numbers(rig.body("raw/"))) == list(range(1, 13))
    assert rig.position() == (sequence(11), 12)
    assert rig.pipeline.records_failed == len(bad)
    assert sum(sum(rejects.reasons.values()) for rejects in rig.reported) == len(bad)


@pytest.mark.parametrize("stream", STREAMS)
def test_an_error_document_that_cannot_be_made_still_holds_the_record(
    stream: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = Fault({Stage.OBJECT, Stage.DOCUMENT}, RuntimeError("again"))
    monkeypatch.setattr(quarantine, "attempt", fault.attempt)
    rig = Rig(tmp_path, describe(**STREAMS[stream]))
    rig.put(*RECORDS)
    rig.drain()
    rig.pipeline.close()
    assert [document_record(document) for document in rig.documents("lake/lake/errors/")] == [POISON]
    assert rig.position() == (sequence(11), 12)


@pytest.mark.parametrize(
    "error", [UnavailableError("away"), OSError(28, "no space"), EndpointConnectionError(endpoint_url="x")]
)
@pytest.mark.parametrize("stage", Stage)
def test_what_the_environment_raises_quarantines_nothing(stage: Stage, error: Exception) -> None:
    def run(_: Sequence[int]) -> None:
        raise error

    assert isinstance(error, ENVIRONMENT)
    with pytest.raises(type(error)):
        isolate(stage, [b"a", b"b"], run)


def test_a_batch_that_fails_whole_goes_on_as_two() -> None:
    def run(indices: Sequence[int]) -> list[int]:
        if len(indices) > 2:
            raise MemoryError
        return list(indices)

    isolated = isolate(Stage.OBJECT, [b""] * 5, run)
    assert [one for _, part in isolated.parts for one in part] == [0, 1, 2, 3, 4]
    assert not isolated.failed


def test_an_aggregate_that_cannot_be_taken_apart_is_an_ordinary_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def split(_: bytes) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(kpl, "split", split)
    batch = kinesis.user_records(SHARD, [SourceRecord(b"data", "1", "key", 0)])
    assert batch.data == [b"data"]


def document_record(document: dict[str, Any]) -> bytes:
    """Return what was quarantined; the delimiter is behind it when the stage came after that."""
    return base64.b64decode(document["rawData"]).removesuffix(b"\n")


def numbers(text: bytes) -> list[int]:
    decoder = json.JSONDecoder()
    found, position, decoded = [], 0, text.decode()
    while position < len(decoded):
        document, position = decoder.raw_decode(decoded, position)
        found.append(document["n"])
        while position < len(decoded) and decoded[position].isspace():
            position += 1
    return found


def delivered(rig: Rig, stream: str) -> list[int]:
    found: list[int] = []
    for name in rig.names("lake/lake/data/"):
        body = rig.s3.objects[name]["Body"]
        found += (
            pyarrow.parquet.read_table(io.BytesIO(body))["n"].to_pylist()
            if stream == "parquet"
            else numbers(body)
        )
    return found
