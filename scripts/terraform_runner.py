"""Runs Terraform on the root stack, for one target, through python-terraform."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from python_terraform import IsFlagged, Terraform

from scripts import apply_progress, terraform_cli
from scripts.environment import environment
from scripts.errors import TerraformError
from scripts.paths import TERRAFORM
from scripts.targets import Target

NO_CHANGES, CHANGES = 0, 2


class Runner:
    """Terraform in ``terraform/`` for one target.

    Every command gets the target's variables and its environment's file explicitly and runs in the target's
    workspace, so nothing depends on what was deployed last.
    """

    def __init__(self, target: Target, folder: Path = TERRAFORM) -> None:
        self.target = target
        self._folder = folder
        self._terraform = Terraform(working_dir=str(folder), terraform_bin_path=terraform_cli.binary())

    def init(self) -> None:
        """Install the provider and the modules; quick when they are there."""
        self._run("init", input=False, no_color=None, workspace=False, quiet=True)

    def select_workspace(self) -> None:
        """Make the target's workspace the one that a bare ``terraform`` in the folder uses."""
        self._run("workspace select", self.target.workspace, or_create=IsFlagged, workspace=False, quiet=True)

    def plan(self, out: Path | None = None, *, destroy: bool = False, quiet: bool = False) -> bool:
        """Make a plan and return whether it changes anything; ``quiet`` does not print it."""
        options: dict[str, Any] = {"detailed_exitcode": IsFlagged, "input": False, **self._variables()}
        if out is not None:
            options["out"] = str(out)
        if destroy:
            options["destroy"] = IsFlagged
        return self._run("plan", allowed=(NO_CHANGES, CHANGES), quiet=quiet, **options) == CHANGES

    def apply(self, plan: Path) -> None:
        """Apply a saved plan, showing each resource as it is done."""
        command = self._terraform.generate_cmd_string("apply", str(plan), input=False, json=IsFlagged)
        with environment(self._environment()), apply_progress.show() as progress:
            process = subprocess.Popen(command, cwd=self._folder, stdout=subprocess.PIPE, text=True)
            assert process.stdout is not None  # noqa: S101 - PIPE was asked for
            for line in process.stdout:
                progress.line(line)
            code = process.wait()
        if code != 0:
            raise TerraformError(f"terraform apply ended with exit code {code}; its own message is above")

    def outputs(self) -> dict[str, Any]:
        """Return the root stack's output values; empty when nothing is deployed."""
        code, out, err = self._call("output", json=IsFlagged)
        if code != 0:
            raise TerraformError(
                f"terraform output failed: {err.strip().splitlines()[-1] if err.strip() else out}"
            )
        return {name: output["value"] for name, output in json.loads(out).items()}

    def _variables(self) -> dict[str, Any]:
        values = {
            "target": self.target.name,
            "environment": self.target.environment,
            "account_id": self.target.account_id,
            "region": self.target.region,
        }
        if self.target.endpoint is not None:
            values["endpoint"] = self.target.endpoint
            values["endpoint_in_environment"] = "true"  # see _endpoint_environment
        return {
            "var_file": f"environments/{self.target.environment}.tfvars",
            "var": [f"{name}={value}" for name, value in values.items()],
        }

    def _run(
        self,
        command: str,
        *arguments: str,
        allowed: tuple[int, ...] = (0,),
        workspace: bool = True,
        quiet: bool = False,
        **options: Any,
    ) -> int:
        code, out, err = self._call(command, *arguments, workspace=workspace, capture_output=quiet, **options)
        if code not in allowed:
            # What was captured has not been seen yet: an error without terraform's own words helps nobody.
            for text in (out, err):
                if text:
                    print(text, file=sys.stderr, end="")
            raise TerraformError(f"terraform {command} ended with exit code {code}; its own message is above")
        return code

    def _call(
        self, command: str, *arguments: str, workspace: bool = True, **options: Any
    ) -> tuple[int, str, str]:
        sys.stdout.flush()
        with environment(self._environment(workspace=workspace)):
            code, out, err = self._terraform.cmd(command, *arguments, **options)
        return code, out or "", err or ""

    def _environment(self, *, workspace: bool = True) -> Mapping[str, str | None]:
        return {
            **terraform_cli.environment(),
            **self._endpoint_environment(),
            "TF_WORKSPACE": self.target.workspace if workspace else None,
            "TF_IN_AUTOMATION": "1",
            # The provider's schemas make every start of it collect garbage for seconds; fewer rounds cost some memory.
            "GOGC": os.environ.get("GOGC", "400"),
        }

    def _endpoint_environment(self) -> Mapping[str, str | None]:
        """Give the provider a local endpoint by AWS_ENDPOINT_URL, which is quicker than by its configuration.

        What else in the shell could lead it elsewhere, or ask for a profile, is taken away.
        """
        if self.target.endpoint is None:
            return {}
        misleading = ("AWS_PROFILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
        of_services = [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL_")]
        return {**dict.fromkeys((*misleading, *of_services)), "AWS_ENDPOINT_URL": self.target.endpoint}
