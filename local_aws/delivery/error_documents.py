"""The documents that describe a failed record under the error prefix: one JSON object per line.

There are two shapes and they stay two: one for processing and partitioning (reference 2.5, 5.4), one for format
conversion (reference 4.7). Numbers are epoch milliseconds.

AWS rule: `rawData` is the record that the failing stage was given; of a stream that decompresses, it is always the
compressed record as it came (developer guide, "Troubleshoot decompression in Firehose").
"""

from __future__ import annotations

import binascii
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from local_aws.delivery.quarantine import Stage, isolate

if TYPE_CHECKING:
    from local_aws.delivery.config import SchemaReference
    from local_aws.delivery.records import RecordBatch

# AWS rule: the values of !{firehose:error-output-type}, reference 3.4.
PROCESSING_FAILED = "processing-failed"
CONVERSION_FAILED = "format-conversion-failed"
EXTRACTION_FAILED = "metadata-extraction-failed"
PARTITIONING_FAILED = "partitioning-failed"
PARTITIONS_EXCEEDED = "activePartitionExceeded"
# Not a code of AWS's: a record that a stage stumbled over in a way that nobody foresaw.
INTERNAL_CODE = "Processing.InternalError"


@dataclass(slots=True)
class Rejects:
    """Records that a stage refused: `documents` has the line for each in place of its data.

    `reasons` are the distinct (code, message) pairs, for the log.
    """

    output_type: str
    documents: RecordBatch
    reasons: dict[tuple[str, str], int] = field(default_factory=dict)

    def with_more(self, other: Rejects | None) -> Rejects:
        """Return these and those of `other`, which are of the same shard and output type."""
        if other is not None:
            self.documents.extend(other.documents)
            for reason, count in other.reasons.items():
                self.reasons[reason] = self.reasons.get(reason, 0) + count
        return self


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a record failed: the code and message of AWS, how often it was tried, when the last try ended."""

    code: str
    message: str
    attempts: int
    ended_ms: int


def processing_failed(
    output_type: str, records: RecordBatch, reasons: list[Reason], lambda_arn: str | None
) -> Rejects:
    """Describe `records` (as the failing stage got them) in the shape of reference 2.5.

    `lambda_arn` None leaves the member out: a failure of partitioning, reference 5.4.
    """
    lines = []
    counts: dict[tuple[str, str], int] = {}
    for data, arrival_ms, reason in zip(records.raw, records.arrivals_ms, reasons, strict=True):
        document: dict[str, Any] = {
            "rawData": _base64(data),
            "errorCode": reason.code,
            "errorMessage": _printable(reason.message),
            "attemptsMade": reason.attempts,
            "arrivalTimestamp": arrival_ms,
            "attemptEndingTimestamp": reason.ended_ms,
        }
        if lambda_arn is not None:
            document["lambdaARN"] = lambda_arn
        lines.append(_line(document, data))
        _count(counts, reason)
    return Rejects(output_type, _documents(records, lines), counts)


def conversion_failed(
    records: RecordBatch, reasons: list[Reason], schema: SchemaReference, account_id: str
) -> Rejects:
    """Describe `records` (as conversion got them) in the shape of reference 4.7."""
    table = {
        "catalogId": schema.catalog_id or account_id,
        "databaseName": schema.database,
        "tableName": schema.table,
        "region": schema.region,
        "versionId": schema.version,
        "roleArn": schema.role_arn,
    }
    lines = []
    counts: dict[tuple[str, str], int] = {}
    for index, reason in enumerate(reasons):
        document = {
            "attemptsMade": reason.attempts,
            "arrivalTimestamp": records.arrivals_ms[index],
            "lastErrorCode": reason.code,
            "lastErrorMessage": _printable(reason.message),
            "attemptEndingTimestamp": reason.ended_ms,
            "rawData": _base64(records.raw[index]),
            "sequenceNumber": records.sequences[index],
            "subSequenceNumber": records.subsequences[index],
            "dataCatalogTable": table,
        }
        lines.append(_line(document, records.raw[index]))
        _count(counts, reason)
    return Rejects(CONVERSION_FAILED, _documents(records, lines), counts)


def _line(document: dict[str, Any], data: bytes) -> bytes:
    isolated = isolate(
        Stage.DOCUMENT, (data,), lambda _: orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
    )
    if isolated.parts:
        return isolated.parts[0][1]
    # The record itself is what must not be lost.
    least = {"rawData": document["rawData"], "errorCode": INTERNAL_CODE, "errorMessage": isolated.failed[0]}
    return json.dumps(least).encode("ascii") + b"\n"


def _count(counts: dict[tuple[str, str], int], reason: Reason) -> None:
    pair = (reason.code, _printable(reason.message))
    counts[pair] = counts.get(pair, 0) + 1


def _printable(text: str) -> str:
    """Return a message, which may quote a record, without the lone surrogates that no UTF-8 has."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _documents(records: RecordBatch, lines: list[bytes]) -> RecordBatch:
    documents = records.with_data(lines)
    documents.sources = []
    return documents


def _base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode("ascii")
