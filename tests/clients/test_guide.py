"""The guide of the clients (docs/clients.md): each example is run against the lake and prints what the guide says.

An example is a fenced `python` block, and right after it a `text` block with what it prints. The guide's address of the
local AWS is replaced by that of the lake here; the variables are those that the guide tells its reader to set.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.clients.conftest import REPOSITORY, user_variables

if TYPE_CHECKING:
    from tests.clients.conftest import Lake

GUIDE = REPOSITORY / "docs" / "clients.md"
USUAL_PORT = 4566
_BLOCK = re.compile(
    r"^## (?P<heading>[^\n]+)$|^```python\n(?P<code>.*?)^```$(?:\n+```text\n(?P<printed>.*?)^```$)?",
    re.M | re.S,
)
_EXPORT = re.compile(r"^export (\w+)=(.+)$", re.M)


@dataclass(frozen=True)
class Example:
    """One example: where it stands, its code, and what it prints (None where the guide does not say)."""

    name: str
    code: str
    printed: str | None


def examples() -> list[Example]:
    found: list[Example] = []
    heading = ""
    for block in _BLOCK.finditer(GUIDE.read_text(encoding="utf-8")):
        heading = block["heading"] or heading
        if block["code"]:
            name = f"{heading} {sum(one.name.startswith(heading) for one in found) + 1}"
            found.append(Example(name, block["code"], block["printed"]))
    return found


def test_no_example_is_missed() -> None:
    fences = GUIDE.read_text(encoding="utf-8").count("```python\n")
    assert len(examples()) == fences > 0


def test_the_guides_variables_are_those_that_tests_set() -> None:
    exported = dict(_EXPORT.findall(GUIDE.read_text(encoding="utf-8")))
    assert exported == user_variables(USUAL_PORT)


def test_the_guides_dbt_profile_is_that_of_the_project() -> None:
    profiles = re.findall(r"^```yaml\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.M | re.S)
    assert profiles == [
        (REPOSITORY / "docs" / "examples" / "dbt" / "profiles.yml").read_text(encoding="utf-8")
    ]


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_example(example: Example, lake: Lake) -> None:
    assert example.printed, "the example wants a text block with what it prints"
    done = subprocess.run(
        [sys.executable, "-c", example.code.replace(f"http://127.0.0.1:{USUAL_PORT}", lake.endpoint)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert _without_trailing_blanks(done.stdout) == _without_trailing_blanks(example.printed)


def _without_trailing_blanks(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]
