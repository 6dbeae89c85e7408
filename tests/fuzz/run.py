"""Send raw requests to every service of a local AWS of its own, and report what was not an answer (`make fuzz`)."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from local_aws.gateway.models import service_model
from tests.fuzz.requests import Request, least_request, operations, plain_request, request, services
from tests.gateway_fixture import LocalAws, start_local_aws

if TYPE_CHECKING:
    from collections.abc import Iterable

# Longer than anything takes that one small request may ask for.
_HANG_SECONDS = 30.0
_CONNECTIONS = 4
_FIRST_SERVER_ERROR = 500
# What MiniStack does not have, or fails on: it is told by name, and counted.
_NOT_IMPLEMENTED = 501
_MOST_REPORTED = 40
_LISTS = ("List", "Describe", "Get")


@dataclass
class Report:
    """What came of a run; `failures` are answers of 500 and beyond, hangs, and connections without an answer.

    `not_implemented` counts by operation what was answered with 501.
    """

    seed: int
    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    services: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    not_implemented: Counter[str] = field(default_factory=Counter)
    lists: int = 0

    def summary(self) -> str:
        """Return one line of numbers."""
        classes = Counter(f"{status // 100}xx" for status in self.statuses.elements())
        told = ", ".join(f"{count} {name}" for name, count in sorted(classes.items()))
        told += f" ({self.statuses[403]} of them 403)"
        return (
            f"{self.requests} requests to {len(self.services)} services with seed {self.seed}: {told}; "
            f"{self.lists} lists at the end; {len(self.failures)} failures"
        )

    def note(self, made: Request, status: int) -> None:
        """Count one that was answered with 501."""
        if status == _NOT_IMPLEMENTED:
            self.not_implemented[f"{made.service}.{made.operation}"] += 1


def run(
    instance: LocalAws, seed: int, seconds: float, most_requests: int | None = None, *, lists: bool = True
) -> Report:
    """Send requests for so long, or so many of them, then call every list."""
    report, lock = Report(seed), threading.Lock()
    end = time.monotonic() + seconds
    names = services()

    def lane(number: int) -> None:
        # Each lane has its own sequence, so that a run is the same requests whatever the timing.
        mine = random.Random(f"{seed}/{number}")
        sender = _Sender(instance)
        for count in range(sys.maxsize):
            if time.monotonic() >= end or (most_requests and count * _CONNECTIONS >= most_requests):
                break
            made = request(mine.choice(names), mine)
            status, failure = sender.send(made)
            with lock:
                report.requests += 1
                report.services[made.service] += 1
                report.statuses[status] += 1
                report.note(made, status)
                if failure:
                    report.failures.append(f"{failure}\n    {_shown(made)}")
        sender.close()

    with ThreadPoolExecutor(_CONNECTIONS) as lanes:
        list(lanes.map(lane, range(_CONNECTIONS)))
    # Fails when the process has ended.
    instance.gateway_pid()
    if lists:
        _call_lists(instance, report)
    return report


def _call_lists(instance: LocalAws, report: Report) -> None:
    """Call everything that lists and needs no parameter: nothing that was stored may end a list."""
    sender, nothing = _Sender(instance), random.Random(0)
    for service in services():
        model = service_model(service)
        for name in model.operation_names:
            operation = model.operation_model(name)
            shape = operation.input_shape
            if not name.startswith(_LISTS) or (shape is not None and shape.required_members):
                continue
            made = plain_request(service, name, nothing)
            status, failure = sender.send(made)
            report.lists += 1
            report.note(made, status)
            if failure:
                report.failures.append(f"list: {failure}\n    {_shown(made)}")
    sender.close()


def run_least(instance: LocalAws, named: Iterable[str]) -> Report:
    """Call every operation of these services with what it requires and nothing else, by its model a right request."""
    report, sender, choices = Report(0), _Sender(instance), random.Random(0)
    for service in named:
        for operation in operations(service):
            made = least_request(service, operation, choices)
            status, failure = sender.send(made)
            report.requests += 1
            report.services[service] += 1
            report.statuses[status] += 1
            report.note(made, status)
            if failure:
                report.failures.append(f"{failure}\n    {_shown(made)}")
    sender.close()
    return report


class _Sender:
    """One connection, made again when the server has closed it."""

    def __init__(self, instance: LocalAws) -> None:
        self._port = instance.settings.port
        self._connection: http.client.HTTPConnection | None = None

    def send(self, made: Request) -> tuple[int, str | None]:
        """Return the status (0 without an answer), and what was wrong."""
        began = time.monotonic()
        for attempt in (1, 2):
            fresh = self._connection is None
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_HANG_SECONDS)
            try:
                status, body = self._exchange(self._connection, made)
            except TimeoutError:
                self.close()
                return 0, f"no answer in {_HANG_SECONDS:.0f} s"
            except (http.client.HTTPException, OSError) as error:
                self.close()
                # A connection that the server had closed before is no answer to this request.
                if fresh or attempt == 2:
                    return 0, f"no answer: {type(error).__name__} {error}"
                continue
            if status >= _FIRST_SERVER_ERROR and status != _NOT_IMPLEMENTED:
                return status, f"{status} in {time.monotonic() - began:.1f} s: {body[:300]!r}"
            return status, None
        raise AssertionError("unreachable")

    def _exchange(self, connection: http.client.HTTPConnection, made: Request) -> tuple[int, bytes]:
        connection.putrequest(made.method, made.path, skip_accept_encoding=True)
        for name, value in made.headers:
            connection.putheader(name, value.encode("latin-1", "replace"))
        connection.putheader("content-length", str(len(made.body)))
        connection.endheaders()
        try:
            connection.send(made.body)
        except OSError:
            # The server answers a body that is too large before it has come whole.
            self._connection = None
        answer = connection.getresponse()
        body = answer.read()
        if answer.will_close:
            self.close()
        return answer.status, body

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _shown(made: Request) -> str:
    kept = {name: value for name, value in made.headers if name != "authorization"}
    told = f"{json.dumps(kept)[:300]} {made.body[:400]!r}"
    return f"{made.service}.{made.operation} {made.method} {made.path[:200]} {told}"


def main() -> int:
    """Run, print the report, and return 1 if anything was not an answer."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    # argparse reads a default that is a text as it reads an argument.
    seconds = os.environ.get("STREAMLAKE_FUZZ_SECONDS") or "120"
    seed = os.environ.get("STREAMLAKE_FUZZ_SEED") or "1"
    parser.add_argument("--seconds", type=float, default=seconds, help="how long requests are sent (120)")
    parser.add_argument("--seed", type=int, default=seed, help="another seed is other requests (1)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="streamlake-fuzz-") as folder:
        instance = start_local_aws(Path(folder), delivery=False)
        try:
            report = run(instance, arguments.seed, arguments.seconds)
        finally:
            instance.close()
    for failure in report.failures[:_MOST_REPORTED]:
        sys.stdout.write(failure + "\n")
    for operation, count in sorted(report.not_implemented.items()):
        sys.stdout.write(f"not implemented (501): {count} of {operation}\n")
    sys.stdout.write(report.summary() + "\n")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
