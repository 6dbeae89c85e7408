"""Where Terraform keeps the state of each target: beside the configuration, or in S3 for a real account.

A backend is part of Terraform's configuration and takes no variables. It is therefore written to a git-ignored file
beside the root stack, from which a bare ``terraform`` takes it too. Local state lies in a folder of its own: Terraform
would ask to take along what it finds where it keeps state by default, whenever the backend changes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local_aws.durable import write_file
from scripts import denials
from scripts.errors import ToolError
from scripts.session import session_for
from scripts.targets import Target

FILE = "backend_override.tf"
NAME = "streamlake"
LOCAL_STATE = "state"


def bucket_name(target: Target) -> str:
    """Return the name of the bucket with the states of an account and Region; ``make bootstrap`` makes it."""
    return f"{NAME}-state-{target.account_id}-{target.region}"


def state_key(target: Target) -> str:
    """Return the key of a target's state in that bucket."""
    return f"env:/{target.workspace}/{_settings(target)['key']}"


def check(target: Target) -> None:
    """Refuse a real account that has no bucket for the state yet.

    :raises ToolError: there is none, or it is somebody else's; the message says what to do.
    """
    from botocore.exceptions import ClientError

    if target.name != "aws":
        return
    bucket = bucket_name(target)
    try:
        session_for(target.name, target.endpoint, target.region).client("s3").head_bucket(
            Bucket=bucket, ExpectedBucketOwner=target.account_id
        )
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("404", "NoSuchBucket"):
            raise ToolError(
                f"account {target.account_id} has no bucket {bucket} for Terraform's state; run once: make bootstrap"
            ) from error
        if code == "403":
            lacking = denials.advice([denials.Denial("s3:ListBucket", bucket)])
            raise ToolError(f"the state bucket {bucket} cannot be used, {lacking}") from error
        raise ToolError(f"the state bucket {bucket} cannot be used: {error}") from error


def differs(target: Target, folder: Path) -> bool:
    """Say whether ``terraform init`` has to run before Terraform in ``folder`` looks at the target's state."""
    file = folder / FILE
    written = file.read_text(encoding="utf-8") if file.is_file() else None
    return written != text(target) or not _noted(target, folder)


def write(target: Target, folder: Path) -> None:
    """Make the target's backend the one of the configuration in ``folder``; ``terraform init`` has to follow."""
    write_file(folder / FILE, text(target).encode())


def text(target: Target) -> str:
    """Return the configuration of the target's backend."""
    lines = [f"    {name} = {json.dumps(value)}" for name, value in _settings(target).items()]
    return "\n".join(
        [
            "# Made by the tools for what was deployed last.",
            "terraform {",
            f'  backend "{_kind(target)}" {{',
            *lines,
            "  }",
            "}",
            "",
        ]
    )


def _kind(target: Target) -> str:
    return "s3" if target.name == "aws" else "local"


def _settings(target: Target) -> Mapping[str, Any]:
    if target.name != "aws":
        return {"workspace_dir": LOCAL_STATE}
    return {
        "bucket": bucket_name(target),
        "key": f"{NAME}/terraform.tfstate",
        "region": target.region,
        "encrypt": True,
        "use_lockfile": True,
        "allowed_account_ids": [target.account_id],
    }


def _noted(target: Target, folder: Path) -> bool:
    """Say whether the target's is the backend that ``terraform init`` last prepared ``folder`` for."""
    try:
        note = json.loads((folder / ".terraform" / "terraform.tfstate").read_text(encoding="utf-8"))
        kind, settings = note["backend"]["type"], note["backend"]["config"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return kind == _kind(target) and all(
        settings.get(name) == value for name, value in _settings(target).items()
    )
