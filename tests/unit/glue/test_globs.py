from __future__ import annotations

import pytest

from local_aws.glue.crawl.globs import matcher


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("*.csv", ["a.csv", ".csv"], ["a/b.csv", "a.csvx"]),
        ("*.*", ["a.b", ".hidden"], ["ab", "a/b.c"]),
        ("*.{csv,avro}", ["a.csv", "a.avro"], ["a.json"]),
        ("foo.?", ["foo.x"], ["foo.", "foo.xy", "foo./"]),
        ("myfolder/*", ["myfolder/a"], ["myfolder/a/b", "myfolder"]),
        ("myfolder/*/*", ["myfolder/a/b"], ["myfolder/a"]),
        ("myfolder/**", ["myfolder/a", "myfolder/a/b"], ["myfolder", "other/a"]),
        ("myfolder**", ["myfolder", "myfolder/a", "myfolder2/a"], ["other"]),
        (" 2015/01/{[!0],0[8-9]}**", ["2015/01/10/a", "2015/01/08/a"], ["2015/01/07/a"]),
        ("2015/1[0-2]/**", ["2015/11/1/a"], ["2015/13/a", "2015/01/a"]),
        ("[abce-g]", ["a", "f"], ["d", "ab", "/"]),
        ("[!a-c]x", ["dx"], ["ax", "/x"]),
        ("[-a]", ["-", "a"], ["b"]),
        ("[!-a]", ["b"], ["-", "a"]),
        ("[*?\\]", ["*", "?", "\\"], ["a"]),
        ("\\*\\\\\\{", ["*\\{"], ["a\\{"]),
        ("a{b", ["a{b"], ["ab"]),
        ("a[b", ["a[b"], ["ab"]),
        ("a,b", ["a,b"], ["a"]),
        ("a+(b)", ["a+(b)"], ["aab"]),
        ("/a/*", ["a/b"], ["/a/b"]),
    ],
)
def test_patterns(pattern: str, matching: list[str], other: list[str]) -> None:
    excluded = matcher([pattern])
    assert [path for path in matching if not excluded(path)] == []
    assert [path for path in other if excluded(path)] == []


def test_no_pattern_excludes_nothing() -> None:
    assert not matcher([])("anything")


def test_one_of_several_is_enough() -> None:
    excluded = matcher(["*.csv", "tmp/**"])
    assert excluded("a.csv")
    assert excluded("tmp/x/y")
    assert not excluded("a.json")
