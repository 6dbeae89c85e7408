"""The jq query of MetadataExtraction: one object constructor, whose keys are the partition keys.

AWS rule: form and limit, and jq 1.6, reference 5.2. What jq 1.6 does not have, and what reads more than the record, is
refused here by its name (see `local_aws.jq16.language`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.jq16.language import LanguageError, check_language, check_value
from local_aws.jq16.sandbox import problem_of
from local_aws.jq16.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from local_aws.jq16.tokens import Token


class QueryError(ValueError):
    """The query is not one object constructor, or jq does not understand it."""


def query_keys(query: str) -> set[str]:
    """Return the keys of the object that `query` makes; raises `QueryError`."""
    problem = problem_of(query)
    if problem is not None:
        raise QueryError(f"MetadataExtractionQuery is {query!r}, which jq does not understand: {problem}")
    try:
        check_language(query)
        tokens = tokenize(query)
        if not _is_one_object(tokens):
            raise QueryError(
                f"MetadataExtractionQuery is {query!r}; allowed is one object, such as {{key: .member}}."
            )
        keys = set()
        for entry in _entries(tokens):
            keys.add(_key(entry, query))
            check_value(entry[2:])
    except LanguageError as error:
        raise QueryError(f"MetadataExtractionQuery is {query!r}; {error}.") from error
    return keys


def _is_one_object(tokens: Sequence[Token]) -> bool:
    if not tokens or tokens[0].text != "{" or tokens[0].kind != "open":
        return False
    return not any(token.depth == 0 for token in tokens[1:-1]) and tokens[-1].kind == "close"


def _entries(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Split the inside of an object constructor at its own commas."""
    start = 1
    for at in range(1, len(tokens)):
        if at == len(tokens) - 1 or (tokens[at].text == "," and tokens[at].depth == 1):
            if at > start:
                yield tokens[start:at]
            start = at + 1


def _key(entry: Sequence[Token], query: str) -> str:
    first = entry[0]
    is_plain = first.kind == "name" or (first.kind == "text" and first.ends_string)
    if not is_plain or (len(entry) > 1 and entry[1].text != ":"):
        text = query[first.start : entry[-1].end]
        raise QueryError(f"MetadataExtractionQuery is {query!r}; the key in {text!r} is not a plain name.")
    return first.text
