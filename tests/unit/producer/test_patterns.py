from __future__ import annotations

import random
import re

import pytest

from producer.generation.patterns import PatternError, compile_pattern


@pytest.mark.parametrize(
    "pattern",
    [
        "^[A-Z]{2}[0-9]{4}$",
        "^(GET|PUT|POST)$",
        "^[a-z]+(:[a-z]+){1,2}$",
        r"^\+?\d{3,}-\w+\s\S$",
        r"^[^a-c\d]{5}$",
        r"^(?:a|b(?P<name>c)?)*d+?$",
        r"^v\d+\.\d+\.\d+(-rc\.?\d)?$",
        "^[]a-]{3}[-x]{2}$",
        r"^\x41\u00e9[\x30-\x39]\t\\$",
        "^.{0,3}$",
        "",
        "prefix-[0-9a-f]{8}",
        r"^[\w.-]+@[\w]+\.(com|org)$",
        "^a{,2}b$",
        "^(|x)y$",
    ],
)
def test_what_is_made_matches(pattern: str) -> None:
    make, source = compile_pattern(pattern), random.Random(1)
    made = {make(source) for _ in range(300)}
    assert all(re.search(pattern, text) for text in made)


def test_all_branches_and_the_whole_range_come() -> None:
    make, source = compile_pattern("^(a|b{2,3}|[x-z])$"), random.Random(1)
    assert {make(source) for _ in range(500)} == {"a", "bb", "bbb", "x", "y", "z"}


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?=a)b",
        r"(?!a)b",
        r"(?<=a)b",
        r"(?<!a)b",
        r"(a)\1",
        r"\bword\b",
        r"\Aa\Z",
        "(a",
        "a)",
        "[a",
        "*a",
        "a{2,1}",
        r"\xZZ",
        "(?i)a",
        "a\\",
        "[z-a]",
        "a{x}",
    ],
)
def test_what_is_not_understood_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)
