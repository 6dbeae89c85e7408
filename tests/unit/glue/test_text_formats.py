from __future__ import annotations

from typing import Any

import pytest

from local_aws.glue.crawl import delimited, json_schema
from local_aws.glue.crawl.delimited import CsvOptions
from local_aws.glue.crawl.schema import type_text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a":1}\n{"a":2}\n', [{"a": 1}, {"a": 2}]),
        ('{"a":1}{"a":2}', [{"a": 1}, {"a": 2}]),
        ('\n {\n "a": 1\n}\n', [{"a": 1}]),
        ('[{"a":1},{"a":2}]', [[{"a": 1}, {"a": 2}]]),
        ('{"a":1}\n{"a":', None),
        ('{"a":1}\nwords', None),
        ('{"a":1}\n{"a":2}\n{"a":\n{"a":3}\n', [{"a": 1}, {"a": 2}, {"a": 3}]),
        ('{"a":1}\n{"a":2}\n{"a":3}\nwords', [{"a": 1}, {"a": 2}, {"a": 3}]),
        ('{"a":' * 100_000, None),
        ("words", None),
        ("1\n2\n", None),
        ("", None),
    ],
)
def test_documents_of_a_whole_text(text: str, found: list[Any] | None) -> None:
    assert json_schema.documents(text, whole=True) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a":1}\n{"a":', [{"a": 1}]),
        ('[{"a":1},{"a":2},{"a"', [[{"a": 1}, {"a": 2}]]),
        ('{"a":', None),
        ("[", None),
    ],
)
def test_documents_of_a_beginning(text: str, found: list[Any] | None) -> None:
    assert json_schema.documents(text, whole=False) == found


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        ("$", [{"items": [{"id": 1}, {"id": 2}], "meta": {"x": 1}}]),
        ("$.items[*]", [{"id": 1}, {"id": 2}]),
        ("$.items", [{"id": 1}, {"id": 2}]),
        ("$['items'][1]", [{"id": 2}]),
        ("$.*", [{"id": 1}, {"id": 2}, {"x": 1}]),
        ("$.missing", []),
    ],
)
def test_paths_select_rows(path: str, rows: list[Any]) -> None:
    document = {"items": [{"id": 1}, {"id": 2}], "meta": {"x": 1}}
    assert json_schema.is_path(path)
    assert json_schema.rows([document], path) == rows


@pytest.mark.parametrize("path", ["items", "$..items", "$.items[?(@.id)]", "$.", "$[a]"])
def test_paths_that_cannot_be_followed(path: str) -> None:
    assert not json_schema.is_path(path)


def test_types_that_json_values_have() -> None:
    row = {
        "huge": 10**30,
        "odd": {"a b": 1},
        "empty": {},
        "none": [None],
        "mixed": [1, "x"],
        "deep": [[{"a": 1}], [{"b": 1.5}]],
        "Twice": 1,
        "twice": "x",
        "line\nbreak": 1,
        "": 1,
    }
    columns, keys = json_schema.columns_of([row])
    assert {name: type_text(kind) for name, kind in columns} == {
        "huge": "double",
        "odd": "string",
        "empty": "string",
        "none": "array<string>",
        "mixed": "array<string>",
        "deep": "array<array<struct<a:int,b:double>>>",
        "twice": "string",
        "line_break": "int",
        "_": "int",
    }
    assert keys == tuple(sorted(row))


def columns(text: str, options: CsvOptions | None = None) -> dict[str, str] | None:
    found = delimited.infer(text, options)
    return None if found is None else {name: type_text(kind) for name, kind in found.columns}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a,b\n1,x\n", {"a": "bigint", "b": "string"}),
        ("a|b\n1|x\n", {"a": "bigint", "b": "string"}),
        ("a\tb\n1\tx\n", {"a": "bigint", "b": "string"}),
        ("a;b\n1;1.5\n", {"a": "bigint", "b": "double"}),
        ("a\x01b\n1\x01x\n", {"a": "bigint", "b": "string"}),
        ("1,2\n3,4\n", {"col0": "bigint", "col1": "bigint"}),
        ('a,b\n1,"x,y"\n', {"a": "bigint", "b": "string"}),
        ("a,\n1,\n2,\n", {"a": "bigint", "col1": "string"}),
        ("a,a\n1,2\n", {"a": "bigint", "a_1": "bigint"}),
        ("a,b\n,x\n", {"col0": "string", "col1": "string"}),
        ("a,b\n99999999999999999999,x\n", {"a": "double", "b": "string"}),
        (f"{'x' * 150},b\n1,x\n", {"col0": "string", "col1": "string"}),
        ("only one column\n1\n", None),
        ("a,b\n", None),
        ("Dear all,\nthis is, well, text\n", None),
        ("", None),
    ],
)
def test_delimited_text(text: str, wanted: dict[str, str] | None) -> None:
    assert columns(text) == wanted


def test_what_a_classifier_says_is_not_guessed() -> None:
    assert columns("1\n2\n", CsvOptions(allow_single_column=True)) == {"col0": "bigint"}
    assert columns("a,b\n", CsvOptions(contains_header="PRESENT")) == {"a": "string", "b": "string"}
    assert columns("1,2\n", CsvOptions(contains_header="ABSENT", header=("x", "y"))) == {
        "x": "bigint",
        "y": "bigint",
    }
    assert columns("1,2\n", CsvOptions(header=("x", "y"), types=("string", "date"))) == {
        "x": "string",
        "y": "date",
    }
    assert columns("x,y\n1,2\n", CsvOptions(header=("x", "y"))) == {"x": "bigint", "y": "bigint"}
