"""The jq queries of the scenarios, each with what it gives in Python (reference 5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class QueryFailedError(Exception):
    """jq stops with an error of its own."""


@dataclass(frozen=True)
class Query:
    """The text, and what it gives for a document by the name of the key."""

    text: str
    keys: dict[str, Callable[[Any], Any]]


def _member(name: str) -> Callable[[Any], Any]:
    def member(document: Any) -> Any:
        if document is None:
            return None
        if not isinstance(document, dict):
            raise QueryFailedError
        return document.get(name)

    return member


_k, _n, _at = _member("k"), _member("n"), _member("at")


def _k_or_none(document: Any) -> Any:
    value = _k(document)
    return "none" if value is None or value is False else value


def _k_not_empty(document: Any) -> Any:
    value = _k(document)
    return "empty" if value == "" else value


def _month(document: Any) -> str:
    value = _at(document)
    if isinstance(value, bool) or not isinstance(value, int):
        raise QueryFailedError
    return datetime.fromtimestamp(value, tz=UTC).strftime("%Y-%m")


def _remainder(document: Any) -> int:
    value = _n(document)
    if isinstance(value, bool) or not isinstance(value, int):
        raise QueryFailedError
    return value % 3


QUERIES = (
    Query("{q: .k}", {"q": _k}),
    Query("{q: .k, p: .n}", {"q": _k, "p": _n}),
    Query('{q: (.k // "none")}', {"q": _k_or_none}),
    Query('{q: (if .k == "" then "empty" else .k end)}', {"q": _k_not_empty}),
    Query('{q: (.at | strftime("%Y-%m"))}', {"q": _month}),
    Query("{q: .k, p: (.n % 3)}", {"q": _k, "p": _remainder}),
)


def as_text(value: Any) -> str | None:
    """5.2: values are turned into text; null and empty text are none."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
