"""The Makefile's own work: which port the tools are told."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]


def _told(variable: str, *arguments: str, **environment: str) -> str:
    """Give what make exports under a name."""
    own = {name: value for name, value in os.environ.items() if name not in ("PORT", "STREAMLAKE_PORT")}
    printed = subprocess.run(
        ["make", "--print-data-base", "--question", *arguments, "help"],
        cwd=REPOSITORY,
        env={**own, **environment},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    lines = [line for line in printed.splitlines() if line.startswith(f"{variable} := ")]
    assert len(lines) == 1, lines
    return lines[0].removeprefix(f"{variable} := ")


@pytest.mark.parametrize(
    ("arguments", "environment", "port"),
    [
        ((), {}, "4566"),
        ((), {"STREAMLAKE_PORT": "4999"}, "4999"),
        ((), {"PORT": "5000"}, "5000"),
        (("PORT=5001",), {"STREAMLAKE_PORT": "4999"}, "5001"),
    ],
)
def test_the_port_is_the_one_that_was_asked_for(
    arguments: tuple[str, ...], environment: dict[str, str], port: str
) -> None:
    assert _told("STREAMLAKE_PORT", *arguments, **environment) == port
