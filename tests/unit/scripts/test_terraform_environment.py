"""In whose name, and where, the tools let Terraform act."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.errors import TerraformError
from scripts.terraform_runner import Stack

# python-terraform's own: it logs in an outdated way when terraform fails.
pytestmark = pytest.mark.filterwarnings("ignore:The 'warn' method is deprecated:DeprecationWarning")

# Stands in for terraform: shows what it was given, and says of an apply what AWS says of one that is not allowed.
FAKE = """#!/bin/sh
case "$1" in
  version) echo "Terraform v1.11.4" ;;
  plan)
    env | grep ^AWS_ > seen
    echo "a plan"
    printf '│ Error: api error AccessDenied: User: arn:aws:iam::111122223333:user/x is not authorized\\n' >&2
    printf '│ to perform: iam:GetRole on resource: arn:aws:iam::111122223333:role/y because no policy\\n' >&2
    exit 1 ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    fake = tmp_path / "terraform"
    fake.write_text(FAKE, encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("TERRAFORM", str(fake))
    for name in ("STREAMLAKE_ACCESS_KEY_ID", "STREAMLAKE_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"ACCESS_KEY_ID": "AKIASHELL", "SESSION_TOKEN": "shell", "PROFILE": "shell"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    return tmp_path


def seen(folder: Path, endpoint: str | None) -> dict[str, str]:
    """Give the variables for AWS that terraform had."""
    with pytest.raises(TerraformError):
        Stack(folder, "default", {}, endpoint).plan(quiet=True)
    return dict(line.split("=", 1) for line in (folder / "seen").read_text("utf-8").splitlines())


def test_a_local_terraform_signs_as_the_user_that_is_named_and_as_nobody_else(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = seen(folder, "http://127.0.0.1:4999")
    assert {"AWS_SESSION_TOKEN", "AWS_PROFILE"} & local.keys() == set()
    assert (local["AWS_ACCESS_KEY_ID"], local["AWS_SECRET_ACCESS_KEY"]) == ("test", "test")
    monkeypatch.setenv("STREAMLAKE_ACCESS_KEY_ID", "AKIAUSER")
    monkeypatch.setenv("STREAMLAKE_SECRET_ACCESS_KEY", "secret")
    assert seen(folder, "http://127.0.0.1:4999")["AWS_ACCESS_KEY_ID"] == "AKIAUSER"


def test_on_aws_the_shell_says_who_one_is(folder: Path) -> None:
    on_aws = seen(folder, None)
    assert (on_aws["AWS_ACCESS_KEY_ID"], on_aws["AWS_PROFILE"]) == ("AKIASHELL", "shell")


@pytest.mark.parametrize("quiet", [True, False])
def test_what_was_denied_is_named_and_terraforms_words_are_shown(
    folder: Path, quiet: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(
        TerraformError, match=r"denied: iam:GetRole on arn:aws:iam::111122223333:role/y; .*make bootstrap"
    ):
        Stack(folder, "default", {}).plan(quiet=quiet)
    shown = capfd.readouterr()
    assert "Error: api error AccessDenied" in shown.err
    assert "a plan" in shown.out + shown.err
