"""What a file system needs to be told so that a change survives a power cut; the one way to replace a file."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

# The end of the name of a file that is being written; one that is left behind is of a process that was killed.
UNFINISHED = ".new"
_OWNER_ALONE = 0o600


def sync_directory(directory: Path) -> None:
    """Make what was created, renamed or removed in `directory` durable. Raises `OSError`."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_file(path: Path, *parts: bytes) -> None:
    """Replace what `path` has by `parts`: all of it or nothing, durable on return, readable by its owner alone.

    Makes the folder. Raises `OSError`; what was there before is there then.
    """
    fresh = path.with_name(f"{path.name}{UNFINISHED}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ALONE), "wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def write_json(path: Path, document: Any) -> None:
    """Replace what `path` has by a JSON document, as `write_file` does."""
    write_file(path, json.dumps(document, indent=1).encode() + b"\n")
