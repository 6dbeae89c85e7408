"""Sends requests over several connections and sends again what was not acknowledged.

Each connection is a thread with one request at a time. Requests wait in a short queue; whoever makes records waits
when it is full, so memory does not grow with a slow stream. A thread keeps its request until every record of it is
acknowledged or given up: only the records that were refused are sent again.
"""

from __future__ import annotations

import logging
import queue
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from producer.counts import Tally
from producer.errors import FinalError, ProducerError, RetryableError
from producer.kinesis import THROTTLED, UNCLEAR, Transport
from producer.records import Records
from producer.retry import RetryPolicy

QUEUED_PER_CONNECTION = 2
_POLL_SECONDS = 0.1
_WARNING_INTERVAL_SECONDS = 5.0

logger = logging.getLogger("producer")


class Keeper(Protocol):
    """Takes the records that are given up."""

    def keep(self, records: Records) -> None:
        """Keep the records somewhere.

        :raises ProducerError: that is not possible.
        """
        ...


@dataclass
class _Delivery:
    """One request on its way: what is left of it to send, and how that goes."""

    left: Records
    progress_at: float  # when it was taken up, or had a record acknowledged last
    fruitless: int = 0  # calls in a row that acknowledged nothing
    may_be_stored: int = 0  # records of the last call whose acknowledgement may have been lost
    unreachable: bool = False
    reason: str = ""


class Sender:
    """A pool of connections to one stream."""

    def __init__(
        self,
        transport: Transport,
        keeper: Keeper,
        tally: Tally,
        connections: int = 4,
        policy: RetryPolicy | None = None,
        clock: Callable[[], float] = time.monotonic,
        jitter: random.Random | None = None,
    ) -> None:
        """Prepare the connections; :meth:`start` opens them.

        :param keeper: gets the records that are given up.
        :param tally: is told everything but what was generated.
        """
        self._transport = transport
        self._keeper = keeper
        self._tally = tally
        self._policy = policy or RetryPolicy()
        self._clock = clock
        self._jitter = jitter or random.Random()
        self._queue: queue.Queue[Records | None] = queue.Queue(QUEUED_PER_CONNECTION * connections)
        self._threads = [
            threading.Thread(target=self._work, name=f"connection-{i}", daemon=True)
            for i in range(connections)
        ]
        self._stopped = threading.Event()
        self._lock = threading.Lock()  # guards the four below
        self._error: ProducerError | None = None
        self._answered = False
        self._acknowledged_at = clock()
        self._warned_at = clock() - _WARNING_INTERVAL_SECONDS
        self._deadline: float | None = None

    @property
    def error(self) -> ProducerError | None:
        """Why sending stopped before its end; None as long as it goes on."""
        return self._error

    @property
    def stopped(self) -> bool:
        """Whether records are given up from now on."""
        return self._stopped.is_set()

    def start(self) -> None:
        """Start the connections."""
        for thread in self._threads:
            thread.start()

    def submit(self, records: Records, tick: Callable[[], None] = lambda: None) -> None:
        """Hand over one request; waits while the queue is full, calling ``tick`` now and then.

        Once sending has stopped, records are given up.
        """
        if not self._enqueue(records, tick):
            self._give_up(records)

    def finish(self, tick: Callable[[], None] = lambda: None) -> None:
        """Wait until every record is acknowledged or given up; ``tick`` is called now and then meanwhile."""
        for _ in self._threads:
            while not self._enqueue(None, tick):
                tick()
        for thread in self._threads:
            while thread.is_alive():
                thread.join(_POLL_SECONDS)
                tick()

    def hurry(self, seconds: float) -> None:
        """Give records up that are not acknowledged within so many seconds from now."""
        self._deadline = self._clock() + seconds

    def stop(self, error: ProducerError | None = None) -> None:
        """Give up what is not acknowledged; calls that are under way still end and are counted."""
        with self._lock:
            if self._error is None:
                self._error = error
        self._stopped.set()

    def _enqueue(self, item: Records | None, tick: Callable[[], None]) -> bool:
        # The end mark has to get in even after a stop: the connections go on taking requests out, to give them up.
        while item is None or not self._stopped.is_set():
            try:
                self._queue.put(item, timeout=_POLL_SECONDS)
            except queue.Full:
                tick()
                continue
            return True
        return False

    def _work(self) -> None:
        while (records := self._queue.get()) is not None:
            delivery = _Delivery(records, self._clock())
            try:
                self._deliver(delivery)
            except ProducerError as error:
                self.stop(error)
            except Exception as error:
                # Nobody watches a thread: whatever went wrong has to reach the main one, and the counts must add up.
                logger.debug("unexpected error while sending", exc_info=True)
                self.stop(ProducerError(f"unexpected error while sending: {error!r}"))
            self._give_up(delivery.left)

    def _deliver(self, delivery: _Delivery) -> None:
        """Send until every record is acknowledged or this request is given up."""
        first = True
        while len(delivery.left) and not self._stopped.is_set():
            if not first:
                self._tally.add(retried=len(delivery.left), possible_duplicates=delivery.may_be_stored)
            first = False
            self._call(delivery)
            if len(delivery.left) and not self._wait(delivery):
                return

    def _call(self, delivery: _Delivery) -> None:
        records = delivery.left
        self._tally.add(calls=1)
        try:
            outcomes = self._transport.put(records)
        except RetryableError as error:
            delivery.fruitless += 1
            delivery.reason = str(error)
            delivery.unreachable = error.unreachable
            delivery.may_be_stored = len(records) if error.may_be_stored else 0
            self._answered = self._answered or not error.unreachable
            return
        refused = [i for i, outcome in enumerate(outcomes) if outcome is not None]
        left = records.pick(refused) if refused else Records([], [])
        sent = len(records) - len(left)
        sent_bytes = sum(map(len, records.payloads)) - sum(map(len, left.payloads))
        throttled = sum(1 for i in refused if outcomes[i] == THROTTLED)
        delivery.left = left
        self._tally.add(sent=sent, sent_bytes=sent_bytes, throttled=throttled)
        self._answered = True
        if sent:
            delivery.progress_at = self._acknowledged_at = self._clock()
        delivery.fruitless = 1 if sent else delivery.fruitless + 1
        delivery.unreachable = False
        delivery.may_be_stored = sum(1 for i in refused if outcomes[i] == UNCLEAR)
        if refused:
            delivery.reason = f"{outcomes[refused[0]]} for {len(refused)} of {len(records)} records"

    def _wait(self, delivery: _Delivery) -> bool:
        """Wait before the next call; False when there is to be none."""
        policy, now = self._policy, self._clock()
        waited = now - delivery.progress_at
        if delivery.unreachable and not self._answered and waited >= policy.first_contact_seconds:
            raise FinalError(f"{delivery.reason}, tried for {waited:.0f} s")
        if delivery.fruitless >= policy.attempts or waited >= policy.seconds:
            reason = f"gave up after {delivery.fruitless} attempts in {waited:.0f} s: {delivery.reason}"
            if self._acknowledged_at > delivery.progress_at:
                # The stream takes records, just not these: go on with the others.
                logger.warning("%d records %s", len(delivery.left), reason)
                return False
            raise FinalError(reason)
        self._warn(delivery, now)
        pause = policy.pause_seconds(delivery.fruitless, self._jitter)
        if self._deadline is not None and now + pause > self._deadline:
            return False
        return not self._stopped.wait(pause)

    def _warn(self, delivery: _Delivery, now: float) -> None:
        with self._lock:
            if now - self._warned_at < _WARNING_INTERVAL_SECONDS:
                return
            self._warned_at = now
        logger.warning("%s; trying again", delivery.reason)

    def _give_up(self, records: Records) -> None:
        if not len(records):
            return
        self._tally.add(failed=len(records))
        try:
            self._keeper.keep(records)
        except ProducerError as error:
            self.stop(error)
            logger.error("%s", error)
