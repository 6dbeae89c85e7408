"""Threads that run one at a time, on a clock that jumps to the next thing to happen.

The delivery engine is written with threads, events, conditions and executors. Here it runs unchanged, with these in
their place: whoever waits gives up the turn, and the scheduler gives it to the one that is due first. So the
same scenario takes the same course each time, and hours pass in milliseconds. `kill` ends everything at the place
where it waits, as a power cut does: nothing behind that place is done.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_TURNS_AT_ONE_INSTANT = 20_000


class KilledError(BaseException):
    """The process ends here. Not an `Exception`: nothing may catch it."""


@dataclass(eq=False)
class _Task:
    name: str
    run: Callable[[], None]
    wake_at_us: int = 0
    until: Callable[[], bool] | None = None
    last_turn: int = 0
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    finished: bool = False


class Simulation:
    """The scheduler and the two clocks of the engine (`local_aws.delivery.clock.Clock`)."""

    def __init__(self, start_ms: int) -> None:
        self._start_ms = start_ms
        self._now_us = 0
        self._tasks: list[_Task] = []
        self._current: _Task | None = None
        self._scheduler = threading.Semaphore(0)
        self._turns = 0
        self._turns_at_this_instant = 0
        self._killing = False
        self.failures: list[BaseException] = []

    # The clock

    def now_ms(self) -> int:
        return self._start_ms + self._now_us // 1000

    def steady_seconds(self) -> float:
        return self._now_us / 1_000_000

    # What tasks call

    def spawn(self, name: str, run: Callable[[], None]) -> _Task:
        task = _Task(name, run, self._now_us, last_turn=self._turns)
        self._tasks.append(task)
        threading.Thread(target=self._run, args=(task,), name=name, daemon=True).start()
        return task

    def sleep(self, seconds: float | None, until: Callable[[], bool] | None = None) -> None:
        """Give up the turn for so long, or until the condition holds; None waits for the condition alone."""
        task = self._current
        if task is None:
            self.run_until(until or (lambda: False), seconds)
            return
        if self._killing:
            raise KilledError
        # Waiting takes time, however little: a loop that waits for a rounding error to pass gets on.
        wait_us = 10**15 if seconds is None else max(1, round(seconds * 1_000_000))
        task.wake_at_us, task.until = self._now_us + wait_us, until
        self._scheduler.release()
        task.turn.acquire()
        if self._killing:
            raise KilledError

    # What the test calls

    def run_until(self, condition: Callable[[], bool], within_seconds: float | None) -> bool:
        """Let tasks run until the condition holds or the time is over; tell which."""
        end_us = None if within_seconds is None else self._now_us + round(within_seconds * 1_000_000)
        while not condition():
            task, due_us = self._next()
            if task is None or (end_us is not None and due_us > end_us):
                assert end_us is not None, f"everything waits for ever: {[t.name for t in self._tasks]}"
                self._advance_to(end_us)
                return condition()
            self._advance_to(due_us)
            self._give_turn(task)
            if self.failures:
                raise self.failures[0]
        return True

    def kill(self) -> None:
        """End all tasks where they wait."""
        self._killing = True
        while self._tasks:
            self._give_turn(self._tasks[0])
        self._killing = False

    @property
    def is_idle(self) -> bool:
        return not self._tasks

    def _next(self) -> tuple[_Task | None, int]:
        found: tuple[_Task | None, int] = (None, 0)
        best: tuple[int, int] | None = None
        for task in self._tasks:
            ready = task.until is not None and task.until()
            due_us = self._now_us if ready else max(self._now_us, task.wake_at_us)
            if best is None or (due_us, task.last_turn) < best:
                best, found = (due_us, task.last_turn), (task, due_us)
        return found

    def _advance_to(self, instant_us: int) -> None:
        self._turns_at_this_instant = 0 if instant_us > self._now_us else self._turns_at_this_instant + 1
        assert self._turns_at_this_instant < _MOST_TURNS_AT_ONE_INSTANT, "time stands still"
        self._now_us = instant_us

    def _give_turn(self, task: _Task) -> None:
        self._turns += 1
        task.last_turn = self._turns
        self._current = task
        task.turn.release()
        self._scheduler.acquire()
        self._current = None
        if task.finished:
            self._tasks.remove(task)

    def _run(self, task: _Task) -> None:
        task.turn.acquire()
        try:
            if not self._killing:
                task.run()
        except KilledError:
            pass  # what was asked for
        except BaseException as error:
            self.failures.append(error)
        finally:
            task.finished = True
            self._scheduler.release()

    # What stands in for the modules `threading` and `concurrent.futures`

    @property
    def threading(self) -> SimpleNamespace:
        return SimpleNamespace(
            Thread=lambda **given: SimulatedThread(self, **given),
            Event=lambda: SimulatedEvent(self),
            Condition=lambda: SimulatedCondition(self),
        )

    def executor(self, workers: int, name: str) -> SimulatedExecutor:
        return SimulatedExecutor(self, workers, name)


class SimulatedThread:
    def __init__(
        self, simulation: Simulation, target: Callable[[], None], name: str, daemon: bool = False
    ) -> None:
        self._simulation = simulation
        self._target = target
        self._task: _Task | None = None
        self.name = name
        self.daemon = daemon

    def start(self) -> None:
        self._task = self._simulation.spawn(self.name, self._target)

    def is_alive(self) -> bool:
        return self._task is not None and not self._task.finished

    def join(self, timeout: float | None = None) -> None:
        if self.is_alive():
            self._simulation.sleep(timeout, lambda: not self.is_alive())


class SimulatedEvent:
    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._is_set = False

    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        self._is_set = True

    def clear(self) -> None:
        self._is_set = False

    def wait(self, timeout: float | None = None) -> bool:
        if not self._is_set:
            self._simulation.sleep(timeout, self.is_set)
        return self._is_set


class SimulatedCondition:
    """Needs no lock of its own: a task keeps its turn until it waits."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._notified = 0

    def __enter__(self) -> SimulatedCondition:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def wait(self, timeout: float | None = None) -> None:
        seen = self._notified
        self._simulation.sleep(timeout, lambda: self._notified != seen)

    def notify_all(self) -> None:
        self._notified += 1


class SimulatedExecutor:
    """An executor of at most `workers` tasks at a time."""

    def __init__(self, simulation: Simulation, workers: int, name: str) -> None:
        self._simulation = simulation
        self._workers = workers
        self._name = name
        self._running = 0
        self._waiting: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._waiting.append((future, lambda: function(*arguments)))
        self._start()
        return future

    def shutdown(self, *, wait: bool, cancel_futures: bool) -> None:
        if cancel_futures:
            for future, _ in self._waiting:
                future.cancel()
            self._waiting.clear()
        if wait and self._running:
            self._simulation.sleep(None, lambda: not self._running)

    def _start(self) -> None:
        while self._waiting and self._running < self._workers:
            future, call = self._waiting.pop(0)
            self._running += 1
            self._simulation.spawn(self._name, partial(self._run, future, call))

    def _run(self, future: Future[Any], call: Callable[[], Any]) -> None:
        try:
            result = call()
        except BaseException as error:
            self._running -= 1
            future.set_exception(error)
            return
        self._running -= 1
        future.set_result(result)
        self._start()
