"""Policies with one action less, and what the file beside this one says of actions that nothing here needs."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

REASONS = Path(__file__).with_name("needed_on_aws.toml")
DENIED = frozenset({"AccessDenied", "AccessDeniedException"})


def actions(document: str) -> list[str]:
    """Return every action that a policy document allows."""
    found: set[str] = set()
    for statement in json.loads(document)["Statement"]:
        listed = statement["Action"]
        found.update([listed] if isinstance(listed, str) else listed)
    return sorted(found)


def without(document: str, action: str) -> str:
    """Return the document without an action; a statement that is left empty goes too."""
    content = json.loads(document)
    kept = []
    for statement in content["Statement"]:
        listed = statement["Action"]
        rest = [one for one in ([listed] if isinstance(listed, str) else listed) if one != action]
        if rest:
            kept.append({**statement, "Action": rest})
    return json.dumps({**content, "Statement": kept})


def reasons(policy: str) -> dict[str, str]:
    """Return the actions of a policy that only AWS needs, with the reason for each."""
    listed: Mapping[str, dict[str, str]] = tomllib.loads(REASONS.read_text(encoding="utf-8"))
    return listed[policy]


def unneeded(document: str, grant: Callable[[str], None], works: Callable[[str], bool]) -> list[str]:
    """Remove each action in turn and return those without which everything works.

    ``grant`` puts a document in force; ``works`` is told which action is missing and tells whether nothing was
    denied. The whole document is in force at the end.
    """
    found = []
    grant(document)
    assert works("nothing"), "the whole policy is not enough"
    try:
        for action in actions(document):
            grant(without(document, action))
            if works(action):
                found.append(action)
            grant(document)
    finally:
        grant(document)
    return found


def every_call_is_allowed(calls: Iterator[Callable[[], Any]]) -> bool:
    """Make calls in order, and those that giving them makes, and tell whether none of them was denied."""
    while True:
        try:
            call = next(calls, None)
            if call is None:
                return True
            call()
        except ClientError as error:
            if not is_denied(error):
                raise
            return False


def is_denied(error: Exception) -> bool:
    """Tell whether an error is the answer to somebody who may not do this."""
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in DENIED
