"""Entries in CloudWatch Logs, when logging is on: for records that failed, and for S3 and Kinesis when they refuse.

AWS rule: log group and stream as the destination names them, those of the backup for its own failures, reference
2.6. AWS samples what repeats itself and promises no entry; here a refusal that lasts is logged once a minute.
"""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING, Any

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from local_aws.delivery.ledger import BACKUP, MAIN

if TYPE_CHECKING:
    from local_aws.clients import Clients
    from local_aws.delivery.clock import Clock
    from local_aws.delivery.config import DeliveryConfig, LogTarget
    from local_aws.delivery.error_documents import Rejects

    Entry = tuple[LogTarget, dict[str, Any]]

_LOG = logging.getLogger(__name__)
_WAITING_ENTRIES = 1000
_REPEAT_SECONDS = 60.0


class ErrorLog:
    """Writes the reasons of failures from a thread of its own; delivery never waits for it."""

    def __init__(self, config: DeliveryConfig, clients: Clients, clock: Clock) -> None:
        self._config = config
        self._clients = clients
        self._clock = clock
        self._buckets = {MAIN: config.destination.bucket}
        self._targets = {MAIN: config.destination.log}
        if config.backup is not None:
            self._buckets[BACKUP] = config.backup.bucket
            self._targets[BACKUP] = config.backup.log
        self._entries: queue.Queue[Entry | None] = queue.Queue(_WAITING_ENTRIES)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._last: dict[tuple[str, str], float] = {}

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
            self._put(MAIN, self._document(MAIN, code, message) | {"recordCount": count})

    def refused(self, sink: str, code: str, message: str) -> None:
        """Note that a service refuses what `sink` (`main` or `backup`) needs, once a minute while it lasts."""
        now = self._clock.steady_seconds()
        with self._lock:
            last = self._last.get((sink, code))
            if last is not None and now - last < _REPEAT_SECONDS:
                return
            self._last[sink, code] = now
        self._put(sink, self._document(sink, code, message))

    def close(self) -> None:
        """Write what is waiting, then end."""
        if self._thread is not None:
            self._offer(None)
            self._thread.join(timeout=10)
            self._thread = None

    def _document(self, sink: str, code: str, message: str) -> dict[str, Any]:
        document: dict[str, Any] = {
            "deliveryStreamARN": self._config.arn,
            "destination": f"arn:aws:s3:::{self._buckets[sink]}",
            "deliveryStreamVersionId": self._config.version,
            "message": message,
            "errorCode": code,
        }
        transform = self._config.processing.transform
        if transform is not None and code.startswith("Lambda."):
            document["processor"] = transform.function_arn
        return document

    def _put(self, sink: str, document: dict[str, Any]) -> None:
        target = self._targets[sink]
        if target is None:
            return
        with self._lock:
            if self._thread is None:
                name = f"{self._config.name}-log"
                self._thread = threading.Thread(target=self._run, name=name, daemon=True)
                self._thread.start()
        text = orjson.dumps(document).decode("utf-8")
        self._offer((target, {"timestamp": self._clock.now_ms(), "message": text}))

    def _offer(self, entry: Entry | None) -> None:
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

    def _send(self, entries: list[Entry]) -> None:
        client: Any = self._clients.client("logs")
        for target in dict.fromkeys(target for target, _ in entries):
            events = [event for other, event in entries if other == target]
            try:
                client.put_log_events(
                    logGroupName=target.group,
                    logStreamName=target.stream,
                    logEvents=sorted(events, key=lambda event: int(event["timestamp"])),
                )
            except (BotoCoreError, ClientError) as error:
                _LOG.warning("%s: CloudWatch Logs refused entries: %s", self._config.name, error)
