from __future__ import annotations

from contextlib import suppress

import pytest

from local_aws.firehose.validation.queries import QueryError, query_keys


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("{a:.a}", {"a"}),
        ("{ a : .a , b : .b }", {"a", "b"}),
        ("{a}", {"a"}),
        # aws/aws-cdk#35903
        (
            '{customer_id: .customer_id, device: .type.device, year: .event_timestamp|strftime("%Y")}',
            {"customer_id", "device", "year"},
        ),
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


@pytest.mark.parametrize(
    "name",
    [
        "env",
        "$ENV",
        "input",
        "[inputs]",
        "debug",
        'debug("x")',
        "stderr",
        "halt",
        "halt_error",
        "halt_error(1)",
        "input_filename",
        "input_line_number",
        "get_search_list",
        '("a" | modulemeta)',
        "$__prog_args",
    ],
)
def test_what_reads_more_than_the_record(name: str) -> None:
    for query in (f"{{k: {name}}}", f'{{k: "\\({name})"}}', f"{{k: [.[] | {{a: {name}}}]}}"):
        with pytest.raises(QueryError, match=r"is not available|does not understand"):
            query_keys(query)


@pytest.mark.parametrize(
    "query",
    [
        "{env: .env}",
        "{env}",
        "{input, debug: 1}",
        '{k: "env"}',
        '{k: .env.input."$ENV"}',
        '{k: "\\(.env)"}',
        "{k: (def env: 1; env)}",
        "{k: (def f(input): input; f(.a))}",
        "{k: {env: 1, halt: 2}}",
        "{k: (. as $input | $input)}",
        "{k: .a # env\n}",
        "{k: (. as {env: $e} | $e)}",
    ],
)
def test_names_that_only_look_like_it(query: str) -> None:
    assert query_keys(query)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("{k: (if .a then 1 end)}", "an if without else"),
        ("{k: .a.[0]}", "a point before a bracket"),
        ("{k: (.a | @urid)}", "@urid is not in jq 1.6"),
        ("{k: .a // 1}", "must stand in parentheses"),
        ("{k: .a + 1}", "must stand in parentheses"),
        ("{k: .a == 1}", "must stand in parentheses"),
        ("{k: if .a then 1 else 2 end}", "must stand in parentheses"),
        ("{k: .a | if . then 1 else 2 end}", "must stand in parentheses"),
        ("{k: reduce .[] as $x (0; .)}", "must stand in parentheses"),
        ("{k: try .a}", "must stand in parentheses"),
    ],
)
def test_forms_that_jq_1_6_reads_as_a_syntax_error(query: str, problem: str) -> None:
    with pytest.raises(QueryError, match=problem):
        query_keys(query)


@pytest.mark.parametrize(
    "query",
    [
        "{k: -1}",
        "{k: .a | -1}",
        "{k: .a?}",
        "{k: (.a // 1), l: .b | tostring}",
        '{k: .t | strftime("%Y"), if: 1, and: 2}',
        "{k: [.a + 1] | .[0]}",
        "{k: (if .a then 1 elif .b then {if: 1} else 2 end)}",
    ],
)
def test_forms_that_jq_1_6_reads(query: str) -> None:
    assert query_keys(query)


@pytest.mark.parametrize(
    "query",
    [
        '{k: ("x" * 1e9)}',
        "{k: " + "(" * 2400 + "1" + ")" * 2400 + "}",
        "{k: " + "[" * 2400,
        "{k: " + '"\\(' * 1000 + "1" + ')"' * 1000 + "}",
        "{k: " + "-" * 5000 + "1}",
        "{k: ." + ".a" * 2500 + "}",
    ],
)
def test_a_query_of_any_size_is_answered(query: str) -> None:
    with suppress(QueryError):
        assert query_keys(query) == {"k"}
