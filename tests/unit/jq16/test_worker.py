"""Queries in their process: what jq 1.6 prints, what a record may cost, and that the others go on."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from local_aws.jq16 import worker
from local_aws.jq16.sandbox import JqWorker, QueryError, StoppedWorkError, WorkerDiedError, problem_of

# What jq 1.6 itself answered (built from its source, as PyPI's jq 1.4.1 carries it).
PRINTED = [
    ("1", "1"),
    ("1.0", "1"),
    ("1.000", "1"),
    ("100e-2", "1"),
    ("12.50", "12.5"),
    ("1e3", "1000"),
    ("1E+3", "1000"),
    ("1e15", "1000000000000000"),
    ("1e16", "1e+16"),
    ("12e15", "12000000000000000"),
    ("1.5e17", "1.5e+17"),
    ("1e20", "1e+20"),
    ("100000000000000000000", "1e+20"),
    ("99999999999999999999", "1e+20"),
    ("18446744073709551615", "18446744073709552000"),
    ("12345678901234567890123", "12345678901234568000000"),
    ("9007199254740993", "9007199254740992"),
    ("1e1000", "1.7976931348623157e+308"),
    ("-1E400", "-1.7976931348623157e+308"),
    ("1e-400", "0"),
    ("5e-324", "5e-324"),
    ("0.0001", "0.0001"),
    ("0.00001", "1e-05"),
    ("2.5e-5", "2.5e-05"),
    ("0.1e-6", "1e-07"),
    ("0.10", "0.1"),
    ("0.0", "0"),
    ("0e10", "0"),
    ("-0", "-0"),
    ("-0.0", "-0"),
    ("1.0000000000000001", "1"),
    ("0.30000000000000004", "0.30000000000000004"),
    ("123456789.123456789", "123456789.12345679"),
    ("9" * 5000, "1.7976931348623157e+308"),
    # jqlang/jq#1545
    ("31.39666666666666666666666666666666666666666666", "31.39666666666667"),
    ("1505253645000000000000001", "1505253645000000000000000"),
    ("15052536450000000000000001", "1.505253645e+25"),
    # jqlang/jq#2331
    ("0.00009212", "9.212e-05"),
    ("-0.000004", "-4e-06"),
    ("0.00015455068493150685", "0.00015455068493150685"),
    # jqlang/jq#3074, #945
    ("5113603275375104668", "5113603275375105000"),
    ("643172583639224320", "643172583639224300"),
]
AS_TEXT = [
    ".v",
    "(.v | tostring)",
    "(.v | tojson)",
    '"\\(.v)"',
    '([.v] | join(","))',
    "([.v] | @csv)",
    "(.v | @text)",
]


@pytest.mark.parametrize("text", AS_TEXT)
def test_numbers_are_printed_as_doubles(text: str) -> None:
    answers = JqWorker(f"{{k: {text}}}").keys([f'{{"v": {number}}}'.encode() for number, _ in PRINTED])
    assert answers == [({"k": printed}, None) for _, printed in PRINTED]


def test_numbers_inside_values_and_in_the_query_are_doubles_too() -> None:
    query = '{a: .v, b: (1.0 | tostring), c: ("2.50" | tonumber | tostring), d: ("[1.0]" | fromjson | tojson), e: 1e3}'
    answers = JqWorker(query).keys([b'{"v": {"b": [1.0, 2e2], "a": 0.10}}'])
    assert answers == [({"a": '{"b":[1,200],"a":0.1}', "b": "1", "c": "2.5", "d": "[1]", "e": "1000"}, None)]


@pytest.mark.parametrize(
    ("query", "record", "value"),
    [
        ('(.v | ltrimstr("x"))', '{"v": 5}', "5"),
        ('(.v | rtrimstr("a"))', '{"v": "ba"}', "b"),
        ('(.v | index("b"))', '{"v": "\u00e9b"}', "2"),
        ('(.v | rindex("b"))', '{"v": "\u00e9b\u00e9b"}', "5"),
        ('(.v | indices("aa") | tojson)', '{"v": "aaa"}', "[0]"),
        ('(.v | gsub("^/"; ""))', '{"v": "//a"}', "a"),
        ('(.v | gsub("(?<l>[a-z])"; "\\(.l)-"))', '{"v": "ab"}', "a-b-"),
        ('([.v | gsub("a"; "1", "2")] | tojson)', '{"v": "aa"}', '["11","21","12","22"]'),
        ("([limit(0; 1, 2)] | tojson)", "{}", "[1]"),
        ("([limit(-1; 1, 2)] | tojson)", "{}", "[1,2]"),
        ("([last(empty)] | tojson)", "{}", "[null]"),
        ("([.v | try error(null) catch .] | tojson)", "{}", "[]"),
        ("(.v | tonumber)", '{"v": " 12 "}', "12"),
        ("(.v | @uri)", '{"v": "\u00e9 !*\'()"}', "%C3%A9%20!*'()"),
        ("([.v | leaf_paths] | tojson)", '{"v": {"a": [1]}}', '[["a",0]]'),
        ("(.v | pow10)", '{"v": 2}', "100"),
    ],
)
def test_functions_do_what_they_did_in_1_6(query: str, record: str, value: str) -> None:
    assert JqWorker(f"{{k: {query}}}").keys([record.encode()]) == [({"k": value}, None)]


def test_a_query_sees_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "s3cr3t")
    answers = JqWorker("{a: (env | tojson), b: ($ENV | tojson)}").keys([b"{}"])
    assert answers == [({"a": "{}", "b": "{}"}, None)]


@pytest.mark.parametrize(
    "name", ["input", "[inputs]", "halt", "debug", "stderr", "halt_error", "input_filename"]
)
def test_what_creation_refuses_fails_here_too(name: str) -> None:
    ((keys, problem),) = JqWorker(f"{{k: {name}}}").keys([b"{}"])
    assert keys is None
    assert problem is not None
    assert "is not available" in problem


@pytest.mark.parametrize(
    "bad",
    ["(def f: f; f)", "([range(1e9)] | length)", '("x" * 1e9)', "(def f: 1 + f; f)", "(def f: [f]; f)"],
)
def test_a_record_that_exceeds_its_budget_fails_alone(bad: str) -> None:
    query = f"{{k: (if .id == 2 then {bad.replace('1e9', '(.id * 1e9)')} else .id end)}}"
    answers = JqWorker(query).keys([f'{{"id": {i}}}'.encode() for i in range(5)])
    assert [keys for keys, _ in answers] == [{"k": "0"}, {"k": "1"}, None, {"k": "3"}, {"k": "4"}]
    problem = answers[2][1]
    assert problem is not None
    assert "The jq query took more than" in problem


def test_a_query_that_never_ends_uses_its_time_up_and_then_takes_the_least() -> None:
    budget = worker.Budget()
    spent = []
    for _ in range(200):
        spent.append(budget.seconds(b"{}"))
        budget.lose(spent[-1])
    assert spent[0] == pytest.approx(1.0)
    assert spent[-1] == pytest.approx(0.01, rel=0.01)
    assert sum(spent) < 13
    assert budget.seconds(b"x" * 2**20) > 0.1


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"text",
        b"\xff",
        b'{"k": 1}{"k": 2}',
        b'{"k": NaN}',
        b'{"k": Infinity}',
        b'{"k": "\\ud800"}',
        b'{"k": "\x00"}',
        b"[" * 500_000,
        b"[" * 10_000 + b"]" * 10_000,
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_no_json_document(record: bytes) -> None:
    assert JqWorker("{k: .k}").keys([record, b'{"k": 1}']) == [(None, worker.NOT_JSON), ({"k": "1"}, None)]


def test_nesting_as_deep_as_jq_1_6_reads() -> None:
    deep = [b"[" * depth + b"]" * depth for depth in (256, 257, 1000)]
    assert JqWorker("{k: 1}").keys(deep) == [
        ({"k": "1"}, None),
        (None, worker.TOO_DEEP),
        (None, worker.TOO_DEEP),
    ]


def test_answers_of_any_text() -> None:
    answers = JqWorker("{k: .k}").keys(
        [b'{"k": "a\\u0000/\\n\\"\xc3\xa9"}', b'{"k": 1, "k": 2}', b'{"k": "' + b"x" * 2**20 + b'"}']
    )
    assert [keys and keys["k"] for keys, _ in answers] == ['a\x00/\n"\u00e9', "2", "x" * 2**20]


def test_a_query_that_does_not_compile_is_said_to() -> None:
    assert "syntax error" in (problem_of("{k: ") or "")
    with pytest.raises(QueryError, match="syntax error"):
        JqWorker("{k: ")


def test_compiling_has_a_budget() -> None:
    assert "takes more than" in (problem_of('{k: ("x" * 1e9)}') or "")


def test_a_worker_that_is_killed_is_told_from_a_record_that_fails() -> None:
    running = JqWorker("{k: .k}")
    os.kill(running._process.pid, signal.SIGKILL)
    with pytest.raises(WorkerDiedError):
        running.keys([b'{"k": 1}'])


def test_waiting_ends_when_it_is_asked_to() -> None:
    stop = threading.Event()
    running = JqWorker("{k: (def f: f; f)}", stop)
    timer = threading.Timer(0.3, stop.set)
    timer.start()
    with pytest.raises(StoppedWorkError):
        running.keys([b"{}"] * 1000)
    timer.join()
