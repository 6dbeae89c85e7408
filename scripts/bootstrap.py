"""Makes what an account needs before its first lake: ``python -m scripts.bootstrap``, once per account and Region."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scripts import cli, deploy, state_backend
from scripts.errors import ToolError
from scripts.paths import TERRAFORM
from scripts.targets import DEFAULT_ENVIRONMENTS, Target, resolve
from scripts.terraform_runner import Stack

FOLDER = TERRAFORM / "bootstrap"


def main(arguments: Sequence[str]) -> int:
    """Make the bucket for Terraform's state, and the policies of those who deploy when they are asked for."""
    options = _parse(arguments)
    target = resolve("aws", None)
    bucket = state_backend.bucket_name(target)
    made = stack(target, options.deployers.split())
    made.init()
    made.select_workspace()
    if not made.outputs() and _exists(target):
        raise ToolError(
            f"the bucket {bucket} is there, but its Terraform state is not on this machine; nothing is missing for: "
            f"make deploy TARGET=aws (to change the bucket, run this where it was made)"
        )
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder) / "bootstrap.tfplan"
        if made.plan(plan):
            deploy.confirm(f"Make this in AWS account {target.account_id}, {target.region}?", yes=options.yes)
            made.apply(plan)
    print(f"Terraform's state goes to s3://{bucket}; next: make deploy TARGET=aws ENV=dev")
    return cli.DONE


def stack(target: Target, deployers: Sequence[str] = (), folder: Path = FOLDER) -> Stack:
    """Return the bootstrap stack for the account and Region of a target."""
    values = {
        "account_id": target.account_id,
        "region": target.region,
        "name": state_backend.NAME,
        "bucket_name": state_backend.bucket_name(target),
        "deployer_environments": json.dumps(sorted(deployers)),
    }
    options = {"var": [f"{name}={value}" for name, value in values.items()]}
    return Stack(folder, f"{target.account_id}-{target.region}", options)


def _exists(target: Target) -> bool:
    try:
        state_backend.check(target)
    except ToolError:
        return False
    return True


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    made = cli.parser("scripts.bootstrap", main.__doc__ or "")
    made.add_argument(
        "--deployers",
        default="",
        metavar="ENVIRONMENTS",
        help=f"make the policies that deploying these environments needs, such as '{DEFAULT_ENVIRONMENTS['aws']} prod'",
    )
    made.add_argument("--yes", action="store_true", help="do not ask before changing the account")
    return made.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(cli.run(main))
