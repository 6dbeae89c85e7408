"""The way of one shard to the transform function: batches by the processor's hints, in order, a few at a time.

AWS rule: a batch is sent at BufferSizeInMBs or BufferIntervalInSeconds, whichever comes first (reference 2.3); so a
record that has the size by itself, or that no event can hold (reference 1.6), waits for nothing. At most five
invocations are outstanding for a shard (reference 1.7). Answers are taken in the order of sending, so that records
of a shard stay in order. A shard that has ended waits for nothing: its children are read when its last answer is
there, so that records of one key stay in order when shards are split and merged (reference 11.4).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from local_aws.delivery.records import RECORD_OVERHEAD_BYTES, RecordBatch
from local_aws.delivery.transform import EVENT_BUDGET_BYTES, event_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from local_aws.delivery.clock import Clock
    from local_aws.delivery.config import Hints
    from local_aws.delivery.transform import Transformed

    Run = Callable[[RecordBatch], Transformed]
    Submit = Callable[[Run, RecordBatch], Future[Transformed]]

MAX_OUTSTANDING = 5


class Lane:
    """Collects the records of one shard, sends batches, hands out the answers. Used by one thread.

    `submit(run, batch)` runs the function elsewhere, as an executor does; `on_answer` is called from there.
    """

    def __init__(
        self,
        shard_id: str,
        hints: Hints,
        run: Run,
        submit: Submit,
        clock: Clock,
        on_answer: Callable[[], None],
    ) -> None:
        self._shard_id = shard_id
        self._hints = hints
        self._run = run
        self._submit = submit
        self._clock = clock
        self._on_answer = on_answer
        self._collecting = RecordBatch(shard_id)
        self._data_bytes = 0
        self._event_bytes = 0
        self._opened_at = 0.0
        self._full: deque[RecordBatch] = deque()
        self._outstanding: deque[tuple[Future[Transformed], int]] = deque()
        self._waiting_bytes = 0
        self._is_last = False

    @property
    def held_bytes(self) -> int:
        """Memory of everything in the lane."""
        collecting = self._data_bytes + len(self._collecting) * RECORD_OVERHEAD_BYTES
        return collecting + self._waiting_bytes + sum(size for _, size in self._outstanding)

    @property
    def is_full(self) -> bool:
        """Tell whether the lane has more than it may send, so that reading should wait."""
        return bool(self._full) and len(self._outstanding) >= MAX_OUTSTANDING

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is collected, waiting or outstanding."""
        return not (len(self._collecting) or self._full or self._outstanding)

    @property
    def deadline(self) -> float | None:
        """When what is collected now must be sent, on the steady clock."""
        return self._opened_at + self._hints.interval_seconds if len(self._collecting) else None

    def add(self, batch: RecordBatch) -> None:
        """Take in records, in reading order."""
        start = 0
        for i, data in enumerate(batch.data):
            size = len(data)
            event_size = event_bytes(size, batch.partition_keys[i])
            is_over = (
                self._data_bytes + size > self._hints.size_bytes
                or self._event_bytes + event_size > EVENT_BUDGET_BYTES
            )
            if is_over and (len(self._collecting) or i > start):
                self._collecting.extend(batch.cut(start, i))
                self._close()
                start = i
            self._data_bytes += size
            self._event_bytes += event_size
            if self._data_bytes >= self._hints.size_bytes:
                self._collecting.extend(batch.cut(start, i + 1))
                self._close()
                start = i + 1
        if start < len(batch):
            if not len(self._collecting):
                self._opened_at = self._clock.steady_seconds()
            self._collecting.extend(batch.cut(start, len(batch)))

    def finish(self) -> None:
        """Send what is collected without waiting: the shard has ended."""
        self._is_last = True

    def pump(self, flush: bool = False) -> None:
        """Send what is full, what is old enough, and with `flush` everything, as far as five allow."""
        deadline = self.deadline
        if deadline is not None and (flush or self._is_last or self._clock.steady_seconds() >= deadline):
            self._close()
        while self._full and len(self._outstanding) < MAX_OUTSTANDING:
            batch = self._full.popleft()
            size = batch.memory_bytes
            self._waiting_bytes -= size
            future = self._submit(self._run, batch)
            self._outstanding.append((future, size))
            future.add_done_callback(lambda _: self._on_answer())

    def collect(self) -> list[Transformed]:
        """Give the answers that have come, up to the first that has not. Raises what `run` raised."""
        answers = []
        while self._outstanding and self._outstanding[0][0].done():
            future, _ = self._outstanding.popleft()
            answers.append(future.result())
        return answers

    def _close(self) -> None:
        self._full.append(self._collecting)
        self._waiting_bytes += self._collecting.memory_bytes
        self._collecting = RecordBatch(self._shard_id)
        self._data_bytes = self._event_bytes = 0
