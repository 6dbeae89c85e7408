"""Holds when objects were written and functions called against the hints (reference 2.3, 7), and the events (2.1).

Times are only looked at in runs that nothing disturbed: after a restart, or with services that take their time,
the hints alone do not say when an object is due.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tests.conformance.model import scenario as names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.conformance.model.check import Check, Content
    from tests.conformance.model.function import Call

MIB = 1024 * 1024
_SLACK_MS = 1_000
# 2.3: 6 MB each way.
_PAYLOAD_BYTES = 6 * MIB
_EVENT = {"invocationId", "deliveryStreamArn", "region", "records"}


def check_timing(check: Check) -> None:
    """Raise `AssertionError` for an object that was written too early, too late or too large."""
    batches = _batches(check.result.calls)
    _check_sizes(check)
    if not check.scenario.is_undisturbed or check.scenario.is_direct:
        return
    for content in check.contents:
        _check_age(check, content, batches)
    _check_batches(check, batches)


def _check_sizes(check: Check) -> None:
    """7: an object is closed by the record that reaches the size before compression."""
    for content in check.contents:
        limit = _hints(check, content)[0]
        total, largest = sum(content.sizes), max(content.sizes, default=0)
        assert total - largest < limit, f"{content.found} holds {total} bytes with a hint of {limit}"


def _check_age(check: Check, content: Content, batches: list[list[Call]]) -> None:
    """7: the clock starts with the first record in the buffer, with a transform when the answer comes."""
    size, interval_ms = _hints(check, content)
    found = content.found
    served = check.result.served_ms
    if found.kind == "backup" or check.settings.lambda_retries is None:
        opened = [served[0, unit.sequence] for unit in content.units]
    else:
        answers = {record: batch[-1].ended_ms for batch in batches for record in batch[0].records}
        opened = [
            # A record that is too large for a call fails without one.
            answers.get((unit.shard, unit.sequence, unit.data), served[0, unit.sequence])
            for unit in content.units
        ]
    earliest_ms = min(opened) + interval_ms
    # Answers are taken in the order of the calls: one that is tried again and again holds up those behind it.
    latest_ms = earliest_ms + _SLACK_MS + sum(batch[-1].ended_ms - batch[0].begun_ms for batch in batches)
    if found.error_type == "format-conversion-failed":
        latest_ms += interval_ms
    assert found.written.begun_ms <= latest_ms, (
        f"{found} was written {found.written.begun_ms - min(opened)} ms after its first record came, "
        f"with an interval of {interval_ms} ms"
    )
    if (check.settings.columns is not None and check.has_conversion_failures) or check.has_unmarked_units:
        # The buffer may have been opened by a record that is not in the object.
        return
    is_full = sum(content.sizes) >= size
    assert is_full or found.written.begun_ms >= min(earliest_ms, check.result.ended_ms), (
        f"{found} was written {found.written.begun_ms - min(opened)} ms after its first record came, "
        f"with an interval of {interval_ms} ms and {sum(content.sizes)} bytes of {size}"
    )


def _hints(check: Check, content: Content) -> tuple[int, int]:
    """Give the size in bytes and the interval in milliseconds; 4.1 and 7 have the defaults."""
    s3: Mapping[str, Any] = check.result.destinations[content.found.version]
    default = 128 if check.settings.columns is not None or check.settings.partitioned else 5
    if content.found.kind == "backup":
        s3, default = s3["S3BackupConfiguration"], 5
    hints = s3.get("BufferingHints", {})
    return hints.get("SizeInMBs", default) * MIB, hints.get("IntervalInSeconds", 300) * 1000


def _batches(calls: list[Call]) -> list[list[Call]]:
    """Give the calls with the same records together, in the order of the first."""
    found: dict[tuple[int, tuple[str, ...]], list[Call]] = {}
    for call in calls:
        found.setdefault((call.life, call.ids), []).append(call)
    return list(found.values())


def _check_batches(check: Check, batches: list[list[Call]]) -> None:
    """2.3: a batch is sent at its size or its age, and one shard's records go in order."""
    parameters = _lambda_parameters(check)
    size = float(parameters.get("BufferSizeInMBs", "1")) * MIB
    interval_ms = int(parameters.get("BufferIntervalInSeconds", "60")) * 1000
    by_shard: dict[str, list[list[Call]]] = {}
    for batch in batches:
        by_shard.setdefault(batch[0].records[0][0], []).append(batch)
    lag_ms = sum(b[-1].ended_ms - b[0].begun_ms for b in batches)
    closed_ms = {shard.shard_id: shard.closed_ms for shard in check.scenario.shards}
    for shard, rows in by_shard.items():
        sent = [record for row in rows for record in row[0].records]
        units = [u for u in check.units if u.shard == shard and check.model.goes_to_the_function(u)]
        assert sent == [(u.shard, u.sequence, u.data) for u in units], f"{shard} is not sent in order"
        # A record that no event can hold ends the batch before it.
        has_too_large = len(units) < sum(unit.shard == shard for unit in check.units)
        firsts = [row[0] for row in rows]
        for call, following in pairwise([*firsts, None]):
            assert call is not None
            total = sum(len(data) for _, _, data in call.records)
            assert total <= size or len(call.records) == 1, f"a batch of {total} bytes, allowed are {size}"
            waited_ms = call.begun_ms - check.result.served_ms[0, call.records[0][1]]
            assert waited_ms <= interval_ms + _SLACK_MS + lag_ms, f"sent after {waited_ms} ms"
            added = len(following.records[0][2]) if following else 0
            if total >= size:
                assert waited_ms <= _SLACK_MS + lag_ms, (
                    f"{total} bytes of {size} were sent after {waited_ms} ms"
                )
                continue
            is_full = (
                total + added > size or call.payload_bytes + added * 4 // 3 > 0.9 * _PAYLOAD_BYTES
            ) and following is not None
            # A shard that has ended keeps nothing back, so that its children need not wait (11.4).
            is_last = has_too_large or call.begun_ms >= min(
                check.result.ended_ms, closed_ms[shard] or check.result.ended_ms
            )
            assert is_full or is_last or waited_ms >= interval_ms, (
                f"{total} bytes of {size} were sent after {waited_ms} ms of {interval_ms}"
            )


def _lambda_parameters(check: Check) -> dict[str, str]:
    s3 = check.scenario.request["ExtendedS3DestinationConfiguration"]
    for processor in s3.get("ProcessingConfiguration", {}).get("Processors", []):
        if processor["Type"] == "Lambda":
            return {p["ParameterName"]: p["ParameterValue"] for p in processor["Parameters"]}
    return {}


def check_events(check: Check) -> None:
    """2.1: the shape of the event; 2.2: each id once; 2.3: at most 6 MB."""
    records = {(r.shard, r.sequence, r.subsequence): r for r in check.records}
    is_direct = check.scenario.is_direct
    for call, event in zip(check.result.calls, check.result.events, strict=True):
        assert call.payload_bytes <= _PAYLOAD_BYTES
        assert set(event) == (_EVENT if is_direct else _EVENT | {"sourceKinesisStreamArn"})
        assert event.get("sourceKinesisStreamArn", names.STREAM_ARN) == names.STREAM_ARN
        assert event["region"] == names.REGION
        assert len(set(call.ids)) == len(call.ids), "an id is there twice"
        assert len({shard for shard, _, _ in call.records}) == 1
        for record, (shard, sequence, data) in zip(event["records"], call.records, strict=True):
            if is_direct:
                assert set(record) == {"recordId", "approximateArrivalTimestamp", "data"}
                continue
            assert set(record) == {"recordId", "approximateArrivalTimestamp", "data", "kinesisRecordMetadata"}
            metadata = record["kinesisRecordMetadata"]
            subsequence = metadata["subsequenceNumber"] if check.settings.split is None else 0
            source = records[shard, sequence, subsequence]
            assert check.settings.split is not None or source.data == data
            assert record["approximateArrivalTimestamp"] == source.arrival_ms
            assert record["recordId"] == f"{sequence}{metadata['subsequenceNumber']:06d}"
            assert metadata == {
                "shardId": shard,
                "partitionKey": metadata["partitionKey"]
                if check.settings.split is not None
                else source.partition_key,
                "approximateArrivalTimestamp": source.arrival_ms,
                "sequenceNumber": sequence,
                "subsequenceNumber": metadata["subsequenceNumber"],
            }
