from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from pathlib import Path

import pytest

from scripts import terraform_cli
from scripts.errors import ToolError, UsageError


def _archive(content: bytes = b"#!/bin/sh\n") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("terraform", content)
    return buffer.getvalue()


def test_a_named_mirror_wins(tmp_path: Path) -> None:
    (tmp_path / "registry.terraform.io").mkdir()
    assert terraform_cli.find_mirror({"TF_PLUGIN_MIRROR": str(tmp_path)}) == tmp_path


def test_a_named_folder_that_is_no_mirror_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"TF_PLUGIN_MIRROR=.*registry\.terraform\.io"):
        terraform_cli.find_mirror({"TF_PLUGIN_MIRROR": str(tmp_path)})


def test_a_mirror_one_level_below_the_optional_software_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a-program").mkdir()
    (tmp_path / "plugins" / "registry.terraform.io").mkdir(parents=True)
    monkeypatch.setattr(terraform_cli, "STANDARD_PLUGIN_FOLDERS", (str(tmp_path / "none"),))
    monkeypatch.setattr(
        terraform_cli, "OPTIONAL_SOFTWARE_FOLDERS", (str(tmp_path / "missing"), str(tmp_path))
    )
    assert terraform_cli.find_mirror({}) == tmp_path / "plugins"
    monkeypatch.setattr(terraform_cli, "OPTIONAL_SOFTWARE_FOLDERS", (str(tmp_path / "a-program"),))
    assert terraform_cli.find_mirror({}) is None


def test_a_configuration_that_exists_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "mine.rc"
    mine.write_text("", encoding="utf-8")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(mine))
    assert terraform_cli.environment() == {}


def test_a_configuration_that_does_not_exist_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "missing.rc"))
    monkeypatch.setattr(terraform_cli, "TOOLS", tmp_path)
    (tmp_path / "plugins" / "registry.terraform.io").mkdir(parents=True)
    monkeypatch.setenv("TF_PLUGIN_MIRROR", str(tmp_path / "plugins"))
    generated = Path(terraform_cli.environment()["TF_CLI_CONFIG_FILE"])
    assert f'path = "{tmp_path / "plugins"}"' in generated.read_text(encoding="utf-8")


def test_a_download_is_checked_before_it_is_installed(tmp_path: Path) -> None:
    archive, target = _archive(), tmp_path / "bin" / "terraform"
    with pytest.raises(ToolError, match="nothing was installed"):
        terraform_cli.install(archive, "0" * 64, target)
    assert not target.exists()
    terraform_cli.install(archive, hashlib.sha256(archive).hexdigest(), target)
    assert target.read_bytes() == b"#!/bin/sh\n"
    assert target.stat().st_mode & stat.S_IXUSR


def test_an_old_terraform_is_named_and_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "terraform"
    old.write_text("#!/bin/sh\necho 'Terraform v1.5.7'\n", encoding="utf-8")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(terraform_cli, "TOOLS", tmp_path / "tools")
    monkeypatch.delenv("TERRAFORM", raising=False)
    with pytest.raises(ToolError, match=r"found only .*1\.5\.7.*make setup"):
        terraform_cli.binary()
    new = tmp_path / "tofu"
    new.write_text("#!/bin/sh\necho 'OpenTofu v1.10.0'\n", encoding="utf-8")
    new.chmod(0o755)
    assert terraform_cli.binary() == str(new)


def test_what_a_person_chose_is_taken_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, said in (
        ("terraform", "Terraform v1.11.4"),
        ("tofu", "OpenTofu v1.10.0"),
        ("old", "OpenTofu v1.6.2"),
    ):
        (tmp_path / name).write_text(f"#!/bin/sh\necho '{said}'\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("TERRAFORM", raising=False)
    assert terraform_cli.binary() == str(tmp_path / "terraform")
    monkeypatch.setenv("TERRAFORM", "tofu")
    assert terraform_cli.binary() == str(tmp_path / "tofu")
    monkeypatch.setenv("TERRAFORM", str(tmp_path / "old"))
    with pytest.raises(ToolError, match=r"TERRAFORM=.*old is 1\.6\.2; name a terraform or tofu >= 1\.9"):
        terraform_cli.binary()
    monkeypatch.setenv("TERRAFORM", "terrafrom")
    with pytest.raises(ToolError, match="TERRAFORM=terrafrom is not on PATH"):
        terraform_cli.main([])
