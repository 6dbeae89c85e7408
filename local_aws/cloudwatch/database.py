"""Opening a database file of ours, and what is done when it cannot be read."""

from __future__ import annotations

import logging
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger(__name__)


def opened(path: Path, schema: str, *, durable: bool) -> sqlite3.Connection:
    """Open the file with these tables; for one thread at a time.

    With `durable` what is written survives a power cut, without it the end of the process. A file that cannot be
    read is put aside, as `<name>.damaged`, and named in the log.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _connection(path, schema, durable=durable)
    except sqlite3.DatabaseError:
        aside = path.with_name(f"{path.name}.damaged")
        _log.exception("%s cannot be read; it is put aside as %s, and a new one is begun", path, aside)
        for end in ("-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        path.replace(aside)
        return _connection(path, schema, durable=durable)


def _connection(path: Path, schema: str, *, durable: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False)
    try:
        connection.execute("pragma journal_mode = wal")
        connection.execute(f"pragma synchronous = {'full' if durable else 'normal'}")
        connection.executescript(schema)
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection
