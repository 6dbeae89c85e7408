"""Whose deployers have policies: those that are asked for, and otherwise those that have them already."""

from __future__ import annotations

import pytest

from scripts.bootstrap import chosen
from scripts.errors import UsageError

MADE = {
    "deployer_policy_arns": {"prod": {"storage": "arn:1"}, "dev": {"storage": "arn:2"}},
    "bucket": "states",
}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("", ["dev", "prod"]), ("dev", ["dev"]), ("staging dev", ["dev", "staging"]), ("none", [])],
)
def test_policies_stay_unless_something_else_is_asked_for(asked: str, expected: list[str]) -> None:
    assert chosen(asked, MADE) == expected


def test_nothing_was_made_before() -> None:
    assert chosen("", {}) == []


def test_an_environment_without_a_file_is_named() -> None:
    with pytest.raises(UsageError, match="nowhere"):
        chosen("dev nowhere", {})
