"""A copy of terraform/ to work in, so that a test leaves nothing in the repository and sees no deployment of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from scripts import terraform_cli
from scripts.paths import SCHEMAS, TERRAFORM

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Terraform = Callable[..., str]

# What `terraform init`, `make deploy` and runs of Terraform leave beside the configuration.
NOT_CONFIGURATION = shutil.ignore_patterns(
    ".terraform", "terraform.tfstate*", "state", "backend_override.tf", "*.auto.tfvars", "*.auto.tfvars.json"
)


@pytest.fixture(scope="session")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of the copy."""
    copy = tmp_path_factory.mktemp("configuration") / "terraform"
    shutil.copytree(TERRAFORM, copy, ignore=NOT_CONFIGURATION)
    shutil.copytree(SCHEMAS, copy.parent / "schemas")  # the examples read the contracts that ship
    return copy


@pytest.fixture(scope="session")
def terraform() -> Terraform:
    """Return a function that runs terraform in a folder and gives its output; it fails the test with that output."""
    binary = terraform_cli.binary()
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("TF_VAR_", "TF_WORKSPACE"))
    }
    base = {**inherited, **terraform_cli.environment(), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    # The provider's schemas make it collect garbage for seconds at every start.
    base.setdefault("GOGC", "400")

    def run(folder: Path, *arguments: str, **variables: str) -> str:
        answer = subprocess.run(
            [binary, *arguments],
            cwd=folder,
            env={**base, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if answer.returncode != 0:
            pytest.fail(f"terraform {' '.join(arguments)} in {folder.name}:\n{answer.stdout}", pytrace=False)
        return answer.stdout

    return run
