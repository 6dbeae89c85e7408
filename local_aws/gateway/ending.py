"""How an instance ended: a note that it leaves for the command that stopped it, and for the next start.

An instance that leaves no note was killed. One whose disk is full may be unable to leave one: that counts the same.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from local_aws.durable import write_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from local_aws.config import Settings

_log = logging.getLogger(__name__)


def write(settings: Settings, problems: Sequence[str]) -> None:
    """Note that the instance has ended, and what it could not do."""
    try:
        write_json(_path(settings), {"problems": list(problems)})
    except OSError as error:
        _log.error("how this instance ended cannot be noted: %s", error)


def read(settings: Settings) -> list[str] | None:
    """Return what the last instance could not do when it ended; None when it left no note."""
    try:
        problems = json.loads(_path(settings).read_bytes())["problems"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return [str(problem) for problem in problems]


def remove(settings: Settings) -> None:
    """Remove the note of the instance before."""
    _path(settings).unlink(missing_ok=True)


def _path(settings: Settings) -> Path:
    return settings.run_dir / "ended.json"
