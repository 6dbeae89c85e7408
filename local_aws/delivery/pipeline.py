"""The stages of one delivery stream in their order (reference 0.3), without threads and without a clock of its own.

`accept` takes what a source read, `step` moves everything on that can move. Work that waits for others (the
function, S3) is given to `submit` and looked at again in a later `step`.

Memory: `held_bytes` counts everything between reading and S3. Above `limit_bytes` no more is read, and the largest
buffers are delivered before their time (reference 7: hints, not promises), so the whole is bounded by
`limit_bytes` and one chunk for each shard, whatever the hints say.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from local_aws.delivery import backup
from local_aws.delivery.buffers import Buffer, Buffers, Key
from local_aws.delivery.delimiter import append
from local_aws.delivery.error_documents import (
    EXTRACTION_FAILED,
    INTERNAL_CODE,
    PARTITIONING_FAILED,
    PARTITIONS_EXCEEDED,
    PROCESSING_FAILED,
    Reason,
    Rejects,
    processing_failed,
)
from local_aws.delivery.extraction import Extractor
from local_aws.delivery.lanes import Lane
from local_aws.delivery.ledger import BACKUP, MAIN
from local_aws.delivery.marks import marks_of
from local_aws.delivery.numbering import Numbering, unpack_numbered, whole_aggregates
from local_aws.delivery.ordinals import as_ordinals
from local_aws.delivery.partitioning import (
    EXTRACTION_CODE,
    LARGE_RECORD_BYTES,
    PARTITIONING_CODE,
    Partitioner,
)
from local_aws.delivery.quarantine import Stage, isolate
from local_aws.delivery.sink import DATA, ERRORS
from local_aws.delivery.transform import NO_KEYS, TRANSFORM_CODE, together

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future

    from local_aws.delivery.checkpoint import Checkpoint
    from local_aws.delivery.clock import Clock
    from local_aws.delivery.config import DeliveryConfig
    from local_aws.delivery.intake import Chunk
    from local_aws.delivery.lanes import Run, Submit
    from local_aws.delivery.ledger import ShardLedger
    from local_aws.delivery.marks import MarkArray
    from local_aws.delivery.metrics import Metrics
    from local_aws.delivery.objects import DeliveryObject
    from local_aws.delivery.outbox import Outbox
    from local_aws.delivery.partitioning import Grouped
    from local_aws.delivery.prefix import PrefixEvaluator
    from local_aws.delivery.records import RecordBatch
    from local_aws.delivery.sink import Delivered
    from local_aws.delivery.transform import Transformed

    Deliver = Callable[[str, Buffer], Future[list[Delivered]]]
    Report = Callable[[Rejects], None]

_LOG = logging.getLogger(__name__)

# AWS rule: active partitions of a delivery stream, reference 5.4.
ACTIVE_PARTITIONS = 500
_EXCEEDED_CODE = "DynamicPartitioning.ActivePartitionsLimitExceeded"
_EXCEEDED_TEXT = f"The number of active partitions exceeded {ACTIVE_PARTITIONS}"
_METRICS = {DATA: "DeliveryToS3", BACKUP: "BackupToS3"}
DEFAULT_LIMIT_BYTES = 256 * 1024 * 1024


class Pipeline:
    """The state of one delivery stream between source and S3. Used by one thread.

    `transform` runs one batch through the function (None: no transform), `submit` runs it elsewhere, `deliver`
    starts the delivery of a buffer elsewhere, `notify` is called there when something has come to an end,
    `report` is told about records that failed, `stop` ends a wait for the jq worker.
    """

    def __init__(
        self,
        config: DeliveryConfig,
        checkpoint: Checkpoint,
        outbox: Outbox,
        prefixes: PrefixEvaluator,
        transform: Run | None,
        submit: Submit,
        deliver: Deliver,
        clock: Clock,
        metrics: Metrics,
        notify: Callable[[], None],
        report: Report,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        stop: threading.Event | None = None,
    ) -> None:
        self._config = config
        self._checkpoint = checkpoint
        self._outbox = outbox
        self._transform = transform
        self._submit = submit
        self._deliver_buffer = deliver
        self._clock = clock
        self._metrics = metrics
        self._notify = notify
        self._report = report
        self._limit_bytes = limit_bytes
        self._lanes: dict[str, Lane] = {}
        hints = config.destination.hints
        self._buffers = {DATA: Buffers(hints, clock), ERRORS: Buffers(hints, clock)}
        if config.backup is not None:
            self._buffers[BACKUP] = Buffers(config.backup.hints, clock)
        self._numbering = Numbering.of(config.processing)
        # AWS rule: the delimiter is appended or the record is converted, reference 0.3.
        self._delimiter = config.processing.delimiter if config.conversion is None else None
        query = config.processing.query
        self._extractor = (
            Extractor(query, stop) if query is not None and config.dynamic_partitioning else None
        )
        self._partitioner = Partitioner(prefixes) if config.dynamic_partitioning else None
        self._in_delivery: list[tuple[str, Buffer, Future[list[Delivered]]]] = []
        self._draining = False
        # Records that went to the error prefix since the start.
        self.records_failed = 0

    # Taking in

    def wants(self, shard_id: str) -> bool:
        """Tell whether another chunk of this shard may be taken in now."""
        lane = self._lanes.get(shard_id)
        return self.held_bytes < self._limit_bytes and not (lane is not None and lane.is_full)

    def accept(self, chunk: Chunk) -> None:
        """Take in what was read, leaving out what the checkpoint has as finished."""
        shard = self._checkpoint.shards[chunk.shard_id]
        if chunk.last_sequence is not None:
            self._accept_records(chunk.records, chunk.last_sequence)
        if chunk.ended:
            shard.end()
            lane = self._lanes.get(chunk.shard_id)
            if lane is not None:
                lane.finish()

    def has_passed_transform(self, shard_id: str) -> bool:
        """Tell whether nothing that was read of this shard waits for the function or its answer."""
        lane = self._lanes.get(shard_id)
        return lane is None or lane.is_empty

    def _accept_records(self, source: RecordBatch, last_sequence: str) -> None:
        shard = self._checkpoint.shards[source.shard_id]
        largest_bytes = LARGE_RECORD_BYTES if self._partitioner is not None else None
        marks = self._note_read(shard, source, largest_bytes)
        self._metrics.add("IncomingRecords", len(source))
        self._metrics.add("IncomingBytes", source.data_bytes, "Bytes")
        tail = shard.tail
        source.ordinals = list(range(tail.source_ordinal, tail.source_ordinal + len(source)))
        outstanding = 0
        if BACKUP in self._buffers:
            outstanding = backup.keep(self._buffers[BACKUP], source, shard.finished[BACKUP])
        unpacked = unpack_numbered(source, tail.main_ordinal, shard.earlier, self._numbering, largest_bytes)
        if self._config.processing.decompress:
            for name, counted in (("Success", unpacked.inflated), ("Failed", unpacked.damaged)):
                self._metrics.add(f"OutputDecompressedRecords.{name}", counted[0])
                self._metrics.add(f"OutputDecompressedBytes.{name}", counted[1], "Bytes")
        main = unpacked.records
        count = len(main)
        main.ordinals = list(range(tail.main_ordinal, tail.main_ordinal + count))
        pending = shard.finished[MAIN].unfinished(tail.main_ordinal, count)
        outstanding += count if pending is None else len(pending)
        last = (source.arrivals_ms[-1], int(marks[-1])) if len(source) else (None, None)
        shard.admit(last_sequence, len(source), count, outstanding, *last)
        if unpacked.failed:
            going_on = range(count) if pending is None else pending
            self._refuse_some(main, {i: unpacked.failed[i] for i in going_on if i in unpacked.failed})
            pending = [i for i in going_on if i not in unpacked.failed]
        if pending is not None:
            main = main.take(pending)
        if not len(main):
            return
        if self._transform is None:
            self._route(main, [NO_KEYS] * len(main))
        else:
            self._lane(source.shard_id).add(main)

    def _note_read(self, shard: ShardLedger, source: RecordBatch, largest_bytes: int | None) -> MarkArray:
        """Have the checkpoint know what was read, before any of it is decided; return the marks."""
        marks = marks_of(source)
        known = whole_aggregates(source.sequences, shard.known(marks))
        if known == len(source):
            return marks
        tail, main_count = shard.tail, 0
        if known:
            before = source.cut(0, known)
            numbered = unpack_numbered(
                before, tail.main_ordinal, shard.earlier, self._numbering, largest_bytes
            )
            main_count = len(numbered.records)
        if self._checkpoint.read(source.shard_id, known, main_count, marks):
            _LOG.error(
                "%s: the source no longer has what followed %s: records were lost there, and others that were "
                "delivered before the last crash may be delivered again",
                source.shard_id,
                source.sequences[known - 1] if known else tail.after_sequence,
            )
        return marks

    def _lane(self, shard_id: str) -> Lane:
        lane = self._lanes.get(shard_id)
        if lane is None:
            settings = self._config.processing.transform
            assert settings is not None  # noqa: S101 - there is a transform to run
            assert self._transform is not None  # noqa: S101 - the caller has checked
            lane = Lane(
                shard_id, settings.hints, self._run_transform, self._submit, self._clock, self._notify
            )
            self._lanes[shard_id] = lane
        return lane

    def _run_transform(self, batch: RecordBatch) -> Transformed:
        """Run a batch through the function, elsewhere; a record that this stumbles over fails alone."""
        assert self._transform is not None  # noqa: S101 - there is a lane only when there is a transform
        assert self._config.processing.transform is not None  # noqa: S101
        run = self._transform
        isolated = isolate(Stage.TRANSFORM, batch.data, lambda indices: run(batch.take(indices)))
        now_ms = self._clock.now_ms()
        reasons = [Reason(TRANSFORM_CODE, text, 1, now_ms) for text in isolated.failed.values()]
        rejects = None
        if reasons:
            arn = self._config.processing.transform.function_arn
            rejects = processing_failed(PROCESSING_FAILED, batch.take(list(isolated.failed)), reasons, arn)
        return together(batch, [answer for _, answer in isolated.parts], rejects)

    # Between the transform and the buffers

    def _route(self, batch: RecordBatch, from_lambda: Sequence[Mapping[str, Any]]) -> None:
        if self._partitioner is None:
            self._buffer((batch.shard_id,), batch)
            return
        from_query: Sequence[Mapping[str, Any]] = ()
        if self._extractor is not None:
            started = self._clock.steady_seconds()
            from_query, failed = self._extract(self._extractor, batch)
            took_ms = (self._clock.steady_seconds() - started) * 1000
            self._metrics.add("JQProcessing.Duration", took_ms, "Milliseconds")
            if failed:
                self._refuse_some(
                    batch, {i: (EXTRACTION_FAILED, EXTRACTION_CODE, text) for i, text in failed.items()}
                )
                good = [i for i in range(len(batch)) if i not in failed]
                batch = batch.take(good)
                from_lambda = [from_lambda[i] for i in good]
                from_query = [from_query[i] for i in good]
        groups, refused = self._group(self._partitioner, batch, from_lambda, from_query)
        for values, indices in groups.items():
            if values not in self._buffers[DATA] and self._is_new_partition_refused(values):
                refused |= dict.fromkeys(indices, (PARTITIONS_EXCEEDED, _EXCEEDED_CODE, _EXCEEDED_TEXT))
                continue
            self._buffer(values, batch.take(indices))
        if refused:
            self._refuse_some(batch, refused)

    def _extract(
        self, extractor: Extractor, batch: RecordBatch
    ) -> tuple[list[Mapping[str, str]], dict[int, str]]:
        """Return the keys of each record, and by index why a record has none."""
        isolated = isolate(
            Stage.EXTRACT, batch.data, lambda indices: extractor.extract([batch.data[i] for i in indices])
        )
        keys: list[Mapping[str, str]] = [NO_KEYS] * len(batch)
        failed = isolated.failed
        for indices, (found, problems) in isolated.parts:
            for index, one in zip(indices, found, strict=True):
                keys[index] = one
            failed |= {indices[at]: text for at, text in problems.items()}
        return keys, failed

    def _group(
        self,
        partitioner: Partitioner,
        batch: RecordBatch,
        from_lambda: Sequence[Mapping[str, Any]],
        from_query: Sequence[Mapping[str, Any]],
    ) -> tuple[dict[Key, list[int]], dict[int, tuple[str, str, str]]]:
        """Return the indices of the records by partition, and why others have none."""

        def group(indices: Sequence[int]) -> Grouped:
            ours = [from_query[i] for i in indices] if from_query else ()
            return partitioner.group(len(indices), [from_lambda[i] for i in indices], ours)

        isolated = isolate(Stage.PARTITION, batch.data, group)
        groups: dict[Key, list[int]] = {}
        refused = {i: (PARTITIONING_FAILED, PARTITIONING_CODE, text) for i, text in isolated.failed.items()}
        for indices, grouped in isolated.parts:
            for values, members in grouped.groups.items():
                groups.setdefault(values, []).extend(indices[at] for at in members)
            refused |= {indices[at]: failure for at, failure in grouped.failed.items()}
        return groups, refused

    def _buffer(self, key: Key, batch: RecordBatch) -> None:
        isolated = isolate(
            Stage.DELIMITER, batch.data, lambda indices: append(batch.take(indices), self._delimiter)
        )
        for _, ready in isolated.parts:
            self._buffers[DATA].add(key, ready)
        if isolated.failed:
            self._refuse_some(
                batch, {i: (PROCESSING_FAILED, INTERNAL_CODE, text) for i, text in isolated.failed.items()}
            )

    def _is_new_partition_refused(self, values: tuple[str, ...]) -> bool:
        active = self._active_partitions()
        if values in active:
            return False
        exceeded = len(active) >= ACTIVE_PARTITIONS
        self._metrics.add("PartitionCountExceeded", int(exceeded))
        return exceeded

    def _refuse_some(self, batch: RecordBatch, refused: Mapping[int, tuple[str, str, str]]) -> None:
        """Send records to the error prefix; `refused` has error type, code and message by index."""
        now_ms = self._clock.now_ms()
        for output_type in sorted({kind for kind, _, _ in refused.values()}):
            bad = sorted(i for i, (kind, _, _) in refused.items() if kind == output_type)
            reasons = [Reason(refused[i][1], refused[i][2], 1, now_ms) for i in bad]
            self._reject(processing_failed(output_type, batch.take(bad), reasons, None))

    def _reject(self, rejects: Rejects) -> None:
        self.records_failed += len(rejects.documents)
        self._buffers[ERRORS].add((rejects.output_type,), rejects.documents)
        self._report(rejects)

    # Moving on

    def step(self) -> None:
        """Do everything that can be done now. Raises what a transform or a delivery raised."""
        for lane in self._lanes.values():
            lane.pump(self._draining)
            for answer in lane.collect():
                if answer.dropped:
                    shard_id = answer.records.shard_id
                    self._checkpoint.discard(MAIN, shard_id, as_ordinals(answer.dropped))
                if answer.rejects is not None:
                    self._reject(answer.rejects)
                if len(answer.records):
                    self._route(answer.records, answer.partition_keys)
            lane.pump(self._draining)
        self._collect_deliveries()
        for kind, buffers in self._buffers.items():
            for buffer in buffers.take_due():
                self._deliver(kind, buffer)
        if self._draining and all(lane.is_empty for lane in self._lanes.values()):
            for kind, buffers in self._buffers.items():
                for buffer in buffers.take_all():
                    self._deliver(kind, buffer)
        self._relieve()

    def _deliver(self, kind: str, buffer: Buffer) -> None:
        future = self._deliver_buffer(kind, buffer)
        self._in_delivery.append((kind, buffer, future))
        future.add_done_callback(lambda _: self._notify())

    def _collect_deliveries(self) -> None:
        finished = [entry for entry in self._in_delivery if entry[2].done()]
        if not finished:
            return
        self._in_delivery = [entry for entry in self._in_delivery if entry not in finished]
        for _, _, future in finished:
            for delivered in future.result():
                self._settle(delivered)

    def _settle(self, delivered: Delivered) -> None:
        for rejects in delivered.rejects:
            self._reject(rejects)
        item = delivered.item
        if item is None or delivered.path is None:
            for shard_id, ordinals in delivered.finished.items():
                self._checkpoint.discard(delivered.sink, shard_id, ordinals)
            return
        self._checkpoint.complete(item.sink, item.finished)
        self._outbox.remove(delivered.path)
        _LOG.info(
            "delivered %d records as s3://%s/%s (%d bytes)",
            item.records,
            item.bucket,
            item.key,
            len(item.body),
        )
        # What is quarantined counts as a failure of its stage, not as delivered.
        if delivered.kind != ERRORS:
            self._count(delivered.kind, delivered.buffer, item)

    def _count(self, kind: str, buffer: Buffer, item: DeliveryObject) -> None:
        name = _METRICS[kind]
        self._metrics.add(f"{name}.Records", item.records)
        self._metrics.add(f"{name}.Bytes", item.source_bytes, "Bytes")
        self._metrics.add(f"{name}.DataFreshness", self._age_seconds(item.oldest_ms), "Seconds")
        if kind == DATA:
            self._metrics.add("DeliveryToS3.ObjectCount", 1)
        if kind == DATA and self._partitioner is not None:
            open_seconds = max(1.0, self._clock.steady_seconds() - buffer.opened_at)
            self._metrics.add("PerPartitionThroughput", buffer.size_bytes / open_seconds, "Bytes/Second")

    def _age_seconds(self, arrival_ms: int) -> float:
        return max(0.0, (self._clock.now_ms() - arrival_ms) / 1000)

    def _relieve(self) -> None:
        """Deliver the largest buffers early when memory is short and nothing on its way to S3 will free enough."""
        delivering = sum(buffer.memory_bytes for _, buffer, _ in self._in_delivery)
        while self.held_bytes >= self._limit_bytes and delivering < self._limit_bytes // 2:
            candidates = [b for buffers in self._buffers.values() if (b := buffers.largest()) is not None]
            if not candidates:
                return
            largest = max(candidates, key=lambda buffer: buffer.memory_bytes)
            for kind, buffers in self._buffers.items():
                if buffers.largest() is largest:
                    self._deliver(kind, buffers.take(largest.key))
                    break
            delivering += largest.memory_bytes

    # Looking at it

    def drain(self) -> None:
        """From now on hold nothing back: every further `step` delivers all there is."""
        self._draining = True

    def close(self) -> None:
        """End what the pipeline has started."""
        if self._extractor is not None:
            self._extractor.close()

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing is held any more."""
        return (
            not self._in_delivery
            and all(buffers.is_empty for buffers in self._buffers.values())
            and all(lane.is_empty for lane in self._lanes.values())
        )

    @property
    def objects_in_delivery(self) -> int:
        """How many objects are being made or written."""
        return len(self._in_delivery)

    @property
    def held_bytes(self) -> int:
        """Memory of all records between reading and S3, about."""
        return (
            sum(lane.held_bytes for lane in self._lanes.values())
            + sum(buffers.held_bytes for buffers in self._buffers.values())
            + sum(buffer.memory_bytes for _, buffer, _ in self._in_delivery)
        )

    @property
    def deadline(self) -> float | None:
        """When something becomes due by age, on the steady clock."""
        deadlines = [lane.deadline for lane in self._lanes.values()]
        deadlines += [buffers.deadline for buffers in self._buffers.values()]
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def measure(self) -> None:
        """Note the measures that are a state, not an event; called once before metrics are sent."""
        for kind, name in _METRICS.items():
            if kind not in self._buffers:
                continue
            arrivals = [self._buffers[kind].oldest_ms]
            arrivals += [buffer.oldest_ms for other, buffer, _ in self._in_delivery if other == kind]
            known = [arrival for arrival in arrivals if arrival is not None]
            age_seconds = self._age_seconds(min(known)) if known else 0
            self._metrics.add(f"{name}.DataFreshness", age_seconds, "Seconds")
        if self._partitioner is not None:
            self._metrics.add("PartitionCount", len(self._active_partitions()))
            self._metrics.add("ActivePartitionsLimit", ACTIVE_PARTITIONS)

    def _active_partitions(self) -> set[Key]:
        """Give the partitions that hold a buffer or an object on its way; AWS rule: reference 5.4."""
        delivering = {buffer.key for kind, buffer, _ in self._in_delivery if kind == DATA}
        return delivering | self._buffers[DATA].keys()
