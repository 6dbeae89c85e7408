"""The state of a real account in S3: kept by workspace, locked, and left and found again when targets change.

S3 is the local AWS's here; what is AWS's own is that nobody says so: no endpoint in the target, real account rules.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scripts import deployment, state_backend
from scripts.environment import environment
from scripts.errors import TerraformError, ToolError
from scripts.targets import Target
from scripts.terraform_runner import Runner
from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gateway_fixture import LocalAws

# python-terraform's own: it logs, in an outdated way, whenever terraform's exit code is not 0, as that of a plan with
# changes is, and leaves a file that it looks at to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:The 'warn' method is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]

# The root stack's variables and one value that outlives a run, without a provider.
STACK = """
variable "target" { type = string }
variable "environment" { type = string }
variable "account_id" { type = string }
variable "region" { type = string }
variable "endpoint" {
  type    = string
  default = null
}
variable "endpoint_in_environment" {
  type    = bool
  default = false
}
variable "wanted" {
  type    = string
  default = "first"
}

resource "terraform_data" "this" {
  input = var.wanted
}

output "kept" { value = "${terraform.workspace}: ${terraform_data.this.output}" }
"""
LOCAL = Target("local", "local", "http://127.0.0.1:1", "000000000000", "us-east-1")


@pytest.fixture
def shell(local_aws: LocalAws) -> Iterator[None]:
    """A shell in which AWS is the local one."""
    misleading = {name: None for name in os.environ if name.startswith(("AWS_", "TF_"))}
    with environment(
        {
            **misleading,
            "AWS_ENDPOINT_URL": local_aws.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
    ):
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "main.tf").write_text(STACK, encoding="utf-8")
    (tmp_path / "environments").mkdir()
    for name in ("local", "dev"):
        (tmp_path / "environments" / f"{name}.tfvars").write_text("", encoding="utf-8")
    return tmp_path


@pytest.fixture
def aws(local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Target:
    """A real account in a target's eyes, with a state bucket of this test's own."""
    monkeypatch.setattr(state_backend, "NAME", unique("lake"))
    target = Target("aws", "dev", None, "000000000000", "us-east-1")
    local_aws.clients.client("s3").create_bucket(Bucket=state_backend.bucket_name(target))
    return target


def _apply(runner: Runner, folder: Path) -> None:
    runner.init()
    runner.select_workspace()
    plan = folder / "it.tfplan"
    runner.plan(plan, quiet=True)
    runner.apply(plan)


def _state(local_aws: LocalAws, target: Target) -> dict[str, Any]:
    answer = local_aws.clients.client("s3").get_object(
        Bucket=state_backend.bucket_name(target), Key=state_backend.state_key(target)
    )
    state: dict[str, Any] = json.loads(answer["Body"].read())
    return state


@pytest.mark.usefixtures("shell")
def test_each_target_keeps_its_own_state_and_finds_it_again(
    local_aws: LocalAws, folder: Path, aws: Target
) -> None:
    _apply(Runner(aws, folder), folder)
    deployment.write_record(aws, folder)
    assert _state(local_aws, aws)["outputs"]["kept"]["value"] == "aws-dev: first"
    assert not list(folder.glob("terraform.tfstate*")), "a real account's state must not stay on the machine"

    with deployment.at_target(LOCAL, folder) as local:
        _apply(local, folder)
        assert local.outputs() == {"kept": "local-local: first"}
    assert (folder / "state" / "local-local" / "terraform.tfstate").is_file()

    recorded = Runner(aws, folder)
    assert recorded.selected_workspace() == "aws-dev", "a bare terraform is at what was deployed last again"
    assert recorded.outputs() == {"kept": "aws-dev: first"}

    deployment.write_record(LOCAL, folder)
    Runner(LOCAL, folder).init()
    with deployment.at_target(aws, folder) as there:
        assert there.outputs() == {"kept": "aws-dev: first"}
    assert not state_backend.differs(LOCAL, folder)


@pytest.mark.usefixtures("shell")
def test_a_locked_state_is_refused(
    local_aws: LocalAws, folder: Path, aws: Target, capfd: pytest.CaptureFixture[str]
) -> None:
    runner = Runner(aws, folder)
    _apply(runner, folder)
    lock = f"{state_backend.state_key(aws)}.tflock"
    s3 = local_aws.clients.client("s3")
    s3.put_object(
        Bucket=state_backend.bucket_name(aws),
        Key=lock,
        Body=json.dumps({"ID": "5d0f0b6c-0000-0000-0000-000000000000", "Who": "someone@else"}),
    )
    with pytest.raises(TerraformError):
        runner.plan()
    assert "someone@else" in capfd.readouterr().err
    s3.delete_object(Bucket=state_backend.bucket_name(aws), Key=lock)
    assert runner.plan() is False


@pytest.mark.usefixtures("shell")
def test_an_account_without_the_bucket_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_backend, "NAME", unique("none"))
    with pytest.raises(ToolError, match=r"000000000000 has no bucket none-.*run once: make bootstrap"):
        state_backend.check(Target("aws", "dev", None, "000000000000", "us-east-1"))
    state_backend.check(LOCAL)  # a local target needs none
