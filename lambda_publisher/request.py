"""What the function is asked to send.

    {"event_name": "account:created", ...}                          one event
    [{...}, {...}]                                                  several
    {"dataset": "customers", "events": {...} or [...], "count": 3}  to a dataset, each one ``count`` times

In every text of an event, placeholders are filled anew for each copy: ``{{uuid}}``, ``{{now}}`` (whole seconds since
1970; a text that is nothing but ``{{now}}`` becomes a number), ``{{now_iso}}`` and ``{{date}}`` (UTC).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lambda_publisher.errors import RequestError

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_MEMBERS = {"dataset", "events", "count"}

# What one call of the function may send: it has to be through within its own time.
MAX_RECORDS = 100_000


@dataclass(frozen=True)
class Request:
    """Events for a dataset; each stands there once for each copy, its placeholders filled."""

    dataset: str
    events: tuple[Mapping[str, Any], ...]


def parse_request(
    event: Any, datasets: Collection[str], default: str | None, now: Callable[[], datetime]
) -> Request:
    """Read the event of the function. ``default`` is the dataset of events that come without one.

    :raises RequestError: it is none of the forms above, or names a dataset that there is not.
    """
    given, dataset, count = event, default, 1
    if isinstance(event, dict) and "events" in event and set(event) <= _MEMBERS:
        given, dataset, count = event["events"], event.get("dataset", default), event.get("count", 1)
    if dataset is None or dataset not in datasets:
        raise RequestError(
            f"the dataset is {dataset!r}; there are {', '.join(sorted(datasets))};"
            ' say which: {"dataset": "...", "events": [...]}'
        )
    events = given if isinstance(given, list) else [given]
    if not events or not all(isinstance(one, dict) and one for one in events):
        raise RequestError(
            f"an event is a JSON object with members, or several are a list of such; this is {_kinds(events)}"
        )
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count * len(events) <= MAX_RECORDS:
        raise RequestError(
            f"count is {count!r} for {len(events)} events; allowed: 1 and more, and {MAX_RECORDS} records in sum"
        )
    return Request(dataset, tuple(fill(one, now()) for _ in range(count) for one in events))


def fill(event: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return a copy of an event with its placeholders filled.

    :raises RequestError: there is no such placeholder.
    """
    values: dict[str, Callable[[], Any]] = {
        "uuid": lambda: str(uuid.uuid4()),
        "now": lambda: int(now.timestamp()),
        "now_iso": lambda: now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "date": lambda: now.astimezone(UTC).strftime("%Y-%m-%d"),
    }

    def value_of(name: str) -> Any:
        if name not in values:
            raise RequestError(f"there is no placeholder {{{{{name}}}}}; there are: {', '.join(values)}")
        return values[name]()

    def filled(value: Any) -> Any:
        if isinstance(value, str):
            alone = _PLACEHOLDER.fullmatch(value)
            return (
                value_of(alone[1])
                if alone
                else _PLACEHOLDER.sub(lambda found: str(value_of(found[1])), value)
            )
        if isinstance(value, dict):
            return {name: filled(member) for name, member in value.items()}
        return [filled(member) for member in value] if isinstance(value, list) else value

    return {name: filled(value) for name, value in event.items()}


def _kinds(events: list[Any]) -> str:
    return (
        ", ".join(sorted({type(one).__name__ if one else f"empty {type(one).__name__}" for one in events}))
        or "empty"
    )
