"""PutRecord and PutRecordBatch: records of direct-PUT streams go to the spool before they are acknowledged."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING, Any

from local_aws.firehose.errors import invalid_argument, service_unavailable
from local_aws.firehose.spool import SpoolError, SpoolFullError, SpoolWriter
from local_aws.firehose.stream import DIRECT_PUT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from local_aws.firehose.stream import DeliveryStream

# AWS rule: 4 MiB in one batch, reference 1.6; the number of records and their size are in the API's model.
_MOST_BATCH_BYTES = 4 * 1024 * 1024


class Intake:
    """Has one spool writer for each direct-PUT stream that records have come for."""

    def __init__(self, spool_dir: Path, clock: Callable[[], float]) -> None:
        self._spool_dir = spool_dir
        self._clock = clock
        self._lock = threading.Lock()
        self._writers: dict[str, SpoolWriter] = {}

    def put(self, stream: DeliveryStream, data: bytes) -> dict[str, Any]:
        """Answer PutRecord."""
        return {"RecordId": self._append(stream, [data])[0], "Encrypted": self._is_encrypted(stream)}

    def put_batch(self, stream: DeliveryStream, records: Sequence[Mapping[str, bytes]]) -> dict[str, Any]:
        """Answer PutRecordBatch; the local spool takes a batch as a whole or not at all."""
        batch = [record["Data"] for record in records]
        if sum(map(len, batch)) > _MOST_BATCH_BYTES:
            raise invalid_argument("Records size exceeds 4 MB limit")
        return {
            "FailedPutCount": 0,
            "Encrypted": self._is_encrypted(stream),
            "RequestResponses": [{"RecordId": record_id} for record_id in self._append(stream, batch)],
        }

    def forget(self, name: str) -> None:
        """Discard what a deleted stream has not delivered; AWS rule: reference 1.7."""
        with self._lock:
            writer = self._writers.pop(name, None)
            if writer is not None:
                writer.close()
            shutil.rmtree(self._spool_dir / name, ignore_errors=True)

    def close(self) -> None:
        """Close all spools."""
        with self._lock:
            for writer in self._writers.values():
                writer.close()
            self._writers.clear()

    def _append(self, stream: DeliveryStream, batch: list[bytes]) -> list[str]:
        if stream.kind != DIRECT_PUT:
            raise invalid_argument(f"This operation is not permitted on {stream.kind} delivery stream type.")
        if stream.status(self._clock()) != "ACTIVE":
            raise service_unavailable(
                f"Firehose {stream.name} is {stream.status(self._clock())}, not ACTIVE."
            )
        arrival_ms = int(self._clock() * 1000)
        try:
            positions = self._writer(stream.name).append(batch, arrival_ms)
        except SpoolFullError as error:
            raise service_unavailable(f"Slow down. {error}") from error
        except SpoolError as error:
            raise service_unavailable(str(error)) from error
        # The shape of real identifiers: 56 digits and six more, reference 2.1.
        return [f"{position:056d}000000" for position in positions]

    def _writer(self, name: str) -> SpoolWriter:
        with self._lock:
            writer = self._writers.get(name)
            if writer is None:
                writer = self._writers[name] = SpoolWriter(self._spool_dir / name)
            return writer

    def _is_encrypted(self, stream: DeliveryStream) -> bool:
        return stream.encryption.status(self._clock()) == "ENABLED"
