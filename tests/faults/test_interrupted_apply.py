"""A deployment that is interrupted anywhere and run again gets where an undisturbed one does; a full lake goes whole.

Where it is interrupted is drawn: after how many resources, by a seed that is printed and can be given with
STREAMLAKE_TEST_SEED. STREAMLAKE_TEST_INTERRUPTIONS says how often each kind of interruption is tried.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from scripts.session import session_for
from scripts.unfinished import Note
from tests.e2e.lake import Lake, stopped
from tests.faults import inventory
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

SEED = int(os.environ.get("STREAMLAKE_TEST_SEED") or time.time())
INTERRUPTIONS = int(os.environ.get("STREAMLAKE_TEST_INTERRUPTIONS") or 1)
# Lines of an apply that say that one resource is there, or gone.
CHANGED = re.compile(r"^  (created|destroyed) ")
# Well before the last resources, which wait for the slow ones.
LATEST_POINT = 100
INTERRUPTED, KILLED = "error: interrupted; ", "error: terraform was ended by SIGKILL; "
GONE = "the local AWS ended meanwhile"

Interruption = Callable[[Lake, "subprocess.Popen[str]"], None]


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    with stopped(Lake.copy_into(tmp_path / "lake")) as made:
        made.make("up")
        yield made


def _terraform(lake: Lake) -> psutil.Process:
    """Find the apply that runs in this lake."""
    for process in psutil.process_iter():
        try:
            if process.cmdline()[1:2] == ["apply"] and process.cwd().startswith(str(lake.folder)):
                return process
        except psutil.Error:
            continue
    raise AssertionError("no apply runs")


def ctrl_c(_lake: Lake, process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: everybody gets it


def kill_terraform(lake: Lake, _process: subprocess.Popen[str]) -> None:
    _terraform(lake).kill()


def kill_gateway(lake: Lake, _process: subprocess.Popen[str]) -> None:
    record = json.loads((lake.folder / ".streamlake" / "run" / "gateway.json").read_text(encoding="utf-8"))
    psutil.Process(record["pid"]).kill()


def interrupt(lake: Lake, command: str, after: int, how: Interruption) -> str:
    """Run ``make deploy`` or ``make destroy``, interrupt it after so many resources, and give what was printed."""
    printed, changed = [], 0
    with subprocess.Popen(
        ["make", command],
        cwd=lake.folder,
        env=lake.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            printed.append(line)
            changed += bool(CHANGED.match(line))
            if changed == after and CHANGED.match(line):
                how(lake, process)
    assert process.returncode != 0, f"not interrupted after {after} resources:\n{''.join(printed)}"
    return "".join(printed)


def in_state(lake: Lake) -> Counter[str]:
    """Count the resources that Terraform knows, by type."""
    listed = lake.terraform("state", "list", allow=(0, 1)).out
    return Counter(
        match[1] for line in listed.splitlines() if ".data." not in line
        and (match := re.search(r"(?:^|\.)(aws_\w+|terraform_data)\.\w+(?:\[[^]]*\])?$", line))
    )  # fmt: skip


def held(lake: Lake) -> dict[str, list[str]]:
    session = session_for("local", f"http://127.0.0.1:{lake.port}", "us-east-1", ("test", "test"))
    return inventory.take(session)


def assert_converged(lake: Lake) -> Counter[str]:
    """Deploy again: everything is there, once, and Terraform knows it."""
    lake.make("deploy")
    assert lake.terraform("plan", "-detailed-exitcode", "-input=false").code == 0
    known = in_state(lake)
    found = {kind: len(names) for kind, names in held(lake).items()}
    assert found == {kind: known[type_] for type_, kind in inventory.KINDS.items()}
    assert Note(lake.folder / "terraform", "local-local").addresses() == []
    return known


def points(kind: str) -> list[int]:
    chance = random.Random(f"{SEED} {kind}")
    drawn = [chance.randint(1, LATEST_POINT) for _ in range(INTERRUPTIONS)]
    print(f"STREAMLAKE_TEST_SEED={SEED}: {kind} after {drawn} resources")  # noqa: T201 - shown when the test fails
    return drawn


def test_a_deployment_and_a_destruction_that_are_called_off_converge(lake: Lake) -> None:
    for after in points("ctrl-c"):
        assert INTERRUPTED in interrupt(lake, "deploy", after, ctrl_c)
        reached = in_state(lake).total()
        known = assert_converged(lake)
        assert 0 < reached < known.total()

        lake.make("produce", "AMOUNT=50")
        wait_until(lambda: _objects(lake) > 0, "data in the lake")
        assert INTERRUPTED in interrupt(lake, "destroy", after, ctrl_c)
        assert 0 < in_state(lake).total() < known.total()
        lake.make("destroy")
        assert {kind: names for kind, names in held(lake).items() if names} == {}
        assert "nothing to destroy" in lake.make("destroy").out


def test_a_deployment_and_a_destruction_whose_terraform_is_killed_converge(lake: Lake) -> None:
    assert KILLED in interrupt(lake, "deploy", points("kill")[0], kill_terraform)
    reached = in_state(lake).total()
    known = assert_converged(lake)
    assert reached < known.total()

    assert KILLED in interrupt(lake, "destroy", points("kill of the destruction")[0], kill_terraform)
    lake.make("destroy")
    assert {kind: names for kind, names in held(lake).items() if names} == {}


def test_a_destruction_right_after_a_deployment_whose_local_aws_was_killed_leaves_nothing(lake: Lake) -> None:
    assert GONE in interrupt(lake, "deploy", points("kill before a destruction")[0], kill_gateway)
    lake.make("destroy")
    assert {kind: names for kind, names in held(lake).items() if names} == {}


def _objects(lake: Lake) -> int:
    outputs = lake.outputs()
    answer = outputs.session().client("s3").list_objects_v2(Bucket=outputs.data_bucket, Prefix="data/")
    return int(answer["KeyCount"])
