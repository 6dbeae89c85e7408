"""The table of functions: Trino signatures and their DuckDB forms.

A signature is Trino's own text, `strpos(varchar, varchar) -> bigint`. Single capital letters are type variables;
`function(T, U)` is a lambda from T to U; `...` after the last argument repeats it. The form is DuckDB text with
`{0}`, `{1}` for the arguments and `{args}` for all of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_aws.athena.sql import types
from local_aws.athena.sql.type_text import parse_type
from local_aws.athena.sql.types import Type

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_aws.athena.sql.functions.call import Call
    from local_aws.athena.sql.typed import Typed

    Builder = Callable[["Call"], Typed]

_SIGNATURE = re.compile(r"^(\w+)\((.*)\) -> (.+)$", re.DOTALL)


@dataclass(frozen=True)
class Signature:
    """One way to call a function."""

    name: str
    parameters: tuple[Type, ...]
    result: Type
    variadic: bool = False

    def __str__(self) -> str:
        inside = ", ".join(str(parameter) for parameter in self.parameters) + (
            ", ..." if self.variadic else ""
        )
        return f"{self.name}({inside})"

    def parameters_for(self, count: int) -> tuple[Type, ...] | None:
        """Give the parameter of each of `count` arguments, or None when that number does not fit."""
        if not self.variadic:
            return self.parameters if len(self.parameters) == count else None
        if count < len(self.parameters) - 1:
            return None
        fixed = self.parameters[:-1]
        return fixed + (self.parameters[-1],) * (count - len(fixed))


@dataclass(frozen=True)
class Rule:
    """A signature with what it becomes in DuckDB: a text with places for the arguments."""

    signature: Signature
    form: str


class Functions:
    """A set of functions by name: those with signatures, and those that need code of their own."""

    def __init__(self) -> None:
        self.rules: dict[str, list[Rule]] = defaultdict(list)
        self.builders: dict[str, Builder] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.rules or name in self.builders

    def define(self, signature: str, form: str) -> None:
        """Add one signature and its DuckDB form."""
        parsed = parse_signature(signature)
        self.rules[parsed.name].append(Rule(parsed, form))

    def define_all(self, table: str) -> None:
        """Add a table of `signature => form`, one to a line; empty lines and `#` lines are skipped."""
        for line in table.strip().splitlines():
            text = line.strip()
            if text and not text.startswith("#"):
                signature, form = text.split(" => ", 1)
                self.define(signature.strip(), form.strip())

    def builder(self, *names: str) -> Callable[[Builder], Builder]:
        """Register code that builds the calls of the functions `names`."""

        def register(build: Builder) -> Builder:
            for name in names:
                self.builders[name] = build
            return build

        return register

    @property
    def names(self) -> list[str]:
        """All function names, sorted."""
        return sorted({*self.rules, *self.builders})


def parse_signature(text: str) -> Signature:
    """Read a signature; raises `ValueError` when it is none."""
    match = _SIGNATURE.match(text)
    if match is None:
        raise ValueError(f"{text!r} is not a function signature")
    name, inside, result = match.groups()
    variadic = inside.endswith("...")
    inside = inside.removesuffix("...").rstrip().removesuffix(",")
    parameters = parse_type(f"function({inside})").arguments if inside.strip() else ()
    return Signature(name, parameters, parse_type(result), variadic)


def is_variable(kind: Type) -> bool:
    """Tell whether a type of a signature is a type variable."""
    return len(kind.name) == 1


def substitute(kind: Type, bound: dict[str, Type]) -> Type:
    """Put the bound types in the place of the variables of `kind`; an unbound one becomes unknown."""
    if is_variable(kind):
        return bound.get(kind.name, types.UNKNOWN)
    if not kind.arguments:
        return kind
    return Type(kind.name, kind.parameters, tuple(substitute(a, bound) for a in kind.arguments), kind.names)


def unify(pattern: Type, actual: Type, bound: dict[str, Type]) -> bool:
    """Bind the variables of `pattern` so that `actual` can be given for it; False when it cannot.

    Parameters without numbers (`varchar`, `decimal`, `timestamp`) take any length and precision.
    """
    if is_variable(pattern):
        known = bound.get(pattern.name)
        if known is None:
            bound[pattern.name] = actual
            return True
        common = types.common_type(known, actual)
        if common is None:
            return False
        bound[pattern.name] = common
        return True
    if actual.name == "unknown":
        return True
    if pattern.name == "qdigest":
        return pattern == actual
    if pattern.arguments:
        if pattern.name != actual.name or len(pattern.arguments) != len(actual.arguments):
            return False
        return all(unify(p, a, bound) for p, a in zip(pattern.arguments, actual.arguments, strict=True))
    if pattern.name in ("timestamp", "timestamp with time zone", "time", "varchar") and (
        pattern.name == actual.name
    ):
        return True
    if pattern.name == "timestamp with time zone" and actual.name in ("timestamp", "date"):
        return True
    return types.can_coerce(actual, pattern)
