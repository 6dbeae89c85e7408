"""The compose file: by the compose specification, and by the rules that matter to us."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from scripts.paths import REPOSITORY

FILE = REPOSITORY / "docker-compose.yml"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return content


def _interpolated() -> str:
    """Put the default in place of each ``${NAME:-default}``, as compose does before it reads the file."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", FILE.read_text(encoding="utf-8"))


def test_it_follows_the_compose_specification() -> None:
    assert PyCompose.from_yaml(_interpolated()).service_names() == ["local-aws", "localstack"]


def test_a_slip_would_be_found() -> None:
    with pytest.raises(ValueError, match="hostnam"):
        PyCompose.from_yaml("services:\n  one:\n    image: a:1\n    hostnam: x\n")


def test_images_are_pinned(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
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


def test_other_containers_may_call_by_the_service_s_name(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        bound = service["environment"].get("STREAMLAKE_BIND_HOST")
        if bound is not None:
            assert name in service["environment"]["STREAMLAKE_ALLOWED_HOSTS"].split(",")
