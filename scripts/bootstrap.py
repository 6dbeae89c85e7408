"""Makes what an account needs before its first lake: ``python -m scripts.bootstrap``, once per account and Region."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts import cli, deploy, lake_settings, state_backend
from scripts.errors import ToolError
from scripts.lake_settings import LakeSettings
from scripts.paths import TERRAFORM
from scripts.targets import DEFAULT_ENVIRONMENTS, Target, check_environment, resolve
from scripts.terraform_runner import Stack

FOLDER = TERRAFORM / "bootstrap"
NONE = "none"


def main(arguments: Sequence[str]) -> int:
    """Make the bucket for Terraform's state, and the policies of those who deploy when they are asked for."""
    options = _parse(arguments)
    target = resolve("aws", None)
    bucket = state_backend.bucket_name(target)
    made = stack(target)
    made.init()
    made.select_workspace()
    known = made.outputs()
    if not known and _exists(target):
        raise ToolError(
            f"the bucket {bucket} is there, but its Terraform state is not on this machine; nothing is missing for: "
            f"make deploy TARGET=aws (to change the bucket, run this where it was made)"
        )
    environments = chosen(options.deployers, known)
    made = stack(
        target, {name: lake_settings.resolve(name, target.account_id, target.region) for name in environments}
    )
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder) / "bootstrap.tfplan"
        if made.plan(plan):
            deploy.confirm(f"Make this in AWS account {target.account_id}, {target.region}?", yes=options.yes)
            made.apply(plan)
    print(f"Terraform's state goes to s3://{bucket}")
    for environment, arns in made.outputs()["deployer_policy_arns"].items():
        print(f"who deploys {environment} needs {len(arns)} policies: {' '.join(sorted(arns.values()))}")
    print("next: make deploy TARGET=aws ENV=dev")
    return cli.DONE


def chosen(asked: str, known: Mapping[str, Any]) -> list[str]:
    """Return the environments that have policies for their deployers from now on.

    :param asked: their names, ``none``, or nothing for those that have them already.
    :param known: the outputs of the stack as it is.
    :raises UsageError: one of them has no file in ``terraform/environments``.
    """
    if asked == NONE:
        return []
    names = asked.split() or list(known.get("deployer_policy_arns", {}))
    for name in names:
        check_environment(name)
    return sorted(names)


def stack(
    target: Target, deployers: Mapping[str, LakeSettings] | None = None, folder: Path = FOLDER
) -> Stack:
    """Return the bootstrap stack for the account and Region of a target, with policies for these environments."""
    given = {
        environment: {
            "role_path": lake.role_path,
            "permissions_boundary_arn": lake.permissions_boundary_arn,
            "iceberg_tables": lake.has_iceberg_tables,
        }
        for environment, lake in (deployers or {}).items()
    }
    values = {
        "account_id": target.account_id,
        "region": target.region,
        "name": state_backend.NAME,
        "bucket_name": state_backend.bucket_name(target),
        "deployers": json.dumps(given),
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
        help="environments for whose deployers policies are made, such as "
        f"'{DEFAULT_ENVIRONMENTS['aws']} prod', or {NONE!r} (default: those that have them)",
    )
    made.add_argument("--yes", action="store_true", help="do not ask before changing the account")
    return made.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(cli.run(main))
