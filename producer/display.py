"""What a person sees while records are made and sent."""

from __future__ import annotations

import logging
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from producer.counts import Counts
from producer.records import Records

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

logger = logging.getLogger("producer")

LOG_FORMAT = "%(asctime)s - %(levelname)s - %(message)s"
LOG_TIME = "%Y-%m-%dT%H:%M:%S"
_LOG_INTERVAL_SECONDS = 5.0
_DRAW_INTERVAL_SECONDS = 0.1


class _StderrHandler(logging.Handler):
    """Writes to what stderr is now: while a progress bar is drawn, that is the bar's own console."""

    def emit(self, record: logging.LogRecord) -> None:
        print(self.format(record), file=sys.stderr)  # noqa: T201 - the log of a command-line tool


def start_log(*, debug: bool) -> None:
    """Write the producer's log to stderr, one line a message."""
    handler = _StderrHandler()
    handler.setFormatter(logging.Formatter(LOG_FORMAT, LOG_TIME))
    logger.handlers = [handler]
    logger.setLevel(logging.DEBUG if debug else logging.INFO)
    logger.propagate = False


class FirstRecords:
    """Prints the first records of a run, indented, in colour on a terminal."""

    def __init__(self, count: int, stream: TextIO) -> None:
        self._left = count
        self._stream = stream

    def show(self, records: Records) -> None:
        """Print those of these records that are among the first."""
        chosen = records.payloads[: self._left]
        self._left -= len(chosen)
        if not chosen:
            return
        from rich.console import Console

        console = Console(file=self._stream, soft_wrap=True)
        for payload in chosen:
            try:
                console.print_json(payload.decode())
            except ValueError:
                # Lines of a file need not be JSON.
                console.print(repr(payload), markup=False, highlight=False)


class Delivered:
    """Logs what has been delivered: at the end, and every few seconds of a long run."""

    def __init__(self, stream_kind: str = "Kinesis") -> None:
        self._to = stream_kind
        self._logged = 0
        self._logged_at = time.monotonic()

    def tick(self, counts: Counts) -> None:
        """Log if some seconds have passed."""
        if time.monotonic() - self._logged_at >= _LOG_INTERVAL_SECONDS:
            self.end(counts)

    def end(self, counts: Counts) -> None:
        """Log what was delivered since the last time, if anything was."""
        self._logged_at = time.monotonic()
        if counts.sent > self._logged:
            logger.info("%d messages delivered to %s.", counts.sent - self._logged, self._to)
            self._logged = counts.sent


class ProgressBar:
    """A bar on a terminal (stderr); elsewhere nothing. Use it as a context: it is put away at the end."""

    def __init__(self, amount: int | None, *, shown: bool) -> None:
        """Prepare the bar.

        :param amount: how many records the run will make; None when only its end decides.
        """
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._drawn_at = 0.0
        if shown and sys.stderr.isatty():
            self._progress = _progress()
            self._task = self._progress.add_task("sent", total=amount, note="")

    def start(self) -> None:
        """Draw the bar; again and again does nothing."""
        if self._progress is not None:
            self._progress.start()

    def __enter__(self) -> ProgressBar:
        """Return the bar, not drawn yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Put the bar away."""
        if self._progress is not None:
            self._progress.stop()

    def tick(self, counts: Counts) -> None:
        """Move the bar."""
        now = time.monotonic()
        if self._progress is None or self._task is None or now - self._drawn_at < _DRAW_INTERVAL_SECONDS:
            return
        self._drawn_at = now
        self.end(counts)

    def end(self, counts: Counts) -> None:
        """Draw the last state."""
        if self._progress is not None and self._task is not None:
            note = (
                f"{counts.retried:,} retried, {counts.failed:,} failed"
                if counts.retried or counts.failed
                else ""
            )
            self._progress.update(self._task, completed=counts.sent, note=note)
            self._progress.refresh()


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("sent"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
        console=Console(stderr=True),
        transient=True,
        auto_refresh=False,
    )
