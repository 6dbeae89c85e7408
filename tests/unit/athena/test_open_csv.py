"""Lines as OpenCSVSerde takes them apart."""

from __future__ import annotations

import pytest

from local_aws.athena.formats.open_csv import CsvLines

LINES = CsvLines(",", '"', "\\")


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("a,b", ["a", "b"]),
        ("a,", ["a", ""]),
        (",", ["", ""]),
        ('"a","b,c"', ["a", "b,c"]),
        ('"",""', ["", ""]),
        ('"say ""hi"", ok",2', ['say "hi", ok', "2"]),
        (r'"c\"d\\",e', ['c"d\\', "e"]),
        # An escape before another character, and one outside quotes, stands for nothing.
        (r'"a\nb",\N', ["anb", "N"]),
        # Blanks in front of a quote go, a quote in the middle of a field stays.
        ('a, "b",c', ["a", "b", "c"]),
        ('abc"d"e,f', ['abc"d"e', "f"]),
        # trinodb/trino#18918
        ('"""""col1","col2"', ['""col1', "col2"]),
        ("nul\0,x", ["nul\0", "x"]),
    ],
)
def test_fields(line: str, fields: list[str]) -> None:
    assert LINES.fields(line) == fields


@pytest.mark.parametrize(
    ("line", "fields"), [('1,"one', ["1"]), ('two",x', None), ('"', None), ("", None), (r'1,"a\"', ["1"])]
)
def test_a_quote_that_is_not_closed_is_no_field(line: str, fields: list[str] | None) -> None:
    assert LINES.fields(line) == fields


def test_other_characters() -> None:
    lines = CsvLines("|", "'", "^")
    assert lines.fields("'a|b'|c^d|'it''s'") == ["a|b", "cd", "it's"]


def test_quotes_and_escapes_that_are_turned_off() -> None:
    assert CsvLines(",", "\0", "\0").fields('"a",b\\') == ['"a"', "b\\"]


def test_a_field_may_be_of_any_length() -> None:
    assert LINES.fields('"' + "x" * 200_000 + '",1') == ["x" * 200_000, "1"]
