"""The syntax tree of a JSON path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_aws.athena.json_path.items import Item


class Node:
    """Any part of a path that gives a sequence of items."""


class Predicate:
    """A condition of a filter: true, false or unknown."""


@dataclass(frozen=True)
class Constant(Node):
    """A literal."""

    value: Item


@dataclass(frozen=True)
class Variable(Node):
    """`$` (an empty name) or `$name`."""

    name: str


@dataclass(frozen=True)
class Current(Node):
    """`@`, the item that a filter looks at."""


@dataclass(frozen=True)
class Last(Node):
    """`last`, the last index of the array around it."""


@dataclass(frozen=True)
class Binary(Node):
    """Arithmetic with two operands."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Unary(Node):
    """A sign in front of an operand."""

    operator: str
    base: Node


@dataclass(frozen=True)
class Member(Node):
    """`.key`; without a key `.*`."""

    base: Node
    key: str | None


@dataclass(frozen=True)
class Descendants(Node):
    """`..key`."""

    base: Node
    key: str


@dataclass(frozen=True)
class Elements(Node):
    """`[0, 2 to last]`; without subscripts `[*]`."""

    base: Node
    subscripts: tuple[tuple[Node, Node | None], ...]


@dataclass(frozen=True)
class Filter(Node):
    """`?(predicate)`."""

    base: Node
    predicate: Predicate


@dataclass(frozen=True)
class Method(Node):
    """An item method such as `.size()`."""

    base: Node
    name: str


@dataclass(frozen=True)
class Comparison(Predicate):
    """A comparison of two sequences."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Both(Predicate):
    """`&&`."""

    left: Predicate
    right: Predicate


@dataclass(frozen=True)
class Either(Predicate):
    """`||`."""

    left: Predicate
    right: Predicate


@dataclass(frozen=True)
class Negation(Predicate):
    """`!`."""

    predicate: Predicate


@dataclass(frozen=True)
class Exists(Predicate):
    """`exists(path)`."""

    path: Node


@dataclass(frozen=True)
class StartsWith(Predicate):
    """`path starts with "text"`."""

    path: Node
    prefix: Node


@dataclass(frozen=True)
class IsUnknown(Predicate):
    """`(predicate) is unknown`."""

    predicate: Predicate


@dataclass(frozen=True)
class Path:
    """A whole path: its mode, its expression, and the names of the variables in it."""

    lax: bool
    root: Node
    variables: frozenset[str]
