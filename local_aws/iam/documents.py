"""Policy documents that the local evaluator would judge otherwise than AWS, refused when they are written.

A condition operator that it does not know is, to MiniStack, a statement that never applies: a Deny with it would
allow. Policy variables (`${aws:username}`) are compared as plain text. Both are refused here, loudly and early.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPERATORS = frozenset(
    {
        f"{kind}{test}"
        for kind, tests in {
            "String": ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike"),
            "Numeric": (
                "Equals",
                "NotEquals",
                "LessThan",
                "LessThanEquals",
                "GreaterThan",
                "GreaterThanEquals",
            ),
            "Date": (
                "Equals",
                "NotEquals",
                "LessThan",
                "LessThanEquals",
                "GreaterThan",
                "GreaterThanEquals",
            ),
            "Arn": ("Equals", "NotEquals", "Like", "NotLike"),
        }.items()
        for test in tests
    }
    | {"Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "Null"}
)
_LOWER_OPERATORS = frozenset(operator.lower() for operator in _OPERATORS)
_SET_PREFIX = re.compile(r"^(ForAllValues|ForAnyValue):", re.IGNORECASE)
# `${*}`, `${?}` and `${$}` are how a policy writes these characters themselves.
_VARIABLE = re.compile(r"\$\{(?![*?$]\})[^}]*\}")
_DOCUMENTS = ("PolicyDocument", "AssumeRolePolicyDocument")


def refusal(body: bytes) -> str | None:
    """Give the reason why a request to IAM (a form) is refused, None for one that is not.

    Only documents that are JSON are looked at: what is not is refused by IAM itself.
    """
    form = parse_qs(body.decode("utf-8", "replace"))
    for member in _DOCUMENTS:
        for text in form.get(member, ()):
            try:
                document = json.loads(text)
            except ValueError:
                continue
            for reason in _reasons(document):
                return f"{member}: {reason}"
    return None


def _reasons(document: Any) -> Iterator[str]:
    statements = document.get("Statement") if isinstance(document, dict) else None
    for statement in [statements] if isinstance(statements, dict) else statements or []:
        if not isinstance(statement, dict):
            continue
        if "NotPrincipal" in statement:
            yield "the local IAM does not evaluate NotPrincipal"
        for operator in statement.get("Condition") or {}:
            plain = _SET_PREFIX.sub("", operator).lower().removesuffix("ifexists")
            if plain not in _LOWER_OPERATORS:
                yield f"{operator} is not a condition operator that the local IAM evaluates"
        for text in _texts([statement.get(part) for part in ("Resource", "NotResource", "Condition")]):
            variable = _VARIABLE.search(text)
            if variable:
                yield f"the local IAM does not evaluate the policy variable {variable.group()}"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
