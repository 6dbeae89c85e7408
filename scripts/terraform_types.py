"""Terraform's type constraints, read from `variables.tf`, and what a value has that its type does not.

Terraform drops attributes of a value that its object type does not have, without a word: a misspelt `intervall_seconds`
leaves the default in force. So what is written in variable files and module calls is held against the types here.
"""

from __future__ import annotations

import difflib
import functools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scripts.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_TOKEN = re.compile(r'\s*(?:"(?:\\.|[^"\\])*"|[\w.-]+|[(){}\[\],=:])')
_COLLECTIONS = frozenset({"list", "map", "set"})


@dataclass(frozen=True)
class Type:
    """A type constraint: an object with `attributes`, a collection of `element`, or anything else by its `name`."""

    name: str
    attributes: Mapping[str, Type] = field(default_factory=dict)
    element: Type | None = None


@dataclass(frozen=True)
class Unknown:
    """An attribute that a value has and its type has not: `path` is where, `near` the most similar one there is."""

    path: str
    near: str | None
    allowed: tuple[str, ...]

    def __str__(self) -> str:
        """Return what is wrong and what is allowed."""
        meant = f"; did you mean {self.near}?" if self.near else ""
        allowed = ", ".join(self.allowed)
        return f"{self.path} is not a setting; Terraform would ignore it silently{meant} (allowed: {allowed})"


@functools.cache
def variable_types(folder: Path) -> dict[str, Type]:
    """Return the type of each variable of a module, by its name.

    :raises ToolError: a file is not HCL.
    """
    found: dict[str, Type] = {}
    for file in sorted(folder.glob("*.tf")):
        for block in read_hcl(file).get("variable", []):
            for name, body in block.items():
                text = str(body.get("type", "any")).removeprefix("${").removesuffix("}")
                found[unquoted(name)] = parse_type(text)
    return found


def parse_type(text: str) -> Type:
    """Read a type constraint such as `map(object({ days = optional(number, 3) }))`.

    :raises ToolError: the text is none.
    """
    tokens = [token.strip() for token in _TOKEN.findall(text)]
    try:
        parsed, rest = _type(tokens)
    except IndexError as error:
        raise ToolError(f"{text!r} is no type constraint of Terraform") from error
    if rest:
        raise ToolError(f"{text!r} is no type constraint of Terraform: {' '.join(rest)} is left over")
    return parsed


def unknown_attributes(value: Any, wanted: Type, path: str) -> Iterator[Unknown]:
    """Yield what a value, as python-hcl2 or JSON gives it, has and its type has not. Expressions are passed over."""
    if wanted.element is not None:
        members = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for key, member in members:
            if not str(key).startswith("__"):
                yield from unknown_attributes(member, wanted.element, f"{path}[{key}]")
    elif wanted.attributes and isinstance(value, dict):
        for key, member in value.items():
            name = unquoted(str(key))
            if name.startswith(("__", "${", "(")):
                continue
            if name in wanted.attributes:
                yield from unknown_attributes(member, wanted.attributes[name], f"{path}.{name}")
            else:
                near = difflib.get_close_matches(name, wanted.attributes, 1)
                yield Unknown(f"{path}.{name}", near[0] if near else None, tuple(wanted.attributes))


def read_hcl(file: Path) -> dict[str, Any]:
    """Read a file of HCL as nested dictionaries; what is not literal is text in `${...}`.

    :raises ToolError: the file is not HCL.
    """
    import hcl2

    try:
        document: dict[str, Any] = hcl2.loads(file.read_text(encoding="utf-8"))
    except Exception as error:  # the parser's errors have no base class of its own
        raise ToolError(f"{file} cannot be read as HCL: {error}") from error
    return document


def unquoted(name: str) -> str:
    """Return a name without the quotes that python-hcl2 leaves on labels and keys."""
    return name.removeprefix('"').removesuffix('"')


def _type(tokens: list[str]) -> tuple[Type, list[str]]:
    name, rest = tokens[0], tokens[1:]
    if not rest or rest[0] != "(":
        return Type(name), rest
    if name == "object":
        attributes, rest = _attributes(rest[2:])
        return Type(name, attributes=attributes), rest[1:]
    inner, rest = _type(rest[1:]) if name in _COLLECTIONS | {"optional"} else (Type("any"), rest[1:])
    rest = _after_parenthesis(rest)
    return (inner if name == "optional" else Type(name, element=inner)), rest


def _attributes(tokens: list[str]) -> tuple[dict[str, Type], list[str]]:
    found: dict[str, Type] = {}
    while tokens[0] != "}":
        if tokens[0] == ",":
            tokens = tokens[1:]
            continue
        name = unquoted(tokens[0])
        found[name], tokens = _type(tokens[2:])
    return found, tokens[1:]


def _after_parenthesis(tokens: list[str]) -> list[str]:
    """Pass over a default value, up to the parenthesis that closes the type."""
    depth = 1
    for position, word in enumerate(tokens):
        depth += word in "([{"
        depth -= word in ")]}"
        if depth == 0:
            return tokens[position + 1 :]
    raise IndexError
