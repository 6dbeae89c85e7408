"""The compose file: as Docker reads it where there is Docker, and by the rules that matter to us everywhere."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

import pytest
import yaml

from scripts.paths import REPOSITORY

FILE = REPOSITORY / "docker-compose.yml"
SERVICE_KEYS = {
    "image",
    "working_dir",
    "command",
    "environment",
    "ports",
    "volumes",
    "healthcheck",
    "profiles",
    "stop_grace_period",
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return content


def test_only_known_words(compose: dict[str, Any]) -> None:
    assert compose.keys() == {"services", "volumes"}
    assert set(compose["services"]) == {"local-aws", "localstack"}
    for name, service in compose["services"].items():
        assert service.keys() <= SERVICE_KEYS, name
        assert ":" in service["image"], f"{name}: an image without a version is a different one every day"


def test_ports_are_this_machine_s_own(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert service["ports"] == ["127.0.0.1:${STREAMLAKE_PORT:-4566}:4566"]


def test_volumes_are_declared(compose: dict[str, Any]) -> None:
    named = {
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service["volumes"]
        if not volume.startswith((".", "/"))
    }
    assert named == set(compose["volumes"])


def test_docker_accepts_it() -> None:
    if (
        shutil.which("docker") is None
        or subprocess.run(["docker", "compose", "version"], capture_output=True).returncode
    ):
        pytest.skip("no docker compose on this machine")
    done = subprocess.run(
        ["docker", "compose", "-f", str(FILE), "--profile", "*", "config", "--quiet"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
