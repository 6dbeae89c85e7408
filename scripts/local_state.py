"""Mends a local state that a killed Terraform has cut off.

Terraform writes a local state over the old one in place, after each resource: emptied first, then written. Killed in
between, it leaves a file that is empty or ends in the middle; an empty one is taken for a lake of which nothing stands.
Beside it lies Terraform's own backup: the state as it was before that run.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from scripts import state_backend

_STATE, _BACKUP, _DAMAGED = "terraform.tfstate", "terraform.tfstate.backup", "terraform.tfstate.damaged"


def mend(folder: Path, workspace: str) -> str | None:
    """Put the backup in the place of a damaged state of a workspace; say what was done, None for a sound state.

    The damaged file is kept beside it. Without a backup the run that was killed was the first, and what it has made
    is in its note (see `scripts.unfinished`).
    """
    states = folder / state_backend.LOCAL_STATE / workspace
    state, backup = states / _STATE, states / _BACKUP
    if not state.is_file() or _is_whole(state):
        return None
    state.replace(states / _DAMAGED)
    if not _is_whole(backup):
        return f"the state of {workspace} was cut off by a killed terraform; there is none from before that"
    shutil.copy2(backup, state)
    return f"the state of {workspace} was cut off by a killed terraform; the one from before that run is used"


def _is_whole(file: Path) -> bool:
    try:
        return "resources" in json.loads(file.read_bytes())
    except (OSError, ValueError, TypeError):
        return False
