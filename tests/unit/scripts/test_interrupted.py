"""Ctrl+C during an apply: Terraform ends what it has begun, somebody reads what it says, and only then it is over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.paths import REPOSITORY
from tests.waiting import wait_until

# Says something at once, and much more after it is interrupted, as Terraform does; then writes its state.
TERRAFORM = """#!{python}
import pathlib, signal, sys, time
stopped = []
signal.signal(signal.SIGINT, lambda *_: stopped.append(1))
print('{{"type": "version"}}', flush=True)
pathlib.Path("begun").touch()
while not stopped:
    time.sleep(0.01)
for _ in range(5000):
    print('{{"type": "log", "@message": "stopping", "@level": "info"}}', flush=True)
pathlib.Path("state").write_text("written")
sys.exit(1)
"""
APPLY = """
import sys
from pathlib import Path
from scripts import terraform_cli
terraform_cli.binary = lambda: sys.argv[1]
terraform_cli.environment = lambda: {}
from scripts.errors import TerraformError
from scripts.terraform_runner import Stack
try:
    Stack(Path(sys.argv[2]), "default", {}).apply(Path("plan"))
except TerraformError as error:
    print(error)
    sys.exit(3)
"""


@pytest.fixture
def terraform(tmp_path: Path) -> Path:
    path = tmp_path / "terraform"
    path.write_text(TERRAFORM.format(python=sys.executable), encoding="utf-8")
    path.chmod(0o755)
    return path


def test_an_interrupted_apply_is_waited_for(terraform: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", APPLY, str(terraform), str(tmp_path)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    wait_until((tmp_path / "begun").exists, "the apply")
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: everybody gets it
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 3, out
    assert (tmp_path / "state").read_text(encoding="utf-8") == "written"
    assert "interrupted; what was begun is recorded, run the same again to go on" in out
