"""Metric math: arithmetic on series of data points, and a few functions of them.

Built: numbers, ids of queries, `+ - * /`, brackets, METRICS(), SUM, AVG, MIN, MAX, FILL with a number, ABS, CEIL and
FLOOR. Every other function of AWS's metric math is refused by its name.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

Series = dict[int, float]
Value = float | Series | list[Series]

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(\w+)|(\"[^\"]*\"|'[^']*')|([-+*/(),]))")
_DEEPEST = 50


class ExpressionError(Exception):
    """An expression that cannot be read or evaluated; the message says why."""


@dataclass(frozen=True)
class Node:
    """A part of an expression: `kind` is number, name, text, call or an operator."""

    kind: str
    text: str
    parts: tuple[Node, ...] = ()


def parse(text: str) -> Node:
    """Read an expression. Raises `ExpressionError`."""
    parser = _Parser(list(_tokens(text)))
    node = parser.sum(0)
    parser.end()
    return node


def names(node: Node) -> Iterator[str]:
    """Give the ids of the queries that an expression is about, METRICS() apart."""
    if node.kind == "name":
        yield node.text
    for part in node.parts:
        yield from names(part)


def evaluate(
    node: Node, value_of: Callable[[str], Value], metrics: Sequence[str], moments: Sequence[int]
) -> Value:
    """Give the value of an expression. Raises `ExpressionError`.

    `value_of` gives that of another query, `metrics` are the ids behind METRICS(), `moments` the starts of all spans.
    """

    def value(one: Node) -> Value:
        if one.kind == "number":
            return float(one.text)
        if one.kind == "name":
            return value_of(one.text)
        if one.kind == "call":
            return call(one)
        if one.kind == "negative":
            return _each(lambda number: -number, value(one.parts[0]))
        return _arithmetic(one.kind, value(one.parts[0]), value(one.parts[1]))

    def call(one: Node) -> Value:
        if one.text == "METRICS":
            wanted = one.parts[0].text if one.parts else ""
            found = [value_of(name) for name in metrics if wanted in name]
            return [each for each in found if isinstance(each, dict)]
        if one.text == "FILL":
            filling = value(one.parts[1])
            if not isinstance(filling, float):
                raise ExpressionError("FILL needs a number as its second argument here")
            return _filled(value(one.parts[0]), filling, moments)
        if one.text in _AGGREGATES:
            return _aggregated(one.text, [value(part) for part in one.parts])
        return _each(_FUNCTIONS[one.text], value(one.parts[0]))

    return value(node)


_AGGREGATES: Mapping[str, Callable[[Sequence[float]], float]] = {
    "SUM": sum,
    "AVG": lambda numbers: sum(numbers) / len(numbers),
    "MIN": min,
    "MAX": max,
}
_FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    "ABS": abs,
    "CEIL": lambda number: float(math.ceil(number)),
    "FLOOR": lambda number: float(math.floor(number)),
}
# How many arguments each function takes.
_ARGUMENTS = {
    "METRICS": (0, 1),
    "FILL": (2, 2),
    **dict.fromkeys(_AGGREGATES, (1, 1)),
    **dict.fromkeys(_FUNCTIONS, (1, 1)),
}


def _aggregated(name: str, arguments: list[Value]) -> Value:
    """AWS rule: several series become one, span by span; a single one becomes a number."""
    (given,) = arguments
    take = _AGGREGATES[name]
    if isinstance(given, float):
        raise ExpressionError(f"{name} needs series of data points, and got the number {given}")
    if isinstance(given, dict):
        if not given:
            raise ExpressionError(f"{name} of a series without data points has no value")
        return float(take(list(given.values())))
    moments = sorted({moment for one in given for moment in one})
    return {moment: float(take([one[moment] for one in given if moment in one])) for moment in moments}


def _filled(value: Value, filling: float, moments: Sequence[int]) -> Value:
    if isinstance(value, list):
        return [{**dict.fromkeys(moments, filling), **one} for one in value]
    if isinstance(value, dict):
        return {**dict.fromkeys(moments, filling), **value}
    raise ExpressionError(f"FILL needs a series of data points, and got the number {value}")


def _each(change: Callable[[float], float], value: Value) -> Value:
    if isinstance(value, list):
        return [{moment: change(number) for moment, number in one.items()} for one in value]
    if isinstance(value, dict):
        return {moment: change(number) for moment, number in value.items()}
    return change(value)


def _arithmetic(operator: str, left: Value, right: Value) -> Value:
    if isinstance(left, list):
        return [one for item in left if isinstance(one := _arithmetic(operator, item, right), dict)]
    if isinstance(right, list):
        return [one for item in right if isinstance(one := _arithmetic(operator, left, item), dict)]
    if isinstance(left, float) and isinstance(right, float):
        result = _calculated(operator, left, right)
        if result is None:
            raise ExpressionError("it divides by zero")
        return result
    # AWS rule: where one of two series has no data point, the result has none.
    if isinstance(left, float):
        pairs = (
            {moment: (left, number) for moment, number in right.items()} if isinstance(right, dict) else {}
        )
    elif isinstance(right, float):
        pairs = {moment: (number, right) for moment, number in left.items()}
    else:
        pairs = {moment: (left[moment], right[moment]) for moment in left if moment in right}
    results = {moment: _calculated(operator, *pair) for moment, pair in pairs.items()}
    return {moment: number for moment, number in results.items() if number is not None}


def _calculated(operator: str, left: float, right: float) -> float | None:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    return left / right if right else None


def _tokens(text: str) -> Iterator[str]:
    position, text = 0, text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ExpressionError(f"{text[position:].strip()[:20]!r} is not part of the local metric math")
        position = match.end()
        yield match.group().strip()


class _Parser:
    """Reads tokens by the usual precedence."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._position = 0

    def sum(self, depth: int) -> Node:
        node = self._product(depth)
        while self._next in ("+", "-"):
            operator = self._take()
            node = Node(operator, operator, (node, self._product(depth)))
        return node

    def end(self) -> None:
        if self._next:
            raise ExpressionError(f"{self._next!r} was not expected")

    def _product(self, depth: int) -> Node:
        node = self._signed(depth)
        while self._next in ("*", "/"):
            operator = self._take()
            node = Node(operator, operator, (node, self._signed(depth)))
        return node

    def _signed(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise ExpressionError(f"it is nested deeper than {_DEEPEST} levels")
        if self._next == "-":
            return Node("negative", self._take(), (self._signed(depth + 1),))
        return self._primary(depth + 1)

    def _primary(self, depth: int) -> Node:
        if self._next == "(":
            self._take()
            node = self.sum(depth)
            self._expect(")")
            return node
        token = self._take()
        if not token or not (token[0].isalnum() or token[0] == "_"):
            raise ExpressionError(f"{token or 'its end'!r} was not expected")
        if token[0].isdigit():
            return Node("number", token)
        return self._call(token, depth) if self._next == "(" else Node("name", token)

    def _call(self, name: str, depth: int) -> Node:
        if name not in _ARGUMENTS:
            raise ExpressionError(
                f"the local metric math does not have {name}; it has {', '.join(_ARGUMENTS)}"
            )
        self._expect("(")
        parts: list[Node] = []
        while self._next != ")":
            if parts:
                self._expect(",")
            is_text = self._next[:1] in ("'", '"')
            parts.append(Node("text", self._take()[1:-1]) if is_text else self.sum(depth))
        self._expect(")")
        fewest, most = _ARGUMENTS[name]
        texts = [part for part in parts if part.kind == "text"]
        if not fewest <= len(parts) <= most or bool(texts) != (name == "METRICS" and bool(parts)):
            raise ExpressionError(f"{name} was given other arguments than it takes")
        return Node("call", name, tuple(parts))

    @property
    def _next(self) -> str:
        return self._tokens[self._position] if self._position < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._next
        self._position += 1
        return token

    def _expect(self, token: str) -> None:
        if self._next != token:
            raise ExpressionError(f"{token!r} was expected before {self._next or 'its end'!r}")
        self._position += 1
