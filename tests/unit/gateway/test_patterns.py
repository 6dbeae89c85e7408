"""Patterns of users: the same answers as Python's engine gives, without ever going back."""

from __future__ import annotations

import itertools
import re

import pytest

from local_aws.patterns import like, matching

HOSTILE = ("(a+)+$", "(a|a)*b", "(.*)*x", "(?:a*)*(?:a*)*c", "([a-z0-9]+)+!")


@pytest.mark.parametrize("pattern", HOSTILE)
def test_no_pattern_takes_forever(pattern: str) -> None:
    assert matching(pattern, ["a" * 255 + "?"]) == []


@pytest.mark.parametrize("pattern", ["a.*", ".*", "A|b", "^a$", "a{2}", "[ab]+", ""])
def test_a_pattern_matches_whole_names(pattern: str) -> None:
    names = ["", "a", "aa", "b", "A", "ba", "a\nb"]
    assert matching(pattern, names) == [name for name in names if re.fullmatch(pattern, name)]
    assert matching("A", names, ignore_case=True) == ["a", "A"]


@pytest.mark.parametrize("pattern", ["(", "*", "a(?=b)", r"(a)\1", "a)|(b"])
def test_what_cannot_be_matched_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="regular expression"):
        matching(pattern, ["a"])


def test_like_is_what_going_back_would_find() -> None:
    for length in range(5):
        for letters in itertools.product("ab%_", repeat=length):
            pattern = "".join(letters)
            slow = re.compile(pattern.replace("%", ".*").replace("_", "."), re.DOTALL)
            for size in range(5):
                for text in map("".join, itertools.product("ab", repeat=size)):
                    assert like(pattern)(text) == bool(slow.fullmatch(text)), (pattern, text)


def test_like_with_many_wildcards_takes_no_time() -> None:
    assert not like("%a" * 500 + "%b")("a" * 2000)
    assert like("%a" * 500 + "%")("a" * 2000)
