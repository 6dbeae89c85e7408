"""Conditions of a filter: true, false or unknown (None). They never fail."""

from __future__ import annotations

import operator
from decimal import Decimal
from typing import TYPE_CHECKING

from local_aws.athena.json_path import numbers, tree
from local_aws.athena.json_path.errors import EvaluationError
from local_aws.athena.json_path.items import Item, Moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local_aws.athena.json_path.evaluate import Evaluation

_OPERATORS: dict[str, Callable[[Item, Item], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def holds(evaluation: Evaluation, predicate: tree.Predicate) -> bool | None:
    """Return whether a predicate is true of the current item; None when that is unknown."""
    if isinstance(predicate, tree.Both):
        left = holds(evaluation, predicate.left)
        right = False if left is False else holds(evaluation, predicate.right)
        return False if False in (left, right) else None if None in (left, right) else True
    if isinstance(predicate, tree.Either):
        left = holds(evaluation, predicate.left)
        right = True if left is True else holds(evaluation, predicate.right)
        return True if True in (left, right) else None if None in (left, right) else False
    if isinstance(predicate, tree.Negation):
        inner = holds(evaluation, predicate.predicate)
        return None if inner is None else not inner
    if isinstance(predicate, tree.IsUnknown):
        return holds(evaluation, predicate.predicate) is None
    try:
        if isinstance(predicate, tree.Exists):
            return bool(evaluation.items(predicate.path))
        if isinstance(predicate, tree.StartsWith):
            return _starts_with(evaluation, predicate)
        return _compare(evaluation, predicate) if isinstance(predicate, tree.Comparison) else None
    except EvaluationError:
        return None


def _starts_with(evaluation: Evaluation, predicate: tree.StartsWith) -> bool | None:
    values, prefixes = evaluation.unwrapped(predicate.path), evaluation.items(predicate.prefix)
    if len(prefixes) != 1 or not isinstance(prefixes[0], str):
        return None
    found = False
    for value in values:
        if not isinstance(value, str):
            return None
        if value.startswith(prefixes[0]):
            found = True
            if evaluation.lax:
                return True
    return found


def _compare(evaluation: Evaluation, predicate: tree.Comparison) -> bool | None:
    left, right = evaluation.unwrapped(predicate.left), evaluation.unwrapped(predicate.right)
    if not left or not right:
        return False
    nested = [any(isinstance(item, list | dict) for item in side) for side in (left, right)]
    scalar = [any(_is_scalar(item) for item in side) for side in (left, right)]
    if all(nested) or (nested[0] and scalar[1]) or (nested[1] and scalar[0]):
        return None
    found = _found_null(predicate.operator, left, right)
    if found and evaluation.lax:
        return True
    for a in filter(_is_scalar, left):
        for b in filter(_is_scalar, right):
            result = _compare_scalars(predicate.operator, a, b)
            if result is None:
                return None
            found = found or result
            if found and evaluation.lax:
                return True
    return found


def _is_scalar(item: Item) -> bool:
    return item is not None and not isinstance(item, list | dict)


def _found_null(sign: str, left: Sequence[Item], right: Sequence[Item]) -> bool:
    """Return whether JSON nulls alone make `==` or `!=` true: null equals null and nothing else."""
    absent = [any(item is None for item in side) for side in (left, right)]
    present = [any(item is not None for item in side) for side in (left, right)]
    if sign == "==":
        return all(absent)
    return sign == "!=" and ((absent[0] and present[1]) or (absent[1] and present[0]))


def _compare_scalars(sign: str, a: Item, b: Item) -> bool | None:
    if numbers.is_number(a) and numbers.is_number(b):
        left, right = numbers.number(a), numbers.number(b)
        if isinstance(left, float) and isinstance(right, Decimal):
            right = float(right)
        elif isinstance(left, Decimal) and isinstance(right, float):
            left = float(left)
        return _OPERATORS[sign](left, right)
    if isinstance(a, Moment) and isinstance(b, Moment) and a.kind == b.kind:
        return _OPERATORS[sign](a.text, b.text)
    if type(a) is type(b) and isinstance(a, str | bool):
        return _OPERATORS[sign](a, b)
    return None
