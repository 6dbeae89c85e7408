"""Reads a Kinesis stream: finds its shards, and reads each in a thread of its own.

AWS rule: GetRecords about once a second for each shard, at most five times when behind (reference 1.2); reading is
retried without limit (reference 1.2); KPL aggregates are taken apart (reference 1.3); parents are read before
their children (reference 11.4).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.delivery import kpl, log_codes
from local_aws.delivery.errors import (
    RejectedError,
    SourceError,
    StoppedError,
    UnavailableError,
    error_code,
)
from local_aws.delivery.intake import Chunk, Shard
from local_aws.delivery.ledger import MAIN
from local_aws.delivery.marks import marks_of
from local_aws.delivery.quarantine import ENVIRONMENT
from local_aws.delivery.records import RecordBatch

if TYPE_CHECKING:
    import threading

    from local_aws.clients import Clients
    from local_aws.delivery.clock import Clock
    from local_aws.delivery.config import KinesisSource
    from local_aws.delivery.intake import Intake
    from local_aws.delivery.kinesis_api import RecordsApi, SourceRecord
    from local_aws.delivery.ledger import Position
    from local_aws.delivery.logs import ErrorLog
    from local_aws.delivery.metrics import Metrics

_LOG = logging.getLogger(__name__)

AT_TIMESTAMP = "AT_TIMESTAMP"
TRIM_HORIZON = "TRIM_HORIZON"
RECORDS_PER_CALL = 10_000
# AWS rule: a call returns at most 10 MiB. MiniStack counts records alone, so the engine asks for as many as fit.
BYTES_PER_CALL = 10 * 1024 * 1024
_FIRST_RECORDS = 10
_GROWTH = 10
STEADY_INTERVAL_SECONDS = 1.0
# AWS rule: five reads a second for each shard, shared by all consumers, reference 11.1.
BEHIND_INTERVAL_SECONDS = 0.2
LISTING_INTERVAL_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 10.0
_THROTTLED = frozenset(
    {"ProvisionedThroughputExceededException", "LimitExceededException", "ThrottlingException"}
)


def stream_created(clients: Clients, source: KinesisSource) -> str:
    """Give the moment at which the stream was created, which tells it from others of the same name.

    Raises botocore's errors.
    """
    answer = clients.client("kinesis").describe_stream(StreamARN=source.stream_arn, Limit=1)
    return answer["StreamDescription"]["StreamCreationTimestamp"].isoformat()


def list_shards(clients: Clients, source: KinesisSource) -> list[Shard]:
    """Give all shards that the stream still knows. Raises botocore's errors."""
    client: Any = clients.client("kinesis")
    shards: list[Shard] = []
    request: dict[str, Any] = {"StreamARN": source.stream_arn}
    while True:
        answer = client.list_shards(**request)
        for shard in answer["Shards"]:
            parents = (shard.get("ParentShardId"), shard.get("AdjacentParentShardId"))
            # AWS rule: a closed shard has an ending sequence number, reference 11.4.
            is_open = not shard["SequenceNumberRange"].get("EndingSequenceNumber")
            shards.append(Shard(shard["ShardId"], tuple(parent for parent in parents if parent), is_open))
        if not answer.get("NextToken"):
            return shards
        request = {"NextToken": answer["NextToken"]}


class Troubles:
    """Counts and logs what Kinesis refuses: throttled calls as metrics (reference 13), the rest as entries (2.6)."""

    def __init__(self, metrics: Metrics, log: ErrorLog) -> None:
        self._metrics = metrics
        self._log = log

    def note(self, operation: str, code: str) -> bool:
        """Note that `operation` was refused with `code`; tell whether it was throttled."""
        text = log_codes.of_kinesis(code)
        if text is not None:
            self._log.refused(MAIN, *text)
        if code in _THROTTLED:
            self._metrics.add(f"Throttled{operation}", 1)
        return code in _THROTTLED


class ShardWatch:
    """Announces the stream's shards every few seconds, and at once when asked.

    `created` is what `stream_created` returned before: a stream that was made anew under the same name since then is
    another source, although its name, shards and iterators look the same.
    """

    def __init__(
        self,
        clients: Clients,
        source: KinesisSource,
        intake: Intake,
        troubles: Troubles,
        stop: threading.Event,
        asked: threading.Event,
        created: str | None,
    ) -> None:
        self._clients = clients
        self._source = source
        self._created = created
        self._intake = intake
        self._troubles = troubles
        self._stop = stop
        self._asked = asked

    def run(self) -> None:
        """Watch until stopped. Raises `SourceError` when the stream is another one by now."""
        while not self._stop.is_set():
            try:
                shards = list_shards(self._clients, self._source)
                created = stream_created(self._clients, self._source)
                if created != self._created:
                    raise SourceError(
                        f"{self._source.stream_name} was created anew ({created}, before {self._created})"
                    )
                self._intake.announce(shards)
            except (BotoCoreError, ClientError) as error:
                # The metric is named after the operation that Firehose uses; this engine lists shards.
                self._troubles.note("DescribeStream", error_code(error))
                _LOG.warning("the shards of %s cannot be listed: %s", self._source.stream_name, error)
            self._asked.wait(LISTING_INTERVAL_SECONDS)
            self._asked.clear()


@dataclass(frozen=True)
class Skip:
    """What was read before: up to a sequence number, and no later than the record with it arrived (if known)."""

    through: int
    arrival_ms: int | None

    def covers(self, record: SourceRecord) -> bool:
        """Return whether `record` was read before."""
        if int(record.sequence) > self.through:
            return False
        return self.arrival_ms is None or record.arrival_ms <= self.arrival_ms


class ShardReader:
    """Reads one shard from a position to its end, or until stopped."""

    def __init__(
        self,
        clients: Clients,
        api: RecordsApi,
        source: KinesisSource,
        shard_id: str,
        position: Position,
        intake: Intake,
        clock: Clock,
        metrics: Metrics,
        troubles: Troubles,
        stop: threading.Event,
    ) -> None:
        self._client: Any = clients.client("kinesis")
        self._api = api
        self._source = source
        self._shard_id = shard_id
        self._start = position.start
        self._after = position.after_sequence
        # What the record that reading stopped behind must look like; None once it was found, or was never known.
        self._expected_mark = position.after_mark
        self._skip: Skip | None = None
        self._after_arrival_ms = position.after_arrival_ms
        self._intake = intake
        self._clock = clock
        self._metrics = metrics
        self._troubles = troubles
        self._stop = stop
        self._pause = _FIRST_PAUSE_SECONDS
        self._limit = _FIRST_RECORDS
        self._is_gone = False

    def forget(self) -> None:
        """End soon: the stream no longer has the shard."""
        self._is_gone = True

    def run(self) -> None:
        """Read until the shard ends or the stream is stopped."""
        try:
            self._read()
        except StoppedError:
            _LOG.debug("reading %s stopped", self._shard_id)

    def _read(self) -> None:
        iterator: str | None = None
        while not (self._stop.is_set() or self._is_gone):
            started = self._clock.steady_seconds()
            try:
                if iterator is None:
                    iterator = self._iterator()
                answer = self._api.get_records(self._source.stream_arn, iterator, self._limit)
            except RejectedError as error:
                iterator = self._after_refusal(error, iterator)
                continue
            except UnavailableError as error:
                _LOG.warning("shard %s cannot be read, trying again: %s", self._shard_id, error)
                self._rest()
                continue
            self._pause = _FIRST_PAUSE_SECONDS
            iterator = answer.next_iterator
            records = answer.records
            self._limit = next_limit(self._limit, [len(record.data) for record in records])
            if self._expected_mark is not None:
                if not records and answer.millis_behind and iterator is not None:
                    self._stop.wait(BEHIND_INTERVAL_SECONDS)
                    continue
                if not self._is_where_it_stopped(records):
                    iterator = None
                    continue
                records = records[1:]
            self._hand_over(records, answer.millis_behind, ended=iterator is None)
            if iterator is None:
                return
            interval = BEHIND_INTERVAL_SECONDS if answer.millis_behind else STEADY_INTERVAL_SECONDS
            self._stop.wait(max(0.0, started + interval - self._clock.steady_seconds()))

    def _iterator(self) -> str:
        request: dict[str, Any] = {"StreamARN": self._source.stream_arn, "ShardId": self._shard_id}
        if self._skip is None and self._after is not None:
            kind = "AFTER_SEQUENCE_NUMBER" if self._expected_mark is None else "AT_SEQUENCE_NUMBER"
            request |= {"ShardIteratorType": kind, "StartingSequenceNumber": self._after}
        elif self._start == AT_TIMESTAMP and self._after is None:
            request |= {"ShardIteratorType": AT_TIMESTAMP, "Timestamp": self._source.start_timestamp}
        else:
            request["ShardIteratorType"] = TRIM_HORIZON
        try:
            iterator: str = self._client.get_shard_iterator(**request)["ShardIterator"]
        except ClientError as error:
            raise RejectedError(error_code(error), str(error)) from error
        except BotoCoreError as error:
            raise UnavailableError(str(error)) from error
        return iterator

    def _after_refusal(self, error: RejectedError, iterator: str | None) -> str | None:
        code = error.code
        if code == "ExpiredIteratorException":
            _LOG.info("the iterator of %s expired: reading on behind %s", self._shard_id, self._after)
            return None
        if self._troubles.note("GetRecords" if iterator else "GetShardIterator", code):
            self._rest()
            return iterator
        if code == "InvalidArgumentException" and iterator is None and self._after is not None:
            self._look_from_the_start(self._after)
            self._rest()
            return None
        _LOG.warning("shard %s cannot be read, trying again: %s", self._shard_id, error)
        self._rest()
        # An iterator may have become worthless while the service was away.
        return None

    def _rest(self) -> None:
        self._stop.wait(self._pause)
        self._pause = min(self._pause * 2, _LONGEST_PAUSE_SECONDS)

    def _is_where_it_stopped(self, records: list[SourceRecord]) -> bool:
        """Return whether the first record is the one that reading stopped behind; if not, have the shard searched."""
        after, expected = self._after, self._expected_mark
        self._expected_mark = None
        if records and records[0].sequence == after:
            read = user_records(self._shard_id, records[:1])
            if len(read) and int(marks_of(read)[-1]) == expected:
                return True
        self._look_from_the_start(str(after))
        return False

    def _look_from_the_start(self, after: str) -> None:
        """Read all that the shard still has, but what must have been read: the record behind which to go on is gone.

        It may have expired, or the source was emptied, rolled back or made anew. Then sequence numbers may have begun
        again: what arrived later than that record is new, whatever its number.
        """
        _LOG.warning(
            "shard %s no longer has the record %s that reading stopped behind: reading what is new in it",
            self._shard_id,
            after,
        )
        self._skip = Skip(int(after), self._after_arrival_ms)

    def _hand_over(self, records: list[SourceRecord], behind: int, *, ended: bool) -> None:
        if self._skip is not None:
            records = [record for record in records if not self._skip.covers(record)]
        self._metrics.add("KinesisMillisBehindLatest", behind, "Milliseconds")
        if not records and not ended:
            return
        if records:
            self._metrics.add("DataReadFromKinesisStream.Records", len(records))
            self._metrics.add("DataReadFromKinesisStream.Bytes", sum(len(r.data) for r in records), "Bytes")
        last = records[-1].sequence if records else None
        chunk = Chunk(self._shard_id, user_records(self._shard_id, records), last, behind, ended)
        self._intake.offer(chunk)
        if last is not None:
            self._after, self._after_arrival_ms = last, records[-1].arrival_ms
            self._skip = None


def next_limit(limit: int, sizes_bytes: list[int]) -> int:
    """Return how many records to ask for after an answer with records of these sizes, so that 10 MiB come.

    A shard whose records become much larger all at once exceeds that once.
    """
    if not sizes_bytes:
        return limit
    fitting = BYTES_PER_CALL * len(sizes_bytes) // max(1, sum(sizes_bytes))
    return max(1, min(RECORDS_PER_CALL, fitting, limit * _GROWTH))


def user_records(shard_id: str, records: list[SourceRecord]) -> RecordBatch:
    """Give the user records of a GetRecords answer; those of one aggregate share its sequence number."""
    batch = RecordBatch(shard_id)
    for record in records:
        pieces = _aggregated(record.data)
        if pieces is None:
            batch.append(record.data, 0, record.arrival_ms, record.sequence, 0, record.partition_key)
            continue
        for subsequence, (partition_key, piece) in enumerate(pieces):
            batch.append(piece, 0, record.arrival_ms, record.sequence, subsequence, partition_key)
    return batch


def _aggregated(data: bytes) -> list[tuple[str, bytes]] | None:
    """Return the records of an aggregate. AWS rule: what is none is an ordinary record, reference 11.5."""
    try:
        return kpl.split(data)
    except ENVIRONMENT:
        raise
    except Exception:
        _LOG.exception("a record of %d bytes could not be taken apart and is delivered whole", len(data))
        return None
