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


_COMMANDS = {
    "produce": ("DATASET", "AMOUNT", "RATE", "DURATION", "SEED", "TARGET", "ENV"),
    "query": ("DATASET", "QUERY", "MAX_ROWS", "OUTPUT", "TARGET", "ENV", "SQL"),
    "status": ("OUTPUT", "TARGET", "ENV"),
    "cost": ("ENV", "EVENTS_PER_HOUR", "EVENT_BYTES"),
    "compact": ("DATASET", "OUTPUT", "OPEN", "DAYS", "TARGET", "ENV"),
    "plan": ("TARGET", "ENV", "YES", "EVENTS_PER_HOUR", "EVENT_BYTES", "TERRAFORM"),
    "deploy": ("TARGET", "ENV", "YES", "EVENTS_PER_HOUR", "EVENT_BYTES"),
    "destroy": ("TARGET", "ENV", "YES"),
    "bootstrap": ("DEPLOYERS", "YES"),
    "bench-delivery": ("BENCH",),
    "up": ("PORT",),
}


@pytest.mark.parametrize("command", _COMMANDS)
@pytest.mark.parametrize(
    "value",
    [
        "10; touch {mark}",
        "$(touch {mark})",
        "$(shell touch {mark})",
        "`touch {mark}`",
        '" ; touch {mark} ; "',
        "'; touch {mark}; '",
        "| touch {mark}",
        "x\ntouch {mark}",
    ],
)
@pytest.mark.parametrize("way", ["argument", "environment"])
def test_no_value_is_run(command: str, value: str, way: str, tmp_path: Path) -> None:
    """The commands themselves are not run: in their place stands one that notes what it was given."""
    mark, given = tmp_path / "mark", tmp_path / "given"
    stub = tmp_path / "venv" / "bin" / "python"
    stub.parent.mkdir(parents=True)
    stub.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {given}\n')
    stub.chmod(0o755)
    (tmp_path / "venv" / ".ready").touch()
    text = value.format(mark=mark)
    values = dict.fromkeys(_COMMANDS[command], text)
    arguments = ["make", f"VENV={tmp_path}/venv", command]
    if way == "argument":
        arguments += [f"{name}={value}" for name, value in values.items()]
    environment = {**os.environ, **(values if way == "environment" else {})}
    subprocess.run(arguments, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    assert not mark.exists()
    assert given.exists()


def test_values_arrive_as_they_were_typed(tmp_path: Path) -> None:
    given = tmp_path / "given"
    stub = tmp_path / "venv" / "bin" / "python"
    stub.parent.mkdir(parents=True)
    stub.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {given}\n')
    stub.chmod(0o755)
    (tmp_path / "venv" / ".ready").touch()
    typed = ["DATASET=a b", "AMOUNT=10; x", "RATE=$HOME", "SEED=\"'", "ENV=$(X)", "TARGET=aws"]
    subprocess.run(["make", f"VENV={tmp_path}/venv", "produce", *typed], cwd=REPOSITORY, check=True)
    assert given.read_text(encoding="utf-8").splitlines() == [
        "-m", "producer", "--dataset", "a b", "--amount", "10; x", "--rate", "$HOME", "--seed", "\"'",
        "--target", "aws", "--environment", "$(X)",
    ]  # fmt: skip
