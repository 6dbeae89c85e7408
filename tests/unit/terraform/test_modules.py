"""Every Terraform module is formatted, valid, and passes its own `terraform test`, which validates it first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from scripts.paths import TERRAFORM
from tests.unit.terraform.native import declared_runs, run_count

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.terraform.conftest import Terraform

MODULES = sorted(path.parent.name for path in TERRAFORM.glob("modules/*/main.tf"))
CONFIGURATION_FILES = sorted(path for path in TERRAFORM.rglob("*.tf") if ".terraform" not in path.parts)


def test_everything_is_formatted(terraform: Terraform) -> None:
    assert terraform(TERRAFORM, "fmt", "-check", "-recursive") == ""


@pytest.mark.parametrize("module", MODULES)
def test_module(module: str, configuration: Path, terraform: Terraform) -> None:
    folder = configuration / "modules" / module
    terraform(folder, "init", "-backend=false", "-input=false")
    runs = run_count(terraform(folder, "test", "-no-color"))
    assert runs == declared_runs(folder) > 0


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
