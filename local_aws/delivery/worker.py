"""Runs one delivery stream: its threads, its start from the checkpoint, its orderly end.

Threads: one that moves the pipeline on, one that lists shards, one for each shard that is read, up to five
for each shard that call the function, and a few that write objects.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.delivery import direct_put, kinesis, metrics
from local_aws.delivery.checkpoint import Checkpoint
from local_aws.delivery.clock import SystemClock
from local_aws.delivery.encoding import ConvertingEncoder, ErrorEncoder, JoiningEncoder
from local_aws.delivery.errors import (
    DeliveryError,
    RejectedError,
    SourceError,
    StoppedError,
    UnavailableError,
    error_code,
)
from local_aws.delivery.glue_schema import GlueSchemaSource
from local_aws.delivery.intake import Intake, Shard
from local_aws.delivery.invoker import LambdaInvoker
from local_aws.delivery.kinesis_api import RecordsApi
from local_aws.delivery.lanes import MAX_OUTSTANDING
from local_aws.delivery.ledger import BACKUP
from local_aws.delivery.logs import ErrorLog
from local_aws.delivery.numbering import Numbering
from local_aws.delivery.outbox import Outbox
from local_aws.delivery.pipeline import DEFAULT_LIMIT_BYTES, Pipeline
from local_aws.delivery.prefix import PrefixEvaluator
from local_aws.delivery.release import forget_frames, release_memory
from local_aws.delivery.s3 import ObjectWriter
from local_aws.delivery.sink import DATA, ERRORS, Channel, Sink
from local_aws.delivery.status import Status, StatusFile
from local_aws.delivery.transform import Transformer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local_aws.clients import Clients
    from local_aws.delivery.clock import Clock
    from local_aws.delivery.config import DeliveryConfig, KinesisSource
    from local_aws.delivery.encoding import Encoder
    from local_aws.delivery.ledger import ShardLedger
    from local_aws.delivery.objects import DeliveryObject

_LOG = logging.getLogger(__name__)
_WRITERS = 4
_FUNCTION_THREADS = 4 * MAX_OUTSTANDING
_LONGEST_WAIT_SECONDS = 0.5
_SAVE_SECONDS = 1.0
_PAUSE_SECONDS = 1.0


class Worker:
    """One version of one delivery stream. `start` returns at once; `stop`, then `join`, ends it."""

    def __init__(
        self,
        config: DeliveryConfig,
        clients: Clients,
        directory: Path,
        spool_dir: Path,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        clock: Clock | None = None,
    ) -> None:
        self.config = config
        self.failure: BaseException | None = None
        self._clients = clients
        self._directory = directory
        self._limit_bytes = limit_bytes
        self._spool = spool_dir / config.name
        self._status = StatusFile(directory)
        self._clock: Clock = clock or SystemClock()
        self._metrics = metrics.Metrics(config.name, self._clock)
        self._log = ErrorLog(config, self._as(config.role_arn), self._clock)
        self._troubles = kinesis.Troubles(self._metrics, self._log)
        # Two ways to stop: reading ends first and what is held is delivered, or everything is given up.
        self._stop_reading = threading.Event()
        self._give_up = threading.Event()
        self._list_shards = threading.Event()
        self._intake = Intake(self._stop_reading)
        self._functions = ThreadPoolExecutor(_FUNCTION_THREADS, f"{config.name}-function")
        self._writers = ThreadPoolExecutor(_WRITERS, f"{config.name}-writer")
        self._readers: dict[str, threading.Thread] = {}
        self._shard_readers: dict[str, kinesis.ShardReader] = {}
        self._waiting_shards: list[Shard] = []
        self._gone_shards: set[str] = set()
        self._records_api: RecordsApi | None = None
        self._reader_failure: Exception | None = None
        self._moved_at: float | None = None
        self._progress = Status(config.version, "starting")
        self._writer: ObjectWriter | None = None
        self._thread = threading.Thread(target=self._run, name=config.name, daemon=True)

    def _as(self, role_arn: str) -> Clients:
        """Give the clients of a role; what names none of its own is done under that of the destination."""
        return self._clients.acting_as(role_arn or self.config.role_arn, self.config.arn)

    # What the engine calls

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self, *, flush: bool) -> None:
        """Ask for the end: with `flush` after everything held is delivered, without it as soon as possible."""
        self._stop_reading.set()
        if not flush:
            self._give_up.set()
        self._list_shards.set()
        self._intake.wake.set()

    def join(self, timeout_seconds: float | None = None) -> bool:
        """Wait for the end; tell whether it has come."""
        self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    @property
    def is_alive(self) -> bool:
        """Tell whether the worker still runs."""
        return self._thread.is_alive()

    def report(self) -> dict[str, Any]:
        """Return how the stream does, for the heartbeat; `idle_seconds` is since its thread last moved."""
        moved_at = self._moved_at
        return {
            **asdict(self._progress),
            "name": self.config.name,
            "idle_seconds": None if moved_at is None else round(time.monotonic() - moved_at, 1),
            "trouble": None if self._writer is None else self._writer.trouble,
        }

    # The thread

    def _run(self) -> None:
        try:
            self._deliver()
        except StoppedError:
            _LOG.info("%s: stopped without a flush; what was held is read again", self.config.name)
        except DeliveryError as error:
            self.failure = error
            _LOG.error("%s: stopped: %s", self.config.name, error)
            forget_frames(error)
        except Exception as error:
            self.failure = error
            _LOG.exception("%s: stopped by an unexpected error", self.config.name)
            forget_frames(error)
        finally:
            self._stop_reading.set()
            self._give_up.set()
            self._list_shards.set()
            self._functions.shutdown(wait=True, cancel_futures=True)
            self._writers.shutdown(wait=True, cancel_futures=True)
            for reader in self._readers.values():
                reader.join()
            if self._records_api is not None:
                self._records_api.close()
            self._log.close()
            self._intake.clear()
            release_memory()
            state, text = ("stopped", None) if self.failure is None else ("failed", str(self.failure))
            self._moved_at = None
            self._progress = Status(self.config.version, state, failure=text)
            self._status.write(self._progress)

    def _deliver(self) -> None:
        checkpoint = Checkpoint(self._directory)
        outbox = Outbox(self._directory / "outbox")
        try:
            prefixes = PrefixEvaluator(self.config.destination)
            writer = ObjectWriter(
                self._as(self.config.role_arn),
                self._metrics,
                self._give_up,
                self._log.refused,
                self._as(self.config.backup.role_arn if self.config.backup else ""),
            )
            self._writer = writer
            checkpoint.begin(self._source_created())
            self._finish_earlier(checkpoint, outbox, writer)
            checkpoint.adopt(Numbering.of(self.config.processing))
            pipeline = self._pipeline(checkpoint, outbox, writer, prefixes)
            try:
                self._start_source(checkpoint)
                self._loop(checkpoint, pipeline)
                self._save(checkpoint, pipeline)
            finally:
                pipeline.close()
        finally:
            checkpoint.close()
        self._send(self._metrics.take())

    def _send(self, measured: list[dict[str, Any]]) -> None:
        source = self.config.source
        metrics.send(self._clients, measured, None if source is None else source.stream_name)

    def _loop(self, checkpoint: Checkpoint, pipeline: Pipeline) -> None:
        name, saved_at = self.config.name, self._clock.steady_seconds()
        _LOG.info("%s: version %d runs", name, self.config.version)
        while True:
            self._moved_at = time.monotonic()
            stopping = self._stop_reading.is_set()
            if self._give_up.is_set():
                raise StoppedError(f"{name} was given up")
            if self._reader_failure is not None:
                raise SourceError(f"the source cannot be read: {self._reader_failure!r}")
            if stopping:
                pipeline.drain()
            else:
                self._admit_shards(checkpoint, pipeline)
                for chunk in self._intake.take(pipeline.wants):
                    pipeline.accept(chunk)
                    if chunk.ended:
                        _LOG.info("%s: shard %s is read to its end", name, chunk.shard_id)
                        self._list_shards.set()
            pipeline.step()
            if stopping and pipeline.is_idle:
                return
            now = self._clock.steady_seconds()
            if now - saved_at >= _SAVE_SECONDS:
                self._save(checkpoint, pipeline)
                saved_at = now
            if self._metrics.due:
                pipeline.measure()
                self._functions.submit(self._send, self._metrics.take())
            deadline = pipeline.deadline
            wait = _LONGEST_WAIT_SECONDS if deadline is None else min(deadline - now, _LONGEST_WAIT_SECONDS)
            self._intake.wake.wait(max(wait, 0.0))
            self._intake.wake.clear()

    def _finish_earlier(self, checkpoint: Checkpoint, outbox: Outbox, writer: ObjectWriter) -> None:
        """Send what an earlier run had decided but not seen confirmed (see `checkpoint`)."""
        for path, item in outbox.pending():
            if item.version != self.config.version and self._is_refused(item, writer):
                # Nothing of it is in S3, and its destination is history: its records go the new way.
                _LOG.warning("s3://%s/%s was refused: its records are read again", item.bucket, item.key)
                outbox.remove(path)
                continue
            writer.put(item)
            checkpoint.restore_finished(item.sink, item.finished)
            outbox.remove(path)
            _LOG.info("%s: finished s3://%s/%s of an earlier run", self.config.name, item.bucket, item.key)

    def _is_refused(self, item: DeliveryObject, writer: ObjectWriter) -> bool:
        try:
            writer.try_put(item)
        except RejectedError:
            return True
        except UnavailableError as error:
            _LOG.warning("s3://%s/%s is not written yet: %s", item.bucket, item.key, error)
        return False

    # Building

    def _pipeline(
        self, checkpoint: Checkpoint, outbox: Outbox, writer: ObjectWriter, prefixes: PrefixEvaluator
    ) -> Pipeline:
        config = self.config
        sink = Sink(config, self._channels(prefixes), outbox, writer, self._clock)
        transform = config.processing.transform
        run = None
        if transform is not None:
            invoker = LambdaInvoker(self._as(transform.role_arn), transform.function_arn)
            run = Transformer(config, transform, invoker, self._clock, self._metrics, self._give_up).run
        return Pipeline(
            config,
            checkpoint,
            outbox,
            prefixes,
            run,
            self._functions.submit,
            lambda kind, buffer: self._writers.submit(sink.deliver, kind, buffer),
            self._clock,
            self._metrics,
            self._intake.wake.set,
            self._log.report,
            self._limit_bytes,
            self._give_up,
        )

    def _channels(self, prefixes: PrefixEvaluator) -> dict[str, Channel]:
        config = self.config
        target = config.destination
        encoder: Encoder = JoiningEncoder(target)
        if config.conversion is not None:
            account_id = config.arn.split(":")[4]
            reader = self._as(config.conversion.schema.role_arn)
            schemas = GlueSchemaSource(reader, config.conversion.schema, self._clock, self._give_up)
            encoder = ConvertingEncoder(
                target, config.conversion, schemas, account_id, self._clock, self._metrics
            )
        channels = {
            DATA: Channel(DATA, target, prefixes, encoder),
            ERRORS: Channel(ERRORS, target, prefixes, ErrorEncoder()),
        }
        if config.backup is not None:
            channels[BACKUP] = Channel(
                BACKUP, config.backup, PrefixEvaluator(config.backup), JoiningEncoder(config.backup)
            )
        return channels

    # The source

    def _source_created(self) -> str | None:
        source = self.config.source
        if source is None:
            return None
        while True:
            try:
                return kinesis.stream_created(self._as(source.role_arn), source)
            except (BotoCoreError, ClientError) as error:
                self._troubles.note("DescribeStream", error_code(error))
                _LOG.warning("%s: %s cannot be described: %s", self.config.name, source.stream_name, error)
            if self._stop_reading.wait(_PAUSE_SECONDS):
                raise StoppedError("the source was never reached")

    def _start_source(self, checkpoint: Checkpoint) -> None:
        source = self.config.source
        if source is not None:
            watch = kinesis.ShardWatch(
                self._as(source.role_arn),
                source,
                self._intake,
                self._troubles,
                self._stop_reading,
                self._list_shards,
                checkpoint.source_created,
            )
            self._start_reader("shards", watch.run)
            return
        shard_id = direct_put.SHARD_ID
        account = checkpoint.shards.get(shard_id) or checkpoint.add_shard(shard_id, direct_put.SPOOL_START)
        checkpoint.save()
        reader = direct_put.SpoolSource(self._spool, account.tail, self._intake, self._stop_reading)
        self._start_reader(shard_id, reader.run)

    def _save(self, checkpoint: Checkpoint, pipeline: Pipeline) -> None:
        checkpoint.save()
        shards = checkpoint.shards.values()
        self._progress = Status(
            self.config.version,
            "running",
            sum(shard.tail.source_ordinal for shard in shards),
            sum(shard.outstanding for shard in shards),
            pipeline.held_bytes,
            pipeline.objects_in_delivery,
            records_failed=pipeline.records_failed,
        )
        self._status.write(self._progress)
        if self.config.source is None:
            position = checkpoint.shards[direct_put.SHARD_ID].position
            direct_put.discard_delivered(self._spool, position)

    def _admit_shards(self, checkpoint: Checkpoint, pipeline: Pipeline) -> None:
        """Start reading shards whose parents are read to their end and have passed the transform."""
        source = self.config.source
        if source is None:
            return
        shards = self._intake.take_shards()
        if shards is not None:
            self._note_shards(checkpoint, shards)
        for shard in self._waiting_shards.copy():
            if all(
                (account := checkpoint.shards[parent]).position.ended
                or (account.read_to_end and pipeline.has_passed_transform(parent))
                for parent in shard.parents
            ):
                self._waiting_shards.remove(shard)
                self._start_shard(source, shard, checkpoint)

    def _note_shards(self, checkpoint: Checkpoint, shards: list[Shard]) -> None:
        is_first_list = not checkpoint.shards
        for shard in shards:
            if shard.shard_id not in checkpoint.shards:
                # AWS rule: what was there at the beginning is read from the moment of creation, what came
                # later from its start, reference 1.1.
                start = kinesis.AT_TIMESTAMP if is_first_list else kinesis.TRIM_HORIZON
                checkpoint.add_shard(shard.shard_id, start)
            elif shard.is_open:
                self._reopen(checkpoint.shards[shard.shard_id], shard.shard_id)
        # Before the first object of a shard is begun: an object of an unknown shard could not be accounted for.
        checkpoint.save()
        known = {shard.shard_id for shard in shards}
        self._forget_shards(checkpoint, known)
        # A parent that the stream has forgotten, because its records have expired, is not waited for.
        self._waiting_shards = [
            replace(shard, parents=tuple(parent for parent in shard.parents if parent in known))
            for shard in shards
            if shard.shard_id not in self._readers and not checkpoint.shards[shard.shard_id].position.ended
        ]

    def _reopen(self, account: ShardLedger, shard_id: str) -> None:
        """Read a shard again that had ended and is open now: its stream is in an earlier state, or has lost shards."""
        # One that was read to its end in this run has just been closed: the list is older than that.
        has_just_ended = account.read_to_end and shard_id not in self._gone_shards
        if not account.position.ended or has_just_ended:
            return
        _LOG.warning("%s: %s had ended and is open again: it is read on", self.config.name, shard_id)
        account.reopen()
        self._gone_shards.discard(shard_id)
        self._readers.pop(shard_id, None)

    def _forget_shards(self, checkpoint: Checkpoint, known: set[str]) -> None:
        """End the accounts of shards that the stream no longer lists: there is nothing left to read."""
        for shard_id, account in checkpoint.shards.items():
            if shard_id in known or account.read_to_end or account.position.ended:
                continue
            _LOG.warning(
                "%s: %s is gone from the stream; what was not read of it is lost", self.config.name, shard_id
            )
            account.end()
            self._gone_shards.add(shard_id)
            reader = self._shard_readers.get(shard_id)
            if reader is not None:
                reader.forget()

    def _start_shard(self, source: KinesisSource, shard: Shard, checkpoint: Checkpoint) -> None:
        position = checkpoint.shards[shard.shard_id].tail
        if self._records_api is None:
            self._records_api = RecordsApi(self._as(source.role_arn))
        reader = kinesis.ShardReader(
            self._as(source.role_arn),
            self._records_api,
            source,
            shard.shard_id,
            position,
            self._intake,
            self._clock,
            self._metrics,
            self._troubles,
            self._stop_reading,
        )
        _LOG.info(
            "%s: reading %s from %s",
            self.config.name,
            shard.shard_id,
            position.after_sequence or position.start,
        )
        self._shard_readers[shard.shard_id] = reader
        self._start_reader(shard.shard_id, reader.run)

    def _start_reader(self, key: str, run: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                run()
            except Exception as error:
                # A source that nobody reads must not pass for one that has nothing new.
                _LOG.exception("%s: reading %s failed", self.config.name, key)
                self._reader_failure = error
                self._intake.wake.set()

        reader = threading.Thread(target=guarded, name=f"{self.config.name}-{key}", daemon=True)
        self._readers[key] = reader
        reader.start()


def discard_state(directory: Path) -> None:
    """Remove the checkpoint and outbox of a deleted delivery stream."""
    for _ in range(3):
        shutil.rmtree(directory, ignore_errors=True)
        if not directory.exists():
            return
        time.sleep(0.1)
