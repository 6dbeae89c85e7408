"""Saves what MiniStack holds while it runs, so that a gateway that is killed comes back with what was deployed.

MiniStack by itself saves when it is stopped in an orderly way, only. Here its states are saved as well soon after a
call that changes something. Calls that carry data (records, log events, invocations, objects) ask for no saving:
objects are files from the beginning, and to copy all records of all streams after each put would be slower than the
puts.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import re
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from local_aws.gateway import ending
from local_aws.gateway.routing import RPC_PATH

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from local_aws.config import Settings
    from local_aws.gateway.disk import WriteFailures

_log = logging.getLogger(__name__)

KINESIS = "kinesis"
OTHERS = "others"
# Calls of one moment are saved together; and of all time, no more than a twentieth goes into saving.
_PAUSE_SECONDS = 0.25
_PAUSE_FACTOR = 19.0
_RETRY_SECONDS = 5.0
_READS = re.compile(r"(BatchGet|Describe|Filter|Get|Head|List|Lookup|Query|Receive|Scan|Search|Test)[A-Z]")
_CARRIES_DATA = re.compile(
    r"(PutRecords?|PutRecordBatch|PutLogEvents|PutMetricData|SendMessage(Batch)?|DeleteMessage(Batch)?|Publish(Batch)?"
    r"|ChangeMessageVisibility(Batch)?|SubscribeToShard|StartQueryExecution|StopQueryExecution)$"
)
_MARK = "not-stopped"


def changed_part(scope: MutableMapping[str, Any]) -> str | None:
    """Give the part of MiniStack's state that a request may change, by its method, path and headers; None for none.

    The operation of a form (IAM, SNS, STS) is in its body, which is not read here: forms count as changes.
    """
    headers = dict(scope["headers"])
    target: bytes = headers.get(b"x-amz-target", b"")
    service, _, operation = target.decode("latin-1").partition(".")
    if not operation and (rpc := RPC_PATH.fullmatch(scope["path"])):
        service, operation = rpc[1], rpc[2]
    if operation:
        if _READS.match(operation) or _CARRIES_DATA.match(operation):
            return None
        return KINESIS if service.startswith("Kinesis_2") else OTHERS
    if scope["method"] in ("GET", "HEAD") or scope["path"].endswith("/invocations"):
        return None
    is_object = b"/s3/aws4_request" in headers.get(b"authorization", b"") and "/" in scope["path"].strip("/")
    return None if is_object else OTHERS


class Saver:
    """Calls `save` with the parts that have changed, in the event loop, where MiniStack changes them itself."""

    def __init__(
        self, save: Callable[[frozenset[str]], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._save = save
        self._clock = clock
        self._changed: set[str] = set()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.problem: str | None = None

    def start(self) -> None:
        """Begin to save; in the loop that serves."""
        self._task = asyncio.create_task(self._run(), name="saver")

    async def stop(self) -> None:
        """End; what has changed since then is saved by MiniStack's own stop."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def note(self, scope: MutableMapping[str, Any]) -> None:
        """Note a request that has been answered."""
        part = changed_part(scope)
        if part is not None:
            self._changed.add(part)
            self._wake.set()

    def save_now(self) -> float:
        """Save what has changed; give how many seconds to leave in peace after it.

        What could not be saved is tried again then, and the log says why.
        """
        begun = self._clock()
        parts = frozenset(self._changed)
        self._changed.clear()
        self._wake.clear()
        try:
            self._save(parts)
        except Exception as error:
            _log.exception("what is deployed could not be saved; it is tried again in %d s", _RETRY_SECONDS)
            self.problem = f"what is deployed is not saved: {error}"
            self._changed |= parts
            self._wake.set()
            return _RETRY_SECONDS
        self.problem = None
        return max(_PAUSE_SECONDS, _PAUSE_FACTOR * (self._clock() - begun))

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(self.save_now())


class SaveError(Exception):
    """MiniStack could not write a state."""


def save_ministack(parts: frozenset[str], failures: WriteFailures) -> None:
    """Write the states of those of MiniStack's services that belong to `parts` to its state folder.

    Raises `SaveError` when one could not be written: MiniStack only says so in its log.
    """
    before = failures.count
    app, persistence = (
        importlib.import_module("ministack.app"),
        importlib.import_module("ministack.core.persistence"),
    )
    persistence.save_all(
        {
            name: state
            for name, state in app._build_persistence_save_dict().items()
            if (KINESIS if name == KINESIS else OTHERS) in parts
        }
    )
    if failures.count != before:
        raise SaveError(failures.last)


def begin(settings: Settings) -> str | None:
    """Mark the state folder as in use; say what to know when the one before was not stopped in an orderly way."""
    mark = settings.ministack_dir / _MARK
    said = None
    if mark.exists():
        saved = max(
            (one.stat().st_mtime for one in (settings.ministack_dir / "state").glob("*.json")), default=None
        )
        as_of = (
            "nothing had been saved"
            if saved is None
            else (
                f"what was deployed is as of {datetime.fromtimestamp(saved).astimezone():%H:%M:%S on %Y-%m-%d}"
            )
        )
        ended = ending.read(settings)
        how = (
            f"could not save everything when it stopped ({'; '.join(ended)})" if ended else "had been killed"
        )
        said = (
            f"the local AWS {how}: {as_of}; records put to Kinesis that were not delivered yet are gone. "
            "Run make deploy (or make destroy) again: it goes on from there"
        )
    ending.remove(settings)
    mark.touch()
    return said


def was_in_use(settings: Settings) -> bool:
    """Return whether an instance has begun on the state folder and not ended with everything saved."""
    return (settings.ministack_dir / _MARK).exists()


def end(settings: Settings) -> None:
    """Take the mark away: everything is saved."""
    (settings.ministack_dir / _MARK).unlink(missing_ok=True)
