"""Turns the records of a buffer into the bytes of an object: joined and compressed, or converted.

AWS rule: records are joined byte for byte, reference 3.6; extension and headers as measured there.
"""

from __future__ import annotations

import io
import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyarrow as pa

from local_aws.delivery.compression import COMPRESSIONS
from local_aws.delivery.conversion import Converter, write
from local_aws.delivery.conversion.errors import SchemaError
from local_aws.delivery.error_documents import Reason, Rejects, conversion_failed
from local_aws.delivery.ordinals import as_ordinals
from local_aws.delivery.quarantine import ENVIRONMENT
from local_aws.delivery.records import RecordBatch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local_aws.delivery.clock import Clock
    from local_aws.delivery.config import ConversionSettings, S3Target
    from local_aws.delivery.glue_schema import SchemaSource
    from local_aws.delivery.metrics import Metrics
    from local_aws.delivery.ordinals import Ordinals

_LOG = logging.getLogger(__name__)

# A converted object is several times its records while it is being made: one at a time in the whole process.
_CONVERTING = threading.Lock()
# AWS rule: measured on Parquet objects although they are plain Parquet, reference 3.6.
_CONVERTED_ENCODING = "hadoop-snappy"
# Not a code of AWS's: the converter failed in a way that nobody foresaw.
CONVERSION_CODE = "DataFormatConversion.InternalError"


@dataclass(slots=True)
class Encoded:
    """An object's bytes (None: nothing is left for it), and what became of its records.

    `finished` has, by shard, the sorted ordinals that are in the object or need none, `oldest_ms` the earliest
    arrival among them (None: there are none), `rejects` the records that are not in it.
    """

    body: bytes | None
    extension: str
    content_encoding: str | None
    finished: Mapping[str, Ordinals]
    oldest_ms: int | None
    records: int
    rejects: list[Rejects]


class Encoder(Protocol):
    """Makes the bytes of an object. `encode` may be called from several threads."""

    def encode(self, batches: Sequence[RecordBatch], name: str) -> Encoded:
        """Encode the records of one buffer; `name` is what a file inside the object is called."""


class JoiningEncoder:
    """Joins records and compresses them. AWS rule: records without a byte make no object, reference 7."""

    def __init__(self, target: S3Target) -> None:
        self._compression = COMPRESSIONS[target.compression]
        self._extension = target.extension or self._compression.extension

    def encode(self, batches: Sequence[RecordBatch], name: str) -> Encoded:
        """See `Encoder`."""
        joined = b"".join([data for batch in batches for data in batch.data])
        return Encoded(
            self._compression.compress(joined, name) if joined else None,
            self._extension,
            self._compression.content_encoding,
            ordinals_by_shard(batches),
            oldest_arrival(batches),
            sum(map(len, batches)),
            [],
        )


class ErrorEncoder:
    """Joins error documents. AWS rule: no compression, no extension, no header, reference 2.5 and 3.6."""

    def encode(self, batches: Sequence[RecordBatch], name: str) -> Encoded:
        """See `Encoder`."""
        joined = b"".join([data for batch in batches for data in batch.data])
        finished, oldest_ms = ordinals_by_shard(batches), oldest_arrival(batches)
        return Encoded(joined, "", None, finished, oldest_ms, sum(map(len, batches)), [])


class ConvertingEncoder:
    """Converts JSON records to the columns of a Glue table.

    AWS rule: a record that does not fit goes to the error prefix, the others are written; if none fits,
    there is no object, reference 4.5.
    """

    def __init__(
        self,
        target: S3Target,
        settings: ConversionSettings,
        schemas: SchemaSource,
        account_id: str,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._settings = settings
        self._schemas = schemas
        self._extension = target.extension or settings.formats.extension
        self._account_id = account_id
        self._clock = clock
        self._metrics = metrics

    def encode(self, batches: Sequence[RecordBatch], name: str) -> Encoded:
        """See `Encoder`. Raises `StoppedError` while it waits for Glue."""
        records = [data for batch in batches for data in batch.data]
        failures: dict[int, Reason] = {}
        body: bytes | None = None
        try:
            # Some tables are only bad for one deserializer: that comes out here, not when they are read.
            converter = Converter(self._schemas.current(), self._settings.formats)
        except SchemaError as error:
            reason = Reason(error.code, error.message, 1, self._clock.now_ms())
            failures = dict.fromkeys(range(len(records)), reason)
        else:
            with _CONVERTING:
                failures, body = self._convert(converter, records)
        self._count(records, failures)
        kept, rejects = self._split(batches, failures)
        return Encoded(
            body,
            self._extension,
            _CONVERTED_ENCODING,
            ordinals_by_shard(kept),
            oldest_arrival(kept),
            len(records) - len(failures),
            rejects,
        )

    def _convert(self, converter: Converter, records: list[bytes]) -> tuple[dict[int, Reason], bytes | None]:
        try:
            converted = converter.convert(records)
        except ENVIRONMENT:
            raise
        except Exception:
            # A record that the converter itself stumbles over must not hold up the stream for ever.
            _LOG.exception("%d records could not be converted together: trying one by one", len(records))
            return self._convert_one_by_one(converter, records)
        ended_ms = self._clock.now_ms()
        failures = {f.index: Reason(f.code, f.message, 1, ended_ms) for f in converted.failures}
        return failures, self._written(converted.table) if len(failures) < len(records) else None

    def _convert_one_by_one(
        self, converter: Converter, records: list[bytes]
    ) -> tuple[dict[int, Reason], bytes | None]:
        tables: list[pa.Table] = []
        failures: dict[int, Reason] = {}
        for index, record in enumerate(records):
            try:
                converted = converter.convert([record])
            except ENVIRONMENT:
                raise
            except Exception as error:
                failures[index] = Reason(CONVERSION_CODE, repr(error), 1, self._clock.now_ms())
                continue
            for failure in converted.failures:
                failures[index] = Reason(failure.code, failure.message, 1, self._clock.now_ms())
            if not converted.failures:
                tables.append(converted.table)
        return failures, self._written(pa.concat_tables(tables)) if tables else None

    def _written(self, table: pa.Table) -> bytes:
        sink = io.BytesIO()
        write(table, self._settings.formats, sink)
        return sink.getvalue()

    def _split(
        self, batches: Sequence[RecordBatch], failures: Mapping[int, Reason]
    ) -> tuple[Sequence[RecordBatch], list[Rejects]]:
        """Give the records that are in the object, and those that are not."""
        if not failures:
            return batches, []
        kept: list[RecordBatch] = []
        rejects: list[Rejects] = []
        start = 0
        for batch in batches:
            bad = [i for i in range(len(batch)) if start + i in failures]
            if bad:
                reasons = [failures[start + i] for i in bad]
                rejects.append(
                    conversion_failed(batch.take(bad), reasons, self._settings.schema, self._account_id)
                )
                refused = set(bad)
                kept.append(batch.take([i for i in range(len(batch)) if i not in refused]))
            else:
                kept.append(batch)
            start += len(batch)
        return kept, rejects

    def _count(self, records: Sequence[bytes], failures: Mapping[int, Reason]) -> None:
        failed_bytes = sum(len(records[i]) for i in failures)
        total_bytes = sum(map(len, records))
        self._metrics.add("SucceedConversion.Records", len(records) - len(failures))
        self._metrics.add("SucceedConversion.Bytes", total_bytes - failed_bytes, "Bytes")
        self._metrics.add("FailedConversion.Records", len(failures))
        self._metrics.add("FailedConversion.Bytes", failed_bytes, "Bytes")


def ordinals_by_shard(batches: Sequence[RecordBatch]) -> dict[str, Ordinals]:
    """Give the sorted ordinals of all records, by shard."""
    collected: dict[str, list[Ordinals]] = {}
    for batch in batches:
        if len(batch):
            collected.setdefault(batch.shard_id, []).append(as_ordinals(batch.ordinals))
    return {shard_id: np.sort(np.concatenate(parts)) for shard_id, parts in collected.items()}


def oldest_arrival(batches: Sequence[RecordBatch]) -> int | None:
    """Give the earliest arrival of all records in epoch milliseconds, None when there are none."""
    return min((min(batch.arrivals_ms) for batch in batches if len(batch)), default=None)
