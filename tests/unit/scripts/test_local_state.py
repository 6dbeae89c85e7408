"""A local state that a killed Terraform has cut off, and its backup."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.local_state import mend

WHOLE = json.dumps({"version": 4, "serial": 7, "resources": [{"type": "aws_s3_bucket"}]})


def _folder(root: Path, state: str | None, backup: str | None) -> Path:
    folder = root / "state" / "local-local"
    folder.mkdir(parents=True)
    for name, content in (("terraform.tfstate", state), ("terraform.tfstate.backup", backup)):
        if content is not None:
            (folder / name).write_text(content, encoding="utf-8")
    return folder


@pytest.mark.parametrize("state", [WHOLE, json.dumps({"version": 4, "resources": []}), None])
def test_a_sound_state_is_left_alone(tmp_path: Path, state: str | None) -> None:
    folder = _folder(tmp_path, state, WHOLE)
    before = {file.name: file.read_text() for file in folder.iterdir()}
    assert mend(tmp_path, "local-local") is None
    assert {file.name: file.read_text() for file in folder.iterdir()} == before


@pytest.mark.parametrize("damaged", ["", WHOLE[:30], "null"])
def test_a_damaged_state_gives_way_to_its_backup(tmp_path: Path, damaged: str) -> None:
    folder = _folder(tmp_path, damaged, WHOLE)
    assert "the one from before that run is used" in (mend(tmp_path, "local-local") or "")
    assert (folder / "terraform.tfstate").read_text() == WHOLE
    assert (folder / "terraform.tfstate.damaged").read_text() == damaged
    assert mend(tmp_path, "local-local") is None


@pytest.mark.parametrize("backup", [None, "", "{"])
def test_a_damaged_state_without_a_backup_is_put_aside(tmp_path: Path, backup: str | None) -> None:
    folder = _folder(tmp_path, "{", backup)
    assert "there is none from before" in (mend(tmp_path, "local-local") or "")
    assert not (folder / "terraform.tfstate").exists()
    assert (folder / "terraform.tfstate.damaged").read_text() == "{"
