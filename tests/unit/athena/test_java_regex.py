"""Which engine a pattern of Java is given to, and as what."""

from __future__ import annotations

import pytest

from local_aws.athena.java_regex import RegexError, java_regex


def test_a_plain_pattern_is_for_both_engines() -> None:
    regex = java_regex(r"https?://([^/]+)")
    assert regex.re2 == "https?://([^/]+)"
    assert regex.python is not None
    assert regex.groups == 1
    assert regex.always_set == frozenset({1})
    assert (regex.ascii_only, regex.before_newline, regex.may_be_empty) == (False, False, False)


def test_classes_know_unicode_in_both_engines() -> None:
    regex = java_regex(r"\d[\w-]")
    assert regex.re2 == r"\p{Nd}[\p{L}\p{M}\p{Nd}\p{Pc}-]"
    assert regex.python is not None
    assert regex.python.fullmatch("٣é") is not None


@pytest.mark.parametrize("pattern", [r"a(?=b)", r"(?<!a)b", r"(a)\1", r"a++b", r"(?>a)b", r"a{2000}"])
def test_what_only_python_has(pattern: str) -> None:
    regex = java_regex(pattern)
    assert regex.re2 is None
    assert regex.python is not None


def test_what_only_re2_has() -> None:
    regex = java_regex(r"\p{Lu}x")
    assert regex.re2 == r"\p{Lu}x"
    assert regex.python is None


def test_boundaries_and_ends_depend_on_the_text() -> None:
    assert java_regex(r"\bword").ascii_only
    assert java_regex("end$").before_newline
    assert not java_regex("(?m)end$").before_newline


def test_groups_that_may_take_no_part() -> None:
    assert java_regex("(a)(b)?((c)|d)(e)+").always_set == frozenset({1, 3, 5})


def test_an_empty_match_is_foreseen() -> None:
    assert java_regex("a*").may_be_empty
    assert not java_regex("a+").may_be_empty


@pytest.mark.parametrize("pattern", ["(", "[a", "*a", "a\\"])
def test_no_patterns(pattern: str) -> None:
    with pytest.raises(RegexError) as caught:
        java_regex(pattern)
    assert not caught.value.unsupported


@pytest.mark.parametrize("pattern", ["[a-z&&[^b]]", r"\p{Alpha}", r"[\W_]", r"(?<=a+)b", r"\G", "a{,2}"])
def test_patterns_that_neither_engine_has(pattern: str) -> None:
    with pytest.raises(RegexError) as caught:
        java_regex(pattern)
    assert caught.value.unsupported
