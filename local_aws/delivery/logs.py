"""Entries in CloudWatch Logs for records that failed, when logging is on.

AWS rule: log group and stream as the destination names them, reference 2.6.
"""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING, Any

import orjson
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from local_aws.clients import Clients
    from local_aws.delivery.clock import Clock
    from local_aws.delivery.config import DeliveryConfig
    from local_aws.delivery.error_documents import Rejects

_LOG = logging.getLogger(__name__)
_WAITING_ENTRIES = 1000


class ErrorLog:
    """Writes the reasons of failures from a thread of its own; delivery never waits for it."""

    def __init__(self, config: DeliveryConfig, clients: Clients, clock: Clock) -> None:
        self._config = config
        self._clients = clients
        self._clock = clock
        self._target = config.destination.log
        self._entries: queue.Queue[dict[str, Any] | None] = queue.Queue(_WAITING_ENTRIES)
        self._thread: threading.Thread | None = None

    def report(self, rejects: Rejects) -> None:
        """Note why records failed: one entry for each distinct reason."""
        for (code, message), count in rejects.reasons.items():
            _LOG.warning(
                "%s: %d record(s) to %s: %s (%s)",
                self._config.name,
                count,
                rejects.output_type,
                code,
                message,
            )
            if self._target is not None:
                self._put(self._entry(code, message, count))

    def close(self) -> None:
        """Write what is waiting, then end."""
        if self._thread is not None:
            self._put(None)
            self._thread.join(timeout=10)
            self._thread = None

    def _entry(self, code: str, message: str, count: int) -> dict[str, Any]:
        document: dict[str, Any] = {
            "deliveryStreamARN": self._config.arn,
            "destination": f"arn:aws:s3:::{self._config.destination.bucket}",
            "deliveryStreamVersionId": self._config.version,
            "message": message,
            "errorCode": code,
            "recordCount": count,
        }
        transform = self._config.processing.transform
        if transform is not None and code.startswith("Lambda."):
            document["processor"] = transform.function_arn
        return {"timestamp": self._clock.now_ms(), "message": orjson.dumps(document).decode("utf-8")}

    def _put(self, entry: dict[str, Any] | None) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=f"{self._config.name}-log", daemon=True)
            self._thread.start()
        try:
            self._entries.put_nowait(entry)
        except queue.Full:
            _LOG.warning("%s: CloudWatch Logs is too slow, an entry was left out", self._config.name)

    def _run(self) -> None:
        while (entry := self._entries.get()) is not None:
            entries = [entry]
            while len(entries) < _WAITING_ENTRIES:
                try:
                    following = self._entries.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    self._send(entries)
                    return
                entries.append(following)
            self._send(entries)

    def _send(self, entries: list[dict[str, Any]]) -> None:
        if self._target is None:
            return
        client: Any = self._clients.client("logs")
        try:
            client.put_log_events(
                logGroupName=self._target.group,
                logStreamName=self._target.stream,
                logEvents=sorted(entries, key=lambda entry: int(entry["timestamp"])),
            )
        except (BotoCoreError, ClientError) as error:
            _LOG.warning("%s: CloudWatch Logs refused entries: %s", self._config.name, error)
