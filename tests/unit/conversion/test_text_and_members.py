from __future__ import annotations

import pytest

from local_aws.delivery.conversion.java_text import compact_json, double_text, parse_double
from local_aws.delivery.conversion.members import MemberMatcher


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (-12.5, "-12.5"),
        (0.001, "0.001"),
        (9999999.0, "9999999.0"),
        (1e7, "1.0E7"),
        (-12345678.9, "-1.23456789E7"),
        (1e22, "1.0E22"),
        (0.00012, "1.2E-4"),
        (1.7976931348623157e308, "1.7976931348623157E308"),
        (5e-324, "4.9E-324"),
    ],
)
def test_doubles_are_written_as_java_writes_them(value: float, text: str) -> None:
    assert double_text(value) == text


@pytest.mark.parametrize("text", ["NaN", "Infinity", "0x1p3", "1d", "1.5f", "", ".", "1 2", "\u0661"])
def test_doubles_that_are_not_read(text: str) -> None:
    assert parse_double(text) is None


def test_doubles_that_are_read() -> None:
    assert [parse_double(text) for text in ("1", "-1.", ".5", "+1e-3", "\t7\n")] == [1, -1, 0.5, 0.001, 7]


def test_compact_json_writes_numbers_exactly_and_keeps_the_later_of_equal_keys() -> None:
    value = {"A": 1e7, "a": [10**30, 2**63, -(2**63), 0.5, True, None, 'é\n"\u0001']}

    text = compact_json(value, str.lower)

    assert text == (
        '{"a":[1000000000000000000000000000000,9223372036854775808,-9223372036854775808,0.5,true,null,'
        '"é\\n\\"\\u0001"]}'
    )


def test_members_are_found_by_any_spelling_in_any_mix_of_shapes() -> None:
    matcher = MemberMatcher(["a", "b", "a"], str.lower)
    objects = [{"a": 1, "b": 2}, {"B": 3, "A": 4}, {"c": 5}, {"a": 6, "A": 7}, {}]

    assert matcher.columns(objects) == [
        [1, 4, None, 7, None],
        [2, 3, None, None, None],
        [1, 4, None, 7, None],
    ]
    assert matcher.columns(objects[:1]) == [[1], [2], [1]]
    assert matcher.columns([]) == [[], [], []]


def test_many_shapes_are_not_remembered_for_ever() -> None:
    matcher = MemberMatcher(["a"], str.lower)
    for number in range(3):
        objects = [{f"k{number}-{index}": 0, "a": index} for index in range(3_000)]
        assert matcher.columns(objects) == [list(range(3_000))]

    assert len(matcher._plans) <= 6_000
