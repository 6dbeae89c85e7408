from __future__ import annotations

import pytest

from local_aws.firehose.validation.queries import QueryError, query_keys


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("{a:.a}", {"a"}),
        ("{ a : .a , b : .b }", {"a", "b"}),
        ("{a}", {"a"}),
        ("{a,b:.c.d}", {"a", "b"}),
        ('{"a b":.a}', {"a b"}),
        ("{a:(.x|{b:1,c:2}|.b),d:[.e,.f]|first}", {"a", "d"}),
        ('{a:(.x + ","),b:(if .y == "}" then "{" else .y end)}', {"a", "b"}),
        ('{a:(.d| strftime("%Y,%m"))}', {"a"}),
        ("{\n  a: .a,\n  b: .b\n}", {"a", "b"}),
        ("{}", set()),
    ],
)
def test_keys_of_an_object_constructor(query: str, keys: set[str]) -> None:
    assert query_keys(query) == keys


@pytest.mark.parametrize("query", [".a", "[.a]", "{a:.a}|{b:1}", '"x"', "{(.k):1}"])
def test_other_queries_are_not_objects_with_plain_keys(query: str) -> None:
    with pytest.raises(QueryError, match="MetadataExtractionQuery is"):
        query_keys(query)


@pytest.mark.parametrize("query", ["{a:", "{a:.b c}", "{a:nothing(1)}"])
def test_what_jq_does_not_understand(query: str) -> None:
    with pytest.raises(QueryError, match="which jq does not understand"):
        query_keys(query)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("{k: .k | abs}", "abs"),
        ("{a: .a, k: (.k | pick(.x) | tojson)}", "pick"),
        ("{k: .k | trim}", "trim"),
        ("{k: add(.k[])}", "add"),
        ('{k: .k | debug ("x")}', "debug"),
        ('{k: .k | scan("a"; "i")}', "scan"),
    ],
)
def test_what_jq_1_6_does_not_have(query: str, name: str) -> None:
    with pytest.raises(QueryError, match=f"'{name}' in this form is not in jq 1.6"):
        query_keys(query)


@pytest.mark.parametrize(
    "query",
    [
        "{pick}",
        "{trim: .trim}",
        '{"a b": .k | ltrimstr("trim")}',
        '{k: .pick.abs, l: "trim"}',
        "{k: [.k[].n] | add}",
        '{k: .k | scan("a")}',
        '{k: (.k | ltrimstr("x"))}',
    ],
)
def test_names_that_only_look_newer(query: str) -> None:
    assert query_keys(query)
