"""Reading a JSON path: `lax $.a[0 to last]?(@.b > 1).size()`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from local_aws.athena.json_path import tree
from local_aws.athena.json_path.errors import InvalidPathError, UnsupportedPathError

if TYPE_CHECKING:
    from local_aws.athena.json_path.items import Item

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(?P<text>"(?:[^"]|"")*")"""
    r"""|(?P<variable>\$[A-Za-z_]\w*)|(?P<word>[A-Za-z_]\w*)|(?P<sign>&&|\|\||==|!=|<>|<=|>=|\.\.|[$@.,?!()\[\]<>+*/%-]))"""
)
_COMPARISONS = {"==": "==", "!=": "!=", "<>": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_METHODS = frozenset({"abs", "ceiling", "double", "floor", "keyvalue", "size", "type"})
_CONSTANTS: dict[str, Item] = {"true": True, "false": False, "null": None}


@lru_cache(maxsize=256)
def parse_path(text: str) -> tree.Path:
    """Read a path; raises `InvalidPathError`, or `UnsupportedPathError` for what Trino's release refuses too."""
    return _Parser(_tokens(text)).path()


def _tokens(text: str) -> list[tuple[str, str]]:
    found, position = [], 0
    stripped = text.rstrip()
    while position < len(stripped):
        match = _TOKEN.match(stripped, position)
        if match is None:
            raise InvalidPathError(f"token recognition error at: '{stripped[position:].lstrip()[:1]}'")
        kind = str(match.lastgroup)
        found.append((kind, match.group(kind)))
        position = match.end()
    return found


@dataclass
class _Parser:
    tokens: list[tuple[str, str]]
    index: int = 0
    names: set[str] = field(default_factory=set)

    def path(self) -> tree.Path:
        kind, mode = self._next()
        if kind != "word" or mode not in ("lax", "strict"):
            raise InvalidPathError(f"mismatched input '{mode or '<EOF>'}' expecting {{'lax', 'strict'}}")
        root = self._expression()
        if self.index < len(self.tokens):
            raise self._mismatched()
        return tree.Path(mode == "lax", root, frozenset(self.names))

    def _peek(self, ahead: int = 0) -> tuple[str, str]:
        place = self.index + ahead
        return self.tokens[place] if place < len(self.tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self.index += 1
        return token

    def _mismatched(self) -> InvalidPathError:
        return InvalidPathError(f"mismatched input '{self._peek()[1] or '<EOF>'}'")

    def _match(self, *texts: str) -> str | None:
        kind, text = self._peek()
        if kind in ("sign", "word") and text in texts:
            self.index += 1
            return text
        return None

    def _expect(self, *texts: str) -> None:
        for text in texts:
            if self._match(text) is None:
                raise self._mismatched()

    def _expression(self) -> tree.Node:
        left = self._product()
        while operator := self._match("+", "-"):
            left = tree.Binary(operator, left, self._product())
        return left

    def _product(self) -> tree.Node:
        left = self._signed()
        while operator := self._match("*", "/", "%"):
            left = tree.Binary(operator, left, self._signed())
        return left

    def _signed(self) -> tree.Node:
        operator = self._match("+", "-")
        return self._accessor() if operator is None else tree.Unary(operator, self._signed())

    def _accessor(self) -> tree.Node:
        node = self._primary()
        while sign := self._match(".", "..", "[", "?"):
            if sign == ".":
                node = self._member(node)
            elif sign == "..":
                kind, text = self._next()
                if kind not in ("word", "text"):
                    self.index -= 1
                    raise self._mismatched()
                node = tree.Descendants(node, _text(text) if kind == "text" else text)
            elif sign == "[":
                node = self._elements(node)
            else:
                self._expect("(")
                node = tree.Filter(node, self._predicate())
                self._expect(")")
        return node

    def _member(self, base: tree.Node) -> tree.Node:
        if self._match("*"):
            return tree.Member(base, None)
        kind, text = self._next()
        if kind == "text":
            return tree.Member(base, _text(text))
        if kind != "word":
            self.index -= 1
            raise self._mismatched()
        if not self._match("("):
            return tree.Member(base, text)
        if text == "datetime":
            raise UnsupportedPathError("datetime() method in JSON path")
        if text not in _METHODS:
            raise InvalidPathError(f"mismatched input '{text}'")
        self._expect(")")
        return tree.Method(base, text)

    def _elements(self, base: tree.Node) -> tree.Node:
        if self._match("*"):
            self._expect("]")
            return tree.Elements(base, ())
        subscripts = []
        while True:
            first = self._expression()
            subscripts.append((first, self._expression() if self._match("to") else None))
            if not self._match(","):
                break
        self._expect("]")
        return tree.Elements(base, tuple(subscripts))

    def _primary(self) -> tree.Node:
        kind, text = self._next()
        if kind == "number":
            return tree.Constant(_number(text))
        if kind == "text":
            return tree.Constant(_text(text))
        if kind == "variable":
            self.names.add(text[1:])
            return tree.Variable(text[1:])
        if text in ("$", "@"):
            return tree.Variable("") if text == "$" else tree.Current()
        if kind == "word" and text in _CONSTANTS:
            return tree.Constant(_CONSTANTS[text])
        if kind == "word" and text == "last":
            return tree.Last()
        if text == "(":
            inner = self._expression()
            self._expect(")")
            return inner
        self.index -= 1
        raise self._mismatched()

    def _predicate(self) -> tree.Predicate:
        left = self._conjunction()
        while self._match("||"):
            left = tree.Either(left, self._conjunction())
        return left

    def _conjunction(self) -> tree.Predicate:
        left = self._condition()
        while self._match("&&"):
            left = tree.Both(left, self._condition())
        return left

    def _condition(self) -> tree.Predicate:
        if self._match("!"):
            negated = self._delimited()
            if negated is None:
                raise self._mismatched()
            return tree.Negation(negated)
        start, delimited = self.index, self._delimited()
        if delimited is not None and (self._peek()[1] in ("&&", "||", ")") or self.index >= len(self.tokens)):
            return delimited
        self.index = start
        return self._comparison()

    def _delimited(self) -> tree.Predicate | None:
        """Read `exists(…)`, `(…)` or `(…) is unknown`; None where a path stands in the parentheses."""
        if self._peek() == ("word", "exists") and self._peek(1) == ("sign", "("):
            self.index += 2
            path = self._expression()
            self._expect(")")
            return tree.Exists(path)
        start = self.index
        if not self._match("("):
            return None
        try:
            inner = self._predicate()
            self._expect(")")
        except InvalidPathError:
            self.index = start
            return None
        if self._match("is"):
            self._expect("unknown")
            return tree.IsUnknown(inner)
        return inner

    def _comparison(self) -> tree.Predicate:
        left = self._expression()
        if self._match("starts"):
            self._expect("with")
            kind, _ = self._peek()
            if kind not in ("text", "variable"):
                raise self._mismatched()
            return tree.StartsWith(left, self._primary())
        if self._match("like_regex"):
            raise UnsupportedPathError("like_regex predicate in JSON path")
        operator = self._match(*_COMPARISONS)
        if operator is None:
            raise self._mismatched()
        return tree.Comparison(_COMPARISONS[operator], left, self._expression())


def _number(text: str) -> Item:
    if "e" in text or "E" in text:
        return float(text)
    return Decimal(text) if "." in text else int(text)


def _text(token: str) -> str:
    return token[1:-1].replace('""', '"')
