"""An update replaces the processors that take records apart, and the process is killed before all is delivered."""

from __future__ import annotations

import base64
import gzip
import json
from collections import Counter
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from local_aws.delivery.config import Deaggregation
from local_aws.delivery.ledger import MAIN, Position, ShardLedger
from local_aws.delivery.numbering import Earlier, Numbering, kept, unpack_numbered
from local_aws.delivery.ordinals import as_ordinals
from local_aws.delivery.records import RecordBatch
from tests.unit.delivery.support import (
    SHARD,
    ManualClock,
    Rig,
    ScriptedS3,
    describe,
    partitioned,
    processing,
    processor,
    source_chunk,
)
from tests.unit.delivery.test_recovery import HINTS, KilledError, Killer

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = Numbering()
JSON = Numbering(deaggregation=Deaggregation(None))
LINES = Numbering(deaggregation=Deaggregation(b"\n"))
UNZIPPED = Numbering(decompress=True)


@pytest.mark.parametrize("numbering", [WHOLE, JSON, LINES, UNZIPPED, Numbering(True, True)])
def test_a_numbering_survives_json(numbering: Numbering) -> None:
    assert Numbering.from_json(json.loads(json.dumps(numbering.to_json()))) == numbering


@pytest.mark.parametrize(
    ("earlier", "first", "end", "expected"),
    [
        ((), 5, 5, ()),
        ((), 5, 9, (Earlier(9, JSON),)),
        ((Earlier(7, LINES),), 5, 9, (Earlier(7, LINES), Earlier(9, JSON))),
        ((Earlier(7, LINES),), 7, 9, (Earlier(9, JSON),)),
        ((Earlier(7, LINES),), 5, 6, (Earlier(6, LINES),)),
        ((Earlier(7, LINES), Earlier(9, WHOLE)), 3, 7, (Earlier(7, LINES),)),
    ],
)
def test_what_keeps_its_numbers(
    earlier: tuple[Earlier, ...], first: int, end: int, expected: tuple[Earlier, ...]
) -> None:
    assert kept(earlier, JSON, first, end) == expected


def test_numbers_that_are_kept_survive_json_and_end_with_a_gap_in_the_source() -> None:
    shard = ShardLedger(Position("TRIM_HORIZON", "a"))
    shard.finished[MAIN].add(as_ordinals([2, 4]))
    shard.renumber(JSON)
    assert shard.earlier == (Earlier(5, JSON),)
    again = ShardLedger.from_json(json.loads(json.dumps(shard.to_json())))
    assert again.earlier == shard.earlier
    again.number_anew(3, 3, np.array([1], dtype=np.uint32))
    assert again.earlier == (Earlier(3, JSON),)
    again.number_anew(0, 0, np.array([1], dtype=np.uint32))
    assert len(again.earlier) == 0


def batch(*records: tuple[str, bytes]) -> RecordBatch:
    made = RecordBatch(SHARD)
    for number, (sequence, data) in enumerate(records):
        made.append(data, number, 0, sequence, 0, "key")
    return made


def test_records_of_one_aggregate_are_taken_apart_in_one_way() -> None:
    """They share a sequence number: pieces of both ways would share their sub-sequence numbers too."""
    source = batch(("1", b"{}{}"), ("1", b"{}{}"), ("2", b"{}{}"), ("3", b"{}{}"))
    made = unpack_numbered(source, 10, [Earlier(11, JSON)], WHOLE, None).records
    assert made.data == [b"{}"] * 4 + [b"{}{}"] * 2
    assert list(zip(made.sequences, made.subsequences, strict=True)) == [
        *(("1", number) for number in range(4)),
        ("2", 0),
        ("3", 0),
    ]
    assert unpack_numbered(source, 11, [Earlier(11, JSON)], WHOLE, None).records.data == source.data


def test_what_an_error_document_shows_stays_with_its_record() -> None:
    zipped = gzip.compress(b"text")
    source = batch(("1", zipped), ("2", b"plain"), ("3", zipped), ("4", b"damaged"))
    made = unpack_numbered(source, 0, [Earlier(1, UNZIPPED), Earlier(2, WHOLE)], UNZIPPED, None)
    assert made.records.data == [b"text", b"plain", b"text", b"damaged"]
    assert made.records.raw == [zipped, b"plain", zipped, b"damaged"]
    assert set(made.failed) == {3}
    assert (made.inflated, made.damaged) == ((2, 8), (1, 7))


def description(version: int, numbering: Numbering) -> dict[str, Any]:
    processors = [
        processor("MetadataExtraction", MetadataExtractionQuery="{k:.k}", JsonParsingEngine="JQ-1.6")
    ]
    if numbering.deaggregation is not None:
        delimiter = numbering.deaggregation.delimiter
        settings = {"SubRecordType": "JSON"}
        if delimiter is not None:
            settings = {"SubRecordType": "DELIMITED", "Delimiter": base64.b64encode(delimiter).decode()}
        processors.append(processor("RecordDeAggregation", **settings))
    prefix = partitioned("data/!{partitionKeyFromQuery:k}/")
    return describe(version=version, **HINTS, **prefix, **processing(*processors))


# Of each source record one document goes to a partition that others are in too, the second often to another one.
SOURCE = [
    b'{"k":"%c","n":%d}\n{"k":"%c","n":%d}' % (b"ab"[n % 2], 2 * n, b"abc"[n % 3], 2 * n + 1)
    for n in range(12)
]


def live(folder: Path, s3: ScriptedS3, clock: ManualClock, made: dict[str, Any], killer: Killer) -> None:
    """Finish what the last life left, read on in small chunks while partitions are delivered one by one, stop."""
    rig = Rig(folder, made, s3=s3, clock=clock)
    original = s3.put_object
    try:
        killer.watch(rig)
        rig.finish_outbox()
        shard = rig.checkpoint.shards.get(SHARD)
        after = None if shard is None else shard.position.after_sequence
        start = 0 if after is None else int(after[-6:]) + 1
        for first in range(start, len(SOURCE), 2):
            rig.offer(source_chunk(SOURCE[first : first + 2], first))
            rig.wait(4)
        rig.drain()
    finally:
        s3.put_object = original  # type: ignore[method-assign]


def account(s3: ScriptedS3) -> Counter[int]:
    """Count the documents, wherever they ended: one that was not taken apart is under the error prefix."""
    found: Counter[int] = Counter()
    decoder = json.JSONDecoder()
    for key, request in s3.objects.items():
        texts = [request["Body"].decode()]
        if key.startswith("lake/errors/"):
            texts = [base64.b64decode(json.loads(line)["rawData"]).decode() for line in texts[0].splitlines()]
        for text in texts:
            rest = text
            while rest := rest.lstrip():
                document, end = decoder.raw_decode(rest)
                found[document["n"]] += 1
                rest = rest[end:]
    return found


@pytest.mark.parametrize(("before", "after"), list(permutations([WHOLE, JSON, LINES], 2)))
def test_killed_before_the_old_version_had_delivered(
    tmp_path: Path, before: Numbering, after: Numbering
) -> None:
    old, new = description(1, before), description(2, after)
    whole = Killer()
    live(tmp_path / "whole", ScriptedS3(), ManualClock(), old, whole)
    everything = Counter(range(2 * len(SOURCE)))
    for at in range(2, whole.count + 1, 3):
        folder, s3, clock = tmp_path / str(at), ScriptedS3(), ManualClock()
        with pytest.raises(KilledError):
            live(folder, s3, clock, old, Killer(at))
        # The new version is killed too, and the one after that has the old processors again.
        try:
            live(folder, s3, clock, new, Killer(9, after=at % 2 == 0))
        except KilledError:
            live(folder, s3, clock, description(3, before), Killer())
        assert account(s3) == everything
