"""Opening a database file of ours, what is done when it cannot be read, and which errors are of the disk."""

from __future__ import annotations

import errno
import logging
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger(__name__)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_DISK = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
_ERRNOS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)


def is_of_the_disk(error: BaseException) -> bool:
    """Return whether an error says that the disk did not take what was to be written: trying again may help."""
    if isinstance(error, sqlite3.OperationalError):
        return error.sqlite_errorcode & 0xFF in _DISK
    return isinstance(error, OSError) and error.errno in _ERRNOS


def opened(path: Path, schema: str, *, durable: bool) -> sqlite3.Connection:
    """Open the file with these tables; for one thread at a time.

    With `durable` what is written survives a power cut, without it the end of the process. A file that is no database
    any more is put aside, as `<name>.damaged`, and named in the log. Raises sqlite3's errors when the disk is full or
    refuses: what the file has is left alone then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _connection(path, schema, durable=durable)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in _DAMAGED:
            raise
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
