"""Plans, deploys and destroys the lake on a target: ``python -m scripts.deploy {plan,deploy,destroy}``."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from scripts import (
    check_settings,
    cli,
    cost,
    lake_settings,
    package_functions,
    package_transform,
    state_backend,
    take_over,
    type_changes,
)
from scripts.deployment import ENVIRONMENT_LINK, RECORD, at_target, write_record
from scripts.errors import ToolError, UsageError
from scripts.estimate import DEFAULT_LOAD, Load
from scripts.fingerprint import forget, remember
from scripts.paths import FUNCTION_PACKAGES, REPOSITORY, SCHEMAS, TERRAFORM, TRANSFORM_PACKAGES
from scripts.session import session_for
from scripts.targets import DEFAULT_ENVIRONMENTS, Target, resolve
from scripts.terraform_runner import Runner
from scripts.type_changes import TypeChange


def main(arguments: Sequence[str]) -> int:
    """Do what the first argument names; see ``--help``."""
    options = _parse(arguments)
    started = time.monotonic()
    target = resolve(options.target, options.environment)
    check_settings.check(variable_files(target))
    load = cost.chosen_load(options)
    state_backend.check(target)
    with at_target(target) as runner:
        _act(options, target, runner, load)
    took = f"{time.monotonic() - started:.0f} s"
    if options.action == "deploy":
        print(f"deployed {target.workspace} in {took}; next: make produce AMOUNT=10")
    elif options.action == "destroy":
        print(f"destroyed {target.workspace} in {took}; next: make down")
    return cli.DONE


def _act(options: argparse.Namespace, target: Target, runner: Runner, load: Load) -> None:
    prepare(runner)
    if options.action == "plan":
        with tempfile.TemporaryDirectory() as folder:
            plan = Path(folder) / "shown.tfplan"
            changes = runner.plan(plan)
            for change in changed_types(runner, target, plan) if changes else ():
                print(f"warning: {change}; make deploy refuses it without ACCEPT_TYPE_CHANGES=1")
        if target.name == "aws":
            print(estimated(target, load))
        print(
            f"plan for {target.workspace}: {'changes, as above' if changes else 'no changes'}; next: make deploy"
        )
    elif options.action == "deploy":
        deploy(runner, target, load, yes=options.yes, accept_type_changes=options.accept_type_changes)
    else:
        destroy(runner, target, yes=options.yes)


def variable_files(target: Target) -> list[Path]:
    """Return the files from which Terraform will read the variables that a person writes."""
    chosen = TERRAFORM / "environments" / f"{target.environment}.tfvars"
    always = [*TERRAFORM.glob("terraform.tfvars*"), *TERRAFORM.glob("*.auto.tfvars*")]
    return [chosen, *sorted(file for file in always if file.name not in (RECORD, ENVIRONMENT_LINK))]


def prepare(runner: Runner) -> None:
    """Pack the functions, which the plan reads, and make Terraform ready."""
    packed = [
        *package_transform.pack(SCHEMAS, TRANSFORM_PACKAGES),
        *package_functions.pack(SCHEMAS, FUNCTION_PACKAGES),
    ]
    for package in packed:
        if package.changed:
            print(f"packed {package.path.relative_to(REPOSITORY)}")
    runner.init()


def deploy(
    runner: Runner,
    target: Target,
    load: Load = DEFAULT_LOAD,
    *,
    yes: bool,
    accept_type_changes: bool = False,
) -> None:
    """Plan, ask where it costs money, record the target and apply exactly what was planned.

    The record is written before the apply: an interrupted one can be destroyed by a bare ``terraform destroy``.
    """
    runner.select_workspace()
    with tempfile.TemporaryDirectory() as folder, _taking_over(runner, target):
        plan = Path(folder) / "deploy.tfplan"
        # On AWS a person reads the plan before agreeing to it; `make plan` shows it for any target.
        changes = runner.plan(plan, quiet=target.name != "aws")
        if changes:
            announce_type_changes(changed_types(runner, target, plan), accepted=accept_type_changes)
        if changes and target.name == "aws":
            print(estimated(target, load))
            confirm(f"Deploy to AWS account {target.account_id}, {target.region}?", yes=yes)
        write_record(target)
        forget(target)
        if changes:
            runner.apply(plan)
        else:
            print("nothing to change")
        remember(target)


def changed_types(runner: Runner, target: Target, plan: Path) -> list[TypeChange]:
    """Return the columns that hold data and whose type a saved plan changes."""
    from botocore.exceptions import ClientError  # here, so that --help answers at once

    s3 = session_for(target.name, target.endpoint, target.region).client("s3")

    def has_objects(bucket: str, prefix: str) -> bool:
        try:
            return bool(s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1)["KeyCount"])
        except ClientError as error:
            # Who may not list is told all the same: the worse case is a warning too many.
            return str(error.response["Error"]["Code"]) != "NoSuchBucket"

    return type_changes.of_plan(runner.resource_changes(plan), has_objects)


def announce_type_changes(changes: Sequence[TypeChange], *, accepted: bool) -> None:
    """Say which columns change their type under data.

    :raises ToolError: nobody has accepted that.
    """
    if not changes:
        return
    listed = "; ".join(str(change) for change in changes)
    if not accepted:
        raise ToolError(
            f"{listed}. Objects that are there keep the old type; queries of them can fail or read other values: "
            "write a new dataset instead (docs/upgrading.md), or pass ACCEPT_TYPE_CHANGES=1. Nothing was changed"
        )
    print(f"accepted: {listed}")


def destroy(runner: Runner, target: Target, *, yes: bool) -> None:
    """Plan the destruction, ask on AWS, and apply it."""
    # Import blocks are nothing to a plan that destroys.
    for address, import_id in _left_behind(runner, target).items():
        print(f"made by the interrupted deployment, to be destroyed too: {address}")
        runner.take_over(address, import_id)
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder) / "destroy.tfplan"
        if not runner.plan(plan, destroy=True, quiet=target.name != "aws"):
            print("nothing to destroy")
            return
        if target.name == "aws":
            confirm(
                f"Destroy the lake and its data in AWS account {target.account_id}, {target.region}?", yes=yes
            )
        runner.apply(plan)


def estimated(target: Target, load: Load) -> str:
    """Return the monthly estimate of what is set for a target on AWS."""
    return cost.summary(lake_settings.resolve(target.environment, target.account_id, target.region), load)


@contextmanager
def _taking_over(runner: Runner, target: Target) -> Iterator[None]:
    """Let the plans of the block import what an interrupted deployment had made without writing it into the state."""
    left_behind = _left_behind(runner, target)
    for address in left_behind:
        print(f"made by the interrupted deployment, taken over: {address}")
    take_over.write(left_behind, TERRAFORM)
    try:
        yield
    finally:
        take_over.write({}, TERRAFORM)


def _left_behind(runner: Runner, target: Target) -> dict[str, str]:
    """Return the import ids, by address, of what an interrupted deployment had made and the state does not know."""
    begun = runner.note.addresses()
    if not begun:
        return {}
    missing = set(begun) - runner.state_addresses()
    return take_over.found(take_over.Place.of(target), runner.planned(runner.note.plan, missing))


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something real is changed.

    :raises UsageError: there is nobody to ask.
    :raises ToolError: the answer was no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{question} needs an answer and there is no terminal; pass YES=1 to go ahead")
    if input(f"{question} Type 'yes': ").strip() != "yes":
        raise ToolError("not confirmed; nothing was changed")


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    made = cli.parser("scripts.deploy", "Plan, deploy or destroy the lake.")
    made.add_argument("action", choices=("plan", "deploy", "destroy"))
    made.add_argument("--target", default="local", help=f"one of {', '.join(DEFAULT_ENVIRONMENTS)}")
    made.add_argument(
        "--environment", help="a file in terraform/environments (default: the target's usual one)"
    )
    cost.add_load_options(made)
    made.add_argument(
        "--accept-type-changes",
        action="store_true",
        help="deploy although a column that holds data changes its type",
    )
    made.add_argument("--yes", action="store_true", help="do not ask before changing a real account")
    return made.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(cli.run(main))
