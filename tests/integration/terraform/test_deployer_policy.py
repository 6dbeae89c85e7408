"""The deployer's policies have what Terraform asks for, what AWS alone needs with a reason for each, and no more.

What Terraform asks for is measured by `tests/e2e/deployer`, which takes minutes; here the policies are held against it.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from scripts import terraform_cli
from scripts.paths import REPOSITORY, TERRAFORM
from tests.e2e import mutation, policies

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gateway_fixture import LocalAws

ASKED = REPOSITORY / "tests" / "e2e" / "deployer" / "asked_by_terraform.txt"

CONFIGURATION = """
module "bounded" {
  source                   = "./modules/deployer_policy"
  name                     = "lake"
  key_tags                 = { Project = "lake" }
  iceberg_tables           = true
  role_path                = "/lake/"
  permissions_boundary_arn = "arn:aws:iam::000000000000:policy/boundary"

  state = {
    bucket      = "states"
    prefix      = "env:/lake/"
    default_key = "lake/terraform.tfstate"
    kms_key_arn = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555"
  }
}

module "unbounded" {
  source   = "./modules/deployer_policy"
  name     = "lake"
  key_tags = { Project = "lake" }
}

output "bounded" {
  value = module.bounded.documents
}

output "unbounded" {
  value = module.unbounded.documents
}
"""


@pytest.fixture(scope="module")
def documents(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """All documents, with and without a boundary, as Terraform renders them."""
    folder: Path = tmp_path_factory.mktemp("deployer")
    (folder / "modules").symlink_to(TERRAFORM / "modules")
    (folder / "main.tf").write_text(CONFIGURATION, encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "AWS_"))}
    place = {"AWS_ENDPOINT_URL": local_aws.endpoint, "AWS_REGION": "us-east-1", "CHECKPOINT_DISABLE": "1"}
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "GOGC": "400"}

    def terraform(*arguments: str) -> str:
        done = subprocess.run(
            [terraform_cli.binary(), *arguments],
            cwd=folder,
            env={**clean, **terraform_cli.environment(), **place, **keys},
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    terraform("init", "-backend=false", "-input=false")
    terraform("plan", "-input=false", "-out=plan")
    outputs = json.loads(terraform("show", "-json", "plan"))["planned_values"]["outputs"]
    return {
        ("deployer", f"{kind} {part}"): text
        for kind in ("bounded", "unbounded")
        for part, text in outputs[kind]["value"].items()
    }


def test_every_action_was_asked_for_or_has_its_reason(documents: dict[tuple[str, str], str]) -> None:
    allowed = {action for document in documents.values() for action in mutation.actions(document)}
    asked = ASKED.read_text(encoding="utf-8").split()
    reasons = mutation.reasons("deployer")
    assert asked == sorted(set(asked))
    assert sorted(allowed) == sorted([*asked, *reasons]), (
        "an action is in one list: of what is asked for, or of reasons"
    )


def test_the_lint_finds_nothing_but_what_is_accepted(documents: dict[tuple[str, str], str]) -> None:
    wrong = {"Effect": "Allow", "Action": "s3:Nothing", "Resource": "*"}
    given = {**documents, ("deployer", "wrong"): json.dumps({"Version": "2012-10-17", "Statement": [wrong]})}
    found = policies.findings(given)
    assert any("UNKNOWN_ACTION" in one for one in found.pop(("deployer", "wrong")))
    assert {name: one for name, one in found.items() if one} == {}
