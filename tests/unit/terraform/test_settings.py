"""The settings of pipelines in the root stack: one dataset takes what all take, and what the pipeline module takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.paths import TERRAFORM
from scripts.terraform_docs import read_interface

GROUPS = ("stream", "transform", "delivery", "backup", "table", "views")
# What the root stack says of a pipeline by other means: where packages are, who else reads the stream.
SAID_OTHERWISE = {"package_path", "package_s3", "sharing"}
# A group that can be left out as a whole is null in the module, and switched off in the root stack.
SWITCHED_OFF = {"transform", "backup"}


def _types(folder: Path) -> dict[str, str]:
    return {item.name: item.type for item in read_interface(folder).inputs}


def _members(type_text: str) -> dict[str, str]:
    """Return the members of an object type with their types, without defaults."""
    body = type_text[type_text.index("object({") + len("object({") :]
    members, depth, start = [], 0, 0
    for position, character in enumerate(body):
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(character, 0)
        if (character == "," and depth == 0) or depth < 0:
            members.append(body[start:position])
            start = position + 1
        if depth < 0:
            break
    found = (re.fullmatch(r"\s*(\w+) = (.*)", member, re.DOTALL) for member in members)
    return {match[1]: match[2] for match in found if match}


def _plain(type_text: str) -> str:
    """Return a type without `optional` and defaults: what values it takes."""
    inner = re.fullmatch(r"optional\((.*)\)", type_text, re.DOTALL)
    text = inner[1] if inner else type_text
    if text.startswith("object("):
        return f"object({sorted((name, _plain(member)) for name, member in _members(text).items())})"
    return (
        re.split(r",\s*", text)[0]
        if not text.startswith(("map(", "set(", "list("))
        else text[: text.index(")") + 1]
    )


def test_types_are_taken_apart() -> None:
    text = 'object({a = optional(string, "x"), b = optional(object({c = optional(number, 1)}), {}), d = set(string)})'
    assert {name: _plain(member) for name, member in _members(text).items()} == {
        "a": "string",
        "b": "object([('c', 'number')])",
        "d": "set(string)",
    }


def test_one_dataset_takes_the_settings_that_all_take() -> None:
    types = _types(TERRAFORM)
    assert types["dataset_settings"] == f"map({types['pipeline_defaults']})"


@pytest.mark.parametrize("group", GROUPS)
def test_settings_are_those_of_the_pipeline_module(group: str) -> None:
    root = _members(_members(_types(TERRAFORM)["pipeline_defaults"])[group])
    module = _members(_types(TERRAFORM / "modules" / "pipeline")[group])
    expected = {name: _plain(text) for name, text in module.items() if name not in SAID_OTHERWISE}
    if group in SWITCHED_OFF:
        expected["enabled"] = "bool"
    assert {name: _plain(text) for name, text in root.items()} == expected


def test_every_group_is_there() -> None:
    assert set(_members(_types(TERRAFORM)["pipeline_defaults"])) == {
        name for name in _types(TERRAFORM / "modules" / "pipeline") if name in GROUPS
    }
