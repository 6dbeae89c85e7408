from __future__ import annotations

import pytest

from local_aws.firehose.expressions import (
    ErrorOutputType,
    ExpressionError,
    Literal,
    PartitionKey,
    RandomString,
    Timestamp,
    has_expressions,
    parse,
    shortest_length,
)


def test_text_without_expressions_is_one_literal() -> None:
    assert parse("legacy") == (Literal("legacy"),)
    assert parse("") == ()
    assert not has_expressions(parse("a!b{c}d"))


def test_every_kind_of_expression() -> None:
    text = (
        "data/type=!{partitionKeyFromLambda:event_type}/k=!{partitionKeyFromQuery:k}"
        "/!{timestamp:yyyy-MM-dd}!{firehose:random-string}/!{firehose:error-output-type}/"
    )
    assert parse(text) == (
        Literal("data/type="),
        PartitionKey("lambda", "event_type"),
        Literal("/k="),
        PartitionKey("query", "k"),
        Literal("/"),
        Timestamp("yyyy-MM-dd"),
        RandomString(),
        Literal("/"),
        ErrorOutputType(),
        Literal("/"),
    )


def test_only_the_first_colon_separates() -> None:
    assert parse("!{timestamp:HH:mm}") == (Timestamp("HH:mm"),)


@pytest.mark.parametrize(
    "text", ["my!{prefix/", "!{}", "!{timestamp}", "!{:yyyy}", "!{timestamp:}", "!{a!{b:c}"]
)
def test_incomplete_expressions(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert (
        str(caught.value) == f"Invalid expression usage: {text}.Must be of the form !{{<namespace>:<value>}}"
    )


def test_unknown_namespace() -> None:
    with pytest.raises(
        ExpressionError, match=r"Namespace to the left of colon \(bogus\) is an invalid keyword!"
    ):
        parse("a/!{bogus:yyyy}/")


@pytest.mark.parametrize("letter", sorted("CIJPRTUVbfijloprt"))
def test_refused_pattern_letters(letter: str) -> None:
    with pytest.raises(ExpressionError, match="Invalid conversion character used in the value"):
        parse(f"!{{timestamp:yyyy/{letter}}}")
    assert parse(f"!{{timestamp:yyyy'{letter}'}}") == (Timestamp(f"yyyy'{letter}'"),)


@pytest.mark.parametrize("letter", sorted("ABDEFGHKLMNOQSWXYZacdeghkmnqsuvwxyz"))
def test_accepted_pattern_letters(letter: str) -> None:
    assert parse(f"!{{timestamp:{letter}}}") == (Timestamp(letter),)


def test_an_open_quote_is_refused_and_the_member_is_named() -> None:
    with pytest.raises(ExpressionError, match=r"expression in ErrorOutputPrefix$"):
        parse("!{timestamp:yyyy'T}", "ErrorOutputPrefix")


def test_shortest_length_counts_one_per_expression() -> None:
    assert shortest_length(parse("abc/!{timestamp:yyyy}/")) == 6
