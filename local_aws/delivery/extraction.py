"""Partition keys from the record itself, by a jq query.

AWS rule: evaluated on the record after the transform; values are turned into text; null or empty text fails, and so
does a record that is not one JSON document, reference 5.2 and 5.4. The query is users' code: it runs in a process of
its own, with a budget for each record (see `local_aws.jq16`).
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from local_aws.delivery.errors import ConfigError, StoppedError
from local_aws.jq16.sandbox import JqWorker, QueryError, StoppedWorkError, WorkerDiedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_LOG = logging.getLogger(__name__)
# What is sent to the worker at once.
_MOST_RECORDS = 2_000
_MOST_BYTES = 4 * 1024 * 1024
_PAUSE_SECONDS = 1.0


class Extractor:
    """One compiled query. Raises `ConfigError` when it does not compile. Used by one thread."""

    def __init__(self, query: str, stop: threading.Event | None = None) -> None:
        self._query = query
        self._stop = stop or threading.Event()
        self._worker = self._start()

    def extract(self, records: Sequence[bytes]) -> tuple[list[Mapping[str, str]], dict[int, str]]:
        """Return the keys of each record, and by index why a record has none (its keys are empty then).

        Raises `StoppedError` when the stream is stopped meanwhile.
        """
        keys: list[Mapping[str, str]] = []
        failed: dict[int, str] = {}
        for part in _parts(records):
            for found, problem in self._ask(part):
                if problem is not None:
                    failed[len(keys)] = problem
                keys.append(found or {})
        return keys, failed

    def close(self) -> None:
        """End the worker."""
        self._worker.close()

    def _start(self) -> JqWorker:
        try:
            return JqWorker(self._query, self._stop)
        except QueryError as error:
            raise ConfigError(f"the jq query {self._query!r} does not compile: {error}") from error

    def _ask(self, records: Sequence[bytes]) -> list[tuple[dict[str, str] | None, str | None]]:
        while True:
            try:
                return self._worker.keys(records)
            except StoppedWorkError as error:
                raise StoppedError(str(error)) from error
            except WorkerDiedError as error:
                # Not the doing of a record, which ends a fork of the worker at most: the machine is short of something.
                _LOG.warning("%s; another one is started", error)
                if self._stop.wait(_PAUSE_SECONDS):
                    raise StoppedError("the stream is stopped") from error
                self._worker = self._start()


def _parts(records: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    start = size = 0
    for at, record in enumerate(records):
        if at > start and (at - start >= _MOST_RECORDS or size + len(record) > _MOST_BYTES):
            yield records[start:at]
            start, size = at, 0
        size += len(record)
    if start < len(records):
        yield records[start:]
