"""Conditions on the keys of partitions, as GetPartitions takes them in `Expression`.

AWS rule (Glue's API reference, GetPartitions): the text is like a WHERE clause, of `= <> < <= > >= IN LIKE BETWEEN`,
`IS NULL`, `AND OR NOT`, on keys of the types string, date, timestamp, the whole numbers and decimal. What is none of
that is refused with InvalidInputException: a condition that is not understood must never keep everything, because
clients delete by it.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from sqlglot import condition, exp
from sqlglot.errors import SqlglotError

from local_aws.glue.errors import invalid_input
from local_aws.patterns import like

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Row = Sequence[str]
    # True, False, or None where a key is NULL.
    Test = Callable[[Row], bool | None]
    Value = Callable[[Row], Any]

NULL_PARTITION: Final = "__HIVE_DEFAULT_PARTITION__"

_COMPARISONS: Final[Mapping[type[exp.Expr], Callable[[Any, Any], bool]]] = {
    exp.EQ: operator.eq,
    exp.NEQ: operator.ne,
    exp.LT: operator.lt,
    exp.LTE: operator.le,
    exp.GT: operator.gt,
    exp.GTE: operator.ge,
}
# sqlglot keeps what else a condition says (SYMMETRIC, for one) in other arguments.
_UNDERSTOOD: Final = frozenset({"this", "expression", "expressions", "low", "high", "negate"})
_PARSERS: Final[Mapping[str, Callable[[str], Any]]] = {
    **dict.fromkeys(("string", "varchar", "char"), str),
    **dict.fromkeys(("tinyint", "smallint", "int", "integer", "bigint", "long"), int),
    "decimal": Decimal,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
}


@dataclass(frozen=True)
class _Operand:
    """One side of a comparison: a key with its type, or a literal, whose text takes the type of the other side."""

    type: str | None
    name: str
    value: Value


class PartitionFilter:
    """Tells which partitions an expression keeps; `keys` are the names and types of the table's partition keys.

    Raises `ApiError` InvalidInputException for an expression that is none.
    """

    def __init__(self, expression: str, keys: Sequence[tuple[str, str]]) -> None:
        self._expression = expression
        self._positions = {name.lower(): (at, kind.lower()) for at, (name, kind) in enumerate(keys)}
        try:
            parsed = condition(expression, dialect="trino")
        except SqlglotError as error:
            raise self._refused("cannot be read") from error
        self._test = self._compiled(parsed)

    def keeps(self, values: Sequence[str]) -> bool:
        """Tell whether the partition with these values of its keys is one of those that are asked for."""
        return self._test(values) is True

    def _compiled(self, node: exp.Expr) -> Test:
        if unknown := {name for name, value in node.args.items() if value} - _UNDERSTOOD:
            raise self._refused(f"has {node.sql(dialect='trino')!r}; {', '.join(unknown)} is not allowed")
        if isinstance(node, exp.Paren):
            return self._compiled(node.this)
        if isinstance(node, exp.And | exp.Or):
            decisive = isinstance(node, exp.Or)
            tests = [self._compiled(one) for one in node.flatten()]
            return lambda row: _joined([test(row) for test in tests], decisive)
        if isinstance(node, exp.Not):
            return _negated(self._compiled(node.this))
        if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
            value = self._operand(node.this).value
            return lambda row: value(row) is None
        if isinstance(node, exp.Between):
            low = self._compared(exp.GTE, node.this, node.args["low"])
            high = self._compared(exp.LTE, node.this, node.args["high"])
            return lambda row: _joined([low(row), high(row)], decisive=False)
        if isinstance(node, exp.In) and node.expressions:
            tests = [self._compared(exp.EQ, node.this, one) for one in node.expressions]
            return lambda row: _joined([test(row) for test in tests], decisive=True)
        if isinstance(node, exp.Like):
            test = self._like(node)
            return _negated(test) if node.args.get("negate") else test
        if type(node) in _COMPARISONS:
            return self._compared(type(node), node.this, node.expression)
        raise self._refused(f"has {node.sql(dialect='trino')!r}, which is no condition on a key")

    def _compared(self, kind: type[exp.Expr], left: exp.Expr, right: exp.Expr) -> Test:
        compare = _COMPARISONS[kind]
        first, second = self._operand(left), self._operand(right)
        types = {one.type for one in (first, second)} - {None}
        if len(types) != 1:
            raise self._refused(f"compares {first.name} with {second.name}; allowed: a key with a literal")
        (common,) = types
        one, other = (self._typed(side, str(common)) for side in (first, second))

        def test(row: Row) -> bool | None:
            a, b = one(row), other(row)
            return None if a is None or b is None else compare(a, b)

        return test

    def _like(self, node: exp.Like) -> Test:
        subject, pattern = self._operand(node.this), self._operand(node.expression)
        if subject.type is None or pattern.type is not None or _PARSERS[subject.type] is not str:
            raise self._refused(
                f"has {node.sql(dialect='trino')!r}; allowed: a key of type string LIKE a literal"
            )
        matches = like(str(pattern.value(())))

        def test(row: Row) -> bool | None:
            value = subject.value(row)
            return None if value is None else matches(value)

        return test

    def _operand(self, node: exp.Expr) -> _Operand:
        shown = node.sql(dialect="trino")
        if isinstance(node, exp.Paren):
            return self._operand(node.this)
        if isinstance(node, exp.Column) and not node.table:
            return self._key(node.name)
        if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal) and node.this.is_string:
            node = node.this  # DATE '2026-03-01', TIMESTAMP '...'
        sign = ""
        if isinstance(node, exp.Neg):
            sign, node = "-", node.this
        if isinstance(node, exp.Literal):
            text = sign + str(node.this)
            return _Operand(None, shown, lambda _: text)
        raise self._refused(f"has {shown!r}, which is neither a key nor a literal")

    def _key(self, name: str) -> _Operand:
        if name.lower() not in self._positions:
            raise self._refused(f"names {name}; the table's partition keys are {', '.join(self._positions)}")
        at, full_type = self._positions[name.lower()]
        kind = full_type.partition("(")[0]
        if kind not in _PARSERS:
            raise self._refused(f"names {name}, whose type {full_type} allows no condition")
        return _Operand(kind, name, lambda row: None if row[at] == NULL_PARTITION else row[at])

    def _typed(self, operand: _Operand, kind: str) -> Value:
        parse, value = _PARSERS[kind], operand.value
        if operand.type is None:
            literal = self._parsed(parse, str(value(())), kind)
            return lambda _: literal
        return lambda row: None if (text := value(row)) is None else self._parsed(parse, text, kind)

    def _parsed(self, parse: Callable[[str], Any], text: str, kind: str) -> Any:
        try:
            return parse(text)
        except (ValueError, InvalidOperation) as error:
            raise self._refused(f"compares {text!r} as a {kind}, which it is not") from error

    def _refused(self, why: str) -> Exception:
        return invalid_input(f"The expression {self._expression!r} {why}.")


def _negated(test: Test) -> Test:
    return lambda row: None if (found := test(row)) is None else not found


def _joined(found: list[bool | None], decisive: bool) -> bool | None:
    """Give the AND (`decisive` False) or OR (`decisive` True) of what was found, with NULL as SQL has it."""
    if decisive in found:
        return decisive
    return None if None in found else not decisive
