"""Evaluating a JSON path: a sequence of items for a document and its passed values."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from local_aws.athena.json_path import numbers, tree
from local_aws.athena.json_path.errors import EvaluationError, StructuralError
from local_aws.athena.json_path.predicates import holds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from local_aws.athena.json_path.items import Item

_DOUBLE = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?Infinity|NaN")


@dataclass(frozen=True)
class Evaluation:
    """One evaluation: the mode, the document, what was passed, and where the path stands in them."""

    lax: bool
    document: Item
    passed: Mapping[str, Sequence[Item]]
    ids: Iterator[int]
    current: Item = None
    last: int | None = None

    def items(self, node: tree.Node) -> list[Item]:
        """Return the items of a part of the path; raises `EvaluationError`."""
        return _HANDLERS[type(node)](self, node)

    def unwrapped(self, node: tree.Node) -> list[Item]:
        """Return the items of a part of the path; in lax mode arrays are replaced by their elements."""
        return self.opened(self.items(node))

    def opened(self, items: Sequence[Item]) -> list[Item]:
        """Return items as they are in strict mode, and with arrays replaced by their elements in lax mode."""
        if not self.lax:
            return list(items)
        found: list[Item] = []
        for item in items:
            found += item if isinstance(item, list) else [item]
        return found

    def at(self, item: Item) -> Evaluation:
        """Return the evaluation inside a filter that looks at `item`."""
        return replace(self, current=item)


def evaluate(
    path: tree.Path, document: Item, passed: Mapping[str, Sequence[Item]], ids: Iterator[int]
) -> list[Item]:
    """Return the items at a path; raises `EvaluationError`."""
    try:
        return Evaluation(path.lax, document, passed, ids).items(path.root)
    except RecursionError:
        raise EvaluationError("the document is nested too deeply") from None


def _constant(_: Evaluation, node: tree.Constant) -> list[Item]:
    return [node.value]


def _variable(evaluation: Evaluation, node: tree.Variable) -> list[Item]:
    return list(evaluation.passed[node.name]) if node.name else [evaluation.document]


def _current(evaluation: Evaluation, _: tree.Current) -> list[Item]:
    return [evaluation.current]


def _last(evaluation: Evaluation, _: tree.Last) -> list[Item]:
    if evaluation.last is None:
        raise EvaluationError("accessing the last array index with no enclosing array")
    return [evaluation.last]


def _binary(evaluation: Evaluation, node: tree.Binary) -> list[Item]:
    left, right = evaluation.unwrapped(node.left), evaluation.unwrapped(node.right)
    if len(left) != 1 or len(right) != 1:
        raise EvaluationError("arithmetic binary expression requires singleton operands")
    return [numbers.arithmetic(node.operator, left[0], right[0])]


def _unary(evaluation: Evaluation, node: tree.Unary) -> list[Item]:
    change = numbers.negated if node.operator == "-" else numbers.number
    return [change(item) for item in evaluation.unwrapped(node.base)]


def _member(evaluation: Evaluation, node: tree.Member) -> list[Item]:
    found: list[Item] = []
    for item in evaluation.unwrapped(node.base):
        if not isinstance(item, dict):
            if evaluation.lax:
                continue
            raise EvaluationError(
                f"invalid item type. Expected: OBJECT, actual: {numbers.type_name(item).upper()}"
            )
        if node.key is None:
            found += item.values()
        elif node.key in item:
            found.append(item[node.key])
        elif not evaluation.lax:
            raise StructuralError(f"structural error: missing member '{node.key}' in JSON object")
    return found


def _descendants(evaluation: Evaluation, node: tree.Descendants) -> list[Item]:
    found: list[Item] = []

    def visit(item: Item) -> None:
        if isinstance(item, dict):
            if node.key in item:
                found.append(item[node.key])
            for value in item.values():
                visit(value)
        elif isinstance(item, list):
            for value in item:
                visit(value)

    for item in evaluation.items(node.base):
        visit(item)
    return found


def _elements(evaluation: Evaluation, node: tree.Elements) -> list[Item]:
    found: list[Item] = []
    for item in evaluation.items(node.base):
        if isinstance(item, list):
            elements = item
        elif evaluation.lax:
            elements = [item]
        else:
            raise EvaluationError(
                f"invalid item type. Expected: ARRAY, actual: {numbers.type_name(item).upper()}"
            )
        if not node.subscripts:
            found += elements
        elif elements:
            inside = replace(evaluation, last=len(elements) - 1)
            for first, last in node.subscripts:
                found += _range(inside, elements, first, last)
        elif not evaluation.lax:
            raise StructuralError("structural error: invalid array subscript for empty array")
    return found


def _range(
    evaluation: Evaluation, elements: Sequence[Item], first: tree.Node, last: tree.Node | None
) -> Sequence[Item]:
    start = _index(evaluation.items(first), "from")
    end = start if last is None else _index(evaluation.items(last), "to")
    size = len(elements)
    if not evaluation.lax and not 0 <= start <= end < size:
        raise StructuralError(
            f"structural error: invalid array subscript: [{start}, {end}] for array of size {size}"
        )
    return elements[max(start, 0) : max(end + 1, 0)]


def _index(items: Sequence[Item], which: str) -> int:
    if len(items) != 1:
        raise EvaluationError(f"array subscript '{which}' value must be singleton numeric")
    return numbers.as_index(items[0])


def _filter(evaluation: Evaluation, node: tree.Filter) -> list[Item]:
    return [
        item for item in evaluation.unwrapped(node.base) if holds(evaluation.at(item), node.predicate) is True
    ]


def _method(evaluation: Evaluation, node: tree.Method) -> list[Item]:
    if node.name == "type":
        return [numbers.type_name(item) for item in evaluation.items(node.base)]
    if node.name == "size":
        return [_size(evaluation, item) for item in evaluation.items(node.base)]
    items = evaluation.unwrapped(node.base)
    if node.name == "keyvalue":
        return [pair for item in items for pair in _pairs(evaluation, item)]
    if node.name == "abs":
        return [numbers.absolute(item) for item in items]
    if node.name == "double":
        return [_double(item) for item in items]
    return [numbers.rounded(item, node.name == "ceiling") for item in items]


def _size(evaluation: Evaluation, item: Item) -> int:
    if isinstance(item, list):
        return len(item)
    if evaluation.lax:
        return 1
    raise EvaluationError(f"invalid item type. Expected: ARRAY, actual: {numbers.type_name(item).upper()}")


def _pairs(evaluation: Evaluation, item: Item) -> list[Item]:
    if not isinstance(item, dict):
        raise EvaluationError(
            f"invalid item type. Expected: OBJECT, actual: {numbers.type_name(item).upper()}"
        )
    number = next(evaluation.ids)
    return [{"name": name, "value": value, "id": number} for name, value in item.items()]


def _double(item: Item) -> float:
    if isinstance(item, str):
        if _DOUBLE.fullmatch(item.strip()) is None:
            raise EvaluationError(f"Cannot cast '{item}' to DOUBLE")
        return float(item)
    return float(numbers.number(item))


_HANDLERS: Mapping[type[tree.Node], Callable[[Evaluation, Any], list[Item]]] = {
    tree.Constant: _constant,
    tree.Variable: _variable,
    tree.Current: _current,
    tree.Last: _last,
    tree.Binary: _binary,
    tree.Unary: _unary,
    tree.Member: _member,
    tree.Descendants: _descendants,
    tree.Elements: _elements,
    tree.Filter: _filter,
    tree.Method: _method,
}
