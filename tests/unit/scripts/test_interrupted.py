"""Ctrl+C during an apply: Terraform ends what it has begun, somebody reads what it says, and only then it is over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from scripts.paths import REPOSITORY
from scripts.unfinished import Note
from tests.waiting import wait_until

# Says something at once, and much more after it is interrupted, as Terraform does; then writes its state.
TERRAFORM = """#!{python}
import pathlib, signal, sys, time
stopped = []
signal.signal(signal.SIGINT, lambda *_: stopped.append(1))
print('{{"type": "version"}}', flush=True)
for address in ("bucket.a", "bucket.b"):
    hook = '{{"action": "create", "resource": {{"addr": "' + address + '"}}}}'
    print('{{"type": "apply_start", "hook": ' + hook + '}}', flush=True)
pathlib.Path("begun").touch()
while not stopped:
    time.sleep(0.01)
for _ in range(5000):
    print('{{"type": "log", "@message": "stopping", "@level": "info"}}', flush=True)
pathlib.Path("stopped").write_text("in order")
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
    Stack(Path(sys.argv[2]), "default", {}).apply(Path(sys.argv[2], "plan"))
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


def _applied(terraform: Path, folder: Path) -> subprocess.Popen[str]:
    (folder / "plan").write_bytes(b"plan")
    return subprocess.Popen(
        [sys.executable, "-c", APPLY, str(terraform), str(folder)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def test_an_interrupted_apply_is_waited_for(terraform: Path, tmp_path: Path) -> None:
    process = _applied(terraform, tmp_path)
    wait_until((tmp_path / "begun").exists, "the apply")
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: everybody gets it
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 3, out
    assert (tmp_path / "stopped").read_text(encoding="utf-8") == "in order"
    assert "interrupted; what was begun is recorded, run the same again to go on" in out
    note = Note(tmp_path, "default")
    assert note.addresses() == ["bucket.a", "bucket.b"]
    assert note.plan.read_bytes() == b"plan"


def test_a_killed_terraform_leaves_a_note_and_no_provider(terraform: Path, tmp_path: Path) -> None:
    provider = "from subprocess import *; Popen(['sleep', '600'], stdout=DEVNULL, stderr=DEVNULL)\n"
    text = terraform.read_text(encoding="utf-8")
    terraform.write_text(text.replace("stopped = []\n", f"stopped = []\n{provider}"), encoding="utf-8")
    process = _applied(terraform, tmp_path)
    wait_until((tmp_path / "begun").exists, "the apply")
    (running,) = psutil.Process(process.pid).children()
    (left,) = running.children()
    running.kill()
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 3, out
    assert "terraform was ended by SIGKILL; what was begun is recorded, run the same again to go on" in out
    assert Note(tmp_path, "default").addresses() == ["bucket.a", "bucket.b"]
    wait_until(
        lambda: not left.is_running() or left.status() == psutil.STATUS_ZOMBIE, "the end of the provider"
    )
