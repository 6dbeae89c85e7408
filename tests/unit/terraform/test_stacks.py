"""What is made of the modules passes its own `terraform test`: the examples, the bootstrap stack and the root stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.paths import TERRAFORM
from tests.unit.terraform.native import declared_runs, run_count

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.terraform.conftest import Terraform

EXAMPLES = sorted(path.parent.name for path in TERRAFORM.glob("examples/*/main.tf"))
# The root stack refuses to work outside the workspace <target>-<environment>; its tests have this one.
ROOT_TEST_WORKSPACE = "local-test"


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_plans(example: str, configuration: Path, terraform: Terraform) -> None:
    folder = configuration / "examples" / example
    terraform(folder, "init", "-backend=false", "-input=false")
    assert run_count(terraform(folder, "test", "-no-color")) == 1


def test_bootstrap(configuration: Path, terraform: Terraform) -> None:
    folder = configuration / "bootstrap"
    terraform(folder, "init", "-backend=false", "-input=false", "-lockfile=readonly")
    assert run_count(terraform(folder, "test", "-no-color")) == declared_runs(folder) > 0


def test_root_stack(configuration: Path, terraform: Terraform) -> None:
    lock = configuration / ".terraform.lock.hcl"
    committed = lock.read_text(encoding="utf-8")
    terraform(configuration, "init", "-backend=false", "-input=false", "-lockfile=readonly")
    terraform(configuration, "validate", "-no-color")
    runs = run_count(terraform(configuration, "test", "-no-color", TF_WORKSPACE=ROOT_TEST_WORKSPACE))
    assert runs == declared_runs(configuration) > 0
    assert lock.read_text(encoding="utf-8") == committed
