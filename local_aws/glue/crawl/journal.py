"""What a crawl writes into CloudWatch Logs, and what it counts."""

from __future__ import annotations

import logging
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import orjson
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_aws.clients import Clients

_log = logging.getLogger(__name__)

LOG_GROUP = "/aws-glue/crawlers"
TABLE, PARTITION = "TABLE", "PARTITION"
ADD, UPDATE, DELETE = "ADD", "UPDATE", "DELETE"
# AWS's limit of entries in one PutLogEvents.
_MOST_EVENTS = 1000
_MOST_BYTES = 200_000
_SHOWN_NAMES = 20
_NOT_IN_LOG_GROUPS = re.compile(r"[^.\-_/#A-Za-z0-9]")


def log_group(role: str, security_configuration: str) -> str:
    """Give the log group of a crawler.

    AWS rule (field reports): one with a security configuration has its own, named after the role, with its path, and
    the security configuration.
    """
    if not security_configuration:
        return LOG_GROUP
    return _NOT_IN_LOG_GROUPS.sub("_", f"{LOG_GROUP}-role/{role}-{security_configuration}")


def log_stream(crawler: str) -> str:
    """Give the log stream of a crawler: its name, without what a stream's name cannot have."""
    return crawler.replace(":", "_").replace("*", "_")


class Journal:
    """The entries and counts of one crawl. Entries are kept until `flush`, which never fails the crawl."""

    def __init__(self, crawler: str, crawl_id: str, group: str, clock: Callable[[], float]) -> None:
        self._crawler = crawler
        self._group = group
        self._crawl_id = crawl_id
        self._clock = clock
        self._events: list[dict[str, Any]] = []
        self._counts: Counter[tuple[str, str]] = Counter()
        self._names: dict[tuple[str, str], list[str]] = {}
        self._refused = False

    def benchmark(self, text: str) -> None:
        """Add an entry about the course of the crawl."""
        self._add("BENCHMARK", text)

    def info(self, text: str) -> None:
        """Add an entry about something that was found or done."""
        self._add("INFO", text)

    def warn(self, text: str) -> None:
        """Add an entry about something that should be looked at."""
        self._add("WARN", text)

    def error(self, text: str) -> None:
        """Add an entry about why the crawl failed."""
        self._add("ERROR", text)

    def count(self, kind: str, action: str, name: str, number: int = 1) -> None:
        """Count changes of the catalog; `name` is the table's."""
        if number:
            self._counts[kind, action] += number
            names = self._names.setdefault((kind, action), [])
            if name not in names:
                names.append(name)

    def counted(self, kind: str, action: str) -> int:
        """Give how many changes of this kind were counted."""
        return self._counts[kind, action]

    def summarise(self) -> None:
        """Add the entries that close a run, as Glue writes them."""
        for kind in (PARTITION, TABLE):
            lines = [f"{action}: {self._counts[kind, action]}" for action in (ADD, UPDATE, DELETE)]
            counted = [line for line in lines if not line.endswith(": 0")]
            if counted:
                self.info(f"Run Summary For {kind}:")
                for line in counted:
                    self.info(line)

    def summary(self) -> str:
        """Give the run's summary as ListCrawls has it: JSON, at most 255 characters."""
        numbers: dict[str, dict[str, Any]] = {}
        for (kind, action), number in sorted(self._counts.items()):
            numbers.setdefault(kind, {})[action] = number
        return orjson.dumps(numbers).decode()

    def flush(self, clients: Clients) -> None:
        """Send what was added to CloudWatch Logs."""
        events, self._events = self._events, []
        if not events or self._refused:
            return
        stream = log_stream(self._crawler)
        try:
            logs = clients.client("logs")
            _create(logs.create_log_group, logGroupName=self._group)
            _create(logs.create_log_stream, logGroupName=self._group, logStreamName=stream)
            for start in range(0, len(events), _MOST_EVENTS):
                part: Any = events[start : start + _MOST_EVENTS]
                logs.put_log_events(logGroupName=self._group, logStreamName=stream, logEvents=part)
        except (ClientError, BotoCoreError) as error:
            # AWS rule: a role that may not write logs does not stop the crawl.
            self._refused = True
            _log.warning("crawler %s cannot write to %s: %s", self._crawler, self._group, error)

    def _add(self, level: str, text: str) -> None:
        message = f"[{self._crawl_id}] {level} : {text}"[:_MOST_BYTES]
        self._events.append({"timestamp": int(self._clock() * 1000), "message": message})


def shown(names: list[str]) -> str:
    """Give a list for an entry, shortened when it is long."""
    more = len(names) - _SHOWN_NAMES
    return ", ".join(names[:_SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")


def _create(call: Any, **names: str) -> None:
    try:
        call(**names)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
            raise
