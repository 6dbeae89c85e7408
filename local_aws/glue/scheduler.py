"""Starts crawlers when their schedules are due, by the gateway's clock."""

from __future__ import annotations

import logging
import threading
from functools import lru_cache
from typing import TYPE_CHECKING

from local_aws.gateway.service import ApiError
from local_aws.glue import schedule
from local_aws.glue.crawler import SCHEDULED

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_aws.glue.store import CrawlerStore

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0


class Scheduler:
    """Looks at the clock every second; `tick` is one such look, and is all that a test needs.

    What was due while nothing ran is not made up for.
    """

    def __init__(
        self,
        store: CrawlerStore,
        start_crawler: Callable[[str], object],
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._start_crawler = start_crawler
        self._clock = clock
        self._looked_at = clock()
        self._stop_asked = threading.Event()
        self._thread = threading.Thread(target=self._run, name="crawler-schedules", daemon=True)

    def forget(self) -> None:
        """Take what was due until now as done."""
        self._looked_at = self._clock()

    def start(self) -> None:
        """Begin to look at the clock."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop_asked.set()
        if self._thread.is_alive():
            self._thread.join()

    def tick(self) -> list[str]:
        """Start every crawler that has become due since the last look; give their names.

        One that still runs is left to run: the turn is skipped.
        """
        since, now = self._looked_at, self._clock()
        self._looked_at = now
        started = []
        for crawler in self._store.all():
            if crawler.schedule_state != SCHEDULED or not _is_due(crawler.schedule, since, now):
                continue
            try:
                self._start_crawler(crawler.name)
                started.append(crawler.name)
            except ApiError as error:
                _log.info("crawler %s was due and not started: %s", crawler.name, error.message)
        return started

    def _run(self) -> None:
        while not self._stop_asked.wait(_LOOK_SECONDS):
            try:
                self.tick()
            except Exception:
                _log.exception("the schedules of crawlers could not be looked at")


def _is_due(expression: str, since: float, now: float) -> bool:
    due = _next(expression, since)
    return due is not None and due <= now


@lru_cache(maxsize=256)
def _parsed(expression: str) -> schedule.Schedule:
    return schedule.parse(expression)


@lru_cache(maxsize=256)
def _next_after_minute(expression: str, minute_epoch_seconds: int) -> float | None:
    return _parsed(expression).next_after(minute_epoch_seconds)


def _next(expression: str, since: float) -> float | None:
    # Schedules are about whole minutes: within one the answer stays the same.
    return _next_after_minute(expression, int(since // 60) * 60)
