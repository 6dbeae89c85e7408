"""One run of the producer: records from a source, paced, batched, sent, accounted."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from producer.batching import Batcher, part_too_long
from producer.counts import Counts, Tally
from producer.errors import ProducerError
from producer.pacing import Pacer
from producer.records import Records
from producer.sender import Keeper, Sender
from producer.sources import Source

HURRY_SECONDS = 10.0
"""How long records that were made already may still take after the first Ctrl-C."""


@dataclass
class Interruption:
    """A person's wish to stop: the first Ctrl-C ends the making of records, the second the sending too."""

    times: int = 0
    _listeners: list[Callable[[int], None]] = field(default_factory=list)

    def tell(self, listener: Callable[[int], None]) -> None:
        """Call ``listener`` with the number of interruptions at each of them."""
        self._listeners.append(listener)

    def happen(self) -> None:
        """Interrupt."""
        self.times += 1
        for listener in self._listeners:
            listener(self.times)

    def wait(self, seconds: float) -> bool:
        """Wait, at most until interrupted; answers whether the run is to end."""
        # Short naps and no event: a signal handler that sets an event the same thread waits on can deadlock.
        end = time.monotonic() + seconds
        while not self.times and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
        return self.times > 0


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Turn SIGINT and SIGTERM into interruptions while the block runs."""
    interruption = Interruption()

    def handle(_number: int, _frame: FrameType | None) -> None:
        interruption.happen()

    before: dict[int, Any] = {
        number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass(frozen=True)
class Outcome:
    """How a run ended; the counts add up."""

    counts: Counts
    seconds: float
    error: ProducerError | None


def produce(
    source: Source,
    pacer: Pacer,
    sender: Sender,
    tally: Tally,
    keeper: Keeper,
    interruption: Interruption,
    *,
    seen: Callable[[Records], None] = lambda _records: None,
    tick: Callable[[Counts], None] = lambda _counts: None,
) -> Outcome:
    """Send records until the pacer, the source or a person ends it, then wait for the last acknowledgement.

    :param keeper: gets the records that are too long for Kinesis.
    :param seen: is told the records of each round before they are sent, ``tick`` the counts now and then.
    """

    def ticking() -> None:
        tick(tally.now())

    started = time.monotonic()
    interruption.tell(lambda times: sender.hurry(HURRY_SECONDS) if times == 1 else sender.stop())
    batcher = Batcher()
    sender.start()
    error: ProducerError | None = None
    try:
        while not sender.stopped and (count := pacer.take()):
            records = source.take(count)
            if not len(records):
                break
            seen(records)
            pacer.learn(max(map(len, records.payloads)))
            tally.add(generated=len(records))
            good, too_long = part_too_long(records)
            if len(too_long):
                tally.add(failed=len(too_long))
                keeper.keep(too_long)
            for request in batcher.add(good):
                sender.submit(request, ticking)
            if pacer.paced and len(rest := batcher.rest()):
                # A slow stream must not wait until a request is full.
                sender.submit(rest, ticking)
            ticking()
    except ProducerError as raised:
        error = raised
    finally:
        if len(rest := batcher.rest()):
            sender.submit(rest, ticking)
        sender.finish(ticking)
    return Outcome(tally.now(), time.monotonic() - started, error or sender.error)
