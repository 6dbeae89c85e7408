"""Where delivery streams are kept: one JSON file each, written atomically, all of them in memory."""

from __future__ import annotations

import json
import logging
import threading
from typing import TYPE_CHECKING

from local_aws.durable import write_json
from local_aws.firehose.stream import DeliveryStream

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_log = logging.getLogger(__name__)


class StreamStore:
    """The delivery streams of one account and region, safe to use from many threads.

    A deleted stream stays visible as DELETING until its time is over; every look at the store sweeps those.
    """

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._clock = clock
        self._streams: dict[str, DeliveryStream] = {}
        self.lock = threading.RLock()

    def load(self) -> None:
        """Read all files; one that cannot be read is left as it is and named in the log."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self.lock:
            for path in sorted(self._folder.glob("*.json")):
                try:
                    stream = DeliveryStream.from_json(json.loads(path.read_text(encoding="utf-8")))
                except (ValueError, TypeError, KeyError):
                    _log.exception("the delivery stream in %s cannot be read; it is left out", path)
                    continue
                self._streams[stream.name] = stream

    def get(self, name: str) -> DeliveryStream | None:
        """Give the stream of this name, or None."""
        with self.lock:
            self._sweep()
            return self._streams.get(name)

    def all(self) -> list[DeliveryStream]:
        """Give all streams in the order of their names."""
        with self.lock:
            self._sweep()
            return [self._streams[name] for name in sorted(self._streams)]

    def put(self, stream: DeliveryStream) -> None:
        """Keep `stream` in the place of an earlier one of the same name; durable when this returns."""
        with self.lock:
            self._write(stream)
            self._streams[stream.name] = stream

    def _sweep(self) -> None:
        now = self._clock()
        for stream in [one for one in self._streams.values() if one.is_gone(now)]:
            self._path(stream.name).unlink(missing_ok=True)
            del self._streams[stream.name]

    def _write(self, stream: DeliveryStream) -> None:
        write_json(self._path(stream.name), stream.to_json())

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"
