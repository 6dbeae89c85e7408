"""Empties the local target and forgets what was deployed to it: ``python -m scripts.reset`` (``make reset``)."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from local_aws import process
from local_aws.config import Settings
from local_aws.errors import LocalAwsError
from scripts import cli, state_backend
from scripts.deployment import ENVIRONMENT_LINK, RECORD, read_record
from scripts.errors import NotDeployedError, ToolError
from scripts.paths import TERRAFORM

_TARGET = "local"


def main(arguments: Sequence[str]) -> int:
    """Empty the local AWS of this state folder, running or not, and remove Terraform's state of the local target."""
    cli.parser("scripts.reset", "Empty the local AWS and forget what was deployed to it.").parse_args(
        arguments
    )
    try:
        seconds = process.reset(Settings.from_environment())
    except LocalAwsError as error:
        raise ToolError(str(error)) from error
    forgotten = forget()
    deployed = f"forgot {', '.join(forgotten)}" if forgotten else "nothing was deployed to it from here"
    print(f"the local AWS is empty ({seconds:.1f} s); {deployed}; next: make demo, or make deploy")
    return cli.DONE


def forget(folder: Path = TERRAFORM) -> list[str]:
    """Remove the states of all environments of the local target; return their workspaces.

    The record of what was deployed last goes only if that was the local target: AWS's stays.
    """
    states = sorted((folder / state_backend.LOCAL_STATE).glob(f"{_TARGET}-*"))
    for state in states:
        shutil.rmtree(state)
    try:
        was_local = read_record(folder).name == _TARGET
    except NotDeployedError:
        was_local = False
    if was_local:
        for name in (RECORD, ENVIRONMENT_LINK):
            (folder / name).unlink(missing_ok=True)
        (folder / ".terraform" / "environment").unlink(missing_ok=True)
    return [state.name for state in states]


if __name__ == "__main__":
    sys.exit(cli.run(main))
