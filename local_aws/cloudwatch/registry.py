"""Where alarms, their history and dashboards are kept: in a database file, durable when a call returns."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from local_aws.cloudwatch.alarm import Alarm
from local_aws.database import opened

if TYPE_CHECKING:
    from pathlib import Path

# AWS rule: the history of alarms is kept for 30 days.
_HISTORY_SECONDS = 30 * 86400
_SCHEMA = """
create table if not exists alarm (name text primary key, content text not null);
create table if not exists history (
    number integer primary key, alarm text not null, moment real not null, kind text not null,
    summary text not null, content text not null
);
create index if not exists history_of_alarm on history (alarm, moment);
create index if not exists history_age on history (moment);
create table if not exists dashboard (name text primary key, content text not null);
"""
CONFIGURATION, STATE, ACTION = "ConfigurationUpdate", "StateUpdate", "Action"


@dataclass(frozen=True)
class Event:
    """Something that happened to an alarm; `content` is JSON, `number` counts all events up."""

    alarm: str
    moment: float
    kind: str
    summary: str
    content: str
    number: int = 0


@dataclass(frozen=True)
class Dashboard:
    """A dashboard, with its body as it was sent."""

    name: str
    body: str
    modified_at: float
    tags: dict[str, str]


class Registry:
    """The alarms and dashboards of one account and Region; for many threads, under `lock`.

    What cannot be written raises sqlite3's errors, and is as it was then, in memory too.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database: sqlite3.Connection | None = None
        self._alarms: dict[str, Alarm] = {}
        self._dashboards: dict[str, Dashboard] = {}
        self.lock = threading.RLock()

    def open(self) -> None:
        """Open the file, or make it, and read alarms and dashboards."""
        with self.lock:
            self._database = opened(self._path, _SCHEMA, durable=True)
            for (text,) in self._database.execute("select content from alarm"):
                alarm = Alarm(**json.loads(text))
                self._alarms[alarm.name] = alarm
            for (text,) in self._database.execute("select content from dashboard"):
                dashboard = Dashboard(**json.loads(text))
                self._dashboards[dashboard.name] = dashboard

    def close(self) -> None:
        """Close the file."""
        with self.lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def alarm(self, name: str) -> Alarm | None:
        """Give an alarm, or None."""
        with self.lock:
            return self._alarms.get(name)

    def alarms(self) -> list[Alarm]:
        """Give all alarms in the order of their names."""
        with self.lock:
            return [self._alarms[name] for name in sorted(self._alarms)]

    def put_alarm(self, alarm: Alarm, *events: Event) -> None:
        """Keep an alarm in the place of an earlier one of its name, together with what happened to it."""
        with self.lock, self._connection as database:
            _put(database, "alarm", alarm.name, asdict(alarm))
            _note(database, events)
            database.commit()
            self._alarms[alarm.name] = alarm

    def delete_alarm(self, name: str, event: Event) -> None:
        """Forget an alarm; its history stays."""
        with self.lock, self._connection as database:
            database.execute("delete from alarm where name = ?", (name,))
            _note(database, (event,))
            database.commit()
            self._alarms.pop(name, None)

    def note(self, *events: Event) -> None:
        """Keep what happened to alarms, and forget what happened 30 days before."""
        with self.lock, self._connection as database:
            _note(database, events)

    def history(self, alarm: str | None, kind: str | None, start: float, end: float) -> list[Event]:
        """Give what happened in [`start`, `end`], oldest first; None is all alarms, all kinds."""
        with self.lock:
            rows = self._connection.execute(
                "select alarm, moment, kind, summary, content, number from history where moment >= ? and moment <= ? "
                "and (? is null or alarm = ?) and (? is null or kind = ?) order by moment, number",
                (start, end, alarm, alarm, kind, kind),
            ).fetchall()
        return [Event(*row) for row in rows]

    def dashboard(self, name: str) -> Dashboard | None:
        """Give a dashboard, or None."""
        with self.lock:
            return self._dashboards.get(name)

    def dashboards(self) -> list[Dashboard]:
        """Give all dashboards in the order of their names."""
        with self.lock:
            return [self._dashboards[name] for name in sorted(self._dashboards)]

    def put_dashboard(self, dashboard: Dashboard) -> None:
        """Keep a dashboard in the place of an earlier one of its name."""
        with self.lock, self._connection as database:
            _put(database, "dashboard", dashboard.name, asdict(dashboard))
            database.commit()
            self._dashboards[dashboard.name] = dashboard

    def delete_dashboards(self, names: list[str]) -> None:
        """Forget dashboards."""
        with self.lock, self._connection as database:
            database.executemany("delete from dashboard where name = ?", [(name,) for name in names])
            database.commit()
            for name in names:
                self._dashboards.pop(name, None)

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._database is None:
            raise RuntimeError("the alarms are not open")
        return self._database


def _put(database: sqlite3.Connection, table: str, name: str, content: dict[str, Any]) -> None:
    statements = {
        "alarm": "insert or replace into alarm values (?, ?)",
        "dashboard": "insert or replace into dashboard values (?, ?)",
    }
    database.execute(statements[table], (name, json.dumps(content)))


def _note(database: sqlite3.Connection, events: tuple[Event, ...]) -> None:
    for event in events:
        database.execute(
            "insert into history (alarm, moment, kind, summary, content) values (?, ?, ?, ?, ?)",
            (event.alarm, event.moment, event.kind, event.summary, event.content),
        )
        database.execute("delete from history where moment < ?", (event.moment - _HISTORY_SECONDS,))
