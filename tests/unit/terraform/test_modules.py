"""Every Terraform module, and the root stack, is formatted, valid, and passes its own `terraform test`.

A run of `terraform test` validates the module first, so only the root stack is validated for itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from scripts.paths import TERRAFORM

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.terraform.conftest import Terraform

MODULES = sorted(path.parent.name for path in TERRAFORM.glob("modules/*/main.tf"))
EXAMPLES = sorted(path.parent.name for path in TERRAFORM.glob("examples/*/main.tf"))
# The root stack refuses to work outside the workspace <target>-<environment>; its tests have this one.
ROOT_TEST_WORKSPACE = "local-test"

SUMMARY = re.compile(r"^Success! (\d+) passed, 0 failed\.$", re.MULTILINE)
CONFIGURATION_FILES = sorted(path for path in TERRAFORM.rglob("*.tf") if ".terraform" not in path.parts)


def run_count(output: str) -> int:
    summary = SUMMARY.search(output)
    assert summary, output
    return int(summary[1])


def declared_runs(folder: Path) -> int:
    files = folder.glob("tests/*.tftest.hcl")
    return sum(len(re.findall(r'^run "', file.read_text(encoding="utf-8"), re.MULTILINE)) for file in files)


def test_everything_is_formatted(terraform: Terraform) -> None:
    assert terraform(TERRAFORM, "fmt", "-check", "-recursive") == ""


@pytest.mark.parametrize("module", MODULES)
def test_module(module: str, configuration: Path, terraform: Terraform) -> None:
    folder = configuration / "modules" / module
    terraform(folder, "init", "-backend=false", "-input=false")
    runs = run_count(terraform(folder, "test", "-no-color"))
    assert runs == declared_runs(folder) > 0


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


@pytest.mark.parametrize("module", MODULES)
def test_module_has_what_a_module_has(module: str) -> None:
    folder = TERRAFORM / "modules" / module
    for name in ("main.tf", "variables.tf", "outputs.tf", "versions.tf", "README.md"):
        assert (folder / name).is_file(), f"{module} has no {name}"
    assert not re.search(
        r'^provider "', "".join(file.read_text("utf-8") for file in folder.glob("*.tf")), re.MULTILINE
    )


def test_every_module_is_planned_beside_resources_that_are_yet_to_be_made() -> None:
    planned = (TERRAFORM / "tests/adopter/main.tf").read_text(encoding="utf-8")
    sources = set(re.findall(r'^  source = "../../modules/(\w+)"$', planned, re.MULTILINE))
    assert sources == set(MODULES)


@pytest.mark.parametrize("path", CONFIGURATION_FILES, ids=lambda path: str(path.relative_to(TERRAFORM)))
def test_no_partition_is_assumed_and_every_wildcard_has_its_reason(path: Path) -> None:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        code, _, comment = line.partition(" #")
        assert "arn:aws:" not in code, f"line {number}: use data.aws_partition instead of {line.strip()}"
        wildcard = re.search(r"""\b(actions|resources|identifiers)\b.*"(\*|[a-z0-9-]+:\*)\"""", code)
        assert not wildcard or comment.strip(), (
            f"line {number}: a wildcard needs its reason in the line: {line.strip()}"
        )
