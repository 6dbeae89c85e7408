"""The Lambda transform: one batch of records through the function, with retries, judged record by record.

AWS rule: request, response and every failure as in reference 2.1, 2.2 and 2.4. Which records make a
batch is decided in `lanes`.
"""

from __future__ import annotations

import binascii
import json
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from local_aws.delivery.error_documents import PROCESSING_FAILED, Reason, Rejects, processing_failed
from local_aws.delivery.errors import RejectedError, StoppedError, UnavailableError

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping, Sequence

    from local_aws.delivery.clock import Clock
    from local_aws.delivery.config import DeliveryConfig, LambdaSettings
    from local_aws.delivery.invoker import Answer, Invoker
    from local_aws.delivery.metrics import Metrics
    from local_aws.delivery.records import RecordBatch

_LOG = logging.getLogger(__name__)

# AWS rule: 6 MB each way, reference 2.3.
PAYLOAD_LIMIT_BYTES = 6 * 1024 * 1024
_EVENT_OVERHEAD_BYTES = 1024
_RECORD_OVERHEAD_BYTES = 400

_FUNCTION_ERROR = "The Lambda function was successfully invoked but it returned an error result."
_TIMED_OUT = "The Lambda function invocation timed out. Increase the Timeout setting in the Lambda function."
_MISSING = (
    "One or more record Ids were not returned. "
    "Ensure that the Lambda function returns all received record Ids."
)
_DUPLICATED = (
    "Multiple records were returned with the same record Id. "
    "Ensure that the Lambda function returns a unique record Id for each record."
)
_FAILED = "ProcessingFailed status set for record"
_NO_DATA = (
    "The data field cannot be null when the SourceType is DirectPut or KinesisStreamAsSource and processing "
    "result is Ok. The value field cannot be null when the SourceType is MSKAsSource and processing result "
    "is Ok."
)
_BAD_DATA = (
    "There was an error in mapping the Lambda function response. Ensure that data field is base-64 encoded."
)
_UNKNOWN_RESULT = "The result field has a value other than Ok, Dropped and ProcessingFailed."
_TOO_LARGE = "The record does not fit into one invocation: its event has {size} bytes, allowed are {limit}."

# Seconds before the second, third, … attempt; AWS does not document its own (reference 2.4).
DEFAULT_BACKOFF_SECONDS = (0.2, 0.5, 1.0, 2.0)
_UNREACHABLE_PAUSE_SECONDS = 1.0

# Not a code of AWS's: sending a record, or reading what came back for it, failed in a way that nobody foresaw.
TRANSFORM_CODE = "Lambda.InternalError"

NO_KEYS: Mapping[str, Any] = {}


@dataclass(slots=True)
class Transformed:
    """What came back for one batch.

    `records` are the Ok ones with their new data, `partition_keys` what the function said for each of them,
    `dropped` the ordinals of those it dropped, `rejects` the failed ones.
    """

    records: RecordBatch
    partition_keys: list[Mapping[str, Any]]
    dropped: list[int] = field(default_factory=list)
    rejects: Rejects | None = None


def together(batch: RecordBatch, answers: Sequence[Transformed], rejects: Rejects | None) -> Transformed:
    """Return what came back for the parts of `batch` as one; `rejects` are further records that failed."""
    if len(answers) == 1 and rejects is None:
        return answers[0]
    whole = Transformed(batch.cut(0, 0), [], rejects=rejects)
    for answer in answers:
        whole.records.extend(answer.records)
        whole.partition_keys += answer.partition_keys
        whole.dropped += answer.dropped
        whole.rejects = answer.rejects if whole.rejects is None else whole.rejects.with_more(answer.rejects)
    return whole


class Transformer:
    """Runs batches through one function; `run` may be called from several threads at once."""

    def __init__(
        self,
        config: DeliveryConfig,
        settings: LambdaSettings,
        invoker: Invoker,
        clock: Clock,
        metrics: Metrics,
        stop: threading.Event,
        backoff_seconds: Sequence[float] = DEFAULT_BACKOFF_SECONDS,
    ) -> None:
        self._settings = settings
        self._invoker = invoker
        self._clock = clock
        self._metrics = metrics
        self._stop = stop
        self._backoff_seconds = backoff_seconds
        self._from_kinesis = config.source is not None
        self._envelope: dict[str, Any] = {"invocationId": ""}
        if config.source is not None:
            self._envelope["sourceKinesisStreamArn"] = config.source.stream_arn
        self._envelope["deliveryStreamArn"] = config.arn
        self._envelope["region"] = config.region

    def run(self, batch: RecordBatch) -> Transformed:
        """Send `batch` (which fits into one event) and judge the answer. Raises `StoppedError`."""
        ids = record_ids(batch)
        payload = self._event(batch, ids)
        started = self._clock.steady_seconds()
        if len(payload) > PAYLOAD_LIMIT_BYTES:
            text = _TOO_LARGE.format(size=len(payload), limit=PAYLOAD_LIMIT_BYTES)
            return self._all_failed(batch, Reason("Lambda.InvocationFailure", text, 1, self._clock.now_ms()))
        answer, attempts, failure = self._invoke(payload)
        self._metrics.add(
            "ExecuteProcessing.Duration", (self._clock.steady_seconds() - started) * 1000, "Milliseconds"
        )
        self._metrics.add("ExecuteProcessing.Success", 0 if failure else 1)
        if answer is None:
            assert failure is not None  # noqa: S101 - _invoke gives one or the other
            return self._all_failed(batch, failure)
        result = self._judge(batch, ids, answer, attempts)
        self._metrics.add("SucceedProcessing.Records", len(result.records) + len(result.dropped))
        self._metrics.add("SucceedProcessing.Bytes", result.records.data_bytes, "Bytes")
        return result

    def _event(self, batch: RecordBatch, ids: list[str]) -> bytes:
        b2a = binascii.b2a_base64
        records: list[dict[str, Any]] = []
        shard_id = batch.shard_id
        for i, data in enumerate(batch.data):
            arrival_ms = batch.arrivals_ms[i]
            record: dict[str, Any] = {
                "data": b2a(data, newline=False).decode("ascii"),
                "recordId": ids[i],
                "approximateArrivalTimestamp": arrival_ms,
            }
            if self._from_kinesis:
                record["kinesisRecordMetadata"] = {
                    "shardId": shard_id,
                    "partitionKey": batch.partition_keys[i],
                    "approximateArrivalTimestamp": arrival_ms,
                    "sequenceNumber": batch.sequences[i],
                    "subsequenceNumber": batch.subsequences[i],
                }
            records.append(record)
        invocation = f"{batch.sequences[0][-20:]:0>20}{batch.subsequences[0]:012d}"
        envelope = self._envelope | {
            "invocationId": "-".join(
                (invocation[:8], invocation[8:12], invocation[12:16], invocation[16:20], invocation[20:])
            ),
            "records": records,
        }
        return orjson.dumps(envelope)

    def _invoke(self, payload: bytes) -> tuple[Answer | None, int, Reason | None]:
        """Give the answer or the reason of the failure, and how many attempts it took."""
        attempts = 0
        while True:
            try:
                answer = self._invoker.invoke(payload)
            except UnavailableError as error:
                # The endpoint is down, and with it everything else: wait for it, this is no attempt.
                _LOG.warning("%s; trying again", error)
                self._wait(_UNREACHABLE_PAUSE_SECONDS)
                continue
            except RejectedError as error:
                code, message = error.code, error.message
            else:
                if answer.function_error is None and len(answer.payload) <= PAYLOAD_LIMIT_BYTES:
                    return answer, attempts + 1, None
                code, message = _function_failure(answer)
            attempts += 1
            if attempts > self._settings.retries:
                _LOG.warning("%s failed %d times, last with %s", self._settings.function_arn, attempts, code)
                return None, attempts, Reason(code, message, attempts, self._clock.now_ms())
            self._wait(self._backoff_seconds[min(attempts, len(self._backoff_seconds)) - 1])

    def _wait(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise StoppedError("the transform was given up")

    def _all_failed(self, batch: RecordBatch, reason: Reason) -> Transformed:
        rejects = processing_failed(
            PROCESSING_FAILED, batch, [reason] * len(batch), self._settings.function_arn
        )
        return Transformed(batch.take([]), [], [], rejects)

    def _judge(self, batch: RecordBatch, ids: list[str], answer: Answer, attempts: int) -> Transformed:
        returned, repeated = _returned(answer.payload)
        ended_ms = self._clock.now_ms()
        data: list[bytes] = []
        keys: list[Mapping[str, Any]] = []
        kept: list[int] = []
        dropped: list[int] = []
        failed: list[int] = []
        reasons: list[Reason] = []
        for i, record_id in enumerate(ids):
            record = returned.get(record_id)
            problem: tuple[str, str] | None = None
            if record is None:
                problem = ("Lambda.MissingRecordId", _MISSING)
            elif record_id in repeated:
                problem = ("Lambda.DuplicatedRecordId", _DUPLICATED)
            else:
                result = record.get("result")
                if result == "Ok":
                    encoded = record.get("data")
                    if encoded is None:
                        problem = ("Lambda.InvalidReturnFormat", _NO_DATA)
                    else:
                        try:
                            data.append(binascii.a2b_base64(encoded, strict_mode=True))
                        except (TypeError, ValueError):
                            problem = ("Lambda.JsonMappingException", _BAD_DATA)
                        else:
                            kept.append(i)
                            keys.append(_partition_keys(record))
                elif result == "Dropped":
                    dropped.append(batch.ordinals[i])
                elif result == "ProcessingFailed":
                    problem = ("Lambda.ProcessingFailedStatus", _FAILED)
                else:
                    problem = ("Lambda.InvalidReturnFormat", _UNKNOWN_RESULT)
            if problem is not None:
                failed.append(i)
                reasons.append(Reason(*problem, attempts, ended_ms))
        rejects = None
        if failed:
            rejects = processing_failed(
                PROCESSING_FAILED, batch.take(failed), reasons, self._settings.function_arn
            )
        return Transformed(batch.take(kept).with_data(data), keys, dropped, rejects)


def record_ids(batch: RecordBatch) -> list[str]:
    """Give the ids under which the function sees the records: sequence number and six digits, reference 2.1."""
    return [f"{s}{n:06d}" for s, n in zip(batch.sequences, batch.subsequences, strict=True)]


def event_bytes(data_bytes: int, partition_key: str) -> int:
    """Give an upper bound of what one record of `data_bytes` adds to an event."""
    return (data_bytes + 2) // 3 * 4 + _RECORD_OVERHEAD_BYTES + 4 * len(partition_key)


EVENT_BUDGET_BYTES = PAYLOAD_LIMIT_BYTES - _EVENT_OVERHEAD_BYTES


def _function_failure(answer: Answer) -> tuple[str, str]:
    if b"Task timed out after" in answer.payload[:1000]:
        return "Lambda.FunctionTimedOut", _TIMED_OUT
    return "Lambda.FunctionError", _FUNCTION_ERROR


def _returned(payload: bytes) -> tuple[dict[str, dict[str, Any]], set[str]]:
    """Give the returned records by id, and the ids returned more than once.

    AWS rule: an answer that is not JSON or has no list of records is one that returned no id, reference 2.4.
    """
    try:
        body = orjson.loads(payload)
    except ValueError:
        try:
            # Lone surrogates, NaN and other things that Python's json writes and orjson refuses.
            body = json.loads(payload)
        except (ValueError, RecursionError):
            return {}, set()
    records = body.get("records") if isinstance(body, dict) else None
    if not isinstance(records, list):
        return {}, set()
    returned: dict[str, dict[str, Any]] = {}
    repeated: set[str] = set()
    for record in records:
        record_id = record.get("recordId") if isinstance(record, dict) else None
        if not isinstance(record_id, str):
            continue
        if record_id in returned:
            repeated.add(record_id)
        returned[record_id] = record
    return returned, repeated


def _partition_keys(record: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = record.get("metadata")
    if metadata is None:
        return NO_KEYS
    keys = metadata.get("partitionKeys") if isinstance(metadata, dict) else None
    return keys if isinstance(keys, dict) else NO_KEYS
