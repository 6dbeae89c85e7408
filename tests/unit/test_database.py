"""A disk that takes nothing more: databases of ours refuse, change nothing, and are not taken for damaged."""

from __future__ import annotations

import errno
import sqlite3
from typing import TYPE_CHECKING

import pytest

from local_aws.athena.executions import Execution, History
from local_aws.cloudwatch.registry import Dashboard, Registry
from local_aws.database import is_of_the_disk, opened

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = "create table if not exists note (text text)"
LARGE = "x" * 1_000_000


def full(connection: sqlite3.Connection) -> None:
    """Let the file grow no more, as on a disk that is full."""
    connection.execute("pragma max_page_count = 1")


def test_what_a_full_disk_does_not_take_is_of_the_disk(tmp_path: Path) -> None:
    database = opened(tmp_path / "one.sqlite", SCHEMA, durable=True)
    full(database)
    with pytest.raises(sqlite3.OperationalError) as raised, database:
        database.execute("insert into note values (?)", (LARGE,))
    assert is_of_the_disk(raised.value)
    assert database.execute("select count(*) from note").fetchone() == (0,)
    with pytest.raises(sqlite3.OperationalError) as wrong:
        database.execute("select nothing")
    assert not is_of_the_disk(wrong.value)
    database.close()


@pytest.mark.parametrize(
    ("number", "expected"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.ENOENT, False)]
)
def test_errors_of_files(number: int, expected: bool) -> None:
    assert is_of_the_disk(OSError(number, "text")) is expected


def test_a_file_that_cannot_be_opened_now_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "one.sqlite"
    with opened(path, SCHEMA, durable=True) as database:
        database.execute("insert into note values ('kept')")
    database.close()
    # What SQLite makes beside the file cannot be made.
    (tmp_path / "one.sqlite-wal").mkdir()
    with pytest.raises(sqlite3.OperationalError) as raised:
        opened(path, SCHEMA, durable=True)
    assert is_of_the_disk(raised.value)
    (tmp_path / "one.sqlite-wal").rmdir()
    database = opened(path, SCHEMA, durable=True)
    assert database.execute("select text from note").fetchall() == [("kept",)]
    database.close()
    assert [one.name for one in tmp_path.iterdir()] == ["one.sqlite"]


def test_a_damaged_file_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "one.sqlite"
    path.write_bytes(b"this is no database, whatever its name says" * 100)
    opened(path, SCHEMA, durable=True).close()
    assert (tmp_path / "one.sqlite.damaged").exists()


def test_an_execution_that_cannot_be_saved_is_refused(tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite")
    full(history._connection)
    execution = Execution("one", LARGE, "primary", "DML", "SELECT", None, None, None, 0.0)
    with pytest.raises(sqlite3.OperationalError):
        history.save(execution)
    assert history.get("one") is None
    history.close()


def test_a_dashboard_that_cannot_be_kept_is_not_there(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "registry.sqlite")
    registry.open()
    registry.put_dashboard(Dashboard("small", "{}", 0.0, {}))
    full(registry._connection)
    with pytest.raises(sqlite3.OperationalError):
        registry.put_dashboard(Dashboard("large", LARGE, 0.0, {}))
    assert [one.name for one in registry.dashboards()] == ["small"]
    registry.close()
